# SPDX-License-Identifier: Apache-2.0
"""The rules of a deposit, one function each; every one raises or returns nothing."""

from __future__ import annotations

from typing import Final

from tallystick.contracts import digest_of
from tallystick.industries.evidence.records import (
    CapturedLater,
    Content,
    Deposit,
    NewDeposit,
    OtherMatter,
    RegisteredCollector,
    SizeContradictsHash,
    VerificationMethod,
    WithdrawnCollector,
)

EMPTY_SHA256: Final = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
EMPTY_SM3: Final = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"


def check_statement(new: NewDeposit, block_time_ms: int) -> None:
    """Check what can be checked of a new deposit by itself."""
    check_capture_time(new.captured_at, block_time_ms)
    check_size(new)


def check_capture_time(captured_at: int | None, block_time_ms: int) -> None:
    """JUD-1: what is deposited was captured before.

    Raises:
        CapturedLater: the claimed time is after the block's.
    """
    if captured_at is not None and captured_at > block_time_ms:
        raise CapturedLater(captured_at=captured_at, deposited_at=block_time_ms)


def check_size(new: NewDeposit) -> None:
    """An empty file has the hash of nothing, and no other file has.

    Raises:
        SizeContradictsHash: one says empty, the other does not.
    """
    is_empty = new.size == 0
    if (new.sha256 == EMPTY_SHA256) is not is_empty:
        raise SizeContradictsHash(size=new.size, algorithm="SHA-256")
    if new.sm3 is not None and (new.sm3 == EMPTY_SM3) is not is_empty:
        raise SizeContradictsHash(size=new.size, algorithm="SM3")


def check_matter(new: NewDeposit, previous: Deposit) -> None:
    """A deposit continues one of the same matter.

    Raises:
        OtherMatter: the case numbers differ, or only one of them has one.
    """
    if new.case_number != previous.case_number:
        raise OtherMatter(previous=previous.id, case_number=previous.case_number)


def verification_of(new: NewDeposit) -> tuple[VerificationMethod, ...]:
    """Return the ways in which a deposit can be verified, from what it holds."""
    held = (
        (VerificationMethod.TIME_STAMP, new.token_sha256),
        (VerificationMethod.ELECTRONIC_SIGNATURE, new.signature_sha256),
    )
    return (*(one for one, digest in held if digest is not None), VerificationMethod.HASH_CHECK)


def check_collector(kept: RegisteredCollector | None) -> None:
    """A version of a collector that was withdrawn collects no more.

    Raises:
        WithdrawnCollector: it was withdrawn.
    """
    if kept is not None and kept.withdrawn_at is not None:
        raise WithdrawnCollector(app=kept.app, version=kept.version, withdrawn_at=kept.withdrawn_at)


def deposit_leaf(sha256: str, size: int) -> str:
    """Return the leaf of a file in a batch, for `BatchTree`."""
    return digest_of("evidence-deposit", sha256, size)


def has_earlier_deposit(
    new: NewDeposit, organization: str, content: Content | None, previous: Deposit | None
) -> bool:
    """Return whether another organisation deposited the content before, unmentioned by this one.

    Such a deposit is accepted, and flagged: who was first is for the court to weigh.
    """
    if content is None or (content.organization == organization and not content.is_shared):
        return False
    return previous is None or previous.sha256 != new.sha256
