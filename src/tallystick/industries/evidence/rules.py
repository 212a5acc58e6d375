# SPDX-License-Identifier: Apache-2.0
"""The rules of a deposit, one function each; every one raises or returns nothing."""

from __future__ import annotations

from typing import Final

from tallystick.industries.evidence.records import (
    CapturedLater,
    Content,
    Deposit,
    NewDeposit,
    OtherMatter,
    SizeContradictsHash,
)

EMPTY_SHA256: Final = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
EMPTY_SM3: Final = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"


def check_statement(new: NewDeposit, block_time_ms: int) -> None:
    """Check what can be checked of a new deposit by itself."""
    check_capture_time(new, block_time_ms)
    check_size(new)


def check_capture_time(new: NewDeposit, block_time_ms: int) -> None:
    """JUD-1: what is deposited was captured before.

    Raises:
        CapturedLater: the claimed time is after the block's.
    """
    if new.captured_at is not None and new.captured_at > block_time_ms:
        raise CapturedLater(captured_at=new.captured_at, deposited_at=block_time_ms)


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


def has_earlier_deposit(
    new: NewDeposit, organization: str, content: Content | None, previous: Deposit | None
) -> bool:
    """Return whether another organisation deposited the content before, unmentioned by this one.

    Such a deposit is accepted, and flagged: who was first is for the court to weigh.
    """
    if content is None or (content.organization == organization and not content.is_shared):
        return False
    return previous is None or previous.sha256 != new.sha256
