# SPDX-License-Identifier: Apache-2.0
"""What a list of a contract's table can be filtered by, read from query fields by the schema.

`status=OPEN` is equality; `due.ge`, `.gt`, `.le`, `.lt` are ranges of numbers, dates, times and
texts; `due.null=true` finds what is absent. `status.eq=OPEN` says the same as `status=OPEN`, for
columns that are called like a parameter of every list (`q`, `order`, `from`, ...).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from tallystick.api.parameters import CURSOR, FROM, LIMIT, ORDER, SEARCH, TO
from tallystick.api.view_ports import Bounds, RecordFilter
from tallystick.api.wire_types import parse_time
from tallystick.contracts import FieldSchema, TableSchema, ValueType
from tallystick.errors import InvalidArguments
from tallystick.units import INTEGER_MAX

LIST_PARAMETERS: Final = (SEARCH, ORDER, FROM, TO, CURSOR, LIMIT)
"""What every list of a table takes besides its columns."""
RESERVED: Final = frozenset(one.name for one in LIST_PARAMETERS)
RANGES: Final = ("ge", "gt", "le", "lt")
EQUAL: Final = "eq"
NULL: Final = "null"
_OPERATORS: Final = (*RANGES, EQUAL, NULL)
_TRUTHS: Final[Mapping[str, bool]] = {"true": True, "false": False}
_INTEGER: Final = re.compile("-?[0-9]{1,19}")
_UNLISTED: Final = frozenset({"list", "map"})
"""Kinds that stand as JSON in one column, which nobody compares with."""
TIMESTAMP: Final = "timestamp-ms"

Filterable = str | int | bool


@dataclass(slots=True)
class _Wanted:
    """A filter while it is put together."""

    where: dict[str, Filterable] = field(default_factory=dict)
    ranges: dict[str, dict[str, str | int]] = field(default_factory=dict)
    empty: dict[str, bool] = field(default_factory=dict)


def filterable_columns(table: TableSchema) -> dict[str, ValueType]:
    """Return the types of a table's columns by name; those of nested records are dotted."""
    return dict(_columns(table.fields, ""))


def ranged(value_type: ValueType) -> bool:
    """Say whether ranges of a type make sense."""
    return value_type.kind in {"integer", "date", "text"}


def read_filter(table: TableSchema, given: Mapping[str, str]) -> tuple[RecordFilter, set[str]]:
    """Return the filter that query fields ask for, and the names that are no column's.

    Raises:
        InvalidArguments: a value that its column cannot have.
    """
    columns = filterable_columns(table)
    wanted, unknown = _Wanted(), set[str]()
    for name, text in given.items():
        column, operator = _split(name, columns)
        if column not in columns:
            unknown.add(name)
        elif operator == NULL:
            wanted.empty[column] = _read_truth(text, name)
        elif operator in RANGES and not ranged(columns[column]):
            raise _unfit(name, f"{column} or {column}.{NULL}: its values have no order", name)
        elif operator in RANGES:
            value = _read(text, columns[column], name)
            wanted.ranges.setdefault(column, {})[operator] = value
        else:
            wanted.where[column] = _read(text, columns[column], name)
    ranges = {name: Bounds(**bounds) for name, bounds in wanted.ranges.items()}
    return RecordFilter(where=wanted.where, ranges=ranges, empty=wanted.empty), unknown


def unknown_column(table: TableSchema, name: str) -> InvalidArguments:
    """Return the error for a column that a table does not have."""
    return InvalidArguments(
        f"{table.name} has no column {name[:80]!r} to filter by",
        field=name[:80],
        expected=", ".join(filterable_columns(table)),
        found=name[:80],
        hint="Columns as listed under `expected`, with .ge, .gt, .le, .lt for ranges and .null.",
    )


def _split(name: str, columns: Mapping[str, ValueType]) -> tuple[str, str]:
    """Return the column and the operator in a query field's name."""
    column, _, operator = name.rpartition(".")
    if name not in columns and operator in _OPERATORS:
        return column, operator
    return name, EQUAL


def _columns(fields: tuple[FieldSchema, ...], above: str) -> Iterator[tuple[str, ValueType]]:
    for one in fields:
        name = f"{above}{one.name}"
        if one.type.kind == "record":
            yield from _columns(one.type.fields, f"{name}.")
        elif one.type.kind not in _UNLISTED:
            yield name, one.type


def _read(text: str, value_type: ValueType, name: str) -> Filterable:
    choices = value_type.choices
    if choices:
        found = next((choice for choice in choices if str(choice) == text), None)
        if found is None:
            raise _unfit(name, ", ".join(map(str, choices)), text)
        return found
    if value_type.kind == "boolean":
        return _read_truth(text, name)
    if value_type.kind == "integer":
        return _read_number(text, value_type, name)
    if value_type.kind == "date":
        return _read_date(text, name)
    # Hashes and bytes stand in the views as lower-case hexadecimal.
    is_hexadecimal = value_type.kind == "bytes" or value_type.format in {"sha256", "sm3", "digest"}
    return text.lower() if is_hexadecimal else text


def _read_number(text: str, value_type: ValueType, name: str) -> int:
    if value_type.format == TIMESTAMP:
        moment = parse_time(text)
        if moment is None:
            raise _unfit(name, "RFC 3339 with a zone, or unix milliseconds", text)
        return moment
    if _INTEGER.fullmatch(text) is None or abs(int(text)) > INTEGER_MAX:
        raise _unfit(name, "an integer of 64 bits", text)
    return int(text)


def _read_date(text: str, name: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise _unfit(name, "a date YYYY-MM-DD", text) from error


def _read_truth(text: str, name: str) -> bool:
    if text not in _TRUTHS:
        raise _unfit(name, "true or false", text)
    return _TRUTHS[text]


def _unfit(name: str, expected: str, found: str) -> InvalidArguments:
    return InvalidArguments(
        f"{name} should be {expected}", field=name[:80], expected=expected, found=found[:80]
    )
