# SPDX-License-Identifier: Apache-2.0
"""Offline verification of an electronic signature beside a file: what it covers, and whose it is.

The third way of the trade to verify a deposit, beside the hash and the time-stamp: a CMS signature
(`.p7s`), or a signed COSE statement (`.cose`), whose SHA-256 was deposited with the file. So it is
known to be older than the deposit, and its certificate must have been valid then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from tallystick.client.deposited import stated_of
from tallystick.client.verification import Check, CheckResult, Verification, Wording
from tallystick.client.verify_answers import failed, not_reached, passed, skipped
from tallystick.client.verify_statements import StatementOriginal, statement_verification
from tallystick.client.wording import format_time, shown
from tallystick.crypto import sha256
from tallystick.errors import HashMismatch, InvalidSignature, TallystickError
from tallystick.interchange.certificates import (
    Signed,
    anchor_of,
    check_signed,
    read_signatures,
)
from tallystick.interchange.transparency import Services, is_foreign_statement
from tallystick.model import Call

SIGNATURE_SUFFIXES: Final = (".p7s", ".cose")
_DEPOSITED, _COVERS, _SIGNER = "signature_deposited", "electronic_signature", "electronic_signer"
_NO_CONTENT: Final = Wording("no original was given", "未提供原件")
_NO_DIGEST: Final = Wording(
    "it is over the {name} of the original, which was not computed",
    "签名针对原件的 {name} 摘要，该摘要未计算",
)
_UNNAMED: Final = Wording(
    "the deposit names no electronic signature, so it may be younger",
    "存证未登记电子签名，其形成时间不由存证证明",
)
_NOT_BESIDE: Final = Wording(
    "the deposit names one, SHA-256 {digest}: it is not beside the file",
    "存证登记了电子签名（SHA-256 {digest}），文件旁未见",
)


@dataclass(frozen=True, slots=True)
class SignatureMeans:
    """With what an electronic signature is checked."""

    now_ms: int
    believed: tuple[bytes, ...] = ()
    """Certificates (DER) of authorities, or of signers themselves."""
    services: Services = field(default_factory=Services)
    """Whose COSE statements are believed."""
    seals: Mapping[bytes, Wording] = field(default_factory=dict)
    """Whose a certificate is, as the ledger was seen to prove."""


@dataclass(frozen=True, slots=True)
class SignatureStated:
    """What the deposit of a file says of its electronic signature."""

    sha256: str | None
    """64 hex digits; None: it names no signature."""
    deposited_at_ms: int | None
    """Time of the block; None if it is not known."""


@dataclass(frozen=True, slots=True)
class SignedOriginal:
    """What a signature should be over, known by its digests, with what its deposit says."""

    digests: Mapping[str, bytes]
    """`sha256`, and as far as they were computed `sha384` and `sha512`."""
    stated: SignatureStated | None = None
    """None: it was not deposited here."""


def signature_stated(call: Call | None, digest: bytes, time_ms: int | None) -> SignatureStated:
    """Return what the call that deposited a file says of its signature."""
    stated = {} if call is None else stated_of(call, digest)
    named = stated.get("signature_sha256")
    return SignatureStated(named if isinstance(named, str) else None, time_ms)


def signature_checks(
    data: bytes,
    original: StatementOriginal | None,
    means: SignatureMeans,
    stated: SignatureStated | None = None,
) -> tuple[Check, ...]:
    """Return the lines about a signature; never raises for it.

    Args:
        data: The signature's file: CMS in DER or PEM, or a COSE statement.
        original: What it should be over; None if that is not here.
        means: Whom the verifier believes.
        stated: What the deposit says; None if there is no deposit at hand.
    """
    first: tuple[Check, ...] = () if stated is None else (_deposited(data, stated),)
    moment = means.now_ms
    if stated is not None and stated.deposited_at_ms and first[0].result is CheckResult.PASSED:
        moment = stated.deposited_at_ms
    if is_foreign_statement(data):
        return (*first, *_statement(data, original, means))
    try:
        signatures = read_signatures(data)
    except TallystickError as error:
        return (*first, failed(_COVERS, error), not_reached(_SIGNER))
    lines = [line for one in signatures for line in _lines(one, original, means, moment)]
    return (*first, *lines)


def signature_missing(stated: SignatureStated) -> tuple[Check, ...]:
    """Return the line for a signature that was deposited and is not here; none if none was."""
    if stated.sha256 is None:
        return ()
    en, zh = (text.format(digest=stated.sha256) for text in _NOT_BESIDE)
    return (skipped(_COVERS, en, zh, is_required=False),)


def signature_verification(
    data: bytes, original: StatementOriginal | None, means: SignatureMeans
) -> Verification:
    """Return the checklist of a signature by itself, without any deposit; never raises for it."""
    return Verification(signature_checks(data, original, means))


def _deposited(data: bytes, stated: SignatureStated) -> Check:
    found = sha256(data).hex()
    if stated.sha256 is None:
        return skipped(_DEPOSITED, *_UNNAMED, is_required=False)
    if found != stated.sha256:
        return failed(
            _DEPOSITED,
            HashMismatch(
                f"the signature has SHA-256 {found}, deposited is {stated.sha256}",
                field="signature",
                expected=stated.sha256,
                found=found,
            ),
        )
    return passed(_DEPOSITED, f"SHA-256 {found}, as deposited", f"SHA-256 {found}，与存证一致")


def _lines(
    one: Signed, original: StatementOriginal | None, means: SignatureMeans, moment: int
) -> Iterator[Check]:
    if original is None:
        yield skipped(_COVERS, *_NO_CONTENT)
    elif one.algorithm not in original.digests:
        yield skipped(_COVERS, *(text.format(name=one.algorithm) for text in _NO_DIGEST))
    else:
        try:
            check_signed(one, original.digests)
        except TallystickError as error:
            yield failed(_COVERS, error)
            yield not_reached(_SIGNER)
            return
        yield passed(
            _COVERS,
            f"it covers this file ({one.algorithm}), by the certificate {one.fingerprint}",
            f"覆盖该文件（{one.algorithm}），证书指纹 {one.fingerprint}",
        )
    try:
        yield _signer(one, means, moment)
    except TallystickError as error:
        yield failed(_SIGNER, error)


def _signer(one: Signed, means: SignatureMeans, moment: int) -> Check:
    """Say whose a signature is.

    Raises:
        InvalidSignature: its certificate was not valid at the moment.
    """
    who, issuer, when = shown(one.subject), shown(one.issuer), format_time(moment)
    if not one.valid_from_ms <= moment <= one.valid_until_ms:
        raise InvalidSignature(
            f"the certificate of {who} was not valid at {when}: it is valid from "
            f"{_day(one.valid_from_ms)} to {_day(one.valid_until_ms)}",
            field="certificate",
        )
    owner = means.seals.get(one.certificate)
    if owner is not None:
        return passed(
            _SIGNER,
            f"seal of {owner.en}, as the ledger proves; valid at {when}",
            f"{owner.zh}的签章，由账本证明；{when} 时有效",
        )
    anchor = None
    if means.believed:
        import asyncio  # noqa: PLC0415  # most files have no signature beside them
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

        # In a thread of its own: the library runs an event loop, and this one may run another.
        with ThreadPoolExecutor(max_workers=1) as thread:
            found = thread.submit(asyncio.run, anchor_of(one, means.believed, moment))
            anchor = found.result()
    if anchor is None:
        return skipped(
            _SIGNER,
            f"{who}, says {issuer}, of whom nobody here knows: name whom you believe by --signers",
            f"{who}（由 {issuer} 证明），此处无人担保：请以 --signers 指明采信的证书",
        )
    behind = shown(anchor)
    return passed(
        _SIGNER,
        f"{who}, certified by {behind}, valid at {when}; whether it was revoked was not asked",
        f"{who}，由 {behind} 认证，{when} 时有效；未查询是否吊销",
    )


def _statement(
    data: bytes, original: StatementOriginal | None, means: SignatureMeans
) -> Iterator[Check]:
    """Take the lines that matter from the check of a signed COSE statement."""
    found = {one.name: one for one in statement_verification(data, original, means.services).checks}
    form, signer, file = found["statement"], found["issuer"], found["file"]
    covers = form if form.result is CheckResult.FAILED else file
    yield replace(covers, name=_COVERS)
    yield replace(signer, name=_SIGNER)


def _day(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).date().isoformat()
