# SPDX-License-Identifier: Apache-2.0
"""The conditions of warning rules: written with Python's operators, kept as a tree of plain data.

`value_of("ltv_bp") >= 7000` makes a `Term`, and its `node` is what the schema holds, so documents
and the console can show a rule, and nothing is ever evaluated as code. Integers only; a value that
is not there makes every comparison false.
"""

from __future__ import annotations

from typing import Final, Literal, NoReturn, TypeAlias, Union

from msgspec import Struct

from tallystick.contracts.records import Event

Operator: TypeAlias = Literal[
    "eq", "ne", "lt", "le", "gt", "ge", "add", "subtract", "multiply", "and", "or", "not"
]
PER_DEFAULT: Final = 10_000
"""Ratios are in basis points unless something else is asked for."""


class Node(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="node"):
    """A part of an expression."""


class Constant(Node, frozen=True, kw_only=True, tag="constant"):
    """A value written in the rule."""

    value: int | str | bool


class FieldOf(Node, frozen=True, kw_only=True, tag="field"):
    """A field of the event that the rule looks at."""

    name: str


class Operation(Node, frozen=True, kw_only=True, tag="operation"):
    """A comparison, a sum, or a connection of conditions."""

    operator: Operator
    terms: tuple[AnyNode, ...]


class Counted(Node, frozen=True, kw_only=True, tag="count"):
    """How many events there were that agree in the fields `by`, this one included."""

    event: str
    """Class name, as everywhere in expressions."""
    by: tuple[str, ...]
    distinct: str | None = None
    """Count the different values of this field instead."""
    within_ms: int | None = None
    """Only those younger than this: an event exactly so old counts no more."""


class Since(Node, frozen=True, kw_only=True, tag="since"):
    """Milliseconds since the last event before this one that agrees in the fields `by`."""

    event: str
    by: tuple[str, ...]


class Latest(Node, frozen=True, kw_only=True, tag="latest"):
    """The value of a field in the latest event of a kind: a threshold that actions can change."""

    event: str
    field: str
    default: int


class Figure(Node, frozen=True, kw_only=True, tag="figure"):
    """The value of a statistic in the cell to which the event belongs, over all time."""

    statistic: str
    by: tuple[str, ...]
    """Fields that name the cell; none: the total."""


class Ratio(Node, frozen=True, kw_only=True, tag="ratio"):
    """A numerator times `per` divided by a denominator, rounded down."""

    numerator: AnyNode
    denominator: AnyNode
    per: int = PER_DEFAULT


class HourOfDay(Node, frozen=True, kw_only=True, tag="hour_of_day"):
    """The hour of the block's time, 0 to 23, at an offset from UTC."""

    utc_offset_minutes: int = 480


class Silent(Node, frozen=True, kw_only=True, tag="silent"):
    """Whether the last event with the same fields `by` is at least so old: the rule of a clock."""

    event: str
    by: tuple[str, ...]
    for_ms: int


class Overdue(Node, frozen=True, kw_only=True, tag="overdue"):
    """Whether an event waits at least so long for another one with the same fields `by`."""

    event: str
    until: str
    by: tuple[str, ...]
    after_ms: int


AnyNode: TypeAlias = Union[  # noqa: UP007  # read at run time, where some names are still texts
    Constant,
    FieldOf,
    Operation,
    Counted,
    Since,
    Latest,
    Figure,
    Ratio,
    HourOfDay,
    Silent,
    Overdue,
]
CLOCKS: Final = (Silent, Overdue)
"""Conditions that come true while nothing happens; a rule is one of them, or has none."""

Written: TypeAlias = "Term | int | str | bool"


