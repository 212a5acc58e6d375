# SPDX-License-Identifier: Apache-2.0
"""Everything derived from a contract class, once: its schema, and what a host needs to run it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from inspect import Parameter, signature
from typing import Any, Final, NamedTuple

from msgspec import NODEFAULT, Struct, defstruct

from tallystick.contracts.checkers import checker, reader
from tallystick.contracts.context import Context
from tallystick.contracts.contract import (
    ANY_MEMBER,
    Contract,
    MethodMark,
    marked_methods,
    mutable_attributes,
)
from tallystick.contracts.declarations import (
    all_tables,
    completed,
    declared_events,
    declared_parts,
    declared_refusals,
    declared_tables,
    declared_words,
    event_name,
    event_schemas,
    refusal_schemas,
    table_schemas,
)
from tallystick.contracts.declared_figures import declared_figures
from tallystick.contracts.derivation import Place, field_schema, value_type
from tallystick.contracts.hints import DeclaredField, ToPlain, label_of, record_fields, resolve
from tallystick.contracts.organizations import fields_with_codes
from tallystick.contracts.records import Arguments, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.schema import ContractSchema, FieldSchema, MethodSchema
from tallystick.contracts.session import Session
from tallystick.contracts.templates import describe
from tallystick.contracts.workflow import Workflow
from tallystick.errors import InvalidContract

_METHOD: Final = re.compile("[a-z][a-z0-9_]{0,63}")


class Method(Struct, frozen=True, kw_only=True):
    """One method, prepared so that a call does nothing twice."""

    schema: MethodSchema
    function: Callable[..., Any]
    """The function as written: takes the contract, the context if it is an action, arguments."""
    read_arguments: Callable[[object], Struct]
    """Makes the record of arguments of plain data, or raises `msgspec.ValidationError`."""
    readers: dict[str, Callable[[object], object]]
    """The same for each argument alone, to find the one that does not fit."""
    codes: tuple[FieldSchema, ...]
    """Arguments in which there are codes of organisations, whose check characters are verified."""
    takes_record: bool
    """Whether the function takes the record itself (`Arguments`) or its fields one by one."""
    roles: frozenset[str]
    """Roles one of which is needed; empty: none."""
    exclusions: tuple[frozenset[str], ...]
    """Groups of roles of which a caller may hold one only."""
    to_plain: ToPlain
    """Checks the result against its annotation and returns it as plain data."""
    read_result: Callable[[object], object]
    """The way back: makes what the method returns of plain data."""


class Frame(NamedTuple):
    """A contract at work: its tables read from and write to the session."""

    contract: Contract
    session: Session


class Definition(Struct, frozen=True, kw_only=True):
    """A contract class and everything derived from it."""

    contract: type[Contract]
    schema: ContractSchema
    methods: dict[str, Method]
    event_kinds: dict[type[Struct], tuple[str, ToPlain]]
    """Full name and check of each kind of event."""
    tables: dict[str, type[Record]]
    """The record class of each table, by table name."""
    refusals: dict[str, type[Refusal]]
    """The contract's own refusals by code."""

    def open(self) -> Frame:
        """Return a fresh instance of the contract with a session of its own.

        A host uses frames again: one call after the other, never two at a time.
        """
        session = Session(self.event_kinds)
        instance = self.contract()
        for name, table in declared_tables(self.contract).items():
            vars(instance)[name] = table.bind(self.schema.name, session)
        for name, part in declared_parts(self.contract).items():
            vars(instance)[name] = part.bind(self.schema.name, session)
        return Frame(instance, session)


def schema_of(contract: type[Contract]) -> ContractSchema:
    """Return the schema of a contract class.

    Raises:
        InvalidContract: the class breaks a rule; the message says which and what to do.
    """
    return define(contract).schema


def define(contract: type[Contract]) -> Definition:
    """Derive everything from a contract class; once, later calls return the same.

    Raises:
        InvalidContract: the class breaks a rule; the message says which and what to do.
    """
    known: Any = contract  # hashable, whatever the type checker thinks of metaclasses
    return _define(known)


@cache
def _define(contract: type[Contract]) -> Definition:
    for name in mutable_attributes(contract):
        raise InvalidContract(
            f"{contract.__name__}.{name} can be changed by a call and would then differ by node",
            field=f"{contract.__name__}.{name}",
            expected="a Table for state, a tuple or a constant for anything else",
        )
    tables = all_tables(contract)
    words = declared_words(contract)
    place = Place(contract.__name__, words=words)
    marked = list(marked_methods(contract))
    methods = {
        name: _method(contract, name, function, mark, place) for name, function, mark in marked
    }
    marks = [mark for _, _, mark in marked]
    events = declared_events(contract, marks)
    announced = tuple(event_schemas(contract.name, events, words))
    refusals = declared_refusals(contract, marks)
    figures = declared_figures(contract, announced, words)
    parts = declared_parts(contract).values()
    for part in parts:
        part.check(contract)
    schema = ContractSchema(
        name=contract.name,
        version=contract.version,
        label=contract.label,
        description=describe(contract.__doc__),
        methods=tuple(method.schema for method in methods.values()),
        tables=tuple(table_schemas(contract, words)),
        events=announced,
        refusals=tuple(refusal_schemas(contract.name, refusals, words)),
        workflows=tuple(part.schema(words) for part in parts if isinstance(part, Workflow)),
        exclusive_roles=contract.exclusive_roles,
        statistics=figures.statistics,
        warnings=figures.warnings,
    )
    return Definition(
        contract=contract,
        schema=completed(schema, words),
        methods=methods,
        event_kinds={kind: (event_name(contract.name, kind), checker(kind)) for kind in events},
        tables={name: table.record for name, table in tables.items()},
        refusals={one.code: one for one in refusals},
    )


