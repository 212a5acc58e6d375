# SPDX-License-Identifier: Apache-2.0
"""Arguments as doors receive them, JSON or plain text, turned into ledger values by the schema.

Only the form is changed here (hexadecimal to bytes, text to numbers); whether the values fit is
for the contract host's check of the call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from tallystick.contracts.schema import FieldSchema, MethodSchema, ValueType
from tallystick.encoding import Value, parse_hex, parse_json
from tallystick.errors import InvalidArguments, Malformed

_INTEGER = re.compile("-?(0|[1-9][0-9]{0,18})")
_TRUTHS: Final[Mapping[str, bool]] = {"true": True, "false": False}


def arguments_from_json(method: MethodSchema, data: Mapping[str, object]) -> dict[str, Value]:
    """Return the arguments in a JSON object: bytes fields are hexadecimal text there.

    Raises:
        InvalidArguments: an unknown argument, a number with a fraction, or bad hexadecimal.
    """
    fields = _fields(method)
    return {
        name: _from_json(value, _known(fields, name, method).type, name)
        for name, value in data.items()
    }


def arguments_from_text(method: MethodSchema, data: Mapping[str, str]) -> dict[str, Value]:
    """Return the arguments in texts, such as a URL's query or command-line options.

    Lists, maps and records are JSON. An empty text is null where null is allowed.

    Raises:
        InvalidArguments: an unknown argument, or a text that is not of the argument's kind.
    """
    fields = _fields(method)
    return {
        name: _from_text(text, _known(fields, name, method).type, name)
        for name, text in data.items()
    }


def _fields(method: MethodSchema) -> dict[str, FieldSchema]:
    return {field.name: field for field in method.arguments}


def _known(fields: Mapping[str, FieldSchema], name: str, method: MethodSchema) -> FieldSchema:
    if name not in fields:
        raise InvalidArguments(
            f"{method.name} has no argument {name[:80]!r}",
            field=name[:80],
            expected=", ".join(fields) or "no arguments",
        )
    return fields[name]


def _from_json(value: object, value_type: ValueType, place: str) -> Value:
    if isinstance(value, list):
        items = value_type.items
        if items is None or value_type.kind != "list":
            raise _unfit(place, value_type, "a list")
        return [_from_json(item, items, f"{place}[{n}]") for n, item in enumerate(value)]
    if isinstance(value, dict):
        return {
            key: _from_json(item, _inner(value_type, key, f"{place}.{key}"), f"{place}.{key}")
            for key, item in value.items()
        }
    if isinstance(value, str) and value_type.kind == "bytes":
        return _hexadecimal(value, place)
    if value is None or isinstance(value, bool | int | str):
        return value
    raise _unfit(place, value_type, type(value).__name__)


def _inner(outer: ValueType, key: str, place: str) -> ValueType:
    """Return the type of a map's value or a record's field."""
    types = {field.name: field.type for field in outer.fields}
    inner = types.get(key, outer.items)
    if inner is None or outer.kind == "list":
        raise _unfit(place, outer, f"a field {key!r}")
    return inner


def _from_text(text: str, value_type: ValueType, place: str) -> Value:
    if text == "" and value_type.is_nullable:
        return None
    if value_type.kind in {"list", "map", "record"}:
        try:
            return _from_json(parse_json(text, name=place), value_type, place)
        except Malformed as error:
            raise _unfit(place, value_type, text) from error
    numbers = value_type.choices and isinstance(value_type.choices[0], int)
    if value_type.kind == "integer" or numbers:
        if _INTEGER.fullmatch(text) is None:
            raise _unfit(place, value_type, text)
        return int(text)
    if value_type.kind == "boolean":
        if text not in _TRUTHS:
            raise _unfit(place, value_type, text)
        return _TRUTHS[text]
    return _hexadecimal(text, place) if value_type.kind == "bytes" else text


def _hexadecimal(text: str, place: str) -> bytes:
    try:
        return parse_hex(text, name=place)
    except Malformed as error:
        raise InvalidArguments(
            f"{place}: expected hexadecimal digits", field=place, expected="hexadecimal digits"
        ) from error


def _unfit(place: str, value_type: ValueType, found: str) -> InvalidArguments:
    return InvalidArguments(
        f"{place}: expected {value_type.kind}, found {found[:80]}",
        field=place,
        expected=value_type.kind,
        found=found[:80],
    )
