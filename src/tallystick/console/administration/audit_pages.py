# SPDX-License-Identifier: Apache-2.0
"""The trail of what was done in this console: filtered on a page, whole as a file."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.responses import Response

from tallystick.console.administration.list_files import trail_file
from tallystick.console.audit import KEPT_MS, Kind, first_flaw, read_trail, whole_trail
from tallystick.console.list_files import give_list, is_file_wanted
from tallystick.console.visit import Visit
from tallystick.errors import InvalidArguments
from tallystick.units import DAY_MS

_PAGE: Final = 50


async def show_audit(visit: Visit) -> Response:
    """Answer GET /admin/audit: rows that fit, newest first, and whether the trail is whole.

    Raises:
        InvalidArguments: `before` is no number.
    """
    filters = _filters(visit)
    if is_file_wanted(visit):
        return await give_list(visit, trail_file(visit, filters))
    if visit.wants_json:
        rows = await asyncio.to_thread(lambda: list(whole_trail(visit.records, filters)))
        return visit.page("administration/audit.html", rows=rows)
    before = visit.query.get("before") or None
    if before is not None and not before.isdecimal():
        raise InvalidArguments("this is no row's number", field="before", found=before[:20])
    rows = await asyncio.to_thread(
        lambda: read_trail(
            visit.records, filters, before=None if before is None else int(before), limit=_PAGE
        )
    )
    return visit.page(
        "administration/audit.html",
        rows=rows,
        kinds=_kinds(visit),
        flaw=await asyncio.to_thread(first_flaw, visit.records),
        kept_days=KEPT_MS // DAY_MS,
        older=rows[-1]["id"] if len(rows) == _PAGE else None,
    )


def _filters(visit: Visit) -> dict[str, str]:
    wanted = {name: visit.query.get(name, "").strip() for name in ("kind", "name", "organization")}
    return {name: value for name, value in wanted.items() if value}


def _kinds(visit: Visit) -> dict[str, str]:
    """Return what each kind is called."""
    return {
        Kind.SIGNED_IN: visit.say("signed in"),
        Kind.SIGN_IN_FAILED: visit.say("failed to sign in"),
        Kind.SIGNED_OUT: visit.say("signed out"),
        Kind.ACTED_AS: visit.say("acted as somebody"),
        Kind.SIGNED: visit.say("signed a transaction"),
        Kind.REVEALED: visit.say("saw personal data"),
        Kind.EXPORTED: visit.say("exported"),
        Kind.FETCHED: visit.say("had nodes asked for a sealed file"),
        Kind.REFUSED: visit.say("asked for what is others' to do"),
        Kind.ALERT_HANDLED: visit.say("dealt with an alert"),
        Kind.INVITED: visit.say("invited"),
        Kind.ACCOUNT_OPENED: visit.say("opened an account"),
        Kind.ACCOUNT_CHANGED: visit.say("changed an account"),
        Kind.RESET_GIVEN: visit.say("gave a link for a new password"),
        Kind.PASSWORD_CHANGED: visit.say("set a password"),
        Kind.FACTOR_CHANGED: visit.say("changed a second factor"),
        Kind.BACKUP_MADE: visit.say("made a backup"),
        Kind.WEBHOOK_CHANGED: visit.say("changed a webhook"),
        Kind.BACKUP_TRIED: visit.say("restored a backup on trial"),
    }
