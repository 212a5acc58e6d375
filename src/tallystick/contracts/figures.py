# SPDX-License-Identifier: Apache-2.0
"""What the schema says of statistics and warning rules: plain data that anyone can read."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from tallystick.contracts.expressions import PER_DEFAULT, AnyNode
from tallystick.contracts.label import Label

StatisticKind: TypeAlias = Literal[
    "count", "sum", "distinct", "minimum", "maximum", "gauge", "histogram", "duration", "ratio"
]
Period: TypeAlias = Literal["all", "day", "month"]
DurationUnit: TypeAlias = Literal["second", "minute", "hour", "day"]
Level: TypeAlias = Literal["notice", "warning", "critical"]


class StatisticSchema(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A number, or a table of numbers, that follows from events alone."""

    name: str
    kind: StatisticKind
    label: Label
    event: str = ""
    """Class name of the event that is counted; of a ratio none."""
    where: AnyNode | None = None
    """Only events for which this holds."""
    value: str | None = None
    """Field that is added, compared, kept or told apart."""
    by: tuple[str, ...] = ()
    """Fields of which each combination has a cell of its own."""
    key: tuple[str, ...] = ()
    """Gauge and histogram: what has one value at a time. Duration: what start and end share."""
    until: str | None = None
    """Duration: class name of the event that ends it."""
    unit: DurationUnit | None = None
    percentiles: tuple[int, ...] = ()
    """Duration: which are shown, in per mille; 500 is the median."""
    bounds: tuple[int, ...] = ()
    """Histogram: where a bin ends and the next begins."""
    numerator: str | None = None
    """Ratio: name of a statistic."""
    denominator: str | None = None
    per: int = PER_DEFAULT
    """Ratio: what it is a part of; 10,000 gives basis points."""
    period: Period = "all"
    """Whether there is a table of each day or month beside the one over all time."""
    utc_offset_minutes: int = 480
    """Where the day begins."""
    subject: str | None = None
    """Field that says who is counted; then public figures hide small cells."""
    subjects_min: int = 5
    """Cells with fewer subjects are not published."""


class WarningSchema(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule that raises alerts."""

    id: str
    version: int
    level: Level
    label: Label
    sentence: Label
    """What an alert says; `{field}` places, and `{measured}` for the left side of `when`."""
    when: AnyNode
    on: tuple[str, ...] = ()
    """Class names of the events at which it is judged; none for a condition of a clock."""
    dedupe: tuple[str, ...] = ()
    """Fields that say what an alert is about: one alert for each, until the cool-down is over."""
    cool_down_ms: int = 0
    valid_from_ms: int | None = None
    """Block time from which this version is in force."""
    valid_until_ms: int | None = None
    """Block time at which it no longer is; stays declared, so that its alerts can be rebuilt."""
