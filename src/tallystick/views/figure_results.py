# SPDX-License-Identifier: Apache-2.0
"""What readers of statistics and alerts get."""

from __future__ import annotations

from msgspec import Struct

from tallystick.contracts import Label, StatisticSchema
from tallystick.views.figure_events import Plain


class CellRow(Struct, frozen=True, kw_only=True):
    """A cell of a statistic; of a hidden one every figure is None."""

    cell: dict[str, Plain]
    """Value of each field of `by`; of a histogram also `bin`. Empty for the total."""
    hidden: str | None = None
    """`small`, `withheld`, or None if it is shown."""
    value: int | None = None
    """The figure; None also where there is none, such as a ratio to 0."""
    count: int | None = None
    """Events in it; of a gauge or a histogram with a key, what has a value now."""
    subjects: int | None = None
    """Different subjects, if the statistic says who is counted."""
    percentiles: dict[str, int] = {}
    """Of a duration, by per mille."""
    numerator: int | None = None
    denominator: int | None = None


class StatisticTable(Struct, frozen=True, kw_only=True):
    """All cells of a statistic in one period."""

    contract: str
    statistic: StatisticSchema
    period: str
    """A day, a month, or empty for all time."""
    periods: tuple[str, ...]
    """The other periods that there are, newest first."""
    total: CellRow
    cells: tuple[CellRow, ...]
    """In the order of their values."""
    is_full: bool
    """Whether nothing was hidden because nothing was to be."""
    height: int
    """The block that it reflects."""


class TimedFigure(Struct, frozen=True, kw_only=True):
    """A statistic over stretches of time, counted anew from its events."""

    contract: str
    statistic: StatisticSchema
    moments: tuple[int, ...]
    """Unix milliseconds: each stretch ends where the next begins."""
    rows: tuple[CellRow, ...]
    """The figure of each stretch; a level's is that of its end."""
    total: CellRow
    """Of the whole time."""
    cells: tuple[CellRow, ...]
    """Of the whole time, those in which something was counted, in the order of their values."""
    height: int
    """The block that it reflects."""


class AlertRow(Struct, frozen=True, kw_only=True):
    """An alert that a rule raised."""

    number: int
    """In the order of raising, from 1, over all contracts of the node."""
    contract: str
    rule: str
    version: int
    level: str
    about: dict[str, Plain]
    """The fields by which the rule tells alerts apart."""
    state: str
    """`open` or `closed`."""
    height: int
    time: int
    """Block time, unix milliseconds."""
    closed_height: int | None
    closed_time: int | None
    count: int
    """How often the rule held, until its cool-down was over."""
    first_transaction: bytes
    last_transaction: bytes
    transactions: tuple[bytes, ...]
    """Ids of the transactions that it rests on, at most 100."""
    sentence: Label
