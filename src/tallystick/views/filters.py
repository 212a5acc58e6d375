# SPDX-License-Identifier: Apache-2.0
"""What lists can be filtered by, and the SQL conditions it makes."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple, TypeAlias

from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    exists,
    false,
    or_,
    select,
)
from sqlalchemy import Column as SqlColumn

from tallystick.errors import InvalidArguments
from tallystick.model import OK
from tallystick.units import INTEGER_MAX
from tallystick.views import specs as kinds
from tallystick.views.pages import ALTERNATIVES_MAX, Condition, between
from tallystick.views.scattered import numbers_where
from tallystick.views.specs import Column
from tallystick.views.tables import (
    BLOCKS,
    CLASSES,
    EVENT_NAMES,
    EVENT_PLACE_BITS,
    EVENTS,
    LOG,
    SIGNERS,
    WRITE_PLACE_BITS,
    RecordTable,
)

REFUSED: Final = "refused"
"""In place of a code: every code of a refusal."""
VALUES_MAX: Final = 500
"""Most values of which a column may have one."""
TEXT_CHARACTERS_MAX: Final = 200
"""Longest text to search for."""
STRETCHES_MAX: Final = 400
"""Most stretches of time in one question."""

_ID: Final = re.compile(r"[0-9a-f]{8,64}")

Wanted: TypeAlias = "str | int | bool | tuple[str | int, ...]"
"""A value that a column must have, or several of which it must have one."""


class TimeRange(Struct, frozen=True):
    """Block times from (inclusive) and to (exclusive), unix milliseconds; None: open."""

    from_ms: int | None = None
    to_ms: int | None = None


class TransactionFilter(Struct, frozen=True, kw_only=True):
    """Which transactions; every field that is given must hold."""

    contract: str | None = None
    method: str | None = None
    organization: str | None = None
    code: str | None = None
    """`ok`, a refusal's code, or `refused` for all refusals."""
    during: TimeRange = TimeRange()
    text: str | None = None
    """Found anywhere in the arguments' JSON text, without regard to the case of Latin letters."""
    id: str | None = None
    """Beginning of the id: 8 hexadecimal digits or more."""
    signers: tuple[str, ...] | None = None
    """Public keys, hexadecimal, of which one signed."""


class EventFilter(Struct, frozen=True, kw_only=True):
    """Which events; every field that is given must hold."""

    organization: str | None = None
    """Whose transaction announced it."""
    during: TimeRange = TimeRange()


class Bounds(Struct, frozen=True, kw_only=True):
    """A range of a column's values; each side that is given must hold."""

    ge: str | int | None = None
    gt: str | int | None = None
    le: str | int | None = None
    lt: str | int | None = None


class RecordFilter(Struct, frozen=True, kw_only=True):
    """Which records of a table; every field that is given must hold."""

    where: Mapping[str, Wanted] = {}
    """Wanted values by column, see `Views.columns`; `collector.device` is `collector_device`."""
    ranges: Mapping[str, Bounds] = {}
    """Ranges by column: numbers by size, texts by their characters' code points."""
    empty: Mapping[str, bool] = {}
    """By column, whether it has no value."""
    during: TimeRange = TimeRange()
    """When the record was made."""
    text: str | None = None
    """Found anywhere in the table's texts for people, without regard to Latin letter case."""


def height_bounds(connection: Connection, during: TimeRange) -> tuple[Condition, ...]:
    """Return bounds on heights for a range of block times, which never run backwards."""
    low, high = (
        None if time is None else _last_before(connection, _HEIGHT_BEFORE, time) + 1
        for time in (during.from_ms, during.to_ms)
    )
    return between(BLOCKS.c.height, low, high)


def leaf_bounds(
    connection: Connection, during: TimeRange, number: ColumnElement[int], bits: int = 0
) -> tuple[Condition, ...]:
    """Return bounds on a number whose upper bits are a log index, for a range of block times."""
    low, high = (
        None if time is None else _last_before(connection, _LOG_SIZE_BEFORE, time) << bits
        for time in (during.from_ms, during.to_ms)
    )
    return between(number, low, high)


