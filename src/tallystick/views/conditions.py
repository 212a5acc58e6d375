# SPDX-License-Identifier: Apache-2.0
"""Work out what a rule's expression says at an event; a value that is not there is None.

Beside the value, the transactions that it rests on are collected: an alert cites them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final, Protocol, TypeAlias

from tallystick.contracts import (
    AnyNode,
    Constant,
    Counted,
    FieldOf,
    Figure,
    HourOfDay,
    Latest,
    Operation,
    Ratio,
    Since,
)
from tallystick.views.figure_events import Happening, Plain

Leaves: TypeAlias = "list[int]"


class Remembered(Protocol):
    """What is known of other events."""

    def recall(
        self,
        node: Counted | Since | Latest | Figure,
        happening: Happening,
        time: int,
        inputs: Leaves,
    ) -> int | None:
        """Return the value of a node that looks beyond the event, and add what it rests on."""
        ...


def holds_on(node: AnyNode, happening: Happening) -> bool:
    """Say whether a condition on the event alone holds."""
    return _value(node, happening, 0, None, []) is True


def judge(
    node: AnyNode, happening: Happening, time: int, memory: Remembered
) -> tuple[bool, Plain, Leaves]:
    """Return whether a condition holds, the left side of its comparison, and its inputs."""
    inputs = [happening.leaf]
    holds = _value(node, happening, time, memory, inputs) is True
    measured = _measured(node, happening, time, memory) if holds else None
    return holds, measured, sorted(set(inputs))


def _measured(node: AnyNode, happening: Happening, time: int, memory: Remembered) -> Plain:
    """Return the left side of the first comparison that holds."""
    while isinstance(node, Operation) and node.operator in {"and", "or"}:
        holding = (one for one in node.terms if _value(one, happening, time, memory, []) is True)
        node = next(holding)
    if isinstance(node, Operation) and node.operator != "not":
        return _value(node.terms[0], happening, time, memory, [])
    return None


def _value(
    node: AnyNode, happening: Happening, time: int, memory: Remembered | None, inputs: Leaves
) -> Plain:
    match node:
        case Operation(operator=name, terms=terms):
            found = [_value(term, happening, time, memory, inputs) for term in terms]
            return _operated(name, found)
        case Ratio(numerator=above, denominator=below, per=per):
            parts = [_value(one, happening, time, memory, inputs) for one in (above, below)]
            return _divided(parts[0], parts[1], per)
        case Counted() | Since() | Latest() | Figure():
            return None if memory is None else memory.recall(node, happening, time, inputs)
        case HourOfDay(utc_offset_minutes=offset):
            return datetime.fromtimestamp(time // 1000 + 60 * offset, UTC).hour
        case Constant(value=value):
            return value
        case _:
            return happening.plain(node.name) if isinstance(node, FieldOf) else None


def _divided(top: Plain, bottom: Plain, per: int) -> int | None:
    if type(top) is int and type(bottom) is int and bottom != 0:
        return top * per // bottom
    return None


def _operated(name: str, values: list[Plain]) -> Plain:
    if name in _CONNECTED:
        return _CONNECTED[name](values)
    left, right = values
    if type(left) is not type(right) or left is None:
        return None
    if name in _COMPARED:
        return _COMPARED[name](left, right)
    is_number = type(left) is int and type(right) is int
    return _CALCULATED[name](left, right) if is_number else None


_CONNECTED: Final[Mapping[str, Callable[[list[Plain]], bool]]] = {
    "and": lambda values: all(value is True for value in values),
    "or": lambda values: any(value is True for value in values),
    "not": lambda values: values[0] is not True,
}
_COMPARED: Final[Mapping[str, Callable[[object, object], bool]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
}
_CALCULATED: Final[Mapping[str, Callable[..., Plain]]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
}
