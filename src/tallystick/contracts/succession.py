# SPDX-License-Identifier: Apache-2.0
"""Whether a newer version of a contract can read what an older one has kept."""

from __future__ import annotations

from collections.abc import Iterable

from tallystick.contracts.schema import ContractSchema, FieldSchema, TableSchema, ValueType


def unreadable_tables(old: ContractSchema, new: ContractSchema) -> tuple[str, ...]:
    """Return the tables of both versions whose old records do not fit the new declaration.

    A record fits if its key is the same and each field is there with a type that holds all that
    the old one could; a field that is new has a default. Labels and help texts do not matter.
    """
    present = {table.name: table for table in new.tables}
    return tuple(
        table.name
        for table in old.tables
        if table.name in present and not _reads_table(present[table.name], table)
    )


def _reads_table(new: TableSchema, old: TableSchema) -> bool:
    return new.key == old.key and _reads_fields(new.fields, old.fields)


def _reads_fields(new: Iterable[FieldSchema], old: Iterable[FieldSchema]) -> bool:
    before = {field.name: field for field in old}
    after = {field.name: field for field in new}
    if before.keys() - after.keys():
        return False
    return all(
        _reads(field.type, before[name].type) if name in before else not field.is_required
        for name, field in after.items()
    )


def _reads(new: ValueType, old: ValueType) -> bool:
    """Tell whether every value of `old` is one of `new`."""
    if new.kind != old.kind or (old.is_nullable and not new.is_nullable):
        return False
    if new.pattern not in (None, old.pattern) or not set(old.choices) <= set(new.choices):
        return False
    if not (
        _starts_lower(new.minimum, old.minimum)
        and _ends_higher(new.maximum, old.maximum)
        and _starts_lower(new.size_min, old.size_min)
        and _ends_higher(new.size_max, old.size_max)
    ):
        return False
    if new.items is not None and old.items is not None and not _reads(new.items, old.items):
        return False
    return _reads_fields(new.fields, old.fields)


def _starts_lower(new: int | None, old: int | None) -> bool:
    return new is None or (old is not None and new <= old)


def _ends_higher(new: int | None, old: int | None) -> bool:
    return new is None or (old is not None and new >= old)
