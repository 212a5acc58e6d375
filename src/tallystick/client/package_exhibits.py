# SPDX-License-Identifier: Apache-2.0
"""One original of an evidence package: its receipt, its time-stamp, its electronic signature.

A time-stamp or a signature must be the very one that the depositor put on record: another one may
hold as well, and proves something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from tallystick.client.active_files import active_in_chunks, with_active_note
from tallystick.client.deposited import stated_of
from tallystick.client.files import FileFacts
from tallystick.client.trust import Trust
from tallystick.client.verification import Check, Verification
from tallystick.client.verify_answers import failed, passed, skipped
from tallystick.client.verify_offline import receipt_call, verify
from tallystick.client.verify_signatures import (
    SignatureMeans,
    signature_checks,
    signature_stated,
)
from tallystick.client.verify_statements import DETACHED_BYTES_MAX, StatementOriginal
from tallystick.client.verify_time_stamps import time_stamp_verification
from tallystick.crypto import digest_stream, sha256
from tallystick.errors import HashMismatch
from tallystick.interchange.packages import SIGNATURES
from tallystick.interchange.timestamps import Roots, content_digests

_RECEIPT, _TOKEN = "receipt.json", "token.tsr"


@dataclass(frozen=True, slots=True)
class ExhibitProofs:
    """An original and the files that prove it."""

    file: str
    chunks: Callable[[], Iterable[bytes]]
    """Reads the original again from its start."""
    proofs: Mapping[str, tuple[str, bytes]]
    """Path in the package and content, by name; the receipt is there."""


def exhibit_verifications(
    exhibit: ExhibitProofs, trust: Trust, roots: Roots, means: SignatureMeans
) -> Iterator[tuple[str, Verification]]:
    """Yield the checklist of the original, then that of each proof beside its receipt."""
    receipt = exhibit.proofs[_RECEIPT][1]
    found = digest_stream(exhibit.chunks(), with_sm3=True)
    facts = FileFacts(found.sha256, found.size, found.sm3)
    active = active_in_chunks(exhibit.chunks(), exhibit.file, found.size)
    checked = verify(receipt, trust=trust, original=facts)
    yield exhibit.file, with_active_note(checked, active)
    call = receipt_call(receipt)
    moment = None if checked.subject is None else checked.subject.block_time
    original = None
    for name in (_TOKEN, *SIGNATURES):
        if name not in exhibit.proofs:
            continue
        path, data = exhibit.proofs[name]
        original = original or _original(exhibit, found.size)
        if name == _TOKEN:
            stated = {} if call is None else stated_of(call, found.sha256)
            stamp = time_stamp_verification(data, original.digests, roots, means.now_ms)
            line = _token_deposited(data, stated.get("token_sha256"))
            yield path, replace(stamp, checks=(*stamp.checks, line))
        else:
            said = signature_stated(call, found.sha256, moment)
            yield path, Verification(signature_checks(data, original, means, said))


def _original(exhibit: ExhibitProofs, size: int) -> StatementOriginal:
    content = b"".join(exhibit.chunks()) if size <= DETACHED_BYTES_MAX else None
    return StatementOriginal(
        content_digests(exhibit.chunks() if content is None else [content]), content
    )


def _token_deposited(data: bytes, stated: object) -> Check:
    digest = sha256(data).hex()
    if stated is None:
        return skipped(
            "token_deposited",
            "the deposit names no time-stamp",
            "存证未登记时间戳",
            is_required=False,
        )
    if digest != stated:
        return failed(
            "token_deposited",
            HashMismatch(
                f"the time-stamp has SHA-256 {digest}, deposited is {stated}",
                field="token",
                expected=str(stated),
                found=digest,
            ),
        )
    return passed("token_deposited", f"SHA-256 {digest}", f"SHA-256 {digest}")
