# SPDX-License-Identifier: Apache-2.0
"""Statistics as an author declares them: class attributes of a contract, checked when defined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

from msgspec import Struct

from tallystick.contracts.expression_types import EventTypes, check_condition
from tallystick.contracts.expressions import PER_DEFAULT, Term, names
from tallystick.contracts.figures import DurationUnit, Period, StatisticKind, StatisticSchema
from tallystick.contracts.label import Label
from tallystick.contracts.records import Event
from tallystick.errors import InvalidContract

_NEEDS_VALUE: Final = frozenset({"sum", "distinct", "minimum", "maximum", "gauge", "histogram"})
_NEEDS_KEY: Final = frozenset({"gauge", "duration"})
_OWN: Final[Mapping[str, frozenset[str]]] = {
    "key": frozenset({"gauge", "histogram", "duration"}),
    "until": frozenset({"duration"}),
    "unit": frozenset({"duration"}),
    "percentiles": frozenset({"duration"}),
    "bounds": frozenset({"histogram"}),
    "numerator": frozenset({"ratio"}),
    "denominator": frozenset({"ratio"}),
}
"""Settings that only some kinds have."""
_PER_MILLE: Final = 1_000
_OFFSET_MINUTES_MAX: Final = 14 * 60


class RefusedCall(Event):
    """A call of this contract that was refused; the platform announces it for statistics only.

    en: {organization} called {method}; refused: {code}
    zh: {organization} 调用 {method} 被拒绝：{code}
    """

    method: str
    code: str
    organization: str


class Statistic(Struct, frozen=True, kw_only=True, eq=False):
    """A class attribute of a contract: `raised = Statistic(kind="sum", event=Donated, ...)`.

    `figures.StatisticSchema` says what each word means.
    """

    label: Label
    kind: StatisticKind
    event: type[Event] | None = None
    value: str | None = None
    by: str | tuple[str, ...] = ()
    where: Term | None = None
    key: str | tuple[str, ...] = ()
    until: type[Event] | None = None
    unit: DurationUnit | None = None
    percentiles: tuple[int, ...] = ()
    bounds: tuple[int, ...] = ()
    numerator: str | None = None
    denominator: str | None = None
    per: int = PER_DEFAULT
    period: Period = "all"
    utc_offset_minutes: int = 480
    subject: str | None = None
    subjects_min: int = 5

    def schema(self, name: str) -> StatisticSchema:
        """Return the declaration as data, under the attribute's name."""
        is_duration = self.kind == "duration"
        return StatisticSchema(
            name=name,
            kind=self.kind,
            label=self.label,
            event="" if self.event is None else self.event.__name__,
            where=None if self.where is None else self.where.node,
            value=self.value,
            by=names(self.by),
            key=names(self.key),
            until=None if self.until is None else self.until.__name__,
            unit=self.unit or ("minute" if is_duration else None),
            percentiles=self.percentiles or ((500,) if is_duration else ()),
            bounds=self.bounds,
            numerator=self.numerator,
            denominator=self.denominator,
            per=self.per,
            period=self.period,
            utc_offset_minutes=self.utc_offset_minutes,
            subject=self.subject,
            subjects_min=self.subjects_min,
        )


def statistic_schemas(
    owner: str, attributes: Mapping[str, Any], events: EventTypes
) -> Iterator[StatisticSchema]:
    """Yield the schema of every statistic among a contract's attributes.

    Raises:
        InvalidContract: an event or field that there is not, or settings that do not fit the kind.
    """
    found = {
        name: one.schema(name) for name, one in attributes.items() if isinstance(one, Statistic)
    }
    for name, described in found.items():
        place = f"{owner}.{name}"
        _check_settings(described, place)
        if described.kind == "ratio":
            _check_ratio(described, found, place)
        else:
            _check_fields(described, events, place)
        yield described


def _check_settings(described: StatisticSchema, place: str) -> None:
    """Hold the settings against the kind."""
    kind = described.kind
    if kind not in get_args(StatisticKind):
        raise refused(
            place, f"{kind!r} is no kind of statistic", ", ".join(get_args(StatisticKind))
        )
    for setting, kinds in _OWN.items():
        if getattr(described, setting) and kind not in kinds:
            raise refused(place, f"a {kind} has no {setting}", f"{setting} only for a {min(kinds)}")
    if (described.value is None) == (kind in _NEEDS_VALUE):
        raise refused(place, f"value does not fit a {kind}", 'value="field", for all but counts')
    if kind in _NEEDS_KEY and not described.key:
        raise refused(place, f"a {kind} needs a key", 'key="field"')
    if described.subjects_min < 1 or described.per < 1:
        raise refused(place, "subjects_min and per begin at 1", "a positive integer")
    if abs(described.utc_offset_minutes) > _OFFSET_MINUTES_MAX:
        raise refused(place, "no zone is so far from UTC", "minutes, -840 to 840")
    _check_lists(described, place)


def _check_lists(described: StatisticSchema, place: str) -> None:
    """Hold bounds and percentiles against their forms."""
    kind, bounds = described.kind, described.bounds
    if kind == "histogram" and (not bounds or list(bounds) != sorted(set(bounds))):
        raise refused(place, "bounds do not rise", "bounds=(6000, 7000, 8000)")
    if any(not 0 < one <= _PER_MILLE for one in described.percentiles):
        raise refused(place, "percentiles are in per mille", "percentiles=(500, 900)")
    if len(set(described.by)) != len(described.by):
        raise refused(place, "a field stands twice in by", "each field once")


def _check_fields(described: StatisticSchema, events: EventTypes, place: str) -> None:
    """Look every field up in the event that the statistic reads it from."""
    counted = described.event if described.until is None else described.until
    if described.kind == "duration":
        if described.until in {None, described.event}:
            raise refused(place, "a duration ends with another event", "until=Event")
        events.check_keys(described.event, described.key, place)
    events.check_keys(counted, (*described.by, *described.key), place)
    if described.subject is not None:
        events.check_keys(counted, (described.subject,), place)
    if described.kind == "distinct":
        events.check_keys(counted, (described.value or "",), place)
    elif described.value is not None:
        events.check_integer(counted, described.value, place)
    if described.where is not None:
        check_condition(described.where, (counted,), events, place)


def _check_ratio(
    described: StatisticSchema, found: Mapping[str, StatisticSchema], place: str
) -> None:
    """Look the two statistics of a ratio up; they must have the same cells."""
    extra = described.event or described.by or described.subject or described.where
    if extra or described.period != "all":
        raise refused(place, "a ratio has the cells of its statistics", "numerator and denominator")
    for name in (described.numerator, described.denominator):
        part = found.get(name or "")
        if part is None or part.kind in {"ratio", "duration", "histogram"}:
            raise refused(place, f"{name!r} cannot be a part of a ratio", "the name of a sum")
    above, below = found[described.numerator or ""], found[described.denominator or ""]
    if (above.by, above.period) != (below.by, below.period):
        raise refused(place, "the parts of a ratio differ in their cells", "the same by and period")


def refused(place: str, problem: str, expected: str) -> InvalidContract:
    """Return the error for a declaration that does not hold."""
    return InvalidContract(
        f"{place}: {problem}", field=place, expected=expected, hint=f"Write {expected}."
    )
