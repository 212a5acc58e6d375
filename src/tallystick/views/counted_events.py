# SPDX-License-Identifier: Apache-2.0
"""The events behind a figure: which of them a cell of a statistic counted.

What the public may not see as a figure it may not count out of a list either.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement

from tallystick.contracts import RefusedCall, StatisticSchema
from tallystick.errors import InvalidArguments, Withheld
from tallystick.views.conditions import holds_on
from tallystick.views.counting_events import ALL_TIME, PERIOD_FORMS, bin_of
from tallystick.views.figure_events import Happening, Plain
from tallystick.views.figure_reading import bin_text
from tallystick.views.figure_results import CellRow, StatisticTable
from tallystick.views.filters import EventFilter, TimeRange, event_conditions, leaf_bounds
from tallystick.views.pages import Listing
from tallystick.views.results import EventRow
from tallystick.views.snapshot import Snapshot
from tallystick.views.tables import EVENT_PLACE_BITS, EVENTS

BIN: Final = "bin"
_MINUTE_MS: Final = 60_000


class CellFilter(Struct, frozen=True, kw_only=True):
    """Which cell of a statistic."""

    cell: Mapping[str, str] = {}
    """Each of its values as text; none: the total."""
    period: str = ALL_TIME
    """A day or month, or empty for all time."""
    during: TimeRange = TimeRange()
    """Block times, in place of a period; then some values of a cell are enough."""


def counted_listing(
    snapshot: Snapshot, contract: str, table: StatisticTable, wanted: CellFilter
) -> Listing:
    """Return the listing of a cell's events, newest first; `is_counted` tells them from others.

    Raises:
        InvalidArguments: no such cell or period, or the statistic is a ratio.
        Withheld: the cell is hidden.
    """
    statistic = table.statistic
    name = statistic.until or statistic.event
    if is_timed(wanted):
        values, during = _typed(table, wanted), wanted.during
    else:
        cell = _published(table, wanted)
        values = {} if cell is None else cell.cell
        during = TimeRange() if not wanted.period else period_range(statistic, wanted.period)
    connection = snapshot.connection
    conditions = event_conditions(connection, f"{contract}.{name}", EventFilter())
    return Listing(
        query=snapshot.form.tables.events,
        number=EVENTS.c.number,
        bounds=leaf_bounds(connection, during, EVENTS.c.number, EVENT_PLACE_BITS),
        alternatives=conditions.alternatives,
        others=tuple(_says(name, value) for name, value in values.items() if name != BIN),
    )


def is_counted(statistic: StatisticSchema, event: EventRow, wanted: CellFilter) -> bool:
    """Say whether a cell counted an event of the statistic's name."""
    fields = event.fields if isinstance(event.fields, dict) else {}
    contract, _, kind = event.name.rpartition(".")
    happening = Happening(0, contract, kind, fields)
    if statistic.where is not None and not holds_on(statistic.where, happening):
        return False
    return wanted.cell.items() <= cell_of(statistic, happening).items()


def cell_of(statistic: StatisticSchema, happening: Happening) -> dict[str, str]:
    """Return the values of the cell that an event belongs to, as an address writes them."""
    found = {name: as_text(happening.plain(name)) for name in statistic.by}
    if statistic.kind == "histogram":
        value = happening.integer(statistic.value or "")
        found[BIN] = bin_text(statistic.bounds, bin_of(statistic.bounds, value or 0))
    return found


def is_timed(wanted: CellFilter) -> bool:
    """Tell whether a time is asked for that is no period of the statistic's own."""
    return wanted.during.from_ms is not None or wanted.during.to_ms is not None


def period_range(statistic: StatisticSchema, period: str) -> TimeRange:
    """Return the block times of a day or month, where the statistic's day begins.

    Raises:
        InvalidArguments: the statistic has no such periods.
    """
    form = PERIOD_FORMS.get(statistic.period, "")
    try:
        begin = datetime.strptime(period, form).replace(tzinfo=UTC)
    except ValueError:
        raise InvalidArguments(
            "the statistic has no such period",
            field="period",
            expected={"day": "2026-11-27", "month": "2026-11"}.get(statistic.period, "none"),
            found=period[:20],
        ) from None
    if statistic.period == "month":
        end = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
        days = (end - begin).days
    else:
        days = 1
    first = int(begin.timestamp()) * 1000 - statistic.utc_offset_minutes * _MINUTE_MS
    return TimeRange(first, first + days * 24 * 60 * _MINUTE_MS)


