# SPDX-License-Identifier: Apache-2.0
"""New passwords, and the password again of who has signed in."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import update

from tallystick.console.account.attempts import Guess, forget_attempts, note_attempt, rest_s
from tallystick.console.account.people import ACCOUNTS, is_password_of
from tallystick.console.records import Records
from tallystick.console.visit import Visit
from tallystick.crypto import hash_password
from tallystick.errors import InvalidArguments, LimitExceeded, Rejected

CHARACTERS_MIN: Final = 12
CHARACTERS_MAX: Final = 128
_DIFFERENT_MIN: Final = 5
"""Different characters in a password; `aaaaaaaaaaaa` is no secret."""


_COMMON: Final = Path(__file__).parent / "common_passwords" / "passwords.txt"


def check_new_password(password: str, login: str = "") -> None:
    """Check that a password may be one.

    Raises:
        InvalidArguments: it is too short, too long, too plain, common, or has the login name in it.
    """
    if not CHARACTERS_MIN <= len(password) <= CHARACTERS_MAX:
        raise InvalidArguments(
            "the password is too short or too long",
            field="password",
            expected=f"{CHARACTERS_MIN} to {CHARACTERS_MAX} characters",
        )
    if password.casefold() in _common_passwords():
        raise InvalidArguments(
            "the password is one of those that are guessed first",
            field="password",
            expected="one that others do not have",
        )
    if len(set(password)) < _DIFFERENT_MIN or (login and login.lower() in password.lower()):
        raise InvalidArguments(
            "the password is too easy to guess",
            field="password",
            expected="different characters, and not the name",
        )


@cache
def _common_passwords() -> frozenset[str]:
    """Return the commonest passwords that otherwise would do, in small letters."""
    return frozenset(_COMMON.read_text("ascii").splitlines())


def set_password(records: Records, account: int, password: str) -> None:
    """Give an account another password; slow, for a thread."""
    hashed = hash_password(password)
    with records.write() as connection:
        connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == account).values(password=hashed))


async def is_own_password(visit: Visit, password: str) -> bool:
    """Tell whether it is the password of who has signed in; wrong ones are counted.

    Raises:
        LimitExceeded: too many were wrong lately.
    """
    account = visit.somebody().account
    wait_s = rest_s(visit.records, Guess.CONFIRMATION, str(account), visit.now_ms)
    if wait_s:
        raise LimitExceeded(
            "the password was wrong too often", field="password", expected=f"wait {wait_s} s"
        )
    if not await asyncio.to_thread(is_password_of, visit.records, account, password):
        note_attempt(visit.records, Guess.CONFIRMATION, str(account), visit.now_ms)
        return False
    forget_attempts(visit.records, Guess.CONFIRMATION, str(account))
    return True


async def check_own_password(visit: Visit, password: str) -> None:
    """Check it before the account is changed; a demonstration's people have none.

    Raises:
        Rejected: it is wrong.
        LimitExceeded: too many were wrong lately.
    """
    if not visit.somebody().is_demonstration and not await is_own_password(visit, password):
        raise Rejected("the password is not right", field="password")
