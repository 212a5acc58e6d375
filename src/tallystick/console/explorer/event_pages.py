# SPDX-License-Identifier: Apache-2.0
"""Everything that contracts announced, by contract, name, organisation and day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from starlette.responses import Response

from tallystick.console.ledger import Json, at
from tallystick.console.list_files import PAGE as FILE_PAGE
from tallystick.console.list_files import (
    Column,
    ListFile,
    filters_in,
    give_list,
    is_file_wanted,
    moment_of,
    of,
    paged,
)
from tallystick.console.masking import cover_events
from tallystick.console.saved_views import views_here
from tallystick.console.shown import BEIJING
from tallystick.console.visit import Visit
from tallystick.errors import InvalidArguments

_PAGE: Final = 50
_BUILT_IN: Final = ("membership", "governance")


async def show_events(visit: Visit) -> Response:
    """Answer GET /events: newest first; `contract`, `name`, `organization`, `day` filter."""
    contract, name = visit.query.get("contract", ""), visit.query.get("name", "")
    begin, end = day_range(visit.query.get("day", ""))
    pattern = name or (f"{contract}.*" if contract else "")
    wanted = {
        "name": pattern or None,
        "organization": visit.query.get("organization") or None,
        "from": begin,
        "to": end,
    }
    if is_file_wanted(visit):
        return await give_list(visit, _file(visit, wanted))
    page = await visit.ledger.get(
        at("events", "list"), cursor=visit.query.get("cursor") or None, limit=_PAGE, **wanted
    )
    announced = [
        event["name"]
        for one in visit.names.contracts.values()
        for event in one.get("events", [])
        if contract in {"", one["name"]}
    ]
    items, is_covered = cover_events(visit, page["items"])
    return visit.page(
        "explorer/events.html",
        events={**page, "items": items},
        is_covered=is_covered,
        contracts=[*visit.names.contracts, *_BUILT_IN],
        announced=announced,
        saved_views=await views_here(visit),
    )


def _file(visit: Visit, wanted: dict[str, Any]) -> ListFile:
    async def covered(rows: list[Json]) -> list[Json]:
        return cover_events(visit, rows)[0]

    def sentence(row: Json) -> str:
        return visit.names.spell_out(visit.read(row.get("sentence")), visit.language)

    return ListFile(
        name="events",
        title=visit.say("Events"),
        columns=(
            Column(visit.say("What happened"), sentence),
            Column(visit.say("Event"), of("name")),
            Column(visit.say("Fields"), of("fields")),
            Column(visit.say("Block"), of("height")),
            Column(visit.say("When"), moment_of("time_ms")),
            Column(visit.say("Transaction"), of("transaction")),
        ),
        parts=paged(
            lambda cursor: visit.ledger.get(
                at("events", "list"), limit=FILE_PAGE, cursor=cursor, **wanted
            ),
            covered,
        ),
        filters=filters_in(visit),
    )


def day_range(day: str) -> tuple[int | None, int | None]:
    """Return the block times of a day in Beijing; an empty text is open on both sides.

    Raises:
        InvalidArguments: not a day.
    """
    if not day:
        return None, None
    try:
        begin = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=BEIJING)
    except ValueError:
        raise InvalidArguments(
            "not a day", field="day", expected="2026-11-27", found=day[:20]
        ) from None
    first, last = begin.timestamp(), (begin + timedelta(days=1)).timestamp()
    return int(first) * 1000, int(last) * 1000
