# SPDX-License-Identifier: Apache-2.0
"""A day of an archive, anchored from the file of its lines: what `tally NAME archive-day` does.

The file has commitments, addresses and sizes; it is read here and kept nowhere. Numbers that no
line has are found, and asked for with their causes, before anything is to be signed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from starlette.responses import RedirectResponse, Response

from tallystick.console.archive.desks import (
    DIRECTORY_BYTES_MAX,
    Desk,
    desk_of,
    desk_page,
    file_in,
    no_cause,
    no_file,
    no_numbers,
    texts_in_form,
)
from tallystick.console.clerks import ANCHOR
from tallystick.console.shown import BEIJING
from tallystick.console.signing.pending import propose
from tallystick.console.visit import Visit
from tallystick.console.work.calling import flaw_of
from tallystick.console.work.entered import Entered, Flaw, filled
from tallystick.errors import InvalidArguments

_FILLED_IN: Final = frozenset({"root", "size", "terminals"})
_TEMPLATE: Final = "archive/day.html"
_SEE_OTHER: Final = 303
_GAPS_MAX: Final = 400
_PARTS: Final = ("terminal", "first", "last", "cause")


async def show_day(visit: Visit) -> Response:
    """Answer GET /archive/{contract}/day."""
    desk = await desk_of(visit, ANCHOR, _FILLED_IN)
    today = datetime.fromtimestamp(visit.now_ms / 1000, BEIJING).date().isoformat()
    values = {**filled(desk.fields, {}), "day": today}
    return await desk_page(visit, _TEMPLATE, desk, values, gaps=[])


async def take_day(visit: Visit) -> Response:
    """Answer POST /archive/{contract}/day: the preview, or what is missing or wrong."""
    desk = await desk_of(visit, ANCHOR, _FILLED_IN)
    sent = await visit.form(bytes_max=DIRECTORY_BYTES_MAX)
    values, data = texts_in_form(sent), await file_in(sent)
    gaps = list(_gaps(values))
    if "add-gap" in values:
        return await desk_page(visit, _TEMPLATE, desk, values, gaps=[*gaps, {}])
    entered = Entered(values)
    args = entered.read(desk.fields)
    flaws = entered.flaws if data else [*entered.flaws, no_file()]
    causes, wrong = _causes(gaps)
    if flaws or wrong:
        return await desk_page(visit, _TEMPLATE, desk, values, gaps=gaps, flaws=[*flaws, *wrong])
    owner = visit.somebody().organization
    read = await asyncio.to_thread(desk.clerks.day, desk.name, owner, data, causes)
    if read.problem or read.missing:
        found = [
            {"terminal": terminal, "first": str(first), "last": str(last)}
            for terminal, first, last in read.missing[:_GAPS_MAX]
        ]
        return await desk_page(
            visit,
            _TEMPLATE,
            desk,
            values,
            problem=read.problem,
            missing=len(read.missing),
            gaps=[*gaps, *found],
        )
    return await _proposed(visit, desk, values, {**args, **read.args})


async def _proposed(
    visit: Visit, desk: Desk, values: dict[str, str], args: dict[str, object]
) -> Response:
    try:
        place = await propose(visit, desk.name, ANCHOR, args, back=f"/app/{desk.name}")
    except InvalidArguments as error:
        flaws = [flaw_of(error)]
        return await desk_page(
            visit, _TEMPLATE, desk, values, flaws=flaws, gaps=list(_gaps(values))
        )
    return RedirectResponse(place, _SEE_OTHER)


def _gaps(values: dict[str, str]) -> Iterator[dict[str, str]]:
    """Yield the gaps that were stated; an empty row is none."""
    for row in range(_GAPS_MAX):
        stated = {part: values.get(f"gap.{row}.{part}", "").strip() for part in _PARTS}
        if any(stated.values()):
            yield stated


def _causes(
    gaps: list[dict[str, str]],
) -> tuple[dict[tuple[str, int], tuple[int, str]], list[Flaw]]:
    """Return the gaps as a clerk's module takes them, and what is wrong with them."""
    causes: dict[tuple[str, int], tuple[int, str]] = {}
    flaws = []
    for row, one in enumerate(gaps):
        first, last = one["first"], one["last"] or one["first"]
        if not (_is_number(first) and _is_number(last) and 0 < int(first) <= int(last)):
            flaws.append(no_numbers(row))
        elif not one["terminal"] or not one["cause"]:
            flaws.append(no_cause(row))
        else:
            causes[one["terminal"], int(first)] = int(last), one["cause"]
    return causes, flaws


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= len("1000000000")
