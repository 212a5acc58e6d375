# SPDX-License-Identifier: Apache-2.0
"""Signing in with a password and a second factor, or with a passkey alone; and out."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.responses import RedirectResponse, Response

from tallystick.console.account.attempts import Guess, forget_attempts, note_attempt, rest_s
from tallystick.console.account.factors import has_factor
from tallystick.console.account.half_way import (
    HALF_WAY_COOKIE,
    HalfWay,
    come_half_way,
    forget_half_way,
    who_is_half_way,
)
from tallystick.console.account.identities import is_tied
from tallystick.console.account.one_time_codes import has_codes, is_right_code
from tallystick.console.account.passkeys import ask_to_enter, enter
from tallystick.console.account.people import check_password, find_person
from tallystick.console.account.sessions import SESSION_COOKIE, begin_session, end_session
from tallystick.console.audit import Kind, note
from tallystick.console.choices import safe_return
from tallystick.console.cookies import drop_private_cookie, set_private_cookie
from tallystick.console.visit import Visit
from tallystick.errors import Rejected

_SEE_OTHER: Final = 303
_UNAUTHORIZED: Final = 401
_TOO_MANY: Final = 429


async def show_entrance(visit: Visit) -> Response:
    """Answer GET /sign-in."""
    return _entrance(visit, safe_return(visit.query.get("back", "/")))


async def sign_in(visit: Visit) -> Response:
    """Answer POST /sign-in: a session, or the form again; it does not tell which was wrong."""
    form = await visit.form()
    login, password = str(form.get("login", "")), str(form.get("password", ""))
    back = safe_return(str(form.get("back", "/")))
    wait_s = rest_s(visit.records, Guess.PASSWORD, login, visit.now_ms)
    if wait_s:
        return _entrance(visit, back, login=login, wait_s=wait_s)
    account = await asyncio.to_thread(check_password, visit.records, login, password)
    if account is None or is_tied(visit.records, account):
        note_attempt(visit.records, Guess.PASSWORD, login, visit.now_ms)
        await note(visit, Kind.SIGN_IN_FAILED, "password")
        return _entrance(visit, back, login=login, was_wrong=True)
    forget_attempts(visit.records, Guess.PASSWORD, login)
    if has_factor(visit.records, account):
        return _half_way(visit, account, back)
    return await admitted(visit, account, back)


def _entrance(
    visit: Visit, back: str, *, login: str = "", was_wrong: bool = False, wait_s: int = 0
) -> Response:
    response = visit.page(
        "account/entrance.html",
        http_status=_TOO_MANY if wait_s else _UNAUTHORIZED if was_wrong else 200,
        back=back,
        login=login,
        was_wrong=was_wrong,
        is_resting=bool(wait_s),
        providers=[{"name": one.name, "label": one.label} for one in visit.settings.providers],
    )
    if wait_s:
        response.headers["retry-after"] = str(wait_s)
    return response


def _half_way(visit: Visit, account: int, back: str) -> Response:
    token = come_half_way(visit.records, account, back, visit.now_ms)
    response = RedirectResponse("/sign-in/second", _SEE_OTHER)
    set_private_cookie(response, HALF_WAY_COOKIE, token, visit.origin)
    return response


async def show_second(visit: Visit) -> Response:
    """Answer GET /sign-in/second: the code, or the passkey."""
    reached = _reached(visit)
    if reached is None:
        return RedirectResponse("/sign-in", _SEE_OTHER)
    return _second(visit, reached)


async def take_code(visit: Visit) -> Response:
    """Answer POST /sign-in/second: a session for the right code, or the form again."""
    form = await visit.form()
    reached = _reached(visit)
    if reached is None:
        return RedirectResponse("/sign-in", _SEE_OTHER)
    account = reached.account
    wait_s = rest_s(visit.records, Guess.CODE, str(account), visit.now_ms)
    if wait_s:
        return _second(visit, reached, wait_s=wait_s)
    code = str(form.get("code", ""))[:40]
    if not is_right_code(visit.records, visit.vault, account, code, visit.now_ms):
        note_attempt(visit.records, Guess.CODE, str(account), visit.now_ms)
        person = find_person(visit.records, account)
        await note(visit, Kind.SIGN_IN_FAILED, "code", person=person)
        return _second(visit, reached, was_wrong=True)
    forget_attempts(visit.records, Guess.CODE, str(account))
    return await admitted(visit, account, reached.back)


def _reached(visit: Visit) -> HalfWay | None:
    token = visit.private_cookie(HALF_WAY_COOKIE) or ""
    return who_is_half_way(visit.records, token, visit.now_ms)


def _second(
    visit: Visit, reached: HalfWay, *, was_wrong: bool = False, wait_s: int = 0
) -> Response:
    response = visit.page(
        "account/second.html",
        http_status=_TOO_MANY if wait_s else _UNAUTHORIZED if was_wrong else 200,
        has_codes=has_codes(visit.records, reached.account),
        back=reached.back,
        was_wrong=was_wrong,
        is_resting=bool(wait_s),
    )
    if wait_s:
        response.headers["retry-after"] = str(wait_s)
    return response


async def ask_passkey(visit: Visit) -> Response:
    """Answer POST /sign-in/passkey/question: what the browser asks of its authenticator."""
    await visit.form()
    return Response(ask_to_enter(visit), media_type="application/json")


async def enter_by_passkey(visit: Visit) -> Response:
    """Answer POST /sign-in/passkey: a session for who has the passkey.

    Raises:
        InvalidSignature: the answer is not to what was asked, or of no passkey known here.
        Rejected: it took too long, or the account is closed.
    """
    form = await visit.form()
    try:
        passkey = enter(visit, str(form.get("answer", "")))
    except Rejected:
        await note(visit, Kind.SIGN_IN_FAILED, "passkey")
        raise
    return await admitted(visit, passkey.account, safe_return(str(form.get("back", "/"))))


async def admitted(
    visit: Visit, account: int, back: str, *, kind: Kind = Kind.SIGNED_IN
) -> Response:
    """Begin a session and lead on; the one that this browser had before ends.

    Raises:
        Rejected: the account is closed.
    """
    person = find_person(visit.records, account)
    if person is None:
        raise Rejected("this account is closed", hint="Ask an administrator of this console.")
    old = visit.private_cookie(SESSION_COOKIE)
    if old is not None:
        end_session(visit.records, old)
    forget_half_way(visit.records, account)
    await note(visit, kind, f"{person.organization}/{person.member}", person=person)
    browser = visit.request.headers.get("user-agent", "")
    token = begin_session(visit.records, account, browser, visit.now_ms)
    response = RedirectResponse(back, _SEE_OTHER)
    drop_private_cookie(response, HALF_WAY_COOKIE, visit.origin)
    set_private_cookie(response, SESSION_COOKIE, token, visit.origin)
    return response


async def sign_out(visit: Visit) -> Response:
    """Answer POST /sign-out: the session ends here and in the records."""
    await visit.form()
    token = visit.private_cookie(SESSION_COOKIE)
    if token is not None:
        end_session(visit.records, token)
    if visit.person is not None:
        await note(visit, Kind.SIGNED_OUT)
    response = RedirectResponse("/", _SEE_OTHER)
    drop_private_cookie(response, SESSION_COOKIE, visit.origin)
    return response
