# SPDX-License-Identifier: Apache-2.0
"""Forgotten passwords: an administrator gives a link that sets one anew, once, within a day.

Nothing is sent by e-mail: the administrator, who knows the person, hands the link over.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, String, Table, delete, insert, select
from starlette.responses import RedirectResponse, Response

from tallystick.console.account.attempts import Guess, forget_attempts
from tallystick.console.account.passwords import CHARACTERS_MIN, check_new_password, set_password
from tallystick.console.account.people import find_login, find_person
from tallystick.console.account.sessions import end_sessions_of
from tallystick.console.audit import Kind, note
from tallystick.console.records import METADATA, Records
from tallystick.console.visit import Visit
from tallystick.crypto import sha256
from tallystick.errors import NotFound, TallystickError
from tallystick.units import DAY_MS

RESETS: Final = Table(
    "resets",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("account", Integer, ForeignKey("accounts.id"), nullable=False),
    Column("made_at", Integer, nullable=False),
)
LIFETIME_MS: Final = DAY_MS
_TOKEN_BYTES: Final = 32
_SEE_OTHER: Final = 303
_UNPROCESSABLE: Final = 422


def offer_reset(records: Records, account: int, now_ms: int) -> str:
    """Return the secret of a link for an account; earlier ones end."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with records.write() as connection:
        connection.execute(delete(RESETS).where(RESETS.c.account == account))
        connection.execute(
            insert(RESETS).values(digest=_digest(token), account=account, made_at=now_ms)
        )
    return token


def find_reset(records: Records, token: str, now_ms: int) -> int | None:
    """Return whose password a link sets."""
    wanted = select(RESETS.c.account).where(
        RESETS.c.digest == _digest(token), RESETS.c.made_at >= now_ms - LIFETIME_MS
    )
    with records.read() as connection:
        return connection.execute(wanted).scalar_one_or_none()


def use_reset(records: Records, token: str) -> bool:
    """Use a link up; False when somebody else was first."""
    with records.write() as connection:
        used = connection.execute(delete(RESETS).where(RESETS.c.digest == _digest(token)))
    return used.rowcount == 1


async def show_reset(visit: Visit) -> Response:
    """Answer GET /reset/{token}: the form of a new password."""
    _account(visit)
    return _page(visit, None)


async def take_reset(visit: Visit) -> Response:
    """Answer POST /reset/{token}: set the password, end all sessions, lead to the entrance.

    The second factor stays: who gives the link does not get in by it.
    """
    account, login = _account(visit)
    form = await visit.form()
    password = str(form.get("password", ""))
    try:
        check_new_password(password, login)
    except TallystickError as error:
        return _page(visit, error)
    if not use_reset(visit.records, visit.part("token")):
        raise _gone()
    await asyncio.to_thread(set_password, visit.records, account, password)
    end_sessions_of(visit.records, account)
    forget_attempts(visit.records, Guess.PASSWORD, login)
    await note(
        visit, Kind.PASSWORD_CHANGED, "reset-link", person=find_person(visit.records, account)
    )
    return RedirectResponse("/sign-in", _SEE_OTHER)


def _account(visit: Visit) -> tuple[int, str]:
    """Return whose password the link sets: the account's number, and the name it is entered by."""
    account = find_reset(visit.records, visit.part("token"), visit.now_ms)
    login = None if account is None else find_login(visit.records, account)
    if account is None or login is None:
        raise _gone()
    return account, login


def _gone() -> NotFound:
    return NotFound("this link was used, or is too old", field="token")


def _page(visit: Visit, error: TallystickError | None) -> Response:
    return visit.page(
        "account/reset.html",
        http_status=200 if error is None else _UNPROCESSABLE,
        flaw=None if error is None else str(error),
        characters_min=CHARACTERS_MIN,
    )


def _digest(token: str) -> str:
    return sha256(token.encode()).hex()
