# SPDX-License-Identifier: Apache-2.0
"""A case: one record, where it stands, what may be done with it now, and how it came about."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from tallystick.console.clerks import car_at, original_at
from tallystick.console.diagram import draw_standing
from tallystick.console.ledger import Json, at, table_of
from tallystick.console.masking import cover_changes, cover_listed, cover_rows
from tallystick.console.sealing.listed import sealed_at
from tallystick.console.signings import signings_of
from tallystick.console.visit import Visit
from tallystick.console.work.acting import actions_with
from tallystick.console.work.certificates import certificates_of
from tallystick.console.work.passing_on import Passed, notes_on
from tallystick.console.work.progress import movers, steps_of
from tallystick.console.work.proofs import files_of
from tallystick.console.work.standing import Standing, concerns, standing_of
from tallystick.console.work.take_aways import packing_of, take_aways_of
from tallystick.console.work.watching import Place, look_at

_SEE_OTHER: Final = 303
_PAGE: Final = 100
_COMPARED: Final = 30
"""Newest transactions whose changes are shown; the others lead to their pages."""


async def show_case(visit: Visit) -> Response:
    """Answer GET /case/{contract}/{table}/{key}; of a record that was removed, lead to its page.

    Raises:
        NotFound: there is no such table, or there never was such a record.
    """
    contract = await visit.ledger.schema(visit.part("contract"))
    table = table_of(contract, visit.part("table"))
    place = Place(contract["name"], table["name"], visit.part("key"))
    found = await visit.ledger.find(place.address)
    if found is None:
        return await _removed(visit, place)
    case = await read_case(visit, table, place, found, visit.query.get("cursor") or None)
    row, timeline = case.row, case.timeline
    standing = standing_of(contract, table["name"])
    state = None if standing is None else str(row[standing.field])
    drawings: Json = {}
    if not visit.wants_json:
        drawings = {"drawings": draw_standing(contract, table, row)}
    return visit.page(
        "work/case.html",
        **drawings,
        contract=contract,
        table=table,
        key=place.key,
        row=row,
        is_covered=case.is_covered,
        state=state,
        states=[] if standing is None else standing.workflow["states"],
        state_labels={} if standing is None else standing.labels,
        steps=[] if standing is None else steps_of(standing, timeline),
        next_moves=[] if standing is None else await _next_moves(visit, standing, str(state), row),
        signings=signings_of(table, row),
        passed=await _passed(visit, place, state, row),
        actions=await actions_with(visit, contract, table, place, row),
        timeline=timeline,
        older=case.older,
        files=case.files,
        sealed=await sealed_at(visit, contract, place.key),
        certificates=(
            certificates_of(visit, place, row) if visit.person and not case.is_covered else []
        ),
        take_aways=await take_aways_of(visit, place, row),
        car=car_at(visit.restorer, contract["name"], table["name"], place.key),
        original=original_at(visit.clerks, contract["name"], table["name"], place.key),
        packing=packing_of(visit, place, row),
        is_watched=await _is_watched(visit, place, timeline),
    )


@dataclass(frozen=True, slots=True)
class Case:
    """A record as a reader may see it, with a page of what happened to it."""

    row: Json
    timeline: list[Json]
    """Transactions, newest first, each with its change of the record."""
    older: str | None
    """Where the transactions before them begin."""
    files: list[dict[str, Any]]
    is_covered: bool
    """Whether personal data are covered, from whom they do not concern."""


async def read_case(
    visit: Visit, table: Json, place: Place, row: Json, cursor: str | None = None
) -> Case:
    """Return a record as readers see it, its transactions with their changes of it, and its files.

    Args:
        visit: of the reader.
        table: the record's, of its contract's schema.
        place: where the record is.
        row: the record.
        cursor: of the page of transactions; the newest if None.
    """
    (timeline, older), files = await asyncio.gather(
        read_timeline(visit, place, cursor), files_of(visit, table, row)
    )
    (shown,), is_covered = cover_rows(visit, place.contract, table["fields"], [row])
    return Case(shown, timeline, older, files, is_covered)


async def read_timeline(
    visit: Visit, place: Place, cursor: str | None
) -> tuple[list[Json], str | None]:
    """Return a page of a record's transactions, newest first, and where the older ones begin.

    Each has its change of the record.
    """
    history = await visit.ledger.get(f"{place.address}/history", limit=_PAGE, cursor=cursor)
    items = history["items"]
    changes = await asyncio.gather(
        *(_change(visit, place, item["id"]) for item in items[:_COMPARED])
    )
    changes += [None] * (len(items) - len(changes))
    shown = cover_changes(visit, place.contract, changes)
    items = await cover_listed(visit, items)
    timeline = [{**item, "change": change} for item, change in zip(items, shown, strict=True)]
    return timeline, history["next_cursor"]


async def _removed(visit: Visit, place: Place) -> Response:
    """Lead to what is known of a record that is no more, and note that it was looked at."""
    history = await visit.ledger.get(f"{place.address}/history", limit=1)
    await _is_watched(visit, place, history["items"])
    address = "/".join(quote(part) for part in (place.contract, place.table, place.key))
    return RedirectResponse(f"/state/{address}", _SEE_OTHER)


async def _change(visit: Visit, place: Place, transaction: str) -> Json | None:
    found = await visit.ledger.find(at("transactions", transaction, "changes"))
    wanted = place.contract, place.table, place.key
    return next(
        (
            one
            for one in (found or {}).get("changes", [])
            if (one["contract"], one["table"], one["key"]) == wanted
        ),
        None,
    )


async def _next_moves(visit: Visit, standing: Standing, state: str, row: Json) -> list[Json]:
    """Return the moves that lead on, each with whom it waits for."""
    codes = list(visit.names.organizations)
    found = await asyncio.gather(*(visit.names.members(code) for code in codes))
    members = dict(zip(codes, found, strict=True))
    return [
        {**move, "movers": list(movers(row, set(move.get("roles", [])), members))}
        for move in standing.next_moves(state)
    ]


async def _passed(visit: Visit, place: Place, state: str | None, row: Json) -> Passed | None:
    """Return what was said about a task of the reader's organisation, handed over or reminded."""
    person = visit.person
    if person is None or state is None or not concerns(row, person.organization):
        return None
    return await asyncio.to_thread(notes_on, visit.records, place, state, person.organization)


async def _is_watched(visit: Visit, place: Place, timeline: list[Json]) -> bool:
    """Tell whether the reader watches the record, and note that it was looked at."""
    if visit.person is None:
        return False
    newest = max((item["height"] for item in timeline), default=0)
    return await asyncio.to_thread(look_at, visit.records, visit.person.account, place, newest)
