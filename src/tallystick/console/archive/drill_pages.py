# SPDX-License-Identifier: Apache-2.0
"""A restore drill: what `tally NAME drill` does, each signature looked at before it is given.

The ledger draws one line of a day by chance; its file is fetched from the object's nodes, sealed,
every byte is checked against the address, and which node gave it is reported. It is let go of then.
"""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from tallystick.console.archive.desks import (
    DIRECTORY_BYTES_MAX,
    Desk,
    desk_of,
    desk_page,
    file_in,
    no_file,
    texts_in_form,
)
from tallystick.console.archive.fetching import (
    fetcher_of,
    note_fetched,
    require_role,
    restorer_of,
)
from tallystick.console.clerks import DRAW, REPORT_DRILL, Restored
from tallystick.console.ledger import Json, at, record_at
from tallystick.console.signing.pending import propose
from tallystick.console.visit import Visit
from tallystick.console.work.entered import Entered, Flaw, filled
from tallystick.console.work.standing import standing_of
from tallystick.errors import NotFound

_DRILLS: Final = "drills"
_FILLED_IN: Final = frozenset({"drill", "shown", "node", "is_intact"})
_SHOWN: Final = 50
_SEE_OTHER: Final = 303


async def show_drills(visit: Visit) -> Response:
    """Answer GET /archive/{contract}/drill; with `drill` in the query it leads to that one."""
    desk = await desk_of(visit, DRAW, frozenset())
    restorer_of(visit, desk.name)
    if name := visit.query.get("drill", "").strip():
        return RedirectResponse(_page_of(desk.name, name), _SEE_OTHER)
    values = {**filled(desk.fields, {}), **visit.query}
    return await _list(visit, desk, values)


async def take_drill(visit: Visit) -> Response:
    """Answer POST /archive/{contract}/drill: the preview of the draw, if the file is that day's."""
    desk = await desk_of(visit, DRAW, frozenset())
    restorer = restorer_of(visit, desk.name)
    sent = await visit.form(bytes_max=DIRECTORY_BYTES_MAX)
    values, data = texts_in_form(sent), await file_in(sent)
    entered = Entered(values)
    args = entered.read(desk.fields)
    flaws, problem = (entered.flaws if data else [*entered.flaws, no_file()]), None
    if not flaws:
        day = str(args["manifest"])
        problem = await asyncio.to_thread(restorer.directory_problem, desk.name, day, data)
    if flaws or problem:
        return await _list(visit, desk, values, flaws=flaws, problem=problem)
    place = await propose(visit, desk.name, DRAW, args, back=visit.place)
    return RedirectResponse(place, _SEE_OTHER)


async def show_drill(visit: Visit) -> Response:
    """Answer GET /archive/{contract}/drill/{drill}; raises `NotFound` if there is none."""
    desk, row = await _drill(visit)
    return await _page(visit, desk, row)


async def try_drill(visit: Visit) -> Response:
    """Answer POST /archive/{contract}/drill/{drill}: fetch what it drew, and say what came.

    Raises:
        NotFound: there is no such drill.
        RoleMissing: the reader may not report drills.
        TallystickError: this node fails.
    """
    desk, row = await _drill(visit)
    require_role(visit, desk)
    restorer = restorer_of(visit, desk.name)
    data = await file_in(await visit.form(bytes_max=DIRECTORY_BYTES_MAX))
    if not data:
        return await _page(visit, desk, row, lacks_file=True)
    fetcher = await fetcher_of(visit)
    found = await asyncio.to_thread(restorer.drill, desk.name, row["id"], data, fetcher)
    report = ""
    if found.problem is None:
        await note_fetched(visit, desk.name, row["id"], found)
    if found.report is not None:
        args = dict(found.report)
        report = await propose(visit, desk.name, REPORT_DRILL, args, back=visit.place)
    return await _page(visit, desk, row, found=found, report=report)


async def _page(
    visit: Visit,
    desk: Desk,
    row: Json,
    *,
    lacks_file: bool = False,
    found: Restored | None = None,
    report: str = "",
) -> Response:
    return await desk_page(
        visit,
        "archive/drill.html",
        desk,
        {},
        flaws=[no_file()] if lacks_file else [],
        problem=None if found is None else found.problem,
        drill=row,
        state_labels=_labels(desk),
        found=found,
        report=report,
    )


async def _drill(visit: Visit) -> tuple[Desk, Json]:
    """Return the desk that reports drills, and the drill of the address."""
    desk = await desk_of(visit, REPORT_DRILL, _FILLED_IN)
    restorer_of(visit, desk.name)
    row = await visit.ledger.find(record_at(desk.name, _DRILLS, visit.part("drill")))
    if row is None:
        raise NotFound("there is no such drill", field="drill")
    return desk, row


async def _list(
    visit: Visit,
    desk: Desk,
    values: dict[str, str],
    *,
    flaws: list[Flaw] | None = None,
    problem: Json = None,
) -> Response:
    """Answer with the newest drills, and the form that draws one."""
    address = at("contracts", desk.name, "tables", _DRILLS)
    rows = await visit.ledger.get(address, limit=_SHOWN)
    return await desk_page(
        visit,
        "archive/drills.html",
        desk,
        values,
        flaws=flaws,
        problem=problem,
        drills=[{**one, "address": _page_of(desk.name, one["id"])} for one in rows["items"]],
        state_labels=_labels(desk),
    )


def _labels(desk: Desk) -> Json:
    """Return what the states of drills are called."""
    standing = standing_of(desk.contract, _DRILLS)
    return {} if standing is None else standing.labels


def _page_of(contract: str, drill: str) -> str:
    return f"/archive/{quote(contract)}/drill/{quote(drill, safe='')}"
