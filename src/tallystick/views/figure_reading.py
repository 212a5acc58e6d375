# SPDX-License-Identifier: Apache-2.0
"""Read the tables of statistics; those for the public come with small cells hidden."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, bindparam, select

from tallystick.contracts import StatisticSchema
from tallystick.errors import LimitExceeded, NotFound
from tallystick.views.counting_events import ALL_TIME, statistic_id
from tallystick.views.figure_events import Plain
from tallystick.views.figure_results import CellRow, StatisticTable
from tallystick.views.figure_tables import CELLS, SAMPLES
from tallystick.views.specs import ViewSpecs
from tallystick.views.suppression import WITHHELD, Weight, suppress

CELLS_MAX: Final = 20_000
"""Cells of a table that is read; of a finer one ask the database."""
_PER_MILLE: Final = 1_000
_PERIODS_MAX: Final = 500
# Statements stand ready: to build one takes as long as to run it.
_CELLS_OF: Final = (
    select(CELLS)
    .where(CELLS.c.statistic == bindparam("name"), CELLS.c.period == bindparam("period"))
    .limit(CELLS_MAX + 2)
)
_SAMPLES_OF: Final = (
    select(SAMPLES.c.value, SAMPLES.c.occurrences)
    .where(SAMPLES.c.cell_key == bindparam("key"))
    .order_by(SAMPLES.c.value)
)
_PERIODS_OF: Final = (
    select(CELLS.c.period)
    .where(CELLS.c.statistic == bindparam("name"), CELLS.c.period != ALL_TIME)
    .distinct()
    .order_by(CELLS.c.period.desc())
    .limit(_PERIODS_MAX)
)
_Cells = dict[str | None, CellRow]
"""Cells by the text of their values; the total under None."""


def find_statistic(specs: ViewSpecs, contract: str, name: str) -> StatisticSchema:
    """Return a statistic's declaration.

    Raises:
        NotFound: the contract declares none of this name.
    """
    found = {
        one.name: one
        for spec in specs.figures
        if spec.contract == contract
        for one in spec.statistics
    }
    if name not in found:
        raise NotFound(
            f"{contract[:80]} has no statistic {name[:80]!r}",
            field="statistic",
            expected=", ".join(sorted(found))[:300] or "no statistics",
            found=name[:80],
        )
    return found[name]


def parts_of(specs: ViewSpecs, contract: str, name: str) -> tuple[StatisticSchema, ...]:
    """Return a statistic; behind a ratio, the two that it is made of.

    Raises:
        NotFound: the contract declares none of this name.
    """
    statistic = find_statistic(specs, contract, name)
    names = [one for one in (statistic.numerator, statistic.denominator) if one is not None]
    return (statistic, *(find_statistic(specs, contract, one) for one in names))


class TableReader:
    """Reads the table of one statistic in one period."""

    def __init__(
        self, connection: Connection, specs: ViewSpecs, contract: str, *, is_full: bool
    ) -> None:
        """Read for people who see everything, or for the public."""
        self._connection = connection
        self._specs = specs
        self._contract = contract
        self._is_full = is_full

    def table(self, name: str, period: str, height: int) -> StatisticTable:
        """Return the table.

        Raises:
            NotFound: there is no such statistic.
            LimitExceeded: it has too many cells.
        """
        statistic = find_statistic(self._specs, self._contract, name)
        counted = parts_of(self._specs, self._contract, name)[-1]
        cells = self._shown(statistic, period)
        total = cells.pop(None, CellRow(cell={}, value=_nothing(statistic), count=0))
        return StatisticTable(
            contract=self._contract,
            statistic=statistic,
            period=period,
            periods=self._periods(counted),
            total=total,
            cells=tuple(cells.values()),
            is_full=self._is_full,
            height=height,
        )

    def _shown(self, statistic: StatisticSchema, period: str) -> _Cells:
        """Return the cells as this reader may see them."""
        if statistic.kind == "ratio":
            _, above, below = parts_of(self._specs, self._contract, statistic.name)
            return _ratios(statistic, self._shown(above, period), self._shown(below, period))
        cells = self._read(statistic, period)
        if self._is_full or statistic.subject is None:
            return cells
        return _hidden(statistic, cells, period)

    def _read(self, statistic: StatisticSchema, period: str) -> _Cells:
        """Return all cells of a period as they are."""
        name = statistic_id(self._contract, statistic.name)
        rows = list(self._connection.execute(_CELLS_OF, {"name": name, "period": period}))
        if len(rows) > CELLS_MAX + 1:
            raise LimitExceeded(
                f"{name} has more than {CELLS_MAX:,} cells",
                field="statistic",
                hint="Ask the views' database itself, or declare a statistic with fewer cells.",
            )
        ordered = sorted(rows, key=lambda row: place_of(_values(row)))
        return {row.cell: self._cell(statistic, row) for row in ordered}

    def _cell(self, statistic: StatisticSchema, row: Row[Any]) -> CellRow:
        values = _values(row)
        names = list(statistic.by)
        if statistic.kind == "histogram" and values:
            names.append("bin")
            values[-1] = bin_text(statistic.bounds, values[-1])
        percentiles = self._percentiles(statistic, row) if statistic.kind == "duration" else {}
        value = next(iter(percentiles.values()), None)
        return CellRow(
            cell=dict(zip(names, values, strict=True)) if values else {},
            value=value if row.value is None else int(row.value),
            count=row.events,
            subjects=None if statistic.subject is None else row.subjects,
            percentiles=percentiles,
        )

    def _percentiles(self, statistic: StatisticSchema, row: Row[Any]) -> dict[str, int]:
        """Return the least duration that at least so many per mille do not exceed."""
        samples = self._connection.execute(_SAMPLES_OF, {"key": row.key}).all()
        reached = list(accumulate(count for _, count in samples))
        ranks = {one: _rank(row.events, one) for one in statistic.percentiles}
        return {str(one): samples[bisect_left(reached, rank)].value for one, rank in ranks.items()}

    def _periods(self, statistic: StatisticSchema) -> tuple[str, ...]:
        if statistic.period == "all":
            return ()
        name = statistic_id(self._contract, statistic.name)
        return tuple(self._connection.execute(_PERIODS_OF, {"name": name}).scalars())


def _hidden(statistic: StatisticSchema, cells: _Cells, period: str) -> _Cells:
    """Return the cells with those hidden that the public must not see."""
    if statistic.period != "all" and period == ALL_TIME:
        # The difference to the sum of the periods would give the hidden cells of each away.
        return {key: _hide(one, WITHHELD) for key, one in cells.items()}
    weights = {key: Weight(one.subjects or 0, one.count or 0) for key, one in cells.items()}
    total = weights.pop(None, Weight(0, 0))
    marks, mark = suppress(weights, total, statistic.subjects_min)
    every: dict[str | None, str | None] = {**marks, None: mark}
    return {key: _hide(one, every.get(key)) for key, one in cells.items()}


def _hide(cell: CellRow, mark: str | None) -> CellRow:
    return cell if mark is None else CellRow(cell=cell.cell, hidden=mark)


def _ratios(statistic: StatisticSchema, above: _Cells, below: _Cells) -> _Cells:
    """Return the cells of a ratio; hidden where one of its parts is."""
    found: _Cells = {}
    for key, bottom in below.items():
        top = above.get(key, CellRow(cell=bottom.cell, value=0, count=0))
        if top.hidden or bottom.hidden:
            found[key] = CellRow(cell=bottom.cell, hidden=top.hidden or bottom.hidden)
        else:
            found[key] = ratio_of(statistic, top, bottom)
    return found


def ratio_of(statistic: StatisticSchema, top: CellRow, bottom: CellRow) -> CellRow:
    """Return a cell of a ratio from those of its two parts."""
    numerator, denominator = top.value or 0, bottom.value or 0
    return CellRow(
        cell=bottom.cell,
        value=numerator * statistic.per // denominator if denominator else None,
        numerator=numerator,
        denominator=denominator,
    )


def percentile(ordered: Sequence[int], per_mille: int) -> int:
    """Return the least of ordered samples that at least so many per mille do not exceed."""
    return ordered[_rank(len(ordered), per_mille) - 1]


def _rank(count: int, per_mille: int) -> int:
    return -(-count * per_mille // _PER_MILLE)


def _nothing(statistic: StatisticSchema) -> int | None:
    """Return the value of a statistic in which nothing was counted."""
    return 0 if statistic.kind in {"count", "sum", "distinct", "gauge", "histogram"} else None


def bin_text(bounds: tuple[int, ...], number: Plain) -> str:
    """Return `from..to`, the upper end not included; open at the ends."""
    at = number if isinstance(number, int) else 0
    low = "" if at == 0 else str(bounds[at - 1])
    return f"{low}..{'' if at == len(bounds) else bounds[at]}"


def place_of(values: Sequence[Plain]) -> list[tuple[str, int, str]]:
    """Return where a cell stands: by one value after the other, integers by size."""
    return [
        (type(value).__name__, value if isinstance(value, int) else 0, str(value))
        for value in values
    ]


def _values(row: Row[Any]) -> list[Plain]:
    """Return the values that name a cell; none for the total."""
    return [] if row.cell is None else list(msgspec.json.decode(row.cell))
