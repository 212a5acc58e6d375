# SPDX-License-Identifier: Apache-2.0
"""Schemas of a contract's tables, events and refusals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tallystick.contracts.base_words import known_words
from tallystick.contracts.contract import Contract, MethodMark, class_attributes, mark_of
from tallystick.contracts.derivation import Place, field_schema, record_schema
from tallystick.contracts.hints import DeclaredField, label_of, resolve
from tallystick.contracts.one_meaning import check_one_meaning
from tallystick.contracts.part import Part
from tallystick.contracts.records import Event
from tallystick.contracts.references import check_references
from tallystick.contracts.refusals import Refusal, refusal_fields
from tallystick.contracts.schema import ContractSchema, EventSchema, RefusalSchema, TableSchema
from tallystick.contracts.tables import Table
from tallystick.contracts.templates import check_places, parse_template
from tallystick.contracts.wording import Words, named_roles, role_labels
from tallystick.contracts.workflow import Workflow
from tallystick.errors import InvalidContract

_KEY_KINDS = frozenset({"text", "integer", "choice"})


def event_name(contract: str, event: type[Struct]) -> str:
    """Return the full name of a kind of event, for example `evidence.Deposited`."""
    return f"{contract}.{event.__name__}"


def declared_tables(contract: type[Contract]) -> dict[str, Table[Any]]:
    """Return the contract's own tables by attribute, in the order of definition."""
    found = class_attributes(contract).items()
    return {name: value for name, value in found if isinstance(value, Table)}


def declared_parts(contract: type[Contract]) -> dict[str, Part]:
    """Return the parts by attribute, in the order of definition."""
    found = class_attributes(contract).items()
    return {name: value for name, value in found if isinstance(value, Part)}


def all_tables(contract: type[Contract]) -> dict[str, Table[Any]]:
    """Return every table that the contract keeps by its name, those of its parts after its own.

    Raises:
        InvalidContract: two tables have the same name, or another declaration would hide one.
    """
    found = declared_tables(contract)
    for part in declared_parts(contract).values():
        is_elsewhere = part.home not in {"", contract.name}
        for table in () if is_elsewhere else part.tables().values():
            _check_unique(table.name, found, owner=contract.__name__)
            found[table.name] = table
    check_one_meaning(contract, found)
    return found


def declared_words(contract: type[Contract]) -> Words:
    """Return what names are called in a contract: fields, choices, workflows and their moves.

    A method is a move of every workflow: where a record stands may forbid what is no row of its
    table.
    """
    known = dict(known_words(contract.words))
    for name, value in class_attributes(contract).items():
        mark = mark_of(value)
        if mark is not None and mark.label is not None:
            known[f"move.{name}"] = mark.label
        elif isinstance(value, Workflow):
            known |= value.words(known)
    return known


def table_schemas(contract: type[Contract], words: Words) -> Iterator[TableSchema]:
    """Yield the schema of every table.

    Raises:
        InvalidContract: a field cannot be held, or a key is not a field of text or integer.
    """
    for name, table in all_tables(contract).items():
        owner = f"{contract.__name__}.{name}"
        fields = record_schema(
            table.record, Place(f"{owner}({table.record.__name__})", words=words)
        )
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


def declared_events(contract: type[Contract], marks: Iterable[MethodMark]) -> list[type[Event]]:
    """Return the kinds of events that methods and parts declare, each once."""
    own = [event for mark in marks for event in mark.emits]
    of_parts = [event for part in declared_parts(contract).values() for event in part.events]
    return list(dict.fromkeys([*own, *of_parts]))


def declared_refusals(contract: type[Contract], marks: Iterable[MethodMark]) -> list[type[Refusal]]:
    """Return the refusals that methods and parts declare, each once."""
    own = [refusal for mark in marks for refusal in mark.refuses]
    of_parts = [one for part in declared_parts(contract).values() for one in part.refusals]
    return list(dict.fromkeys([*own, *of_parts]))


def event_schemas(
    contract: str, events: Iterable[type[Event]], words: Words
) -> Iterator[EventSchema]:
    """Yield the schema of every kind of event.

    Raises:
        InvalidContract: a field cannot be held, or the docstring is not its sentence.
    """
    names: dict[str, type[Event]] = {}
    for event in events:
        name = event_name(contract, event)
        _check_unique(name, names)
        names[name] = event
        fields = record_schema(event, Place(event.__name__, words=words))
        template = parse_template(event.__doc__, owner=event.__name__)
        check_places(template, [field.name for field in fields], owner=event.__name__)
        yield EventSchema(name=name, template=template, fields=fields)


def refusal_schemas(
    contract: str, refusals: Iterable[type[Refusal]], words: Words
) -> Iterator[RefusalSchema]:
    """Yield the schema of every refusal.

    Several may share a code if their facts have other names, by which they are told apart.

    Raises:
        InvalidContract: a field cannot be held, or two refusals share a code and their facts.
    """
    seen: dict[str, type[Refusal]] = {}
    for refusal in refusals:
        facts = ", ".join(sorted(refusal_fields(refusal))) or "no facts"
        sign = f"{contract} {refusal.code} ({facts})"
        _check_unique(sign, seen)
        seen[sign] = refusal
        annotations = resolve(refusal, owner=refusal.__name__)
        place = Place(refusal.__name__, words=words)
        fields = tuple(
            field_schema(DeclaredField(name, annotations[name], default), place)
            for name, default in refusal_fields(refusal).items()
        )
        check_places(refusal.template, [field.name for field in fields], owner=refusal.__name__)
        yield RefusalSchema(
            name=refusal.__name__, code=refusal.code, template=refusal.template, fields=fields
        )


def _check_unique(name: str, seen: Mapping[str, object], *, owner: str = "") -> None:
    if name in seen:
        place = f"{owner}.{name}" if owner else name
        raise InvalidContract(f"{place} is declared twice", field=place, expected="once")


def completed(schema: ContractSchema, known: Words) -> ContractSchema:
    """Return a schema with what can be said only of the whole.

    It says what a contract's own roles and those that it names are called.

    Raises:
        InvalidContract: an argument is said to be of a record that the contract does not have.
    """
    check_references(schema)
    labels = role_labels(known)
    own = {role for role in labels if role.startswith(f"{schema.name}.")}
    wanted = sorted(own | named_roles(schema))
    return replace(schema, role_labels={role: labels[role] for role in wanted if role in labels})
