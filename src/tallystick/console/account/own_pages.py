# SPDX-License-Identifier: Apache-2.0
"""One's own account: sessions, second factors, password. Changes ask for the password again."""

from __future__ import annotations

import asyncio
from typing import Final

import segno
from starlette.responses import RedirectResponse, Response

from tallystick.console.account.one_time_codes import (
    confirm_secret,
    drop_codes,
    has_codes,
    offer_secret,
    recovery_codes_left,
)
from tallystick.console.account.passkeys import (
    ask_to_register,
    drop_passkeys,
    passkeys_of,
    register,
)
from tallystick.console.account.passwords import (
    CHARACTERS_MIN,
    check_new_password,
    check_own_password,
    set_password,
)
from tallystick.console.account.sessions import (
    SESSION_COOKIE,
    end_sessions_of,
    session_digest,
    sessions_of,
)
from tallystick.console.audit import Kind, note
from tallystick.console.visit import Visit
from tallystick.errors import InvalidArguments, Rejected

_SEE_OTHER: Final = 303
_QUIET_ZONE: Final = 4


async def show_account(visit: Visit) -> Response:
    """Answer GET /account."""
    person = visit.somebody()
    own = session_digest(visit.private_cookie(SESSION_COOKIE) or "")
    passkeys = passkeys_of(visit.records, person.account)
    return visit.page(
        "account/account.html",
        sessions=[
            {**one, "is_own": one["digest"] == own}
            for one in sessions_of(visit.records, person.account, visit.now_ms)
        ],
        has_codes=has_codes(visit.records, person.account),
        recovery_left=recovery_codes_left(visit.records, person.account),
        passkeys=[
            {"id": one.id, "name": one.name, "made_at": one.made_at, "used_at": one.used_at}
            for one in passkeys
        ],
        characters_min=CHARACTERS_MIN,
    )


async def change_password(visit: Visit) -> Response:
    """Answer POST /account/password; all other sessions end.

    Raises:
        Rejected: the old password is wrong, or there is none.
        InvalidArguments: the new one may not be one.
    """
    person, form = visit.somebody(), await visit.form()
    if person.is_demonstration:
        raise Rejected("a demonstration's people have no password")
    await check_own_password(visit, str(form.get("password", "")))
    wanted = str(form.get("new_password", ""))
    check_new_password(wanted)
    await asyncio.to_thread(set_password, visit.records, person.account, wanted)
    await _end_other_sessions(visit)
    await note(visit, Kind.PASSWORD_CHANGED)
    return _back()


async def end_sessions(visit: Visit) -> Response:
    """Answer POST /account/sessions: end one session, or all others."""
    form = await visit.form()
    digest = str(form.get("session", ""))
    if digest:
        end_sessions_of(visit.records, visit.somebody().account, only=digest)
    else:
        await _end_other_sessions(visit)
    return _back()


async def offer_codes(visit: Visit) -> Response:
    """Answer POST /account/codes: a secret, shown once, as text and as a QR code.

    Raises:
        Rejected: the password is wrong, or there are codes already.
    """
    person, form = visit.somebody(), await visit.form()
    await check_own_password(visit, str(form.get("password", "")))
    if has_codes(visit.records, person.account):
        raise Rejected("this account has one-time codes already")
    offered = offer_secret(visit.records, visit.vault, person.account, person.name)
    drawing = segno.make(offered.address, error="m").svg_data_uri(border=_QUIET_ZONE, scale=5)
    return visit.page("account/codes.html", secret=offered.secret, drawing=drawing, codes=None)


async def confirm_codes(visit: Visit) -> Response:
    """Answer POST /account/codes/first: the first code makes them count; recovery codes, once.

    Raises:
        Rejected: the code is wrong.
    """
    person, form = visit.somebody(), await visit.form()
    code = str(form.get("code", "")).replace(" ", "")[:40]
    codes = confirm_secret(visit.records, visit.vault, person.account, code, visit.now_ms)
    if codes is None:
        raise Rejected("the code is not right", field="code", hint="/account")
    await _end_other_sessions(visit)
    await note(visit, Kind.FACTOR_CHANGED, "codes.begin")
    return visit.page("account/codes.html", secret=None, drawing=None, codes=codes)


async def end_codes(visit: Visit) -> Response:
    """Answer POST /account/codes/end."""
    person, form = visit.somebody(), await visit.form()
    await check_own_password(visit, str(form.get("password", "")))
    drop_codes(visit.records, person.account)
    await note(visit, Kind.FACTOR_CHANGED, "codes.end")
    return _back()


async def ask_new_passkey(visit: Visit) -> Response:
    """Answer POST /account/passkeys/question: what the browser asks of its authenticator."""
    form = await visit.form()
    await check_own_password(visit, str(form.get("password", "")))
    return Response(ask_to_register(visit), media_type="application/json")


async def add_passkey(visit: Visit) -> Response:
    """Answer POST /account/passkeys.

    Raises:
        InvalidArguments: it has no name.
        InvalidSignature: the answer is not to what was asked.
        Rejected: it took too long.
    """
    form = await visit.form()
    name = str(form.get("name", "")).strip()
    if not name:
        raise InvalidArguments("a passkey needs a name", field="name")
    register(visit, str(form.get("answer", "")), name)
    await note(visit, Kind.FACTOR_CHANGED, f"passkey.begin {name}")
    return _back()


async def end_passkey(visit: Visit) -> Response:
    """Answer POST /account/passkeys/end."""
    person, form = visit.somebody(), await visit.form()
    await check_own_password(visit, str(form.get("password", "")))
    drop_passkeys(visit.records, person.account, str(form.get("passkey", "")))
    await note(visit, Kind.FACTOR_CHANGED, "passkey.end")
    return _back()


async def _end_other_sessions(visit: Visit) -> None:
    own = visit.private_cookie(SESSION_COOKIE) or ""
    end_sessions_of(visit.records, visit.somebody().account, but=own)


def _back() -> Response:
    return RedirectResponse("/account", _SEE_OTHER)
