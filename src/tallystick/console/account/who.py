# SPDX-License-Identifier: Apache-2.0
"""Who has signed in: from the session's token to the person."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request

from tallystick.console.account.factors import lacks_factor
from tallystick.console.account.people import find_person
from tallystick.console.account.sessions import SESSION_COOKIE, find_session
from tallystick.console.cookies import private_cookie
from tallystick.console.records import Records
from tallystick.console.settings import Settings, origin_of
from tallystick.console.visit import Person


def who_asks(records: Records, settings: Settings, request: Request, now_ms: int) -> Person | None:
    """Return whose session a request belongs to, unless it has ended or the account is closed."""
    token = private_cookie(request, SESSION_COOKIE, origin_of(settings, request))
    account = None if token is None else find_session(records, token, now_ms)
    person = None if account is None else find_person(records, account)
    if person is None:
        return None
    return replace(person, lacks_factor=lacks_factor(records, settings, person))