class Term:
    """An expression at the author's desk: operators make larger ones."""

    __slots__ = ("node",)
    __hash__ = None  # type: ignore[assignment]  # == makes an expression

    def __init__(self, node: AnyNode) -> None:
        """Wrap a node."""
        self.node = node

    def __eq__(self, other: object) -> Term:  # type: ignore[override]
        return _operation("eq", self, other)

    def __ne__(self, other: object) -> Term:  # type: ignore[override]
        return _operation("ne", self, other)

    def __lt__(self, other: Written) -> Term:
        return _operation("lt", self, other)

    def __le__(self, other: Written) -> Term:
        return _operation("le", self, other)

    def __gt__(self, other: Written) -> Term:
        return _operation("gt", self, other)

    def __ge__(self, other: Written) -> Term:
        return _operation("ge", self, other)

    def __add__(self, other: Written) -> Term:
        return _operation("add", self, other)

    def __sub__(self, other: Written) -> Term:
        return _operation("subtract", self, other)

    def __mul__(self, other: Written) -> Term:
        return _operation("multiply", self, other)

    def __and__(self, other: Term) -> Term:
        return _operation("and", self, other)

    def __or__(self, other: Term) -> Term:
        return _operation("or", self, other)

    def __invert__(self) -> Term:
        return Term(Operation(operator="not", terms=(self.node,)))

    def __bool__(self) -> NoReturn:
        raise TypeError("an expression has no value yet: connect conditions with &, | and ~")


def value_of(name: str) -> Term:
    """Return the value of a field of the event that the rule looks at."""
    return Term(FieldOf(name=name))


def count(
    event: type[Event],
    *,
    by: str | tuple[str, ...],
    distinct: str | None = None,
    within: int | None = None,
) -> Term:
    """Return how many events agree with this one in `by`, or how many values of `distinct`."""
    node = Counted(event=event.__name__, by=names(by), distinct=distinct, within_ms=within)
    return Term(node)


def since(event: type[Event], *, by: str | tuple[str, ...]) -> Term:
    """Return the milliseconds since the last event before that agrees in `by`."""
    return Term(Since(event=event.__name__, by=names(by)))


def latest(event: type[Event], name: str, *, default: int) -> Term:
    """Return a field of the latest event of a kind, `default` while there was none."""
    return Term(Latest(event=event.__name__, field=name, default=default))


def figure(statistic: str, *, by: str | tuple[str, ...] = ()) -> Term:
    """Return a statistic's value in the cell that the fields `by` of this event name."""
    return Term(Figure(statistic=statistic, by=names(by)))


def ratio(numerator: Written, denominator: Written, *, per: int = PER_DEFAULT) -> Term:
    """Return numerator times `per` by denominator, rounded down; nothing if that is 0."""
    return Term(Ratio(numerator=node_of(numerator), denominator=node_of(denominator), per=per))


def hour_of_day(*, utc_offset_minutes: int = 480) -> Term:
    """Return the hour of the block's time, 0 to 23."""
    return Term(HourOfDay(utc_offset_minutes=utc_offset_minutes))


def silent(event: type[Event], *, by: str | tuple[str, ...], for_: int) -> Term:
    """Return whether the last event with these fields is at least `for_` milliseconds old."""
    return Term(Silent(event=event.__name__, by=names(by), for_ms=for_))


def overdue(
    event: type[Event], *, until: type[Event], by: str | tuple[str, ...], after: int
) -> Term:
    """Return whether an event waits at least `after` milliseconds for `until`."""
    name, end = event.__name__, until.__name__
    return Term(Overdue(event=name, until=end, by=names(by), after_ms=after))


def names(given: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return one name or several as a tuple."""
    return (given,) if isinstance(given, str) else given


def node_of(written: object) -> AnyNode:
    """Return what was written in an expression as a node.

    Raises:
        TypeError: neither an expression nor an integer, a text or a truth value.
    """
    if isinstance(written, Term):
        return written.node
    if isinstance(written, int | str):
        return Constant(value=written)
    raise TypeError(f"an expression holds integers and texts, not {type(written).__name__}")


def children(node: AnyNode) -> tuple[AnyNode, ...]:
    """Return the nodes right below one."""
    match node:
        case Operation(terms=terms):
            return terms
        case Ratio(numerator=above, denominator=below):
            return (above, below)
        case _:
            return ()


def every_node(node: AnyNode) -> tuple[AnyNode, ...]:
    """Return a node and all below it, from the left."""
    return (node, *(inner for child in children(node) for inner in every_node(child)))


def _operation(operator: Operator, left: object, right: object) -> Term:
    return Term(Operation(operator=operator, terms=(node_of(left), node_of(right))))
