# SPDX-License-Identifier: Apache-2.0
"""A statistic over any stretches of time, counted anew from its events.

The kept tables know whole days, months and all time. Here the same counting runs in memory over
the events of the time that is asked for, so that any two equal stretches can be compared. Levels
and durations are counted from the first event on, as what they are at a moment follows from all
before it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct
from sqlalchemy import select

from tallystick.contracts import StatisticSchema
from tallystick.errors import LimitExceeded
from tallystick.views.counted_events import BIN, as_text, cell_of, check_countable
from tallystick.views.counting_events import ALL_TIME, Counter, cell_key
from tallystick.views.decoding import parse_json_text
from tallystick.views.figure_events import Happening, Plain
from tallystick.views.figure_reading import bin_text, percentile, place_of, ratio_of
from tallystick.views.figure_results import CellRow, TimedFigure
from tallystick.views.figure_store import ShelfRow
from tallystick.views.filters import TimeRange, leaf_bounds
from tallystick.views.snapshot import Snapshot
from tallystick.views.tables import EVENT_NAMES, EVENT_PLACE_BITS, EVENTS

EVENTS_MAX: Final = 100_000
"""Events that one question may count: some two seconds."""
_FROM_NOTHING: Final = frozenset({"count", "sum", "distinct", "gauge", "histogram"})
"""Kinds whose figure is 0 where nothing was counted; others have none."""


class Stretches(Struct, frozen=True, kw_only=True):
    """Of which times a statistic is wanted, and of which of its cells."""

    moments: tuple[int, ...]
    """Unix milliseconds, rising: each stretch ends where the next begins."""
    cell: Mapping[str, str] = {}
    """Some values of `by` as text: only what has them is counted."""


class _Memory:
    """What counting keeps, for the time of one answer."""

    def __init__(self) -> None:
        self.cells: dict[str, ShelfRow] = {}
        self.samples: dict[str, list[int]] = {}
        self._facts: dict[str, Any] = {}

    def cell(self, key: str) -> ShelfRow | None:
        return self.cells.get(key)

    def put_cell(self, key: str, row: ShelfRow) -> None:
        self.cells[key] = row

    def add_sample(self, cell_key: str, value: int) -> None:
        self.samples.setdefault(cell_key, []).append(value)

    def fact(self, key: str) -> Any:  # noqa: ANN401  # whatever was kept
        return self._facts.get(key)

    def keep(self, key: str, fact: object) -> None:
        self._facts[key] = fact


class _TimedCounter(Counter):
    """Counts as always, with stretches in place of days and months."""

    def __init__(
        self, contract: str, statistic: StatisticSchema, memory: _Memory, moments: tuple[int, ...]
    ) -> None:
        super().__init__(contract, statistic, memory)
        self._moments = moments

    def _periods(self, time: int) -> tuple[str, ...]:
        place = bisect_right(self._moments, time) - 1
        return () if place < 0 else (ALL_TIME, str(place))


class _Count:
    """One statistic, no ratio, counted over stretches."""

    def __init__(self, contract: str, statistic: StatisticSchema, wanted: Stretches) -> None:
        self.statistic = statistic
        self._wanted = wanted
        self._memory = _Memory()
        self._counter = _TimedCounter(contract, statistic, self._memory, wanted.moments)
        self._is_level = statistic.kind in {"gauge", "histogram"} and bool(statistic.key)
        self._levels: list[CellRow] = []

    def run(self, happenings: Iterator[tuple[Happening, int]]) -> None:
        """Count events in their order, each with its time."""
        for happening, time in happenings:
            self._close(time)
            if self._is_level or self._begins(happening) or self._fits(happening):
                self._counter.count(happening, time)
        self._close(self._wanted.moments[-1])

    def rows(self) -> tuple[CellRow, ...]:
        """Return the figure of each stretch."""
        if self._is_level:
            return tuple(self._levels)
        count = len(self._wanted.moments) - 1
        return tuple(self._row(str(place)) for place in range(count))

    def total(self) -> CellRow:
        """Return the figure of the whole time; a level's is that of its end."""
        return self._levels[-1] if self._is_level else self._row(ALL_TIME)

    def cells(self) -> dict[str, CellRow]:
        """Return the cells of the whole time, by the text of their values, in order."""
        found = [row for row in self._memory.cells.values() if row[1] == ALL_TIME and row[2]]
        rows = sorted(found, key=lambda row: place_of(msgspec.json.decode(row[2])))
        cells = {row[2]: self._cell_row(row) for row in rows}
        return {key: one for key, one in cells.items() if self._matches(one.cell) and one.count}

    def _close(self, time: int) -> None:
        """Note the level at the end of every stretch that is over at a time."""
        moments = self._wanted.moments
        while self._is_level and len(self._levels) < len(moments) - 1:
            if time < moments[len(self._levels) + 1]:
                return
            found = list(self.cells().values()) if self.statistic.by else [self._row(ALL_TIME)]
            self._levels.append(
                CellRow(
                    cell={},
                    value=sum(one.value or 0 for one in found),
                    count=sum(one.count or 0 for one in found),
                )
            )

    def _begins(self, happening: Happening) -> bool:
        statistic = self.statistic
        return statistic.kind == "duration" and happening.event == statistic.event

    def _fits(self, happening: Happening) -> bool:
        return self._wanted.cell.items() <= cell_of(self.statistic, happening).items()

    def _matches(self, cell: Mapping[str, Plain]) -> bool:
        return (
            self._wanted.cell.items()
            <= {name: as_text(value) for name, value in cell.items()}.items()
        )

    def _row(self, period: str) -> CellRow:
        row = self._memory.cell(cell_key(self._counter.id, period, None))
        if row is not None:
            return self._cell_row(row)
        nothing = 0 if self.statistic.kind in _FROM_NOTHING else None
        return CellRow(cell={}, value=nothing, count=0)

    def _cell_row(self, row: ShelfRow) -> CellRow:
        values: list[Plain] = [] if row[2] is None else list(msgspec.json.decode(row[2]))
        names = list(self.statistic.by)
        if self.statistic.kind == "histogram" and values:
            names.append(BIN)
            values[-1] = bin_text(self.statistic.bounds, values[-1])
        key = cell_key(self._counter.id, row[1], None if not values else _values(row))
        samples = sorted(self._memory.samples.get(key, ()))
        percentiles = {str(one): percentile(samples, one) for one in self.statistic.percentiles}
        first = next(iter(percentiles.values()), None)
        return CellRow(
            cell=dict(zip(names, values, strict=True)) if values else {},
            value=first if row[3] is None else int(row[3]),
            count=row[4],
            percentiles=percentiles,
        )


