# SPDX-License-Identifier: Apache-2.0
"""Signing in with a password, and out."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.responses import RedirectResponse, Response

from tallystick.console.account.attempts import forget_attempts, is_resting, note_attempt
from tallystick.console.account.people import check_password
from tallystick.console.account.sessions import SESSION_COOKIE, begin_session, end_session
from tallystick.console.choices import safe_return
from tallystick.console.cookies import set_private_cookie
from tallystick.console.visit import Visit

_SEE_OTHER: Final = 303
_UNAUTHORIZED: Final = 401
_TOO_MANY: Final = 429


async def show_entrance(visit: Visit) -> Response:
    """Answer GET /sign-in."""
    back = safe_return(visit.query.get("back", "/"))
    return visit.page(
        "account/entrance.html", back=back, login="", was_wrong=False, is_resting=False
    )


async def sign_in(visit: Visit) -> Response:
    """Answer POST /sign-in: a session, or the form again; it does not tell which was wrong."""
    form = await visit.form()
    login, password = str(form.get("login", "")), str(form.get("password", ""))
    back = safe_return(str(form.get("back", "/")))
    if is_resting(visit.records, login, visit.now_ms):
        return _again(visit, back, login, is_resting=True)
    account = await asyncio.to_thread(check_password, visit.records, login, password)
    if account is None:
        note_attempt(visit.records, login, visit.now_ms)
        return _again(visit, back, login)
    forget_attempts(visit.records, login)
    return admitted(visit, account, back)


def _again(visit: Visit, back: str, login: str, *, is_resting: bool = False) -> Response:
    return visit.page(
        "account/entrance.html",
        http_status=_TOO_MANY if is_resting else _UNAUTHORIZED,
        back=back,
        login=login,
        was_wrong=not is_resting,
        is_resting=is_resting,
    )


def admitted(visit: Visit, account: int, back: str) -> Response:
    """Begin a session and lead on."""
    browser = visit.request.headers.get("user-agent", "")
    token = begin_session(visit.records, account, browser, visit.now_ms)
    response = RedirectResponse(back, _SEE_OTHER)
    set_private_cookie(response, SESSION_COOKIE, token, visit.request)
    return response


async def sign_out(visit: Visit) -> Response:
    """Answer POST /sign-out: the session ends here and in the records."""
    await visit.form()
    token = visit.request.cookies.get(SESSION_COOKIE)
    if token is not None:
        end_session(visit.records, token)
    response = RedirectResponse("/", _SEE_OTHER)
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response
