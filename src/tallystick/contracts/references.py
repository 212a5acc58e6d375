# SPDX-License-Identifier: Apache-2.0
"""Checks what arguments say of records and queries: such tables, fields and queries must exist."""

from __future__ import annotations

from typing import Final

from tallystick.contracts.label import Of
from tallystick.contracts.schema import (
    ContractSchema,
    FieldSchema,
    MethodSchema,
    TableSchema,
    ValueType,
)
from tallystick.errors import InvalidContract

_DIGESTS: Final = ("sha256", "digest")


def check_references(schema: ContractSchema) -> None:
    """Refuse a mark `Of` or `SignedOver` that leads nowhere.

    Raises:
        InvalidContract: there is no such table or field, or more fields than the key has; or no
            such query, one that asks for what the method does not, or that returns no digest; or
            nothing in the argument is a signature.
    """
    tables = {table.name: table for table in schema.tables}
    for method in schema.methods:
        for argument in method.arguments:
            for reference in argument.of:
                owner = f"{schema.name}.{method.name}.{argument.name}"
                _check(reference, tables, owner)
            if argument.signed_over is not None:
                _check_signed(argument, method, schema)


def _check_signed(argument: FieldSchema, method: MethodSchema, schema: ContractSchema) -> None:
    owner = f"{schema.name}.{method.name}.{argument.name}"
    found = [one for one in schema.methods if one.name == argument.signed_over]
    inner = (field for one in method.arguments for field in one.type.fields)
    asked = {one.name: one.type for one in (*inner, *method.arguments)}
    if (
        not found
        or found[0].kind != "query"
        or found[0].result is None
        or found[0].result.format not in _DIGESTS
        or any(asked.get(one.name) != one.type for one in found[0].arguments)
    ):
        raise _refused_signed(owner, f"a query that returns a digest of arguments of {method.name}")
    if not _has_signature(argument.type):
        raise _refused_signed(owner, "an argument that is a signature or holds one")


def _has_signature(described: ValueType) -> bool:
    inner = any(_has_signature(field.type) for field in described.fields)
    return inner or described.format == "signature"


def _refused_signed(owner: str, expected: str) -> InvalidContract:
    return InvalidContract(
        f"{owner}: its mark `SignedOver` does not say what is signed",
        field=owner,
        expected=expected,
        hint=f"Name {expected}.",
    )


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
