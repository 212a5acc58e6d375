# SPDX-License-Identifier: Apache-2.0
"""Checks what arguments say of the records that name them: such tables and fields there must be."""

from __future__ import annotations

from tallystick.contracts.label import Of
from tallystick.contracts.schema import ContractSchema, TableSchema
from tallystick.errors import InvalidContract


def check_references(schema: ContractSchema) -> None:
    """Refuse a mark `Of` that leads nowhere.

    Raises:
        InvalidContract: there is no such table or field, or more fields than the key has.
    """
    tables = {table.name: table for table in schema.tables}
    for method in schema.methods:
        for argument in method.arguments:
            for reference in argument.of:
                owner = f"{schema.name}.{method.name}.{argument.name}"
                _check(reference, tables, owner)


def _check(reference: Of, tables: dict[str, TableSchema], owner: str) -> None:
    acted_on = _known(reference.table, tables, owner)
    found = acted_on
    if reference.found_in:
        found = _known(reference.found_in, tables, owner)
        if not 0 < len(reference.by) <= len(acted_on.key):
            raise _refused(owner, "by", f"a field for each of, or the first: {acted_on.key}")
    elif reference.by or not reference.field:
        raise _refused(owner, "field", f"a field of {acted_on.name}, or a table in `found_in`")
    fields = {field.name for field in found.fields}
    for name in (*reference.by, *([reference.field] if reference.field else [])):
        if name not in fields:
            raise _refused(owner, name, f"a field of {found.name}: {', '.join(sorted(fields))}")
    if not reference.field and len(found.key) != 1:
        raise _refused(owner, "field", f"one of {', '.join(found.key)}: the key has several")


def _known(name: str, tables: dict[str, TableSchema], owner: str) -> TableSchema:
    if name not in tables:
        raise _refused(owner, name, f"a table: {', '.join(sorted(tables))}")
    return tables[name]


def _refused(owner: str, found: str, expected: str) -> InvalidContract:
    return InvalidContract(
        f"{owner}: its mark `Of` leads nowhere at {found!r}",
        field=owner,
        expected=expected,
        found=found,
        hint=f"Write {expected}.",
    )
