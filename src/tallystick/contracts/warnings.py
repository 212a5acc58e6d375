# SPDX-License-Identifier: Apache-2.0
"""Warning rules as an author declares them: class attributes of a contract."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, get_args

from msgspec import Struct

from tallystick.contracts.expression_types import EventTypes, check_condition
from tallystick.contracts.expressions import (
    AnyNode,
    Figure,
    Overdue,
    Silent,
    Term,
    every_node,
    names,
)
from tallystick.contracts.figures import Level, StatisticSchema, WarningSchema
from tallystick.contracts.label import Label
from tallystick.contracts.records import Event
from tallystick.contracts.statistics import refused
from tallystick.contracts.templates import places

_ID: Final = re.compile("[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")
_ID_CHARACTERS_MAX: Final = 40
MEASURED: Final = "measured"
"""Place in a rule's sentence for the left side of its comparison."""


class WarningRule(Struct, frozen=True, kw_only=True, eq=False):
    """A class attribute of a contract: `idle = WarningRule(id="CHAR-W4", version=1, ...)`.

    `figures.WarningSchema` says what each word means; times are in milliseconds.
    """

    id: str
    version: int
    level: Level
    label: Label
    sentence: Label
    when: Term
    on: type[Event] | tuple[type[Event], ...] = ()
    dedupe: str | tuple[str, ...] = ()
    cool_down: int = 0
    valid_from: int | None = None
    valid_until: int | None = None

    def schema(self) -> WarningSchema:
        """Return the declaration as data."""
        events = (self.on,) if isinstance(self.on, type) else self.on
        return WarningSchema(
            id=self.id,
            version=self.version,
            level=self.level,
            label=self.label,
            sentence=self.sentence,
            when=self.when.node,
            on=tuple(event.__name__ for event in events),
            dedupe=names(self.dedupe) or _clock_key(self.when.node),
            cool_down_ms=self.cool_down,
            valid_from_ms=self.valid_from,
            valid_until_ms=self.valid_until,
        )


def warning_schemas(
    owner: str,
    attributes: Mapping[str, Any],
    events: EventTypes,
    statistics: Iterable[StatisticSchema],
) -> Iterator[WarningSchema]:
    """Yield the schema of every warning rule among a contract's attributes.

    Raises:
        InvalidContract: an event, field or statistic that there is not, a condition that is none,
            or two rules of one id in force at the same time.
    """
    rules = {name: one.schema() for name, one in attributes.items() if isinstance(one, WarningRule)}
    known = {one.name: one for one in statistics}
    seen: list[WarningSchema] = []
    for name, rule in rules.items():
        place = f"{owner}.{name}"
        _check_settings(rule, place)
        _check_once(rule, seen, place)
        _check_expression(rule, events, place)
        _check_figures(rule.when, known, place)
        seen.append(rule)
        yield rule


def _check_settings(rule: WarningSchema, place: str) -> None:
    if _ID.fullmatch(rule.id) is None or len(rule.id) > _ID_CHARACTERS_MAX:
        raise refused(place, f"{rule.id[:80]!r} cannot be the id of a rule", 'id="CHAR-W1"')
    if rule.version < 1 or rule.cool_down_ms < 0:
        raise refused(place, "versions begin at 1, cool-downs at 0", "version=1, cool_down=days(1)")
    if rule.level not in get_args(Level):
        raise refused(place, f"{rule.level!r} is no level", ", ".join(get_args(Level)))


def _check_once(rule: WarningSchema, seen: Iterable[WarningSchema], place: str) -> None:
    """Refuse two versions of a rule that are in force at the same time."""
    for other in seen:
        if other.id != rule.id:
            continue
        overlaps = _starts_before_end(rule, other) and _starts_before_end(other, rule)
        if other.version == rule.version or overlaps:
            expected = "valid_until of the old version = valid_from of the new one"
            raise refused(place, f"{rule.id} is in force twice", expected)


def _starts_before_end(one: WarningSchema, other: WarningSchema) -> bool:
    if one.valid_from_ms is None or other.valid_until_ms is None:
        return True
    return one.valid_from_ms < other.valid_until_ms


def _check_expression(rule: WarningSchema, events: EventTypes, place: str) -> None:
    """Hold condition, dedupe key and sentence against the events."""
    when, judged = rule.when, rule.on
    if isinstance(when, Silent | Overdue):
        if rule.on or rule.dedupe != when.by:
            raise refused(place, "a clock's rule is about its by", "neither on= nor dedupe=")
        judged = (when.event,)
        watched = (when.event,) if isinstance(when, Silent) else (when.event, when.until)
        for event in watched:
            events.check_keys(event, when.by, place)
        if (when.for_ms if isinstance(when, Silent) else when.after_ms) < 1:
            raise refused(place, "a clock that does not run", "hours(2)")
    elif not rule.on:
        raise refused(place, "no event at which to judge", "on=Event")
    else:
        check_condition(when, rule.on, events, place, is_rule=True)
    for event in judged:
        events.check_keys(event, rule.dedupe, place)
        for mentioned in (*places(rule.sentence.zh), *places(rule.sentence.en)):
            if mentioned != MEASURED:
                events.type_of(event, mentioned, place)


def _check_figures(node: AnyNode, known: Mapping[str, StatisticSchema], place: str) -> None:
    """Look up the statistics that a condition reads."""
    for inner in every_node(node):
        if not isinstance(inner, Figure):
            continue
        found = known.get(inner.statistic)
        if found is None or found.kind in {"ratio", "duration", "histogram"}:
            expected = "a sum, count, distinct, minimum, maximum or gauge"
            raise refused(place, f"{inner.statistic!r} has no one value", expected)
        if inner.by not in {(), found.by}:
            raise refused(place, f"{inner.statistic} has other cells", f"by={found.by} or none")


def _clock_key(node: AnyNode) -> tuple[str, ...]:
    return node.by if isinstance(node, Silent | Overdue) else ()
