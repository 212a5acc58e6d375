# SPDX-License-Identifier: Apache-2.0
"""Wrong guesses are counted by what is guessed: after a few it rests for a while (ASVS 6.3.1)."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Final

from sqlalchemy import Column, Integer, String, Table, delete, insert, select

from tallystick.console.records import METADATA, Records
from tallystick.crypto import sha256

ATTEMPTS: Final = Table(
    "attempts",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("login", String(64), nullable=False, index=True),
    Column("at", Integer, nullable=False),
)
ATTEMPTS_MAX: Final = 5
REST_MS: Final = 15 * 60 * 1000


class Guess(StrEnum):
    """What can be guessed; each is counted by itself."""

    PASSWORD = "password"  # noqa: S105 # a kind, no password
    """By the name that was typed, whether it exists or not."""
    CODE = "code"
    """By account."""
    CONFIRMATION = "confirmation"
    """The password again, of who has signed in; by account."""


def rest_s(records: Records, guess: Guess, name: str, now_ms: int) -> int:
    """Return how many seconds it still rests; 0 when it may be tried."""
    wanted = (
        select(ATTEMPTS.c.at)
        .where(ATTEMPTS.c.login == _digest(guess, name), ATTEMPTS.c.at > now_ms - REST_MS)
        .order_by(ATTEMPTS.c.at.desc())
        .limit(ATTEMPTS_MAX)
    )
    with records.read() as connection:
        times = connection.execute(wanted).scalars().all()
    return 0 if len(times) < ATTEMPTS_MAX else math.ceil((times[-1] + REST_MS - now_ms) / 1000)


def note_attempt(records: Records, guess: Guess, name: str, now_ms: int) -> None:
    """Count a wrong guess; what is older than the rest is forgotten."""
    with records.write() as connection:
        connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.at <= now_ms - REST_MS))
        connection.execute(insert(ATTEMPTS).values(login=_digest(guess, name), at=now_ms))


def forget_attempts(records: Records, guess: Guess, name: str) -> None:
    """Begin to count anew, after a right one."""
    with records.write() as connection:
        connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.login == _digest(guess, name)))


def _digest(guess: Guess, name: str) -> str:
    return sha256(f"{guess}\n{name}".encode()).hex()
