# SPDX-License-Identifier: Apache-2.0
"""Schemas of a contract's tables, events and refusals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from tallystick.contracts.contract import Contract, MethodMark, class_attributes
from tallystick.contracts.derivation import Place, field_schema, record_schema
from tallystick.contracts.hints import DeclaredField, label_of, resolve
from tallystick.contracts.refusals import refusal_fields
from tallystick.contracts.schema import EventSchema, RefusalSchema, TableSchema
from tallystick.contracts.tables import Table
from tallystick.contracts.templates import check_places, parse_template
from tallystick.errors import InvalidContract

_KEY_KINDS = frozenset({"text", "integer", "choice"})


def event_name(contract: str, event: type[Struct]) -> str:
    """Return the full name of a kind of event, for example `evidence.Deposited`."""
    return f"{contract}.{event.__name__}"


def declared_tables(contract: type[Contract]) -> dict[str, Table[Any]]:
    """Return the tables by name, in the order of definition."""
    found = class_attributes(contract).items()
    return {name: value for name, value in found if isinstance(value, Table)}


def table_schemas(contract: type[Contract]) -> Iterator[TableSchema]:
    """Yield the schema of every table.

    Raises:
        InvalidContract: a field cannot be held, or a key is not a field of text or integer.
    """
    for name, table in declared_tables(contract).items():
        owner = f"{contract.__name__}.{name}"
        fields = record_schema(table.record, Place(f"{owner}({table.record.__name__})"))
        types = {field.name: field.type for field in fields}
        for key in table.key:
            if key not in types or types[key].kind not in _KEY_KINDS or types[key].is_nullable:
                raise InvalidContract(
                    f"{owner}: {key!r} cannot be a key",
                    field=owner,
                    expected="a field of the record that holds text or an integer, never null",
                    found=key,
                )
        if name.startswith("_") or not table.key:
            raise InvalidContract(
                f"{owner}: a table needs a public name and a key",
                field=owner,
                expected='accounts = Table(Account, key="id")',
            )
        yield TableSchema(
            name=name,
            label=table.label or label_of(name, None),
            record=table.record.__name__,
            key=table.key,
            fields=fields,
        )


def event_schemas(contract: str, marks: Iterable[MethodMark]) -> Iterator[EventSchema]:
    """Yield the schema of every event that a method declares.

    Raises:
        InvalidContract: a field cannot be held, or the docstring is not its sentence.
    """
    names: set[str] = set()
    for event in dict.fromkeys(event for mark in marks for event in mark.emits):
        name = event_name(contract, event)
        _check_unique(name, names)
        fields = record_schema(event, Place(event.__name__))
        template = parse_template(event.__doc__, owner=event.__name__)
        check_places(template, [field.name for field in fields], owner=event.__name__)
        yield EventSchema(name=name, template=template, fields=fields)


def refusal_schemas(contract: str, marks: Iterable[MethodMark]) -> Iterator[RefusalSchema]:
    """Yield the schema of every refusal that a method declares.

    Raises:
        InvalidContract: a field cannot be held, or two refusals share a code.
    """
    codes: set[str] = set()
    for refusal in dict.fromkeys(refusal for mark in marks for refusal in mark.refuses):
        _check_unique(f"{contract} {refusal.code}", codes)
        annotations = resolve(refusal, owner=refusal.__name__)
        place = Place(refusal.__name__)
        fields = tuple(
            field_schema(DeclaredField(name, annotations[name], default), place)
            for name, default in refusal_fields(refusal).items()
        )
        check_places(refusal.template, [field.name for field in fields], owner=refusal.__name__)
        yield RefusalSchema(
            name=refusal.__name__, code=refusal.code, template=refusal.template, fields=fields
        )


def _check_unique(name: str, seen: set[str]) -> None:
    if name in seen:
        raise InvalidContract(
            f"{name} is declared twice", field=name, expected="one class for each"
        )
    seen.add(name)
