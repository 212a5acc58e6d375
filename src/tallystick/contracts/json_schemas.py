# SPDX-License-Identifier: Apache-2.0
"""JSON Schema (2020-12) of arguments and results, for OpenAPI and for form makers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from tallystick.contracts.label import Label
from tallystick.contracts.schema import FieldSchema, Kind, MethodSchema, ValueType

JSONSchema: TypeAlias = dict[str, object]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_BYTES_PATTERN = "^([0-9a-f]{2})*$"


def json_schema(method: MethodSchema) -> JSONSchema:
    """Return the JSON Schema of a method's arguments: a closed object.

    Bytes are lower-case hexadecimal text; `arguments_from_json` turns them back. Titles and
    descriptions are English; `x-title-zh` and `x-description-zh` are Chinese.
    """
    return {"$schema": DIALECT, **_object(method.arguments), **_described(method.label, None)}


def value_json_schema(value_type: ValueType | None) -> JSONSchema:
    """Return the JSON Schema of a value, such as a method's result; None means null."""
    if value_type is None:
        return {"type": "null"}
    schema = _KINDS[value_type.kind](value_type)
    if value_type.format is not None:
        schema["format"] = value_type.format
    if value_type.is_nullable:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema


def _object(fields: Iterable[FieldSchema]) -> JSONSchema:
    listed = tuple(fields)
    return {
        "type": "object",
        "properties": {field.name: _field(field) for field in listed},
        "required": [field.name for field in listed if field.is_required],
        "additionalProperties": False,
    }


def _field(field: FieldSchema) -> JSONSchema:
    schema = value_json_schema(field.type) | _described(field.label, field.help)
    if not field.is_required:
        schema["default"] = field.default
    return schema


def _described(label: Label, explanation: Label | None) -> JSONSchema:
    described: JSONSchema = {"title": label.en, "x-title-zh": label.zh}
    if explanation is not None:
        described |= {"description": explanation.en, "x-description-zh": explanation.zh}
    return described


def _text(value_type: ValueType) -> JSONSchema:
    return {"type": "string"} | _present(
        minLength=value_type.size_min, maxLength=value_type.size_max, pattern=value_type.pattern
    )


def _bytes(value_type: ValueType) -> JSONSchema:
    sizes = (value_type.size_min, value_type.size_max)
    least, most = (None if size is None else 2 * size for size in sizes)
    present = _present(minLength=least, maxLength=most)
    return {"type": "string", "format": "hex", "pattern": _BYTES_PATTERN} | present


def _integer(value_type: ValueType) -> JSONSchema:
    return {"type": "integer"} | _present(minimum=value_type.minimum, maximum=value_type.maximum)


def _boolean(_: ValueType) -> JSONSchema:
    return {"type": "boolean"}


def _date(_: ValueType) -> JSONSchema:
    return {"type": "string", "format": "date"}


def _choice(value_type: ValueType) -> JSONSchema:
    kind = "string" if isinstance(value_type.choices[0], str) else "integer"
    return {"type": kind, "enum": list(value_type.choices)}


def _list(value_type: ValueType) -> JSONSchema:
    present = _present(minItems=value_type.size_min, maxItems=value_type.size_max)
    return {"type": "array", "items": value_json_schema(value_type.items)} | present


def _map(value_type: ValueType) -> JSONSchema:
    present = _present(minProperties=value_type.size_min, maxProperties=value_type.size_max)
    return {"type": "object", "additionalProperties": value_json_schema(value_type.items)} | present


def _record(value_type: ValueType) -> JSONSchema:
    return _object(value_type.fields)


def _present(**constraints: object) -> JSONSchema:
    return {name: value for name, value in constraints.items() if value is not None}


_KINDS: Final[Mapping[Kind, Callable[[ValueType], JSONSchema]]] = {
    "boolean": _boolean,
    "bytes": _bytes,
    "choice": _choice,
    "date": _date,
    "integer": _integer,
    "list": _list,
    "map": _map,
    "record": _record,
    "text": _text,
}
