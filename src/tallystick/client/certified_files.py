# SPDX-License-Identifier: Apache-2.0
"""A file held against the certificate of its deposit, and the signature beside it.

The certificate, or the extract that is inside it, is checked by itself first; here is what ties
the file to it. Nothing else is needed: no receipt, no node.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from tallystick.client.certificates import read_certificate_file, seal_record
from tallystick.client.extracts import Extract, read_extract
from tallystick.client.files import FileFacts
from tallystick.client.trust import Trust
from tallystick.client.verification import Check, Wording
from tallystick.client.verify_answers import failed, named, passed, skipped
from tallystick.client.verify_signatures import SignatureStated
from tallystick.errors import HashMismatch, TallystickError
from tallystick.interchange.certificates import (
    CERTIFICATE_FILE,
    EXTRACT_FILE,
    attached_files,
    is_certificate,
)

CERTIFICATE_SUFFIX: Final = ".certificate.pdf"
"""What a certificate's name adds to that of the file beside which it lies."""
_CONTRACT, _KIND = "evidence", "deposit"
_NO_FILE: Final = Wording("this certificate is about no file", "该证书不涉及文件")


class _Content(msgspec.Struct, frozen=True, kw_only=True):
    sha256: str
    size: int
    sm3: str | None = None


class _Facts(msgspec.Struct, frozen=True, kw_only=True):
    deposit: str
    deposited_at: str
    content: _Content
    signature_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class CertifiedFile:
    """The file that a certificate of deposit is about; as true as the certificate is."""

    deposit: str
    sha256: str
    size: int
    sm3: str | None
    signature: SignatureStated


def certified_file(content: bytes) -> CertifiedFile | None:
    """Return the file that a certificate (PDF), or an extract, is about; None: it is about none.

    Raises:
        InvalidPDF, InvalidProof, Malformed: it is neither.
    """
    extract = _extract(content)
    if (extract.contract, extract.kind) != (_CONTRACT, _KIND):
        return None
    try:
        facts = msgspec.convert(extract.facts, _Facts)
        moment = datetime.fromisoformat(facts.deposited_at)
    except (msgspec.ValidationError, ValueError):
        return None
    stated = SignatureStated(facts.signature_sha256, round(moment.timestamp() * 1000))
    kept = facts.content
    return CertifiedFile(facts.deposit, kept.sha256, kept.size, kept.sm3, stated)


def certified_check(certified: CertifiedFile | None, found: FileFacts) -> Check:
    """Return the line that says whether a file is the one that was deposited."""
    if certified is None:
        return skipped("file", *_NO_FILE)
    digest = found.sha256.hex()
    if (digest, found.size) != (certified.sha256, certified.size):
        return failed(
            "file",
            HashMismatch(
                f"the file has SHA-256 {digest}, {found.size} bytes; deposited is "
                f"{certified.sha256}, {certified.size} bytes",
                field="file",
                expected=certified.sha256,
                found=digest,
            ),
        )
    return passed(
        "file",
        f"SHA-256 {digest}, as deposited in {certified.deposit}",
        f"SHA-256 {digest}，与 {certified.deposit} 所存一致",
    )


def proven_seals(content: bytes, trust: Trust) -> dict[bytes, Wording]:
    """Return whose the seal on a certificate is, by its certificate; nothing for anything else."""
    if not is_certificate(content):
        return {}
    try:
        record = read_certificate_file(attached_files(content)[CERTIFICATE_FILE]).seal
        record.check(trust)
        published = seal_record(record)
    except (TallystickError, LookupError):
        return {}
    return {published.certificate: named(trust, published.organization)}


def _extract(content: bytes) -> Extract:
    return read_extract(
        attached_files(content)[EXTRACT_FILE] if is_certificate(content) else content
    )