def check_moments(moments: Sequence[int]) -> None:
    """Refuse what are no stretches of time, each from a moment to the next.

    Raises:
        InvalidArguments: too few, too many, or not rising.
    """
    if not 1 < len(moments) <= STRETCHES_MAX + 1:
        raise _wrong_moments(f"2 to {STRETCHES_MAX + 1} moments", str(len(moments)))
    if any(later <= earlier for earlier, later in pairwise(moments)):
        raise _wrong_moments("each later than the one before", "another order")


def _wrong_moments(expected: str, found: str) -> InvalidArguments:
    return InvalidArguments("no such stretches of time", field="to", expected=expected, found=found)


def within_int64(number: int) -> int:
    """Return the number, or the nearest that a database can compare with."""
    return max(-INTEGER_MAX, min(number, INTEGER_MAX))


def _before(column: ColumnElement[int]) -> Select[int]:
    """Return what asks for a column of the last block before a time, `time`."""
    return (
        select(column)
        .where(BLOCKS.c.time < bindparam("time"))
        .order_by(BLOCKS.c.time.desc(), BLOCKS.c.height.desc())
        .limit(1)
    )


# Made once: to put such a query together takes longer than to answer it.
_HEIGHT_BEFORE: Final = _before(BLOCKS.c.height)
_LOG_SIZE_BEFORE: Final = _before(BLOCKS.c.log_size)


def _last_before(connection: Connection, query: Select[int], time: int) -> int:
    """Return what a query of `_before` finds for a time; 0 if there is no block before it."""
    return connection.scalar(query, {"time": within_int64(time)}) or 0


class Conditions(NamedTuple):
    """The conditions of a filter, as `pages.Listing` takes them."""

    alternatives: tuple[Condition, ...]
    """Served by an index."""
    others: tuple[Condition, ...]


def transaction_conditions(
    connection: Connection, wanted: TransactionFilter, *, log_size: int
) -> Conditions:
    """Return the conditions of a filter: which classes of transactions it lets through.

    Raises:
        InvalidArguments: an empty or very long text, or what no id begins with.
    """
    asked = (
        (CLASSES.c.organization, wanted.organization),
        (CLASSES.c.contract, wanted.contract),
        (CLASSES.c.method, wanted.method),
        (CLASSES.c.code, None if wanted.code == REFUSED else wanted.code),
    )
    criteria = [column == name for column, name in asked if name is not None]
    if wanted.code == REFUSED:
        criteria.append(CLASSES.c.code != OK)
    groups: list[tuple[Condition, ...]] = []
    if criteria:
        found = connection.scalars(select(CLASSES.c.id).where(*criteria).order_by(CLASSES.c.id))
        groups.append(_one_of(LOG.c.class_id, found))
    others = [] if wanted.text is None else [contains([LOG.c.args], wanted.text)]
    if wanted.signers is not None:
        keys = select(SIGNERS.c.id).where(SIGNERS.c.public_key.in_(wanted.signers))
        others.append(LOG.c.signer_id.in_(keys))
    if wanted.id is not None:
        groups.insert(0, (LOG.c.leaf_index.in_(_with_id(wanted.id, log_size)),))
    return _in_order(groups, others)


def _with_id(beginning: str, log_size: int) -> Select[Any]:
    """Return the query for the log indexes of transactions whose id begins so.

    Raises:
        InvalidArguments: not 8 to 64 hexadecimal digits.
    """
    if not _ID.fullmatch(beginning):
        raise InvalidArguments(
            "not the beginning of an id",
            field="id",
            expected="8 to 64 lower-case hexadecimal digits",
            found=beginning[:80],
        )
    low, high = _hashes_beginning(beginning)
    return numbers_where(LOG.c.leaf_index, LOG.c.id.between(low, high), log_size=log_size)


