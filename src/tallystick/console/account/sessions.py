# SPDX-License-Identifier: Apache-2.0
"""Sessions: a random token in a cookie, its digest in the records, an end by rest and by age."""

from __future__ import annotations

import secrets
from typing import Any, Final

from sqlalchemy import Column, ForeignKey, Integer, String, Table, delete, insert, select, update

from tallystick.console.records import METADATA, Records
from tallystick.crypto import sha256

SESSIONS: Final = Table(
    "sessions",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("account", Integer, ForeignKey("accounts.id"), nullable=False),
    Column("begun_at", Integer, nullable=False),
    Column("used_at", Integer, nullable=False),
    Column("browser", String(200), nullable=False),
)
SESSION_COOKIE: Final = "tally_session"
REST_MS: Final = 30 * 60 * 1000
"""A session that nobody used for so long has ended (ASVS 7.3.1)."""
AGE_MS: Final = 12 * 60 * 60 * 1000
"""A session ends at this age, whatever is done with it."""
_TOUCH_MS: Final = 60 * 1000
_TOKEN_BYTES: Final = 32


def begin_session(records: Records, account: int, browser: str, now_ms: int) -> str:
    """Begin a session; return the token for the cookie, which is kept nowhere else."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with records.write() as connection:
        connection.execute(
            insert(SESSIONS).values(
                digest=session_digest(token),
                account=account,
                begun_at=now_ms,
                used_at=now_ms,
                browser=browser[:200],
            )
        )
    return token


def find_session(records: Records, token: str, now_ms: int) -> int | None:
    """Return the account of a session that has not ended."""
    with records.read() as connection:
        wanted = select(SESSIONS).where(SESSIONS.c.digest == session_digest(token))
        row = connection.execute(wanted).one_or_none()
    if row is None or now_ms - row.begun_at > AGE_MS or now_ms - row.used_at > REST_MS:
        return None
    if now_ms - row.used_at > _TOUCH_MS:
        with records.write() as connection:
            connection.execute(
                update(SESSIONS).where(SESSIONS.c.digest == row.digest).values(used_at=now_ms)
            )
    return int(row.account)


def end_session(records: Records, token: str) -> None:
    """End a session; one that is not there is ended already."""
    with records.write() as connection:
        connection.execute(delete(SESSIONS).where(SESSIONS.c.digest == session_digest(token)))


def sessions_of(records: Records, account: int, now_ms: int) -> list[dict[str, Any]]:
    """Return the sessions of an account that have not ended, the newest first."""
    wanted = (
        select(SESSIONS)
        .where(
            SESSIONS.c.account == account,
            SESSIONS.c.begun_at >= now_ms - AGE_MS,
            SESSIONS.c.used_at >= now_ms - REST_MS,
        )
        .order_by(SESSIONS.c.begun_at.desc())
    )
    with records.read() as connection:
        return [dict(row) for row in connection.execute(wanted).mappings()]


def end_sessions_of(
    records: Records, account: int, *, only: str | None = None, but: str | None = None
) -> None:
    """End an account's sessions: all, `only` the one of this digest, or all `but` this token's."""
    wanted = delete(SESSIONS).where(SESSIONS.c.account == account)
    if only is not None:
        wanted = wanted.where(SESSIONS.c.digest == only)
    if but is not None:
        wanted = wanted.where(SESSIONS.c.digest != session_digest(but))
    with records.write() as connection:
        connection.execute(wanted)


def session_digest(token: str) -> str:
    """Return by what a session is known in the records."""
    return sha256(token.encode()).hex()
