# SPDX-License-Identifier: Apache-2.0
"""Accounts: listed, invited, closed and opened again."""

from __future__ import annotations

from typing import Final

from starlette.responses import RedirectResponse, Response

from tallystick.console.account.invitations import invite, list_accounts, set_disabled
from tallystick.console.visit import Visit
from tallystick.errors import InvalidArguments

_SEE_OTHER: Final = 303


async def show_accounts(visit: Visit) -> Response:
    """Answer GET /admin/accounts."""
    return visit.page(
        "administration/accounts.html", accounts=list_accounts(visit.records), link=None
    )


async def make_invitation(visit: Visit) -> Response:
    """Answer POST /admin/invitations: a link, shown once."""
    form = await visit.form()
    token = invite(
        visit.records,
        visit.now_ms,
        is_administrator=form.get("administrator") == "yes",
        made_by=visit.somebody().account,
    )
    return visit.page(
        "administration/accounts.html",
        accounts=list_accounts(visit.records),
        link=f"{visit.origin}/invitation/{token}",
    )


async def change_account(visit: Visit) -> Response:
    """Answer POST /admin/accounts/{account}: close it or open it again.

    Raises:
        InvalidArguments: it is one's own, or neither was asked for.
    """
    form = await visit.form()
    account, step = int(visit.part("account")), str(form.get("step", ""))
    if step not in {"close", "open"}:
        raise InvalidArguments("close or open", field="step", found=step[:20])
    if visit.somebody().account == account:
        raise InvalidArguments("nobody closes the own account", field="account")
    set_disabled(visit.records, account, is_disabled=step == "close")
    return RedirectResponse("/admin/accounts", _SEE_OTHER)
