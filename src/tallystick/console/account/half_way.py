# SPDX-License-Identifier: Apache-2.0
"""Between the password and the second factor: a token that is good for nothing else, and short."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, String, Table, delete, insert, select

from tallystick.console.records import METADATA, Records
from tallystick.crypto import sha256

HALF_WAY: Final = Table(
    "half_way",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("account", Integer, ForeignKey("accounts.id"), nullable=False),
    Column("back", String(500), nullable=False),
    Column("begun_at", Integer, nullable=False),
)
HALF_WAY_COOKIE: Final = "tally_half_way"
LIFETIME_MS: Final = 5 * 60 * 1000
_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class HalfWay:
    """Whose password was right a moment ago."""

    account: int
    back: str
    """Where to go from the entrance."""


def come_half_way(records: Records, account: int, back: str, now_ms: int) -> str:
    """Note that an account's password was right; return the token for the cookie."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with records.write() as connection:
        connection.execute(delete(HALF_WAY).where(HALF_WAY.c.begun_at < now_ms - LIFETIME_MS))
        connection.execute(
            insert(HALF_WAY).values(
                digest=_digest(token), account=account, back=back[:500], begun_at=now_ms
            )
        )
    return token


def who_is_half_way(records: Records, token: str, now_ms: int) -> HalfWay | None:
    """Return whose password was right a moment ago."""
    wanted = select(HALF_WAY.c.account, HALF_WAY.c.back).where(
        HALF_WAY.c.digest == _digest(token), HALF_WAY.c.begun_at >= now_ms - LIFETIME_MS
    )
    with records.read() as connection:
        row = connection.execute(wanted).one_or_none()
    return None if row is None else HalfWay(*row)


def forget_half_way(records: Records, account: int) -> None:
    """Forget it, once somebody has come in or out."""
    with records.write() as connection:
        connection.execute(delete(HALF_WAY).where(HALF_WAY.c.account == account))


def _digest(token: str) -> str:
    return sha256(token.encode()).hex()
