# SPDX-License-Identifier: Apache-2.0
"""Make the views' specs from the schemas of contracts.

A contract does not say by which fields people look its records up, so it is decided here by what
a field means and is called; every index makes projecting slower, so there are few.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tallystick.contracts import (
    ContractSchema,
    EventSchema,
    FieldSchema,
    Label,
    TableSchema,
    ValueType,
)
from tallystick.views import specs as kinds
from tallystick.views.specs import EventSpec, Field, FigureSpec, TableSpec, ViewSpecs

INDEXES_MAX: Final = 6
"""Most indexes of one table; further fields are filtered without one."""
_NESTING_MAX: Final = 3
_INDEXED_FORMATS: Final = frozenset({"sha256", "digest", "organization"})
_SCATTERED_FORMATS: Final = frozenset({"sha256", "digest"})
_INDEXED_ENDINGS: Final = ("number", "organization", "device", "status", "state", "_id")
_SEARCHED_FORMATS: Final = frozenset({None, "case-number"})
"""Formats of texts that people write; other texts are looked up whole."""
_NO_LABEL: Final = Label(zh="", en="")

_KINDS: Final = {
    "text": kinds.TEXT,
    "date": kinds.TEXT,
    "integer": kinds.INTEGER,
    "boolean": kinds.BOOLEAN,
    "bytes": kinds.BYTES,
    "list": kinds.JSON,
    "map": kinds.JSON,
}


def specs_of(schemas: Iterable[ContractSchema], names: Iterable[str] = ()) -> ViewSpecs:
    """Return tables, events and figures of contracts, in the order of the contracts' names.

    Args:
        schemas: of the contracts that are installed.
        names: of the contracts that the network runs.
    """
    ordered = sorted(schemas, key=lambda schema: schema.name)
    return ViewSpecs(
        tables=tuple(_table(schema.name, table) for schema in ordered for table in schema.tables),
        events=tuple(_event(event) for schema in ordered for event in schema.events),
        figures=tuple(
            FigureSpec(schema.name, schema.statistics, schema.warnings)
            for schema in ordered
            if schema.statistics or schema.warnings
        ),
        contracts=tuple(sorted(names)),
    )


def _table(contract: str, table: TableSchema) -> TableSpec:
    budget = _Budget()
    # Records with a key of several parts are found by that key, so its parts need no index.
    parts = frozenset(table.key) if len(table.key) > 1 else frozenset()
    fields = tuple(_field(field, budget, without_index=parts) for field in table.fields)
    return TableSpec(contract, table.name, table.key, fields)


def _event(event: EventSchema) -> EventSpec:
    fields = tuple(
        FieldSchema(name=field.name, type=field.type, label=_NO_LABEL) for field in event.fields
    )
    return EventSpec(event.name, event.template.zh, event.template.en, fields)


class _Budget:
    """Counts the indexes of a table."""

    def __init__(self) -> None:
        self.left = INDEXES_MAX

    def take(self) -> bool:
        """Say whether there may be one more."""
        self.left -= 1
        return self.left >= 0


def _field(
    field: FieldSchema,
    budget: _Budget,
    nesting: int = 1,
    *,
    without_index: frozenset[str] = frozenset(),
) -> Field:
    kind = _kind(field.type, nesting)
    if kind == kinds.RECORD:
        inner = tuple(_field(child, budget, nesting + 1) for child in field.type.fields)
        return Field(field.name, kind, optional=field.type.is_nullable, fields=inner)
    is_indexed = field.name not in without_index and _is_looked_up(field, kind) and budget.take()
    return Field(
        field.name,
        kind,
        optional=field.type.is_nullable,
        indexed=is_indexed,
        scattered=is_indexed and field.type.format in _SCATTERED_FORMATS,
        searched=field.type.kind == "text" and field.type.format in _SEARCHED_FORMATS,
    )


def _kind(value_type: ValueType, nesting: int) -> str:
    if value_type.kind == "record":
        # A record that contains itself has no fields at the place where it repeats.
        return kinds.RECORD if value_type.fields and nesting < _NESTING_MAX else kinds.JSON
    if value_type.kind == "choice":
        are_texts = all(isinstance(choice, str) for choice in value_type.choices)
        return kinds.TEXT if are_texts else kinds.INTEGER
    return _KINDS[value_type.kind]


def _is_looked_up(field: FieldSchema, kind: str) -> bool:
    if kind not in {kinds.TEXT, kinds.INTEGER}:
        return False
    is_due = field.type.kind == "date"
    return is_due or field.type.format in _INDEXED_FORMATS or field.name.endswith(_INDEXED_ENDINGS)
