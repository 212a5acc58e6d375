# SPDX-License-Identifier: Apache-2.0
"""One transaction of any kind, and the founding, which is not one: what, by whom, and proofs."""

from __future__ import annotations

import asyncio
import re
from typing import Final
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from tallystick.console.confirmations import confirmation_of
from tallystick.console.explorer.ledger_pages import signatures_of
from tallystick.console.ledger import Json, at
from tallystick.console.masking import cover_transaction
from tallystick.console.visit import Visit
from tallystick.console.work.certificates import certificates_of
from tallystick.console.work.watching import Place

_OK: Final = "ok"
_BEGINNING: Final = re.compile(r"[0-9a-f]{8,63}")
_SEE_OTHER: Final = 303
_PROPOSE: Final = "propose"
_GOVERNANCE: Final = "governance"


async def show_transaction(visit: Visit) -> Response:
    """Answer GET /t/{id}: what it did, who signed it, what it changed."""
    name = visit.part("id")
    if _BEGINNING.fullmatch(name):
        return await _whole(visit, name)
    transaction, told = await asyncio.gather(
        visit.ledger.get(at("transactions", name)),
        visit.ledger.find(at("transactions", name, "changes")),
    )
    explained = None
    if transaction["code"] != _OK:
        explained = await visit.ledger.find(at("errors", transaction["code"]))
    transaction, changes, is_covered = cover_transaction(
        visit, transaction, (told or {}).get("changes", [])
    )
    return visit.page(
        "explorer/transaction.html",
        transaction=transaction,
        signer=await _signer(visit, transaction),
        explained=explained,
        changes=changes,
        is_covered=is_covered,
        readers=(told or {}).get("readers"),
        proposal=proposal_in(transaction),
        signed=await signatures_of(visit, transaction["height"]),
        certificates=[] if is_covered else _certificates(visit, changes),
        event_fields=_event_fields(visit, transaction),
        confirmation=visit.person and confirmation_of(visit.records, name),
    )


def _certificates(visit: Visit, changes: list[Json]) -> list[Json]:
    """Return the certificates that can be made of the records that a transaction wrote."""
    return [
        {**one, "key": change["key"]}
        for change in changes
        if change["change"] != "removed"
        for place in [Place(change["contract"], change["table"], change["key"])]
        for one in certificates_of(visit, place, change["after"])
    ]


def _event_fields(visit: Visit, transaction: Json) -> dict[str, list[Json]]:
    """Return the fields of a transaction's events as their contracts declare them, by event."""
    names = {event["name"] for event in transaction.get("events") or []}
    return {
        event["name"]: event.get("fields", [])
        for contract in visit.names.contracts.values()
        for event in contract.get("events", [])
        if event["name"] in names
    }


async def _whole(visit: Visit, beginning: str) -> Response:
    """Lead from the beginning of an id to its transaction, or to the search where it is not one."""
    page = await visit.ledger.get(at("transactions"), id=beginning, limit=2)
    found = [one["id"] for one in page["items"]]
    address = f"/t/{found[0]}" if len(found) == 1 else f"/search?{urlencode({'q': beginning})}"
    return RedirectResponse(address, _SEE_OTHER)


async def give_receipt(visit: Visit) -> Response:
    """Answer GET /t/{id}/receipt: the receipt as a file."""
    name = visit.part("id")
    receipt = await visit.ledger.raw(at("transactions", name, "receipt"), "application/json")
    headers = {"content-disposition": f'attachment; filename="{name[:16]}.receipt.json"'}
    return Response(receipt, media_type="application/json", headers=headers)


async def show_genesis(visit: Visit) -> Response:
    """Answer GET /b/0: who founded the network, with which members, keys and rules."""
    status = await visit.ledger.get(at("status"))
    founded = await visit.ledger.get(at("genesis", "changes"))
    return visit.page(
        "explorer/genesis.html", network=status["network"], changes=founded["changes"]
    )


async def _signer(visit: Visit, transaction: Json) -> Json | None:
    """Return the member who signed and the key, as the register has them now."""
    code, wanted = transaction["organization"], transaction["signer"]
    if not code or code not in visit.names.organizations:
        return None
    for member in await visit.names.members(code):
        for key in member["keys"]:
            if key["public_key"] == wanted:
                return {"member": member, "key": key}
    return None


def proposal_in(transaction: Json) -> str | None:
    """Return the id of the proposal that a transaction made, or that it is about."""
    if transaction["contract"] != _GOVERNANCE:
        return None
    if transaction["method"] == _PROPOSE:
        return str(transaction["id"]) if transaction["code"] == _OK else None
    named = transaction["args"].get("proposal")
    return named if isinstance(named, str) else None