def with_hash(beginning: str, height: int) -> Condition:
    """Return the condition for blocks whose hash begins so, of which there are `height`.

    Raises:
        InvalidArguments: not 8 to 64 hexadecimal digits.
    """
    if not _ID.fullmatch(beginning):
        raise InvalidArguments(
            "not the beginning of a hash",
            field="hash",
            expected="8 to 64 lower-case hexadecimal digits",
            found=beginning[:80],
        )
    low, high = _hashes_beginning(beginning)
    number = BLOCKS.c.height
    return number.in_(numbers_where(number, BLOCKS.c.hash.between(low, high), log_size=height))


def _hashes_beginning(digits: str) -> tuple[bytes, bytes]:
    """Return the lowest and the highest hash that begins so."""
    return bytes.fromhex(digits.ljust(64, "0")), bytes.fromhex(digits.ljust(64, "f"))


def event_conditions(
    connection: Connection, pattern: str | None, wanted: EventFilter
) -> Conditions:
    """Return the conditions for events whose name is `pattern`, or begins so if it ends in `*`.

    Raises:
        InvalidArguments: a star in another place.
    """
    others = [] if wanted.organization is None else [announced_by(wanted.organization)]
    if pattern is None or pattern == "*":
        return Conditions((), tuple(others))
    prefix, star, rest = pattern.partition("*")
    if rest:
        raise InvalidArguments(
            "a pattern of event names has one star, at its end",
            field="name",
            expected="for example evidence.Deposited, evidence.* or *",
            found=pattern[:80],
        )
    named = connection.execute(select(EVENT_NAMES.c.id, EVENT_NAMES.c.name))
    found = [
        row.id for row in named if row.name == prefix or (star and row.name.startswith(prefix))
    ]
    return _in_order([_one_of(EVENTS.c.name_id, found)], others)


def announced_by(organization: str) -> Condition:
    """Return the condition for events of an organisation's transactions."""
    log = LOG.alias("announcing")
    classes = select(CLASSES.c.id).where(CLASSES.c.organization == organization)
    leaf_index = EVENTS.c.number.op(">>")(EVENT_PLACE_BITS)
    return exists().where(log.c.leaf_index == leaf_index, log.c.class_id.in_(classes))


def record_conditions(
    table: RecordTable, wanted: RecordFilter, *, use_index: bool, log_size: int
) -> Conditions:
    """Return the conditions of a filter on a contract's table, in a log of `log_size`.

    Raises:
        InvalidArguments: no such column, or a value that it cannot have.
    """
    groups: list[tuple[Condition, ...]] = []
    others: list[Condition] = []
    for name, value in wanted.where.items():
        column = column_of(table, name)
        values = value if isinstance(value, tuple) else (value,)
        _check_values(column, values, name)
        sql = table.sql.c[column.name]
        if column.scattered:
            found = numbers_where(
                table.number, sql.in_(values), log_size=log_size, place_bits=WRITE_PLACE_BITS
            )
            # Equal hashes are few: their rows are found first, whatever else is asked for.
            groups.insert(0, (table.number.in_(found),))
        elif column.indexed and use_index:
            groups.append(_one_of(sql, values))
        else:
            others.append(or_(*_one_of(_without_index(sql), values)))
    others += _open_conditions(table, wanted)
    if wanted.text is not None:
        searched = [table.sql.c[column.name] for column in table.columns if column.searched]
        others.append(contains(searched, wanted.text))
    return _in_order(groups, others)


