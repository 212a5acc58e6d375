# SPDX-License-Identifier: Apache-2.0
"""Who has signed in: from the session's token to the person."""

from __future__ import annotations

from dataclasses import replace

from tallystick.console.account.factors import lacks_factor
from tallystick.console.account.people import find_person
from tallystick.console.account.sessions import find_session
from tallystick.console.records import Records
from tallystick.console.settings import Settings
from tallystick.console.visit import Person


def who_is(records: Records, settings: Settings, token: str, now_ms: int) -> Person | None:
    """Return whose session a token is, if neither the session has ended nor the account closed."""
    account = find_session(records, token, now_ms)
    person = None if account is None else find_person(records, account)
    if person is None:
        return None
    return replace(person, lacks_factor=lacks_factor(records, settings, person))
