# SPDX-License-Identifier: Apache-2.0
"""Events as lists: all of them, either way, and those that a figure counted."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from tallystick.api.answer import Answer
from tallystick.api.asked import Asked
from tallystick.api.equal_stretches import cell_in
from tallystick.api.event_ids import check_pattern, parse_place
from tallystick.api.frames import StreamedEvent, show_event_row
from tallystick.api.transaction_rows import list_answer
from tallystick.api.view_ports import CellFilter, EventFilter, EventRow, PageOf, TimeRange
from tallystick.api.wire_types import Count

_NEWEST: Final = "newest"
_OLDEST: Final = "oldest"


class EventPage(Struct, frozen=True, kw_only=True):
    """Events in order; a page may be short, or empty, and still have a next one."""

    items: list[StreamedEvent]
    next_cursor: str | None
    height: Count


def list_events(asked: Asked) -> Answer:
    """Answer GET /v1/events/list."""
    wanted = EventFilter(
        organization=asked.text("organization"),
        during=TimeRange(asked.integer("from"), asked.integer("to")),
    )
    since = asked.text("since")
    page = asked.server.node.views.list_events(
        check_pattern(asked.text("name")),
        wanted=wanted,
        after=parse_place(since) if since else None,
        order=_OLDEST if since else _NEWEST,
        cursor=asked.text("cursor"),
        limit=asked.required_integer("limit"),
    )
    return _answer(page)


def list_counted(asked: Asked) -> Answer:
    """Answer GET /v1/contracts/{contract}/statistics/{statistic}/events."""
    contract = asked.server.catalogue.contract(asked.required_text("contract"))
    page = asked.server.node.views.list_counted(
        contract.name,
        asked.required_text("statistic"),
        CellFilter(
            cell=cell_in(asked),
            period=asked.text("period") or "",
            during=TimeRange(asked.integer("from"), asked.integer("to")),
        ),
        cursor=asked.text("cursor"),
        limit=asked.required_integer("limit"),
    )
    return _answer(page)


def _answer(page: PageOf[EventRow]) -> Answer:
    items = [show_event_row(row) for row in page.items]
    return list_answer(
        EventPage(items=items, next_cursor=page.cursor, height=page.height), page.height
    )
