# SPDX-License-Identifier: Apache-2.0
"""What the views must know of contracts: their tables and their events' sentences.

`TableSpec` is this room's own small form of a contract's schema; `adapter.py` makes it from a
`ContractSchema`. A change of the specs changes their digest, and with it the views are rebuilt.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from tallystick.contracts import FieldSchema, StatisticSchema, WarningSchema
from tallystick.crypto import sha256
from tallystick.errors import Corrupted, NotFound
from tallystick.views.names import distinct_name, table_name

SCHEMA_VERSION: Final = 5
"""Raised with every change of the tables or of what is put into them."""

TEXT: Final = "text"
INTEGER: Final = "integer"
"""Signed 64 bits."""
BOOLEAN: Final = "boolean"
BYTES: Final = "bytes"
"""Stored as lower-case hexadecimal text."""
RECORD: Final = "record"
"""A nested record: its fields become columns of their own."""
JSON: Final = "json"
"""Lists, maps and everything else: stored as JSON text."""

MEMBERSHIP: Final = "membership"
CREATED: Final = "_created"
CHANGED: Final = "_changed"
KEY: Final = "_key"
EXTRA: Final = "_extra"


class Field(Struct, frozen=True, omit_defaults=True):
    """One field of a contract's record."""

    name: str
    kind: str
    """One of this file's kinds."""
    optional: bool = False
    indexed: bool = False
    """Whether people look records up by it: gets an index, may be sorted by."""
    searched: bool = False
    """Whether the text search looks into it."""
    scattered: bool = False
    """Whether its values are like hashes: equal ones are few, and order means nothing."""
    fields: tuple[Field, ...] = ()
    """Of a nested record."""


class TableSpec(Struct, frozen=True, omit_defaults=True):
    """One table of a contract."""

    contract: str
    table: str
    key: tuple[str, ...]
    """Names of the fields that make up the primary key."""
    fields: tuple[Field, ...]
    binary_key: bool = False
    """Whether the state key is bytes rather than text; it is then shown as hexadecimal."""

    @property
    def prefix(self) -> bytes:
        """What the state keys of the table begin with, up to the last slash."""
        return f"{self.contract}/{self.table}".encode()

    @property
    def name(self) -> str:
        """`contract.table`, as people write it."""
        return f"{self.contract}.{self.table}"

    @property
    def text_key(self) -> str | None:
        """The field that the key's text stands for, so that it needs no column of its own."""
        texts = {field.name for field in self.fields if field.kind == TEXT}
        return self.key[0] if len(self.key) == 1 and self.key[0] in texts else None


class EventSpec(Struct, frozen=True, omit_defaults=True):
    """The sentence that an event of a contract makes, in both languages."""

    name: str
    """`contract.Event`."""
    zh: str
    """Text with `{field}` in the places of the event's fields."""
    en: str
    fields: tuple[FieldSchema, ...] = ()
    """What its fields mean; without their labels, which no sentence needs."""


class FigureSpec(Struct, frozen=True, omit_defaults=True):
    """What a contract counts and warns of, as its schema says it."""

    contract: str
    statistics: tuple[StatisticSchema, ...] = ()
    warnings: tuple[WarningSchema, ...] = ()


class ViewSpecs(Struct, frozen=True):
    """Everything the views know of contracts."""

    tables: tuple[TableSpec, ...] = ()
    events: tuple[EventSpec, ...] = ()
    figures: tuple[FigureSpec, ...] = ()
    contracts: tuple[str, ...] = ()
    """Names of the contracts that the network runs, also of those that are not installed here."""

    def encode(self) -> str:
        """Return the JSON that the views keep about themselves."""
        return msgspec.json.encode(self).decode()

    @property
    def digest(self) -> str:
        """Version of the tables' form: equal digests, equal tables."""
        return f"{SCHEMA_VERSION}.{sha256(self.encode().encode()).hex()[:32]}"

    def table(self, contract: str, table: str) -> TableSpec:
        """Return the spec of a table.

        Raises:
            NotFound: there is no such table.
        """
        for spec in self.all_tables():
            if (spec.contract, spec.table) == (contract, table):
                return spec
        raise NotFound(
            f"there is no table {contract}.{table}",
            field="table",
            expected=", ".join(spec.name for spec in self.all_tables())[:300],
            found=f"{contract}.{table}"[:80],
        )

    def all_tables(self) -> tuple[TableSpec, ...]:
        """Return the tables of membership, then those of contracts."""
        return (*MEMBERSHIP_TABLES, *self.tables)


