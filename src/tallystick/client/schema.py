# SPDX-License-Identifier: Apache-2.0
"""What a node says its contracts offer, as this package reads it; what it does not know it skips.

The records mirror `tallystick.contracts` as JSON at /v1/contracts: a client needs no contract's
code, and reads the schemas of nodes that are newer than itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Protocol, TypeVar

from msgspec import Struct

from tallystick.client.records import BilingualText


class _HasName(Protocol):
    @property
    def name(self) -> str: ...


Named = TypeVar("Named", bound=_HasName)

TIMESTAMP: Final = "timestamp-ms"
AMOUNT: Final = "amount"


class ValueType(Struct, frozen=True, kw_only=True):
    """The type of a value."""

    kind: str
    name: str | None = None
    format: str | None = None
    is_nullable: bool = False
    choices: tuple[str | int, ...] = ()
    items: ValueType | None = None
    fields: tuple[FieldSchema, ...] = ()


class FieldSchema(Struct, frozen=True, kw_only=True):
    """A field of a record, event or refusal, or an argument of a method."""

    name: str
    type: ValueType
    label: BilingualText
    help: BilingualText | None = None
    is_required: bool = False
    default: Any = None


class MethodSchema(Struct, frozen=True, kw_only=True):
    """An action or a query."""

    name: str
    kind: str
    label: BilingualText
    description: BilingualText
    roles: tuple[str, ...] = ()
    arguments: tuple[FieldSchema, ...] = ()
    result: ValueType | None = None
    refusals: tuple[str, ...] = ()


class TableSchema(Struct, frozen=True, kw_only=True):
    """A table of records."""

    name: str
    label: BilingualText
    record: str
    key: tuple[str, ...] = ()
    fields: tuple[FieldSchema, ...] = ()

    @property
    def type(self) -> ValueType:
        """The type of a record."""
        return ValueType(kind="record", name=self.record, fields=self.fields)


class EventSchema(Struct, frozen=True, kw_only=True):
    """A fact that the contract announces."""

    name: str
    fields: tuple[FieldSchema, ...] = ()


class RefusalSchema(Struct, frozen=True, kw_only=True):
    """A rule's refusal."""

    name: str
    code: str
    template: BilingualText
    fields: tuple[FieldSchema, ...] = ()

    @property
    def fact_names(self) -> frozenset[str]:
        """Names of the facts, which tell refusals of one code apart."""
        return frozenset(field.name for field in self.fields)


class ContractSchema(Struct, frozen=True, kw_only=True):
    """Everything that a contract offers."""

    name: str
    version: int
    label: BilingualText
    description: BilingualText
    methods: tuple[MethodSchema, ...] = ()
    tables: tuple[TableSchema, ...] = ()
    events: tuple[EventSchema, ...] = ()
    refusals: tuple[RefusalSchema, ...] = ()

    def method(self, name: str) -> MethodSchema | None:
        """Return a method, or None."""
        return _named(self.methods, name)

    def table(self, name: str) -> TableSchema | None:
        """Return a table, or None."""
        return _named(self.tables, name)

    def event_type(self, name: str) -> ValueType:
        """Return the type of an event's fields; one without fields for what is not declared."""
        found = _named(self.events, name)
        fields = () if found is None else found.fields
        return ValueType(kind="record", name=name.rpartition(".")[2], fields=fields)

    def refusal(self, code: str, facts: Iterable[str]) -> RefusalSchema | None:
        """Return the refusal of a code with these facts; the platform shares some codes."""
        names = frozenset(facts)
        found = [
            one
            for one in self.refusals
            if one.code == code and (names & one.fact_names or names == one.fact_names)
        ]
        return min(found, key=lambda one: len(names ^ one.fact_names), default=None)


def _named(found: Iterable[Named], name: str) -> Named | None:
    return next((one for one in found if one.name == name), None)


def python_name(name: str) -> str:
    """Return a contract's name as it is written in Python: hyphens become underscores."""
    return name.replace("-", "_")
