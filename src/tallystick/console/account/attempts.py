# SPDX-License-Identifier: Apache-2.0
"""Wrong passwords are counted by name: after a few, the name rests for a while (ASVS 2.2.1)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Integer, String, Table, delete, func, insert, select

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


def is_resting(records: Records, login: str, now_ms: int) -> bool:
    """Tell whether a name was tried too often lately, whether it exists or not."""
    with records.read() as connection:
        wanted = (
            select(func.count())
            .select_from(ATTEMPTS)
            .where(ATTEMPTS.c.login == _digest(login), ATTEMPTS.c.at > now_ms - REST_MS)
        )
        return int(connection.execute(wanted).scalar_one()) >= ATTEMPTS_MAX


def note_attempt(records: Records, login: str, now_ms: int) -> None:
    """Count a wrong password; what is older than the rest is forgotten."""
    with records.write() as connection:
        connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.at <= now_ms - REST_MS))
        connection.execute(insert(ATTEMPTS).values(login=_digest(login), at=now_ms))


def forget_attempts(records: Records, login: str) -> None:
    """Begin to count anew, after a right password."""
    with records.write() as connection:
        connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.login == _digest(login)))


def _digest(login: str) -> str:
    return sha256(login.encode()).hex()
