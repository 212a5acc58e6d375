# SPDX-License-Identifier: Apache-2.0
"""The half of `Views` that answers for events: in their order, and those behind a figure."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from tallystick.errors import InvalidArguments
from tallystick.views.counted_events import CellFilter, counted_listing, is_counted
from tallystick.views.cursors import check_limit
from tallystick.views.figure_reading import TableReader, find_statistic
from tallystick.views.filters import EventFilter, event_conditions, leaf_bounds, within_int64
from tallystick.views.pages import Listing
from tallystick.views.results import EventPlace, EventRow, Page
from tallystick.views.shapes import event_row
from tallystick.views.snapshot import Reader, Snapshot
from tallystick.views.tables import BLOCKS, EVENT_PLACE_BITS, EVENTS

NEWEST: Final = "newest"
OLDEST: Final = "oldest"
LIMIT_DEFAULT: Final = 50
_ALL: Final = EventFilter()


class EventViews:
    """Reads events; see `Views`."""

    _reader: Reader

    def list_events(
        self,
        pattern: str | None = None,
        *,
        wanted: EventFilter = _ALL,
        after: EventPlace | None = None,
        order: str = OLDEST,
        cursor: str | None = None,
        limit: int = LIMIT_DEFAULT,
    ) -> Page[EventRow]:
        """Return events, oldest first unless `order` is `newest`.

        Args:
            pattern: full name, or its beginning with a star: `evidence.*`.
            wanted: whose, and of which time.
            after: only events after this place; `EventPlace(height, 0, -1)` for a whole block.
            order: `oldest` or `newest`.
            cursor: of the page before.
            limit: rows wanted.

        Raises:
            InvalidArguments: a wrong pattern, order, cursor or limit.
        """
        check_limit(limit)
        if order not in {NEWEST, OLDEST}:
            raise wrong_order(order, "newest or oldest")
        with self._reader.snapshot() as snapshot:
            connection = snapshot.connection
            conditions = event_conditions(connection, pattern, wanted)
            start = () if after is None else (EVENTS.c.number > _number_of(snapshot, after),)
            during = leaf_bounds(connection, wanted.during, EVENTS.c.number, EVENT_PLACE_BITS)
            listing = Listing(
                query=snapshot.form.tables.events,
                number=EVENTS.c.number,
                descending=order == NEWEST,
                bounds=(*start, *during),
                alternatives=conditions.alternatives,
                others=conditions.others,
            )
            rows, end = snapshot.page(f"events {order}", listing, cursor, limit)
            texts = snapshot.form.sentences
            items = tuple(event_row(row, texts) for row in rows)
            return Page(items, end, snapshot.meta.height)

    def list_counted(
        self,
        contract: str,
        statistic: str,
        wanted: CellFilter,
        *,
        cursor: str | None = None,
        limit: int = LIMIT_DEFAULT,
    ) -> Page[EventRow]:
        """Return the events behind a published cell of a statistic, newest first.

        Raises:
            NotFound: there is no such statistic.
            InvalidArguments: a wrong cell, period, cursor or limit, or the statistic is a ratio,
                which counts nothing itself.
            Withheld: the cell is hidden, or the total of a table that has a hidden cell.
        """
        check_limit(limit)
        with self._reader.snapshot() as snapshot:
            specs = snapshot.form.tables.specs
            declared = find_statistic(specs, contract, statistic)
            reader = TableReader(snapshot.connection, specs, contract, is_full=False)
            table = reader.table(statistic, wanted.period, snapshot.meta.height)
            listing = counted_listing(snapshot, contract, table, wanted)
            name = f"counted {contract}.{statistic} {wanted.period}"
            rows, end = snapshot.page(name, listing, cursor, limit)
            texts = snapshot.form.sentences
            events = [event_row(row, texts) for row in rows]
            items = tuple(one for one in events if is_counted(declared, one, wanted))
            return Page(items, end, snapshot.meta.height)


def _number_of(snapshot: Snapshot, place: EventPlace) -> int:
    """Return the number of the last event up to a place, whether there is one there or not."""
    query = select(BLOCKS.c.log_size, BLOCKS.c.transaction_count)
    height = within_int64(place.height)
    block = snapshot.connection.execute(query.where(BLOCKS.c.height == height)).first()
    if block is None:
        # Before the first block there was nothing, after the newest there is nothing yet.
        leaf_index = 0 if place.height <= 0 else int(snapshot.meta.log_size)
        return (leaf_index << EVENT_PLACE_BITS) - 1
    log_size, count = block
    if place.index >= count:
        return int(log_size << EVENT_PLACE_BITS) - 1
    leaf_index = log_size - count + max(place.index, 0)
    position = max(-1, min(place.position, (1 << EVENT_PLACE_BITS) - 1))
    return int(leaf_index << EVENT_PLACE_BITS) + position


def wrong_order(order: str, expected: str) -> InvalidArguments:
    """Return the error for an order that a list does not have."""
    return InvalidArguments(
        f"the list cannot be ordered by {order[:80]!r}",
        field="order",
        expected=expected,
        found=order[:80],
    )
