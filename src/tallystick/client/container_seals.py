# SPDX-License-Identifier: Apache-2.0
"""The seal on an ASiC-E container: whose it is, by the ledger's record that lies in the container.

The file `seal.json` holds that record with its proof, and is among the files that the seal covers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tallystick.client.certificates import SEALS, SealRecord, seal_record
from tallystick.client.proven_record import ProvenRecord, key_text, read_proven_record
from tallystick.client.trust import Trust
from tallystick.client.verification import Check
from tallystick.client.verify_answers import failed, named, passed, skipped
from tallystick.client.wording import format_time, shown
from tallystick.crypto import OrganizationSeal, describe_seal
from tallystick.encoding import format_json, parse_json
from tallystick.errors import InvalidSeal, TallystickError, UsageError
from tallystick.interchange.archives import Archive
from tallystick.interchange.certificates import content_sealed_by
from tallystick.interchange.packages import Container

SEAL_RECORD: Final = "seal.json"
_RECORD_BYTES_MAX: Final = 1024 * 1024


def seal_file(record: ProvenRecord, seal: OrganizationSeal) -> bytes:
    """Return the file that proves whose a seal is.

    Raises:
        InvalidSeal: the record is of another seal.
    """
    if seal_record(record).certificate != seal.certificate:
        raise InvalidSeal("the ledger has another seal of this organisation in force", field="seal")
    return f"{format_json(record.to_dict(), indent=2)}\n".encode()


def seal_key(organization: str, version: int) -> tuple[str, str, str]:
    """Return where the ledger has a seal: contract, table, key."""
    return (*SEALS, key_text(organization, version))


def container_seal(
    archive: Archive, container: Container, trust_of: Callable[[str | None], Trust]
) -> tuple[Check, ...]:
    """Return the line about a container's seal; none without a seal."""
    sealed = container.sealed
    if sealed is None:
        return ()
    try:
        certificate = content_sealed_by(sealed.signature, sealed.manifest)
        return (_whose(archive, container, certificate, trust_of),)
    except TallystickError as error:
        return (failed("seal", error),)


def _whose(
    archive: Archive,
    container: Container,
    certificate: bytes,
    trust_of: Callable[[str | None], Trust],
) -> Check:
    """Say whose a seal is that holds.

    Raises:
        TallystickError: the ledger's record does not say so.
    """
    fingerprint = OrganizationSeal(certificate, b"").fingerprint
    size = archive.sizes.get(SEAL_RECORD, _RECORD_BYTES_MAX + 1)
    if SEAL_RECORD not in container.digests or size > _RECORD_BYTES_MAX:
        return skipped(
            "seal",
            f"it holds, by the certificate {fingerprint}; nothing here proves whose that is",
            f"签章成立，证书指纹 {fingerprint}；容器内无证明其归属的记录",
        )
    plain = parse_json(b"".join(archive.chunks(SEAL_RECORD)), name=SEAL_RECORD)
    record = read_proven_record(plain if isinstance(plain, dict) else {})
    published = seal_record(record)
    if published.certificate != certificate:
        raise InvalidSeal("the seal is not the one that the record proves", field="seal")
    if describe_seal(certificate).organization != published.organization:
        raise InvalidSeal("the seal names another organisation", field="seal")
    _check_in_force(published)
    try:
        trust = trust_of(None)
    except UsageError:
        return skipped(
            "seal",
            f"it holds, by the certificate {fingerprint}; whose it is needs the trust file",
            f"签章成立，证书指纹 {fingerprint}；核验其归属需要信任文件",
        )
    record.check(trust)
    who, code = named(trust, published.organization), shown(published.organization)
    since = format_time(published.published_at)
    return passed(
        "seal",
        f"seal {published.version} of {who.en} ({code}), published {since}",
        f"{who.zh}（{code}）第 {published.version} 号签章，公布于 {since}",
    )


def _check_in_force(published: SealRecord) -> None:
    if published.revoked_at is not None or published.retired_at is not None:
        raise InvalidSeal("the seal was revoked or replaced before", field="seal")
