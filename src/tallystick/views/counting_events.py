# SPDX-License-Identifier: Apache-2.0
"""Keep the cells of statistics: each event changes some, and nothing else ever does.

Every statistic with `by` has a cell for each combination of values and one for the total; with a
period the same once more for each day or month.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, Protocol

from tallystick.contracts import StatisticSchema
from tallystick.views.conditions import holds_on
from tallystick.views.figure_events import Happening, Plain
from tallystick.views.figure_store import ShelfRow, key_text

ALL_TIME: Final = ""
ABSENT: Final = object()
"""Stands for the value of a field that an event does not have."""
_MS_OF: Final = {"second": 1_000, "minute": 60_000, "hour": 3_600_000, "day": 86_400_000}
PERIOD_FORMS: Final = {"day": "%Y-%m-%d", "month": "%Y-%m"}
"""How a period is written."""


def statistic_id(contract: str, name: str) -> str:
    """Return `contract.statistic`."""
    return f"{contract}.{name}"


def cell_key(statistic: str, period: str, cell: tuple[Plain, ...] | None) -> str:
    """Return the key of a cell; no cell means the total."""
    return key_text(statistic, period, cell)


class Kept(Protocol):
    """Where counting keeps things: `FigureStore`, or the memory of one answer."""

    def cell(self, key: str) -> ShelfRow | None:
        """Return a cell: statistic, period, cell, value, count, subjects, first and last leaf."""

    def put_cell(self, key: str, row: ShelfRow) -> None:
        """Keep a cell."""

    def add_sample(self, cell_key: str, value: int) -> None:
        """Count one more occurrence of a duration in a cell."""

    def fact(self, key: str) -> Any:  # noqa: ANN401  # whatever was kept
        """Return what is remembered under a key, or None."""

    def keep(self, key: str, fact: object) -> None:
        """Remember something; None forgets it."""


class Counter:
    """Keeps the cells of one statistic."""

    def __init__(self, contract: str, statistic: StatisticSchema, store: Kept) -> None:
        """Prepare to count into a store."""
        self._statistic = statistic
        self._store = store
        self.id = statistic_id(contract, statistic.name)

    def count(self, happening: Happening, time: int) -> None:
        """Let an event change the cells it belongs to."""
        statistic = self._statistic
        if None in happening.values(statistic.key):
            return
        if statistic.kind == "duration" and happening.event == statistic.event:
            self._start(happening, time)
            return
        holds = statistic.where is None or holds_on(statistic.where, happening)
        if statistic.kind in {"gauge", "histogram"} and statistic.key:
            self._move(happening, time, holds=holds)
        elif holds and statistic.kind == "duration":
            self._end(happening, time)
        elif holds:
            self._add(happening, time)

    def _cell(self, happening: Happening) -> tuple[Plain, ...] | None:
        """Return the cell of an event, None for a statistic without parts."""
        cell = happening.values(self._statistic.by)
        if self._statistic.kind == "histogram":
            value = happening.integer(self._statistic.value or "")
            cell = (*cell, bin_of(self._statistic.bounds, 0 if value is None else value))
        return cell or None

    def _periods(self, time: int) -> tuple[str, ...]:
        if self._statistic.period == "all":
            return (ALL_TIME,)
        local = time // 1000 + 60 * self._statistic.utc_offset_minutes
        day = datetime.fromtimestamp(local, UTC).strftime(PERIOD_FORMS[self._statistic.period])
        return (ALL_TIME, day)

    def _add(self, happening: Happening, time: int) -> None:
        """Count an event that only ever adds."""
        kind, name = self._statistic.kind, self._statistic.value
        value = 1
        if kind in {"sum", "minimum", "maximum", "histogram"}:
            found = happening.integer(name or "")
            if found is None:
                return
            value = 1 if kind == "histogram" else found
        elif kind == "distinct" and happening.plain(name or "") is None:
            return
        cell = self._cell(happening)
        for period in self._periods(time):
            for one in (cell,) if cell is None else (cell, None):
                self._add_to(period, one, happening, value)

    def _add_to(
        self, period: str, cell: tuple[Plain, ...] | None, happening: Happening, value: int
    ) -> None:
        key = cell_key(self.id, period, cell)
        kind = self._statistic.kind
        if kind == "distinct":
            value = self._enter(key, "value", happening.plain(self._statistic.value or ""), 1)
        row = self._store.cell(key)
        before = None if row is None or row[3] is None else int(row[3])
        self._put(key, row, (period, cell), happening, _combined(kind, before, value))

    def _put(
        self,
        key: str,
        row: ShelfRow | None,
        place: tuple[str, tuple[Plain, ...] | None],
        happening: Happening,
        value: int | None,
    ) -> None:
        """Write a cell in which one more event was counted, in place of what it was."""
        subject = self._statistic.subject
        more = 0 if subject is None else self._enter(key, "s", happening.plain(subject), 1)
        period, cell = place
        count, known, first = (0, 0, happening.leaf) if row is None else (row[4], row[5], row[6])
        text = None if cell is None else key_text(*cell)
        shown = None if value is None else str(value)
        counted = (shown, count + 1, known + more, first, happening.leaf)
        self._store.put_cell(key, (self.id, period, text, *counted))

    def _enter(self, cell: str, kind: str, member: Plain, change: int) -> int:
        """Count a member of a cell in or out; return by how much the members became more."""
        if member is None:
            return 0
        key = key_text("member", kind, cell, member)
        before = self._store.fact(key) or 0
        after = before + change
        self._store.keep(key, after or None)
        return int(after > 0) - int(before > 0)

    def _move(self, happening: Happening, time: int, *, holds: bool) -> None:
        """Give what the key names its new value, in place of the one it had.

        It is gone if `where` does not hold, or its value is null, or in a gauge 0.
        """
        statistic = self._statistic
        name = statistic.value or ""
        value = happening.integer(name)
        if value is None and happening.fields.get(name, ABSENT) is not None:
            return
        key = key_text("at", self.id, *happening.values(statistic.key))
        before = self._store.fact(key)
        is_gone = not holds or value is None or (value == 0 and statistic.kind == "gauge")
        subject = None if statistic.subject is None else happening.plain(statistic.subject)
        amount = 1 if statistic.kind == "histogram" else value
        cell = self._cell(happening)
        self._store.keep(key, None if is_gone else [cell, amount, subject])
        if before is not None:
            old_cell, old_amount, old_subject = before
            old = None if old_cell is None else tuple(old_cell)
            self._shift(happening, time, old, -old_amount, (old_subject, -1))
        if not is_gone:
            self._shift(happening, time, cell, amount or 0, (subject, 1))

    def _shift(
        self,
        happening: Happening,
        time: int,
        cell: tuple[Plain, ...] | None,
        amount: int,
        member: tuple[Plain, int],
    ) -> None:
        """Add to the cell of all time and to the total; both close the period too."""
        who, step = member
        for one in (cell,) if cell is None else (cell, None):
            key = cell_key(self.id, ALL_TIME, one)
            text = None if one is None else key_text(*one)
            row = self._store.cell(key)
            if row is None:
                row = (self.id, ALL_TIME, text, "0", 0, 0, happening.leaf, happening.leaf)
            value, subjects = int(row[3]) + amount, row[5] + self._enter(key, "s", who, step)
            counted = (str(value), row[4] + step, subjects, row[6], happening.leaf)
            now = (self.id, ALL_TIME, text, *counted)
            self._store.put_cell(key, now)
            for period in self._periods(time)[1:]:
                self._close(cell_key(self.id, period, one), period, now, happening)

    def _close(
        self,
        key: str,
        period: str,
        source: ShelfRow,
        happening: Happening,
    ) -> None:
        """Copy a cell of all time into that of a period."""
        known = self._store.cell(key)
        first = happening.leaf if known is None else known[6]
        self._store.put_cell(key, (source[0], period, *source[2:6], first, happening.leaf))

    def _start(self, happening: Happening, time: int) -> None:
        """Remember when something began; the first beginning counts."""
        key = self._start_key(happening)
        if self._store.fact(key) is None:
            self._store.keep(key, time)

    def _end(self, happening: Happening, time: int) -> None:
        """Take the time that something took as a sample."""
        key = self._start_key(happening)
        began = self._store.fact(key)
        if began is None:
            return
        self._store.keep(key, None)
        took = (time - began) // _MS_OF[self._statistic.unit or "minute"]
        cell = self._cell(happening)
        for period in self._periods(time):
            for one in (cell,) if cell is None else (cell, None):
                place = cell_key(self.id, period, one)
                self._store.add_sample(place, took)
                self._put(place, self._store.cell(place), (period, one), happening, None)

    def _start_key(self, happening: Happening) -> str:
        return key_text("start", self.id, *happening.values(self._statistic.key))


def bin_of(bounds: tuple[int, ...], value: int) -> int:
    """Return the number of the bin of a value: how many bounds it has reached."""
    return sum(value >= bound for bound in bounds)


def _combined(kind: str, before: int | None, value: int) -> int:
    if before is None:
        return value
    if kind == "minimum":
        return min(before, value)
    return max(before, value) if kind == "maximum" else before + value
