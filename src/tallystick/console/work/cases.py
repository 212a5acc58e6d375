# SPDX-License-Identifier: Apache-2.0
"""A case: one record, where it stands, what may be done with it now, and how it came about."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from tallystick.console.ledger import at, table_of
from tallystick.console.masking import cover_rows
from tallystick.console.visit import Visit
from tallystick.console.work.standing import actions_on, standing_of
from tallystick.console.work.watching import Place, look_at

_PAGE: Final = 100


async def show_case(visit: Visit) -> Response:
    """Answer GET /case/{contract}/{table}/{key}."""
    contract = await visit.ledger.get(at("contracts", visit.part("contract")))
    table = table_of(contract, visit.part("table"))
    key = visit.part("key")
    place = Place(contract["name"], table["name"], key)
    told = await visit.ledger.get(place.address)
    (row,), is_covered = cover_rows(visit, contract["name"], table["fields"], [told])
    history = await visit.ledger.get(f"{place.address}/history", limit=_PAGE)
    standing = standing_of(contract, table["name"])
    state = None if standing is None else row[standing.field]
    roles = visit.person.roles if visit.person else frozenset()
    actions = [
        {
            "label": method["label"],
            "description": method["description"],
            "address": f"/do/{contract['name']}/{method['name']}?"
            + urlencode({name: key, "back": visit.here}),
        }
        for method, name in (actions_on(contract, table, roles) if visit.person else [])
    ]
    newest = max((item["height"] for item in history["items"]), default=0)
    is_watched = visit.person is not None and await asyncio.to_thread(
        look_at, visit.records, visit.person.account, place, newest
    )
    return visit.page(
        "work/case.html",
        is_watched=is_watched,
        contract=contract,
        table=table,
        key=key,
        row=row,
        is_covered=is_covered,
        state=state,
        states=[] if standing is None else standing.workflow["states"],
        state_labels={} if standing is None else standing.labels,
        next_moves=[] if standing is None else standing.next_moves(str(state)),
        actions=actions,
        history=history,
    )
