# SPDX-License-Identifier: Apache-2.0
"""An expression as one line for people: what documents and the console show of a rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from tallystick.contracts.expressions import (
    PER_DEFAULT,
    AnyNode,
    Constant,
    Counted,
    FieldOf,
    Figure,
    HourOfDay,
    Latest,
    Operation,
    Operator,
    Overdue,
    Ratio,
    Silent,
    Since,
)

_SIGNS: Final[Mapping[Operator, str]] = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "and": "and",
    "or": "or",
}
Leaf: TypeAlias = (
    Constant | FieldOf | Counted | Since | Latest | Figure | HourOfDay | Silent | Overdue
)
_LENGTHS: Final = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"), (1, "ms"))


def expression_text(node: AnyNode) -> str:
    """Return an expression as text: `count(Paid by account, different beneficiary) > 3`."""
    match node:
        case Operation(operator="not", terms=(term,)):
            return f"not {_inside(term)}"
        case Operation(operator=operator, terms=terms):
            return f" {_SIGNS[operator]} ".join(_inside(term) for term in terms)
        case Ratio(numerator=above, denominator=below, per=per):
            unit = "" if per == PER_DEFAULT else f", per {per}"
            return f"ratio({expression_text(above)}, {expression_text(below)}{unit})"
        case _:
            return _leaf_text(node)


def duration_text(milliseconds: int) -> str:
    """Return a length of time in its largest whole unit: `2 h`."""
    size, unit = next(one for one in _LENGTHS if milliseconds % one[0] == 0)
    return f"{milliseconds // size} {unit}"


def _inside(node: AnyNode) -> str:
    text = expression_text(node)
    return f"({text})" if isinstance(node, Operation) else text


def _leaf_text(node: Leaf) -> str:
    match node:
        case Constant(value=value):
            text = f'"{value}"' if isinstance(value, str) else str(value)
        case FieldOf(name=name):
            text = name
        case Counted(event=event, by=by, distinct=distinct, within_ms=within):
            parts = [f"different {distinct}"] if distinct else []
            parts += [f"within {duration_text(within)}"] if within else []
            text = f"count({', '.join([_keyed(event, by), *parts])})"
        case Since(event=event, by=by):
            text = f"since({_keyed(event, by)})"
        case Latest(event=event, field=field, default=default):
            text = f"latest({event}.{field}, else {default})"
        case Figure(statistic=statistic, by=by):
            text = f"figure({_keyed(statistic, by)})"
        case HourOfDay(utc_offset_minutes=offset):
            text = f"hour_of_day({offset:+d} min)"
        case Silent(event=event, by=by, for_ms=length):
            text = f"silent({_keyed(event, by)}, for {duration_text(length)})"
        case _:
            waits = f"until {node.until}, after {duration_text(node.after_ms)}"
            text = f"overdue({_keyed(node.event, node.by)}, {waits})"
    return text


def _keyed(name: str, by: tuple[str, ...]) -> str:
    return f"{name} by {', '.join(by)}" if by else name