def as_text(value: Plain) -> str:
    """Return a value of a cell as an address writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _published(table: StatisticTable, wanted: CellFilter) -> CellRow | None:
    """Return the cell that is asked for, None for the total.

    Raises:
        InvalidArguments: there is none, or the statistic counts no events itself.
        Withheld: the public must not see it.
    """
    statistic = table.statistic
    _check_counts(statistic)
    if not wanted.cell:
        if any(one.hidden for one in (table.total, *table.cells)):
            raise _withheld()
        return None
    for one in table.cells:
        if {name: as_text(value) for name, value in one.cell.items()} == dict(wanted.cell):
            if one.hidden:
                raise _withheld()
            return one
    raise no_such_cell(statistic, wanted.cell)


def _typed(table: StatisticTable, wanted: CellFilter) -> dict[str, Plain]:
    """Return the values of a cell as events have them; for a time that nobody published.

    Raises:
        InvalidArguments: a period as well, a ratio, or no cell has such a value.
        Withheld: the statistic says who is counted.
    """
    statistic = table.statistic
    if wanted.period:
        raise InvalidArguments(
            "a period and a time exclude one another", field="period", expected="one of them"
        )
    check_countable(statistic, wanted.cell)
    typed: dict[str, Plain] = {}
    for name, text in wanted.cell.items():
        known = [one.cell[name] for one in table.cells if as_text(one.cell[name]) == text]
        if not known:
            raise no_such_cell(statistic, wanted.cell)
        typed[name] = known[0]
    return typed


def check_countable(statistic: StatisticSchema, cell: Mapping[str, str]) -> None:
    """Refuse what cannot be counted from events over any time.

    Raises:
        InvalidArguments: it counts nothing itself, or refused calls, or has no such cells.
        Withheld: it says who is counted: from times that overlap, single people could be
            worked out.
    """
    _check_counts(statistic)
    if statistic.subject is not None:
        raise Withheld(
            "people are counted here: only whole days, months and all time are published",
            field="statistic",
        )
    known = {*statistic.by, *([BIN] if statistic.kind == "histogram" else [])}
    if not cell.keys() <= known:
        raise no_such_cell(statistic, cell)


def _check_counts(statistic: StatisticSchema) -> None:
    """Refuse a statistic that counts no events itself; raises InvalidArguments."""
    if statistic.kind == "ratio":
        raise InvalidArguments(
            "a ratio counts nothing itself",
            field="statistic",
            expected=f"{statistic.numerator} or {statistic.denominator}",
            found=statistic.name,
        )
    if statistic.event == RefusedCall.__name__:
        raise InvalidArguments(
            "refused calls announce nothing",
            field="statistic",
            expected="the list of transactions with the code `refused`",
            found=statistic.name,
        )


def no_such_cell(statistic: StatisticSchema, cell: Mapping[str, str]) -> InvalidArguments:
    """Return the error for a cell that a statistic does not have."""
    return InvalidArguments(
        "the statistic has no such cell",
        field="cell",
        expected=", ".join(statistic.by) or "none: it is a number",
        found=", ".join(f"{name}={value}" for name, value in cell.items())[:200],
    )


def _says(name: str, value: Plain) -> ColumnElement[bool]:
    """Return a condition that every event with this value in this field fulfils."""
    text = msgspec.json.encode({name: value}).decode()[1:-1]
    if value is None:  # the field may be absent as well
        return EVENTS.c.number.is_not(None)
    return EVENTS.c.fields.contains(text, autoescape=True)


def _withheld() -> Withheld:
    return Withheld("too few stand behind this figure, or behind one next to it", field="cell")
