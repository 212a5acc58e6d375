# SPDX-License-Identifier: Apache-2.0
"""What somebody started: the records with a workflow that their transactions put on the ledger."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from tallystick.console.ledger import Json, at, record_at
from tallystick.console.visit import Person, Visit
from tallystick.console.work.standing import standing_of

_PAGE: Final = 50
_PAGES_LOOKED_THROUGH: Final = 5


async def started_by(
    visit: Visit, person: Person, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """Return the records that a page of somebody's transactions began, and where it goes on."""
    page = await transactions_of(visit, person, _PAGE, cursor)
    mine = [one for one in page["items"] if one["code"] == "ok"]
    found = await asyncio.gather(*(_begun(visit, one) for one in mine))
    return [row for rows in found for row in rows], page["next_cursor"]


async def transactions_of(visit: Visit, person: Person, limit: int, cursor: str | None) -> Json:
    """Return transactions that somebody signed, newest first, and where the list goes on.

    The node lists them by organisation; a page of a busy one may hold few of one member's, so
    some pages are looked through, and the list goes on after them.
    """
    mine: list[Json] = []
    for _ in range(_PAGES_LOOKED_THROUGH):
        page = await visit.ledger.get(
            at("transactions"), limit=limit, organization=person.organization, cursor=cursor
        )
        mine += [one for one in page["items"] if one["member"] == person.member]
        cursor = page["next_cursor"]
        if cursor is None or len(mine) >= limit:
            break
    return {"items": mine, "next_cursor": cursor}


async def _begun(visit: Visit, transaction: Json) -> list[dict[str, Any]]:
    """Return the records with a workflow that a transaction added, as they stand now."""
    changes = await visit.ledger.find(at("transactions", transaction["id"], "changes"))
    rows = []
    for change in (changes or {}).get("changes", []):
        contract = visit.names.contracts.get(change["contract"])
        if contract is None or change["change"] != "added":
            continue
        standing = standing_of(contract, change["table"])
        if standing is None:
            continue
        record = await visit.ledger.find(
            record_at(change["contract"], change["table"], change["key"])
        )
        rows.append(
            {
                "contract": change["contract"],
                "application": contract["label"],
                "table": change["table"],
                "kind": standing.table["label"],
                "key": change["key"],
                "state": None if record is None else record[standing.field],
                "state_labels": standing.labels,
                "started_at": transaction["time_ms"],
                "transaction": transaction["id"],
            }
        )
    return rows
