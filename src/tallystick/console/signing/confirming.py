# SPDX-License-Identifier: Apache-2.0
"""What will happen, asked before it is signed; and what became of it."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from tallystick.console.account.passkeys import ask_to_confirm, check_answer
from tallystick.console.account.passwords import is_own_password
from tallystick.console.amounts import written_amounts
from tallystick.console.confirmations import (
    Confirmation,
    Means,
    confirmation_of,
    keep_confirmation,
)
from tallystick.console.ledger import Json, at
from tallystick.console.problems import document_of, status_of
from tallystick.console.sealed_packages import Declared, hand_over
from tallystick.console.signing.agreed import agreed_in
from tallystick.console.signing.pending import (
    Pending,
    find_pending,
    on_ledger,
    preview_of,
    send,
)
from tallystick.console.signing.sendings import (
    find_sending,
    is_lost,
    is_to_send_again,
    note_taken,
    steps_of,
)
from tallystick.console.visit import Visit
from tallystick.errors import InvalidSignature, Rejected, TallystickError

_SEE_OTHER: Final = 303
_UNAUTHORIZED: Final = 401
_NOT_FOUND: Final = 404
PATIENCE_MS: Final = 3_000
"""So long a press of the button waits for the block; then the page shows how far it has come."""


async def show_pending(visit: Visit) -> Response:
    """Answer GET /sign/{id}: the preview, or the result once it was sent."""
    pending = find_pending(visit.records, visit.part("id"), visit.somebody().account)
    return await _page(visit, pending)


async def confirm(visit: Visit) -> Response:
    """Answer POST /sign/{id}: sign and send, after a fresh word of the signer.

    A passkey's answer to the digest of the transaction, or the password; in a demonstration the
    button is enough.
    """
    form = await visit.form()
    pending = find_pending(visit.records, visit.part("id"), visit.somebody().account)
    try:
        given = await word_of(visit, form, pending.digest)
        if given is None:
            return await _page(visit, pending, was_wrong=True)
        if pending.transaction is None:
            await asyncio.to_thread(keep_confirmation, visit.records, pending.id, given)
        await send(visit, pending, patience_ms=PATIENCE_MS)
    except TallystickError as error:
        return await _page(visit, pending, problem=document_of(error, visit.language))
    return RedirectResponse(f"/sign/{pending.id}", _SEE_OTHER)


async def word_of(visit: Visit, form: FormData, challenge: bytes) -> Confirmation | None:
    """Return how the signer confirms what has this digest, or None for a wrong password.

    Raises:
        InvalidSignature: the passkey did not confirm this transaction.
        LimitExceeded: too many passwords were wrong lately.
        Rejected: passkeys are demanded here, and none answered.
    """
    answer = str(form.get("answer", ""))
    if answer:
        passkey = check_answer(visit, answer, challenge)
        if passkey.account != visit.somebody().account:
            raise InvalidSignature("this passkey is somebody else's", field="answer")
        return Confirmation(
            means=Means.PASSKEY,
            challenge=challenge.hex(),
            at=visit.now_ms,
            passkey=passkey.id,
            public_key=passkey.public_key.hex(),
            origin=visit.origin,
            answer=answer,
        )
    if not await _is_confirmed(visit, form):
        return None
    means = Means.BUTTON if visit.somebody().is_demonstration else Means.PASSWORD
    return Confirmation(means=means, challenge=challenge.hex(), at=visit.now_ms)


async def _is_confirmed(visit: Visit, form: FormData) -> bool:
    """Tell whether a form brings the fresh word of the person who has signed in: the password.

    Raises:
        LimitExceeded: too many passwords were wrong lately.
        Rejected: passkeys are demanded here.
    """
    if visit.somebody().is_demonstration:
        return True
    if visit.settings.sign_with_passkey:
        raise Rejected("transactions are confirmed by passkeys here", hint="/account")
    return await is_own_password(visit, str(form.get("password", "")))


async def _page(
    visit: Visit,
    pending: Pending,
    *,
    was_wrong: bool = False,
    problem: dict[str, Json] | None = None,
) -> Response:
    method = await _method(visit, pending)
    sent = await sending_shown(visit, pending)
    preview = await preview_of(visit, pending) if sent is None else None
    transaction = None if sent is None else sent["transaction"]
    is_asked = sent is None or sent["is_to_send_again"]
    sealed: list[Declared] = []
    if transaction is not None:
        sealed = await hand_over(visit, pending.args, transaction["id"])
    return visit.page(
        "signing/pending.html",
        http_status=_UNAUTHORIZED if was_wrong else (problem or {}).get("status", 200),
        pending=pending,
        method=method,
        sent=sent,
        transaction=transaction,
        sealed=sealed,
        agreed=await agreed_in(visit, pending, transaction),
        preview=preview,
        amounts=written_amounts(method.get("fields", []), pending.args),
        was_wrong=was_wrong,
        problem=problem,
        question=ask_to_confirm(visit, pending.digest) if is_asked else None,
        confirmation=transaction and confirmation_of(visit.records, transaction["id"]),
    )


async def sending_shown(visit: Visit, pending: Pending) -> dict[str, Any] | None:
    """Return how far a transaction has come; None of one that nobody has signed yet."""
    sending = find_sending(visit.records, pending.id)
    known = pending.transaction or (None if sending is None else sending.transaction)
    if known is None:
        return None
    transaction = await on_ledger(visit, known)
    if transaction is not None and sending is not None and sending.final_at is None:
        await asyncio.to_thread(note_taken, visit.records, pending.id, visit.now_ms, is_final=True)
        sending = find_sending(visit.records, pending.id)
    is_over = transaction is None and is_lost(pending.valid_until, visit.now_ms)
    is_waiting = transaction is None and not is_over
    return {
        "id": known,
        "transaction": transaction,
        "steps": steps_of(sending, transaction, is_lost=is_over),
        "is_lost": is_over,
        "is_to_send_again": is_waiting
        and visit.now_ms < pending.valid_until
        and is_to_send_again(sending, visit.now_ms),
    }


async def _method(visit: Visit, pending: Pending) -> Json:
    """Return what a method is called; governance and membership have no form of their own."""
    try:
        return await visit.ledger.get(at("contracts", pending.contract, "forms", pending.method))
    except TallystickError as error:
        if status_of(error) != _NOT_FOUND:
            raise
        name = f"{pending.contract}.{pending.method}"
        return {"label": {"zh": name, "en": name}, "description": None}
