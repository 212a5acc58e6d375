# SPDX-License-Identifier: Apache-2.0
"""The page of the tour: what each step leads to is looked for among the records there are."""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import quote

from starlette.responses import Response

from tallystick.console.access import Access, Page
from tallystick.console.ledger import Json, at
from tallystick.console.visit import Visit
from tallystick.errors import NotFound, TallystickError


class Stop(NamedTuple):
    """Where a step of the tour leads: the newest record of a table, in a state if there is one."""

    table: str
    state: str = ""
    has_states: bool = True
    """Whether its page is that of a case, or of a plain record."""


STOPS: Final[dict[str, tuple[Stop, ...]]] = {
    "charity": (
        Stop("campaigns", "OPEN"),
        Stop("batches", "CHECKED"),
        Stop("entitlements", "CONFIRMED"),
    ),
    "inventory": (
        Stop("receipts", "ISSUED"),
        Stop("loans", "NORMAL"),
        Stop("inspections", "LATE"),
    ),
    "justice": (
        Stop("agreements", "ACTIVE"),
        Stop("mediations"),
        Stop("cases", has_states=False),
    ),
    "preservation": (
        Stop("applications", "IN_EFFECT"),
        Stop("letters", "ACCEPTED"),
        Stop("measures", "IN_EFFECT"),
    ),
    "custody": (
        Stop("objects", "STORED"),
        Stop("challenges", "PASSED"),
        Stop("manifests", has_states=False),
    ),
    "evidence": (Stop("deposits", has_states=False),),
}
"""Contract -> the first steps; the last two lead to its figures and its alerts."""


async def show_tour(visit: Visit) -> Response:
    """Answer GET /tour.

    Raises:
        NotFound: this is no demonstration.
    """
    if not visit.is_demonstration:
        raise NotFound("there is nothing at this path", field="path")
    shown = {
        contract: [await _address(visit, contract, stop) for stop in stops]
        for contract, stops in STOPS.items()
        if contract in visit.names.contracts
    }
    return visit.page("tour/tour.html", stops=shown)


async def _address(visit: Visit, contract: str, stop: Stop) -> Json:
    """Return the record that a step leads to; without one, its contract's page."""
    row = await _newest(visit, contract, stop)
    if row is None:
        return {"address": f"/app/{contract}", "key": None}
    key = str(row["id"])
    kind = "case" if stop.has_states else "state"
    return {"address": f"/{kind}/{contract}/{stop.table}/{quote(key)}", "key": key}


async def _newest(visit: Visit, contract: str, stop: Stop) -> Json | None:
    """Return the newest record in the state that a step is about."""
    path = at("contracts", contract, "tables", stop.table)
    wanted = {"state": stop.state} if stop.state else {}
    try:
        found = await visit.ledger.get(path, limit=1, **wanted)
    except TallystickError:
        return None  # another version of the contract has no such table or state
    return found["items"][0] if found["items"] else None


PAGES: Final = (Page(path="/tour", name="tour", access=Access.PUBLIC, handler=show_tour),)
