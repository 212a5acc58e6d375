# SPDX-License-Identifier: Apache-2.0
"""Typed paths for every table of every contract: its filters, its records, one record, history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeAlias

from tallystick.api.answer import MEDIA_JSON
from tallystick.api.table_filters import EQUAL, NULL, RANGES, RESERVED, filterable_columns, ranged
from tallystick.contracts import ContractSchema, TableSchema, ValueType, value_json_schema
from tallystick.errors import (
    Behind,
    InvalidArguments,
    NotFound,
    Rejected,
    TallystickError,
    Unavailable,
    UnknownContract,
)

Json: TypeAlias = dict[str, Any]
ProblemResponses: TypeAlias = Callable[[Iterable[type[TallystickError]]], Json]

_ERRORS: Final = (
    Rejected,
    UnknownContract,
    NotFound,
    InvalidArguments,
    Behind,
    TallystickError,
    Unavailable,
)
_KEY: Final[Json] = {
    "name": "key",
    "in": "path",
    "required": True,
    "description": "Primary key.",
    "schema": {"type": "string"},
}


def table_paths(
    schemas: Iterable[ContractSchema], problems: ProblemResponses, list_parameters: list[Json]
) -> Json:
    """Return the paths of every table; a record's history has one path for all, in the route table.

    Args:
        schemas: the contracts.
        problems: gives the responses for errors.
        list_parameters: what every list takes besides its columns, described.
    """
    paths: Json = {}
    for schema in schemas:
        for table in schema.tables:
            path = f"/v1/contracts/{schema.name}/tables/{table.name}"
            row = _row(table)
            page = _page(row)
            filters = [*_filters(table), *list_parameters]
            listed = _operation(schema, table, "list", page, problems)
            paths[path] = {"get": listed | {"parameters": filters}}
            shown = _operation(schema, table, "show", row, problems)
            paths[f"{path}/{{key}}"] = {"get": shown | {"parameters": [_KEY]}}
    return paths


def _operation(
    schema: ContractSchema,
    table: TableSchema,
    verb: str,
    answer: Json,
    problems: ProblemResponses,
) -> Json:
    return {
        "operationId": f"{schema.name}_tables_{table.name}_{verb}",
        "tags": ["records"],
        "summary": f"{schema.label.en}: {table.label.en} ({verb})",
        "x-summary-zh": f"{schema.label.zh}：{table.label.zh}",
        "x-policy": "public",
        "responses": {
            "200": {
                "description": "As the views have it.",
                "content": {MEDIA_JSON: {"schema": answer}},
            },
            **problems(_ERRORS),
        },
    }


def _row(table: TableSchema) -> Json:
    leaf = {"type": ["integer", "null"], "minimum": 0}
    return {
        "type": "object",
        "title": table.record,
        "properties": {
            **{field.name: value_json_schema(field.type) for field in table.fields},
            "_key": {"type": "string"},
            "_created_leaf": leaf,
            "_changed_leaf": leaf,
            "_times": {
                "type": "object",
                "additionalProperties": {"type": "string", "format": "date-time"},
            },
        },
    }


def _page(row: Json) -> Json:
    return {
        "type": "object",
        "required": ["items", "next_cursor", "height"],
        "properties": {
            "items": {"type": "array", "items": row},
            "next_cursor": {"type": ["string", "null"]},
            "height": {"type": "integer", "minimum": 0},
        },
    }


def _filters(table: TableSchema) -> Iterator[Json]:
    for name, value_type in filterable_columns(table).items():
        operators = RANGES if ranged(value_type) else ()
        equal = f"{name}.{EQUAL}" if name in RESERVED else name
        for written in (equal, *(f"{name}.{one}" for one in operators)):
            yield _filter(written, _plain(value_type))
        if value_type.is_nullable:
            yield _filter(f"{name}.{NULL}", {"type": "boolean"})


def _filter(name: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "schema": schema}


def _plain(value_type: ValueType) -> Json:
    """Return the JSON Schema of what is compared with, which is never null."""
    schema = value_json_schema(value_type)
    options = schema.get("anyOf")
    return options[0] if isinstance(options, list) else schema
