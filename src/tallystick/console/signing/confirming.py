# SPDX-License-Identifier: Apache-2.0
"""What will happen, asked before it is signed; and what became of it."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from tallystick.console.account.people import is_password_of
from tallystick.console.ledger import Json, at
from tallystick.console.problems import document_of, status_of
from tallystick.console.signing.pending import Pending, find_pending, preview_of, send
from tallystick.console.visit import Visit
from tallystick.errors import TallystickError

_SEE_OTHER: Final = 303
_UNAUTHORIZED: Final = 401
_NOT_FOUND: Final = 404


async def show_pending(visit: Visit) -> Response:
    """Answer GET /sign/{id}: the preview, or the result once it was sent."""
    pending = find_pending(visit.records, visit.part("id"), visit.somebody().account)
    return await _page(visit, pending)


async def confirm(visit: Visit) -> Response:
    """Answer POST /sign/{id}: sign and send, after a fresh word of the signer.

    In a demonstration the button is enough; elsewhere the password is asked for each transaction.
    """
    person = visit.somebody()
    form = await visit.form()
    pending = find_pending(visit.records, visit.part("id"), person.account)
    if not await is_confirmed(visit, form):
        return await _page(visit, pending, was_wrong=True)
    try:
        await send(visit, pending)
    except TallystickError as error:
        return await _page(visit, pending, problem=document_of(error, visit.language))
    return RedirectResponse(f"/sign/{pending.id}", _SEE_OTHER)


async def is_confirmed(visit: Visit, form: FormData) -> bool:
    """Tell whether a form brings the fresh word of the person who has signed in."""
    person = visit.somebody()
    if person.is_demonstration:
        return True
    password = str(form.get("password", ""))
    return await asyncio.to_thread(is_password_of, visit.records, person.account, password)


async def _page(
    visit: Visit,
    pending: Pending,
    *,
    was_wrong: bool = False,
    problem: dict[str, Json] | None = None,
) -> Response:
    method = await _method(visit, pending)
    transaction, preview = None, None
    if pending.transaction is None:
        preview = await preview_of(visit, pending)
    if pending.transaction is not None:
        transaction = await visit.ledger.get(at("transactions", pending.transaction))
    return visit.page(
        "signing/pending.html",
        http_status=_UNAUTHORIZED if was_wrong else (problem or {}).get("status", 200),
        pending=pending,
        method=method,
        transaction=transaction,
        preview=preview,
        was_wrong=was_wrong,
        problem=problem,
    )


async def _method(visit: Visit, pending: Pending) -> Json:
    """Return what a method is called; governance and membership have no form of their own."""
    try:
        return await visit.ledger.get(at("contracts", pending.contract, "forms", pending.method))
    except TallystickError as error:
        if status_of(error) != _NOT_FOUND:
            raise
        name = f"{pending.contract}.{pending.method}"
        return {"label": {"zh": name, "en": name}, "description": None}
