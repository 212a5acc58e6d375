# SPDX-License-Identifier: Apache-2.0
"""What a new version of a contract would do to the records that its tables hold already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tallystick.contracts import ContractSchema, FieldSchema, TableSchema


@dataclass(frozen=True, slots=True)
class TableChange:
    """A table whose records have another form now."""

    contract: str
    version: int
    """Of the contract that wrote the records."""
    table: str
    fields: tuple[str, ...]
    """Each field that changed: `+due` was added, `-due` removed, `~due` is of another type."""

    @property
    def migration(self) -> str:
        """The migration that is missing, as its author would write it."""
        return f'{self.contract}: @migration(from_version={self.version}, table="{self.table}")'


@dataclass(frozen=True, slots=True, order=True)
class DeclaredMigration:
    """A migration that a version of a contract has."""

    contract: str
    from_version: int
    table: str


Migrations = frozenset[DeclaredMigration]
HasRecords = Callable[[str, str], bool]
"""Says whether a table (contract, table) holds a record."""


def missing_migrations(
    before: Iterable[ContractSchema],
    after: Iterable[ContractSchema],
    has_records: HasRecords,
    migrations: Migrations = frozenset(),
) -> list[TableChange]:
    """Return the tables that hold records of a form that the new version does not declare.

    A table without records needs nothing, whatever changed; nor does a new field with a default,
    which older records then have, nor a table whose records the new version moves.
    """
    new = {schema.name: schema for schema in after}
    return [
        change
        for schema in before
        for change in _changes(schema, new.get(schema.name))
        if DeclaredMigration(change.contract, change.version, change.table) not in migrations
        and has_records(change.contract, change.table)
    ]


def _changes(old: ContractSchema, new: ContractSchema | None) -> Iterator[TableChange]:
    tables = {table.name: table for table in new.tables} if new is not None else {}
    for table in old.tables:
        fields = tuple(_fields(table, tables.get(table.name)))
        if fields:
            yield TableChange(old.name, old.version, table.name, fields)


def _fields(old: TableSchema, new: TableSchema | None) -> Iterator[str]:
    if new is None:
        return  # its records stay where they are; nobody reads them
    before, after = _by_name(old), _by_name(new)
    for name, field in before.items():
        if name not in after:
            yield f"-{name}"
        elif after[name].type != field.type:
            yield f"~{name}"
    yield from (f"+{name}" for name in after if name not in before and after[name].is_required)
    if old.key != new.key:
        yield f"~key({', '.join(new.key)})"


def _by_name(table: TableSchema) -> dict[str, FieldSchema]:
    return {field.name: field for field in table.fields}
