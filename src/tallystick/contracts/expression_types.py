# SPDX-License-Identifier: Apache-2.0
"""Checks of expressions against the events of a contract, when the contract is defined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from tallystick.contracts.expressions import (
    CLOCKS,
    AnyNode,
    Constant,
    Counted,
    FieldOf,
    Figure,
    Latest,
    Operation,
    Ratio,
    Since,
    every_node,
)
from tallystick.contracts.schema import EventSchema, ValueType
from tallystick.errors import InvalidContract

_KEY_KINDS: Final = frozenset({"text", "integer", "choice", "boolean", "bytes", "date"})
_CONNECTING: Final = frozenset({"and", "or", "not"})
_EQUALITY: Final = frozenset({"eq", "ne"})
_COMPARING: Final = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})


class EventTypes:
    """The fields of a contract's events, by class name of the event."""

    def __init__(self, events: Iterable[EventSchema]) -> None:
        """Take the schemas of the events."""
        self._fields: Mapping[str, Mapping[str, ValueType]] = {
            event.name.rpartition(".")[2]: {field.name: field.type for field in event.fields}
            for event in events
        }

    def type_of(self, event: str, field: str, place: str) -> ValueType:
        """Return the type of an event's field.

        Raises:
            InvalidContract: the contract announces no such event, or it has no such field.
        """
        fields = self._fields.get(event)
        if fields is None:
            known = ", ".join(sorted(self._fields))
            raise _refused(place, f"no action emits {event or 'that'}", f"one of {known}")
        if field not in fields:
            raise _refused(place, f"{event} has no field {field!r}", ", ".join(fields))
        return fields[field]

    def check_event(self, event: str, place: str) -> None:
        """Refuse an event that the contract does not announce.

        Raises:
            InvalidContract: no action emits it.
        """
        if event not in self._fields:
            known = ", ".join(sorted(self._fields))
            raise _refused(place, f"no action emits {event or 'that'}", f"one of {known}")

    def check_keys(self, event: str, fields: Iterable[str], place: str) -> None:
        """Refuse fields that cannot tell things apart.

        Raises:
            InvalidContract: an unknown event or field, or one that holds a list, map or record.
        """
        self.check_event(event, place)
        for field in fields:
            kind = self.type_of(event, field, place).kind
            if kind not in _KEY_KINDS:
                raise _refused(place, f"{field} holds a {kind}", "a field of one plain value")

    def check_integer(self, event: str, field: str, place: str) -> None:
        """Refuse a field that is not an integer.

        Raises:
            InvalidContract: an unknown event or field, or one of another kind.
        """
        kind = self.type_of(event, field, place).kind
        if kind != "integer":
            raise _refused(place, f"{field} holds a {kind}", "a field of integers")


def check_condition(
    node: AnyNode, on: tuple[str, ...], events: EventTypes, place: str, *, is_rule: bool = False
) -> None:
    """Refuse an expression that is not a condition on the events `on`.

    Only rules may look beyond the event at hand.

    Raises:
        InvalidContract: it mentions what there is not, mixes kinds, or is no condition.
    """
    for inner in every_node(node):
        if isinstance(inner, CLOCKS):
            raise _refused(place, "a clock's condition stands alone", "when=silent(...), no on=")
        if not is_rule and not isinstance(inner, FieldOf | Constant | Operation | Ratio):
            raise _refused(place, "where looks at the event alone", 'value_of("...") and constants')
    if _kind(node, on, events, place) != "boolean":
        raise _refused(place, "the expression is no condition", 'value_of("amount") > 1000')


def _kind(node: AnyNode, on: tuple[str, ...], events: EventTypes, place: str) -> str:
    """Return `integer`, `text` or `boolean`, having checked all below."""
    match node:
        case Constant(value=value):
            names = {bool: "boolean", int: "integer"}
            return names.get(type(value), "text")
        case FieldOf(name=name):
            kinds = {_plain_kind(events.type_of(event, name, place)) for event in on}
            if len(kinds) != 1 or kinds == {"other"}:
                raise _refused(place, f"{name} is no single plain value", "one kind in all events")
            return kinds.pop()
        case Operation():
            return _kind_of_operation(node, on, events, place)
        case Ratio(numerator=above, denominator=below):
            if {_kind(one, on, events, place) for one in (above, below)} != {"integer"}:
                raise _refused(place, "a ratio is made of integers", "ratio(integer, integer)")
            return "integer"
        case _:
            _check_memory(node, on, events, place)
            return "integer"


def _kind_of_operation(node: Operation, on: tuple[str, ...], events: EventTypes, place: str) -> str:
    kinds = {_kind(term, on, events, place) for term in node.terms}
    if node.operator in _CONNECTING:
        expected = {"boolean"}
    elif node.operator in _EQUALITY and len(kinds) == 1:
        expected = kinds
    else:
        expected = {"integer"}
    if kinds != expected:
        kinds_text = ", ".join(sorted(kinds))
        raise _refused(place, f"{node.operator} cannot join {kinds_text}", "values of one kind")
    is_condition = node.operator in _CONNECTING or node.operator in _COMPARING
    return "boolean" if is_condition else "integer"


def _check_memory(node: AnyNode, on: tuple[str, ...], events: EventTypes, place: str) -> None:
    """Look up what a node remembers of other events."""
    if isinstance(node, Counted | Since):
        for event in (node.event, *on):
            events.check_keys(event, node.by, place)
        if isinstance(node, Counted) and node.distinct is not None:
            events.check_keys(node.event, (node.distinct,), place)
        if isinstance(node, Counted) and (node.within_ms is not None and node.within_ms < 1):
            raise _refused(place, "a window of no length", "within=days(30)")
    elif isinstance(node, Latest):
        events.check_integer(node.event, node.field, place)
    elif isinstance(node, Figure):
        for event in on:
            events.check_keys(event, node.by, place)


def _plain_kind(value: ValueType) -> str:
    if value.kind == "choice":
        is_text = all(isinstance(one, str) for one in value.choices)
        return "text" if is_text else "integer"
    if value.kind in {"text", "date"}:
        return "text"
    return value.kind if value.kind in {"integer", "boolean"} else "other"


def _refused(place: str, problem: str, expected: str) -> InvalidContract:
    return InvalidContract(
        f"{place}: {problem}", field=place, expected=expected, hint=f"Write {expected}."
    )