def _method(
    contract: type[Contract],
    name: str,
    function: Callable[..., Any],
    mark: MethodMark,
    place: Place,
) -> Method:
    owner = f"{contract.__name__}.{name}"
    if _METHOD.fullmatch(name) is None:
        raise InvalidContract(f"{owner}: not a name for a method", field=owner, found=name)
    if mark.kind == "action" and not mark.roles:
        raise InvalidContract(
            f"{owner}: no role", field=owner, expected="a role, several, or ANY_MEMBER"
        )
    annotations = resolve(function, owner=owner)
    parameters = _parameters(function, annotations, mark, owner)
    record = _whole_record(parameters)
    fields = parameters if record is None else record_fields(record)
    result: Any = annotations.get("return")
    if "return" not in annotations:
        raise InvalidContract(f"{owner}: no result type", field=owner, expected="-> a type or None")
    roles = frozenset(mark.roles) - {ANY_MEMBER}
    place = place._replace(owner=owner)
    schema = MethodSchema(
        name=name,
        kind=mark.kind,
        label=mark.label or label_of(name, None),
        description=describe(function.__doc__),
        roles=tuple(sorted(roles)),
        arguments=tuple(field_schema(field, place) for field in fields),
        result=None
        if result is type(None)
        else value_type(result, place._replace(owner=f"{owner}.return")),
        events=tuple(event_name(contract.name, event) for event in mark.emits),
        refusals=tuple(refusal.code for refusal in mark.refuses),
    )
    return Method(
        schema=schema,
        function=function,
        read_arguments=reader(record or _arguments_record(owner, fields)),
        readers={field.name: reader(field.annotation) for field in fields},
        codes=fields_with_codes(schema.arguments),
        takes_record=record is not None,
        roles=frozenset() if ANY_MEMBER in mark.roles else roles,
        exclusions=tuple(
            frozenset(group) for group in contract.exclusive_roles if not roles.isdisjoint(group)
        ),
        to_plain=checker(result),
        read_result=reader(result),
    )


def _parameters(
    function: Callable[..., Any], annotations: dict[str, Any], mark: MethodMark, owner: str
) -> tuple[DeclaredField, ...]:
    """Return the parameters after `self` and, for an action, after the context."""
    declared = list(signature(function).parameters.values())[1:]
    if mark.kind == "action":
        if not declared or annotations.get(declared[0].name) is not Context:
            raise InvalidContract(
                f"{owner}: an action takes the context first",
                field=owner,
                expected=f"def {function.__name__}(self, ctx: Context, ...)",
            )
        del declared[0]
    elif declared and annotations.get(declared[0].name) is Context:
        raise InvalidContract(
            f"{owner}: a query takes no context: it answers from the tables alone",
            field=owner,
            expected=f"def {function.__name__}(self, ...)",
        )
    for parameter in declared:
        if parameter.kind is not Parameter.POSITIONAL_OR_KEYWORD:
            raise InvalidContract(
                f"{owner}: {parameter} is not an ordinary parameter",
                field=owner,
                expected="name: type, or name: type = default; for many, a record of Arguments",
            )
        if parameter.name not in annotations:
            raise InvalidContract(
                f"{owner}: {parameter.name} has no type", field=owner, expected="name: type"
            )
    return tuple(
        DeclaredField(
            parameter.name,
            annotations[parameter.name],
            NODEFAULT if parameter.default is Parameter.empty else parameter.default,
        )
        for parameter in declared
    )


def _whole_record(parameters: tuple[DeclaredField, ...]) -> type[Arguments] | None:
    """Return the record whose fields are the arguments, if the method takes one."""
    if len(parameters) != 1:
        return None
    kind = parameters[0].annotation
    return kind if isinstance(kind, type) and issubclass(kind, Arguments) else None


def _arguments_record(owner: str, fields: tuple[DeclaredField, ...]) -> type[Struct]:
    """Return a record class whose fields, in order, are a method's parameters."""
    declared: list[Any] = [
        (field.name, field.annotation)
        if field.default is NODEFAULT
        else (field.name, field.annotation, field.default)
        for field in fields
    ]
    return defstruct(owner, declared, frozen=True, forbid_unknown_fields=True, gc=False)