def read_timed(
    snapshot: Snapshot, contract: str, parts: tuple[StatisticSchema, ...], wanted: Stretches
) -> TimedFigure:
    """Return a statistic over stretches of time.

    Args:
        snapshot: to read from.
        contract: whose statistic it is.
        parts: the statistic; behind a ratio the two that it is made of.
        wanted: which stretches and cells.

    Raises:
        InvalidArguments: it cannot be counted from events, or has no such cells.
        Withheld: it says who is counted: from stretches that overlap, single people could be
            worked out.
        LimitExceeded: too many events.
    """
    statistic, counted = parts[0], parts[1:] or parts
    for one in counted:
        check_countable(one, wanted.cell)
    counts = [_Count(contract, one, wanted) for one in counted]
    for count in counts:
        count.run(_happenings(snapshot, contract, count.statistic, wanted.moments))
    rows, total, cells = counts[0].rows(), counts[0].total(), counts[0].cells()
    if statistic.kind == "ratio":
        above, below = counts
        rows = tuple(
            ratio_of(statistic, top, bottom)
            for top, bottom in zip(above.rows(), below.rows(), strict=True)
        )
        total = ratio_of(statistic, above.total(), below.total())
        none = CellRow(cell={}, value=0, count=0)
        cells = {
            key: ratio_of(statistic, cells.get(key, none), bottom)
            for key, bottom in below.cells().items()
        }
    return TimedFigure(
        contract=contract,
        statistic=statistic,
        moments=wanted.moments,
        rows=rows,
        total=total,
        cells=tuple(cells.values()),
        height=snapshot.meta.height,
    )


def _happenings(
    snapshot: Snapshot, contract: str, statistic: StatisticSchema, moments: tuple[int, ...]
) -> Iterator[tuple[Happening, int]]:
    """Give the events that a statistic reads, in their order, each with its time.

    Raises:
        LimitExceeded: there are too many.
    """
    wanted = [f"{contract}.{one}" for one in (statistic.event, statistic.until) if one]
    names = select(EVENT_NAMES.c.id).where(EVENT_NAMES.c.name.in_(wanted))
    during = TimeRange(None if statistic.key else moments[0], moments[-1])
    bounds = leaf_bounds(snapshot.connection, during, EVENTS.c.number, EVENT_PLACE_BITS)
    query = (
        snapshot.form.tables.events.where(EVENTS.c.name_id.in_(names), *bounds)
        .order_by(EVENTS.c.number)
        .limit(EVENTS_MAX + 1)
    )
    for place, row in enumerate(snapshot.connection.execute(query)):
        if place == EVENTS_MAX:
            raise LimitExceeded(
                "too many events in this time",
                field="from",
                expected=f"at most {EVENTS_MAX:,}",
                hint="Ask for a shorter time, or for a day or month by `period`.",
            )
        fields = parse_json_text(row.fields)
        kind = row.name.rpartition(".")[2]
        leaf = row.number >> EVENT_PLACE_BITS
        yield Happening(leaf, contract, kind, fields if isinstance(fields, dict) else {}), row.time


def _values(row: ShelfRow) -> tuple[Plain, ...]:
    return tuple(msgspec.json.decode(row[2]))