class Column(Struct, frozen=True):
    """A column of a contract's table in SQL."""

    name: str
    path: tuple[str, ...]
    """Where its value stands in the record."""
    kind: str
    optional: bool
    indexed: bool
    searched: bool
    scattered: bool

    @property
    def sortable(self) -> bool:
        """Whether lists can be ordered by it."""
        return self.indexed and not self.scattered


def decode_specs(text: str) -> ViewSpecs:
    """Return the specs that the views keep about themselves.

    Raises:
        Corrupted: the text is damaged.
    """
    try:
        return msgspec.json.decode(text, type=ViewSpecs)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Corrupted(
            f"the views are damaged: {error}", hint="Stop the node, then run `tally views rebuild`."
        ) from error


def columns_of(spec: TableSpec) -> tuple[Column, ...]:
    """Return the columns of a table in order; names differ even if letter case is ignored.

    Fields of nested records come after the others, level by level.
    The text key has its own column already and is left out.
    """
    taken = {CREATED, CHANGED, KEY, EXTRA}
    found: list[Column] = []
    for path, leaf, is_optional in _leaves(spec.fields):
        if path != (spec.text_key,):
            name = distinct_name("_".join(path), taken)
            found.append(
                Column(
                    *(name, path, leaf.kind, is_optional),
                    *(leaf.indexed, leaf.searched, leaf.scattered),
                )
            )
    return tuple(found)


def sql_table_names(specs: ViewSpecs) -> dict[tuple[str, str], str]:
    """Return the SQL name of each table by (contract, table)."""
    taken: set[str] = set()
    return {
        (spec.contract, spec.table): table_name(spec.contract, spec.table, taken)
        for spec in specs.all_tables()
    }


def _leaves(fields: tuple[Field, ...]) -> list[tuple[tuple[str, ...], Field, bool]]:
    """Return path, field and whether it may be absent: plain fields first, then those inside."""
    plain = [((field.name,), field, field.optional) for field in fields if field.kind != RECORD]
    nested = [
        ((field.name, *path), leaf, field.optional or is_optional)
        for field in fields
        if field.kind == RECORD
        for path, leaf, is_optional in _leaves(field.fields)
    ]
    return plain + nested


_NAME: Final = Field(
    "name", RECORD, fields=(Field("zh", TEXT, searched=True), Field("en", TEXT, searched=True))
)
MEMBERSHIP_TABLES: Final = (
    TableSpec(
        MEMBERSHIP, "organizations", ("id",), (Field("id", TEXT), _NAME, Field("active", BOOLEAN))
    ),
    TableSpec(
        MEMBERSHIP,
        "members",
        ("organization", "id"),
        (
            Field("organization", TEXT, indexed=True),
            Field("id", TEXT),
            _NAME,
            Field("roles", JSON),
            Field("active", BOOLEAN),
        ),
    ),
    TableSpec(
        MEMBERSHIP,
        "keys",
        ("public_key",),
        (
            Field("public_key", BYTES),
            Field("organization", TEXT, indexed=True),
            Field("member", TEXT, indexed=True),
            Field("valid_from", INTEGER),
            Field("valid_until", INTEGER),
            Field("revoked_at", INTEGER, optional=True),
        ),
        binary_key=True,
    ),
)
"""The register of members, kept under the same rules as contracts' tables."""
