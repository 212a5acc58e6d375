# SPDX-License-Identifier: Apache-2.0
"""Turn the values of a contract's table into rows of its SQL table.

A value that does not fit its column leaves it empty and goes to the column `_extra`, so that a
contract of another version, or a faulty one, loses nothing and stops nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any, Final, TypeAlias

from tallystick.encoding import Value
from tallystick.units import INTEGER_MAX
from tallystick.views import specs as kinds
from tallystick.views.decoding import json_text
from tallystick.views.specs import Column, Field, TableSpec, columns_of

SqlValue: TypeAlias = "str | int | bool | None"
Row: TypeAlias = "tuple[SqlValue, ...]"

_ACCEPTED: Final[dict[str, frozenset[type]]] = {
    kinds.TEXT: frozenset({str, type(None)}),
    kinds.INTEGER: frozenset({int, type(None)}),
    kinds.BOOLEAN: frozenset({bool, type(None)}),
    kinds.BYTES: frozenset({bytes, type(None)}),
}
INTEGER_MIN: Final = -INTEGER_MAX - 1
_SHAPES_MAX: Final = 4_096


class RecordReader:
    """Makes rows of one table: `_extra`, then its columns in order."""

    def __init__(self, spec: TableSpec) -> None:
        """Prepare what every record of the table has in common."""
        self._spec = spec
        self._columns = columns_of(spec)
        self._places = {column.path: place for place, column in enumerate(self._columns)}
        self._key = spec.text_key
        self._take = _taker(spec.fields, self._key)
        self._shapes: set[tuple[type, ...]] = set()
        self._integers = self._of_kind(kinds.INTEGER)
        converted = {kinds.JSON: json_text, kinds.BYTES: _hexadecimal}
        self._converted: list[tuple[int, Callable[[Value], str | None]]] = [
            (place, converted[column.kind])
            for place, column in enumerate(self._columns)
            if column.kind in converted
        ]

    def key_text(self, key: bytes) -> str:
        """Return a primary key as text: what is not text is shown as hexadecimal."""
        if not self._spec.binary_key:
            try:
                text = key.decode()
            except UnicodeDecodeError:
                return key.hex()
            if "\0" not in text:
                return text
        return key.hex()

    def row(self, key: str, record: Value) -> Row:
        """Return `_extra` and the columns of the record stored under `key`."""
        values = self._expected(key, record)
        return self._unexpected(key, record) if values is None else (None, *values)

    def _of_kind(self, kind: str) -> list[int]:
        return [place for place, column in enumerate(self._columns) if column.kind == kind]

    def _expected(self, key: str, record: Value) -> list[SqlValue] | None:
        """Return the columns of a record that has exactly the form of the spec: the usual case."""
        values: list[Any] = []
        if not self._take(record, values) or (
            self._key is not None and record[self._key] != key  # type: ignore[index, call-overload]
        ):
            return None
        shape = tuple(map(type, values))
        if shape not in self._shapes and not self._remember(shape):
            return None
        for place in self._integers:
            number = values[place]
            if number is not None and not INTEGER_MIN <= number <= INTEGER_MAX:
                return None
        for place, convert in self._converted:
            if values[place] is not None:
                values[place] = convert(values[place])
        return values

    def _remember(self, shape: tuple[type, ...]) -> bool:
        """Say whether values of these types fit the columns; the same types come again."""
        fits = all(
            column.kind == kinds.JSON or found in _ACCEPTED[column.kind]
            for column, found in zip(self._columns, shape, strict=True)
        )
        if fits and len(self._shapes) < _SHAPES_MAX:
            self._shapes.add(shape)
        return fits

    def _unexpected(self, key: str, record: Value) -> Row:
        """Return what fits in its column, and the rest as JSON in `_extra`."""
        values: list[SqlValue] = [None] * len(self._columns)
        if type(record) is not dict:
            return (json_text({"": record}), *values)
        extra = self._place(record, (), values)
        if self._key is not None and extra.get(self._key) == key:
            del extra[self._key]
        return (json_text(extra) if extra else None, *values)

    def _place(
        self, record: dict[str, Value], above: tuple[str, ...], values: list[SqlValue]
    ) -> dict[str, Value]:
        """Put the fields into their columns and return those that have none or do not fit."""
        extra: dict[str, Value] = {}
        for name, value in record.items():
            path = (*above, name)
            place = self._places.get(path)
            if place is not None and _fits(value, self._columns[place]):
                values[place] = _converted(value, self._columns[place])
            elif type(value) is dict and any(known[: len(path)] == path for known in self._places):
                if rest := self._place(value, path, values):
                    extra[name] = rest
            elif value is not None or path not in self._parents():
                extra[name] = value
        return extra

    def _parents(self) -> set[tuple[str, ...]]:
        """Return the paths of nested records: null there means that all its columns are null."""
        return {path[:size] for path in self._places for size in range(1, len(path))}


def _taker(
    fields: tuple[Field, ...], left_out: str | None = None
) -> Callable[[Any, list[Value]], bool]:
    """Return a function that appends a record's values and says whether it had these fields."""
    plain = [f.name for f in fields if f.kind != kinds.RECORD and f.name != left_out]
    get_plain = _getter(plain)
    nested = [(field.name, _nested(field)) for field in fields if field.kind == kinds.RECORD]
    size = len(fields)

    def take(record: Any, values: list[Value]) -> bool:  # noqa: ANN401  # whatever was stored
        # No field is missing and there are no more of them: then they are these.
        if type(record) is not dict or len(record) != size:
            return False
        try:
            values += get_plain(record)
            for name, take_nested in nested:
                if not take_nested(record[name], values):
                    return False
        except KeyError:
            return False
        return left_out is None or left_out in record

    return take


def _nested(field: Field) -> Callable[[Any, list[Value]], bool]:
    take = _taker(field.fields)
    nothing = [None] * _width(field)

    def take_nested(record: Any, values: list[Value]) -> bool:  # noqa: ANN401
        if record is None:
            values += nothing
            return True
        return take(record, values)

    return take_nested


def _getter(names: list[str]) -> Callable[[Any], Any]:
    """Return a function that takes these values out of a map, always as a tuple."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda record: tuple(record[name] for name in names)


def _width(field: Field) -> int:
    if field.kind != kinds.RECORD:
        return 1
    return sum(_width(child) for child in field.fields)


def _fits(value: Value, column: Column) -> bool:
    if column.kind == kinds.JSON:
        return True
    if type(value) is int and not INTEGER_MIN <= value <= INTEGER_MAX:
        return False
    return type(value) in _ACCEPTED[column.kind]


def _converted(value: Value, column: Column) -> SqlValue:
    if value is None:
        return None
    if column.kind == kinds.JSON:
        return json_text(value)
    return value.hex() if type(value) is bytes else value  # type: ignore[return-value]


def _hexadecimal(value: Value) -> str | None:
    return value.hex() if type(value) is bytes else None
