# SPDX-License-Identifier: Apache-2.0
"""Accounts: listed, invited, closed and opened again; lost passwords and second factors."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from tallystick.console.account.factors import drop_factors, has_factor
from tallystick.console.account.invitations import invite, list_accounts, set_disabled
from tallystick.console.account.people import find_login
from tallystick.console.account.resets import offer_reset
from tallystick.console.account.sessions import end_sessions_of
from tallystick.console.administration.list_files import accounts_file
from tallystick.console.audit import Kind, note
from tallystick.console.list_files import give_list, is_file_wanted
from tallystick.console.visit import Visit
from tallystick.errors import InvalidArguments, NotFound

_SEE_OTHER: Final = 303
_STEPS: Final = frozenset({"close", "open", "reset", "factors"})


async def show_accounts(visit: Visit) -> Response:
    """Answer GET /admin/accounts."""
    if is_file_wanted(visit):
        return await give_list(visit, accounts_file(visit, _accounts(visit)))
    return _page(visit)


async def make_invitation(visit: Visit) -> Response:
    """Answer POST /admin/invitations: a link, shown once."""
    form = await visit.form()
    token = invite(
        visit.records,
        visit.now_ms,
        is_administrator=form.get("administrator") == "yes",
        made_by=visit.somebody().account,
    )
    await note(visit, Kind.INVITED)
    return _page(visit, invitation=f"{visit.origin}/invitation/{token}")


async def change_account(visit: Visit) -> Response:
    """Answer POST /admin/accounts/{account}: one of `_STEPS` for somebody else's account.

    Raises:
        InvalidArguments: it is one's own, or no such step.
        NotFound: there is no such account.
    """
    form = await visit.form()
    account, step = int(visit.part("account")), str(form.get("step", ""))
    if step not in _STEPS:
        raise InvalidArguments("there is no such step", field="step", found=step[:20])
    if visit.somebody().account == account:
        raise InvalidArguments("nobody changes the own account here", field="account")
    login = find_login(visit.records, account)
    if login is None:
        raise NotFound("there is no such account", field="account")
    if step == "reset":
        token = offer_reset(visit.records, account, visit.now_ms)
        await note(visit, Kind.RESET_GIVEN, login)
        return _page(visit, reset=f"{visit.origin}/reset/{token}")
    if step == "factors":
        drop_factors(visit.records, account)
    else:
        set_disabled(visit.records, account, is_disabled=step == "close")
        end_sessions_of(visit.records, account)
    await note(visit, Kind.ACCOUNT_CHANGED, f"{login}: {step}")
    return RedirectResponse("/admin/accounts", _SEE_OTHER)


def _page(visit: Visit, *, invitation: str | None = None, reset: str | None = None) -> Response:
    return visit.page(
        "administration/accounts.html", accounts=_accounts(visit), link=invitation, reset=reset
    )


def _accounts(visit: Visit) -> list[dict[str, Any]]:
    return [
        {**one, "has_factor": has_factor(visit.records, one["id"])}
        for one in list_accounts(visit.records)
    ]
