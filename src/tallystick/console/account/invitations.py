# SPDX-License-Identifier: Apache-2.0
"""Invitations: a link that makes one account, once, within a week. The first makes the first one.

The link's secret is kept as a digest only; whoever was given it may open an account for a member
whose key they hold.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Boolean, Column, Integer, String, Table, func, insert, select, update

from tallystick.console.account.people import ACCOUNTS
from tallystick.console.records import METADATA, Records
from tallystick.crypto import sha256
from tallystick.units import DAY_MS

INVITATIONS: Final = Table(
    "invitations",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("is_administrator", Boolean, nullable=False),
    Column("made_at", Integer, nullable=False),
    Column("made_by", Integer),
    Column("used_at", Integer),
)
LIFETIME_MS: Final = 7 * DAY_MS
_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that may still be used."""

    digest: str
    is_administrator: bool


def invite(
    records: Records, now_ms: int, *, is_administrator: bool, made_by: int | None = None
) -> str:
    """Make an invitation; return its secret, which is kept nowhere."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with records.write() as connection:
        connection.execute(
            insert(INVITATIONS).values(
                digest=_digest(token),
                is_administrator=is_administrator,
                made_at=now_ms,
                made_by=made_by,
                used_at=None,
            )
        )
    return token


def find_invitation(records: Records, token: str, now_ms: int) -> Invitation | None:
    """Return an invitation that was neither used nor forgotten."""
    with records.read() as connection:
        wanted = select(INVITATIONS).where(INVITATIONS.c.digest == _digest(token))
        row = connection.execute(wanted).one_or_none()
    if row is None or row.used_at is not None or now_ms - row.made_at > LIFETIME_MS:
        return None
    return Invitation(row.digest, bool(row.is_administrator))


def use_invitation(records: Records, invitation: Invitation, now_ms: int) -> bool:
    """Use an invitation up; False when somebody else was first."""
    with records.write() as connection:
        done = connection.execute(
            update(INVITATIONS)
            .where(INVITATIONS.c.digest == invitation.digest, INVITATIONS.c.used_at.is_(None))
            .values(used_at=now_ms)
        )
    return done.rowcount == 1


def has_accounts(records: Records) -> bool:
    """Tell whether anybody has an account here."""
    with records.read() as connection:
        return bool(connection.execute(select(func.count()).select_from(ACCOUNTS)).scalar_one())


def list_accounts(records: Records) -> list[dict[str, Any]]:
    """Return all accounts, without their passwords."""
    shown = [column for column in ACCOUNTS.c if column.name != "password"]
    with records.read() as connection:
        rows = connection.execute(select(*shown).order_by(ACCOUNTS.c.id)).mappings()
        return [dict(row) for row in rows]


def set_disabled(records: Records, account: int, *, is_disabled: bool) -> None:
    """Close an account, or open it again."""
    with records.write() as connection:
        connection.execute(
            update(ACCOUNTS).where(ACCOUNTS.c.id == account).values(is_disabled=is_disabled)
        )


def _digest(token: str) -> str:
    return sha256(token.encode()).hex()
