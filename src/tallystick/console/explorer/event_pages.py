# SPDX-License-Identifier: Apache-2.0
"""Everything that contracts announced, by contract, name, organisation and day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from starlette.responses import Response

from tallystick.console.ledger import at
from tallystick.console.masking import cover_events
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
    page = await visit.ledger.get(
        at("events", "list"),
        name=pattern or None,
        organization=visit.query.get("organization") or None,
        cursor=visit.query.get("cursor") or None,
        limit=_PAGE,
        **{"from": begin, "to": end},
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