def _open_conditions(table: RecordTable, wanted: RecordFilter) -> Iterator[Condition]:
    """Yield the conditions on ranges and on absence, which no index leads through."""
    for name, bounds in wanted.ranges.items():
        column = column_of(table, name)
        if column.kind not in {kinds.TEXT, kinds.INTEGER}:
            raise _not_ordered(name, column)
        sql = _without_index(table.sql.c[column.name])
        for compare, limit in (
            (operator.ge, bounds.ge),
            (operator.gt, bounds.gt),
            (operator.le, bounds.le),
            (operator.lt, bounds.lt),
        ):
            if limit is not None:
                _check_values(column, (limit,), name)
                yield compare(sql, limit)
    for name, is_empty in wanted.empty.items():
        sql = _without_index(table.sql.c[column_of(table, name).name])
        yield sql.is_(None) if is_empty else sql.is_not(None)


def column_of(table: RecordTable, name: str) -> Column:
    """Return a column by its name or dotted path, or the key's by the name of its field.

    Raises:
        InvalidArguments: there is none.
    """
    if name == table.spec.text_key:
        return Column(
            name=kinds.KEY,
            path=(name,),
            kind=kinds.TEXT,
            optional=False,
            indexed=True,
            searched=False,
            scattered=False,
        )
    known = [column for column in table.columns if column.kind != kinds.JSON]
    for column in known:
        if name in {column.name, ".".join(column.path)}:
            return column
    raise InvalidArguments(
        f"{table.spec.name} has no column {name[:80]!r} to filter or sort by",
        field=name[:80],
        expected=", ".join([*table.spec.key, *(column.name for column in known)])[:500],
    )


def contains(columns: Sequence[ColumnElement[Any]], text: str) -> Condition:
    """Return the condition that one of the columns contains `text`, taken literally.

    Chinese words are often of two characters, for which SQLite's full-text index of three has no
    use; `pages` bounds the work instead.

    Raises:
        InvalidArguments: empty or very long text.
    """
    if not 1 <= len(text) <= TEXT_CHARACTERS_MAX:
        raise InvalidArguments(
            "the text to search for is empty or too long",
            field="text",
            expected=f"1 to {TEXT_CHARACTERS_MAX} characters",
            found=f"{len(text)} characters",
        )
    return or_(false(), *(column.icontains(text, autoescape=True) for column in columns))


def _in_order(groups: list[tuple[Condition, ...]], others: list[Condition]) -> Conditions:
    """Let the first group that is small enough lead; the rest is tried on its rows."""
    leading: tuple[Condition, ...] = ()
    rest = list(others)
    for group in groups:
        if not leading and len(group) <= ALTERNATIVES_MAX:
            leading = group
        else:
            rest.append(or_(*group))
    return Conditions(leading, tuple(rest))


def _one_of(column: ColumnElement[Any], values: Iterable[object]) -> tuple[Condition, ...]:
    return tuple(column == value for value in values) or (false(),)


def _check_values(column: Column, values: tuple[object, ...], name: str) -> None:
    """Refuse values of another type, which a strict database would not compare."""
    if not 1 <= len(values) <= VALUES_MAX:
        raise InvalidArguments(f"{name}: from 1 to {VALUES_MAX} values are possible", field=name)
    expected = {kinds.BOOLEAN: bool, kinds.INTEGER: int}.get(column.kind, str)
    for value in values:
        is_too_large = type(value) is int and not -INTEGER_MAX <= value <= INTEGER_MAX
        if type(value) is not expected or is_too_large:
            raise InvalidArguments(
                f"{name}: not a value that this column can have",
                field=name,
                expected=column.kind,
                found=str(value)[:80],
            )


def _not_ordered(name: str, column: Column) -> InvalidArguments:
    return InvalidArguments(
        f"{name}: values of this column have no order",
        field=name,
        expected=f"{kinds.TEXT} or {kinds.INTEGER}",
        found=column.kind,
    )


def _without_index(column: SqlColumn[Any]) -> ColumnElement[Any]:
    """Return an expression of the same value that no index serves: the order's index must lead."""
    if isinstance(column.type, Boolean):
        return column  # never has an index
    return column + 0 if isinstance(column.type, BigInteger) else column.concat("")
