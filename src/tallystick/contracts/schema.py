# SPDX-License-Identifier: Apache-2.0
"""What a contract offers, as frozen records: the one source of doors, views and documents.

`schema_of` derives a `ContractSchema` from the class. HTTP serves it at /v1/contracts
(`msgspec.json` writes it), OpenAPI and the command line take their arguments from it, views their
columns. Nothing here refers to Python objects of the contract, so it also works from afar.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from tallystick.contracts.figures import StatisticSchema, WarningSchema
from tallystick.contracts.label import Label, Of
from tallystick.errors import UnknownContract

Kind: TypeAlias = Literal[
    "text", "integer", "boolean", "bytes", "date", "choice", "list", "map", "record"
]


class ValueType(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The type of a value: what it may hold, and what it means."""

    kind: Kind
    """`date` is text YYYY-MM-DD, `choice` one of `choices`; `map` has text keys."""
    name: str | None = None
    """Class name of a record or choice."""
    format: str | None = None
    """What it means beyond its kind: `sha256`, `timestamp-ms`, `organization` and so on."""
    is_nullable: bool = False
    """Whether null is allowed as well."""
    minimum: int | None = None
    """Smallest integer."""
    maximum: int | None = None
    """Largest integer."""
    size_min: int | None = None
    """Least characters of a text, bytes, items of a list or entries of a map."""
    size_max: int | None = None
    """Most of the same."""
    pattern: str | None = None
    """Regular expression that a text contains, as in JSON Schema."""
    choices: tuple[str | int, ...] = ()
    choice_labels: dict[str, Label] = {}
    """What choices are called, by their text; one without a word is shown as it is.

    Of a text of format `state` or `move`: by workflow and text, as `loan_flow.OPEN`.
    """
    items: ValueType | None = None
    """Type of a list's items or a map's values."""
    fields: tuple[FieldSchema, ...] = ()
    """Fields of a record."""


class FieldSchema(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A field of a record, event or refusal, or an argument of a method."""

    name: str
    type: ValueType
    label: Label
    help: Label | None = None
    is_required: bool = False
    default: Any = None
    """What stands in for an absent value if it is not required, as JSON: bytes are hexadecimal."""
    of: tuple[Of, ...] = ()
    """Of an argument: the records that say it, and that its method acts on."""
    signed_over: str | None = None
    """Of an argument that is a signature, or holds one: the query that tells what is signed."""


class MethodSchema(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A method: an action changes state by a transaction, a query only reads."""

    name: str
    kind: Literal["action", "query"]
    label: Label
    description: Label
    """The method's docstring; the same text twice if it is written in one language."""
    roles: tuple[str, ...] = ()
    """Any one of these roles is needed; none: every active member (queries: everyone)."""
    arguments: tuple[FieldSchema, ...] = ()
    result: ValueType | None = None
    events: tuple[str, ...] = ()
    """Full names of the events it may announce."""
    refusals: tuple[str, ...] = ()
    """Codes of the contract's own refusals it may answer with."""


class TableSchema(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A table of the contract's state: keys `contract/table/primary-key`, values records."""

    name: str
    label: Label
    record: str
    """Class name of the record."""
    key: tuple[str, ...]
    """Fields that make up the primary key, in order (see `tables.Table`)."""
    fields: tuple[FieldSchema, ...] = ()


class EventSchema(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fact that the contract announces."""

    name: str
    """`contract.Event`."""
    template: Label
    """A sentence with `{field}` places; `sentence` fills it."""
    fields: tuple[FieldSchema, ...] = ()


class RefusalSchema(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule's refusal, declared by the contract."""

    name: str
    """Class name."""
    code: str
    template: Label
    """A sentence with `{field}` places; `sentence` fills it from the facts."""
    fields: tuple[FieldSchema, ...] = ()

    @property
    def fact_names(self) -> frozenset[str]:
        """Names of the facts, which tell refusals of one code apart."""
        return frozenset(field.name for field in self.fields)


class MoveSchema(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row of a workflow's table: from where to where, by what, by whom."""

    name: str
    label: Label
    before: tuple[str, ...]
    """States from which it is possible."""
    after: str
    roles: tuple[str, ...] = ()
    """Any one of these roles is needed; none: the contract itself moves, such as at a deadline."""
    guard: Label | None = None
    """What must hold besides, in words."""


class WorkflowSchema(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A state machine: everything that its table does not name is refused."""

    name: str
    label: Label
    states: tuple[str, ...]
    state_labels: dict[str, Label] = {}
    """What states are called; one without a word is shown as it is."""
    initial: str
    moves: tuple[MoveSchema, ...] = ()


class ContractSchema(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that the platform knows about a contract."""

    name: str
    version: int
    label: Label
    description: Label
    methods: tuple[MethodSchema, ...] = ()
    tables: tuple[TableSchema, ...] = ()
    events: tuple[EventSchema, ...] = ()
    refusals: tuple[RefusalSchema, ...] = ()
    workflows: tuple[WorkflowSchema, ...] = ()
    exclusive_roles: tuple[tuple[str, ...], ...] = ()
    """Groups of roles of which one person may act in one only."""
    role_labels: dict[str, Label] = {}
    """What its roles are called, by their codes; one without a word is shown as it is."""
    statistics: tuple[StatisticSchema, ...] = ()
    warnings: tuple[WarningSchema, ...] = ()

    def method(self, name: str) -> MethodSchema:
        """Return the method called `name`.

        Raises:
            UnknownContract: there is none.
        """
        for method in self.methods:
            if method.name == name:
                return method
        raise UnknownContract(
            f"{self.name}: no method {name[:80]!r}",
            field="method",
            expected=", ".join(method.name for method in self.methods),
            found=name[:80],
        )

    def event(self, name: str) -> EventSchema | None:
        """Return the event with this full name, or None: events outlive their declarations."""
        return next((event for event in self.events if event.name == name), None)

    def refusal(self, code: str, facts: AbstractSet[str] | None = None) -> RefusalSchema | None:
        """Return the contract's own refusal with this code, or None if it declares none.

        Args:
            code: as recorded.
            facts: names of the facts recorded with it, which tell refusals of one code apart;
                None: unknown.
        """
        found = [refusal for refusal in self.refusals if refusal.code == code]
        if facts is not None:
            found = sorted(
                (one for one in found if not facts or not facts.isdisjoint(one.fact_names)),
                key=lambda one: len(facts ^ one.fact_names),
            )
        return next(iter(found), None)
