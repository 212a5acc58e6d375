# SPDX-License-Identifier: Apache-2.0
"""The verbs of a contract's tables: `tally NAME list TABLE`, `show`, `history`, from its schema.

A method of the contract, or a command of ours, that has the word already keeps it; the table's
verb then has its other word: `table`, `record`, `changes`.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from tallystick.cli.texts.tables import TABLE_VERBS
from tallystick.cli.texts.words import CommandText, Text

if TYPE_CHECKING:
    from tallystick.contracts import ContractSchema, FieldSchema, TableSchema, ValueType

Kind = Literal["list", "show", "history"]
_WORDS: Final[Mapping[Kind, tuple[str, str]]] = {
    "list": ("list", "table"),
    "show": ("show", "record"),
    "history": ("history", "changes"),
}
_UNLISTED: Final = frozenset({"list", "map"})
"""Kinds that stand as JSON in one column, which no filter looks into."""
_EXAMPLE_KEY: Final = "KEY"


@dataclass(frozen=True, slots=True)
class TableVerb:
    """What can be asked of the tables of a contract, as a command."""

    path: str
    """Contract and verb, separated by a space."""
    contract: str
    kind: Kind
    tables: tuple[TableSchema, ...]


def table_verbs_of(schema: ContractSchema, taken: Container[str]) -> Iterator[TableVerb]:
    """Yield the verbs of a contract's tables.

    Args:
        schema: of the contract; one without tables has none.
        taken: paths of other commands; a verb whose words are both taken is left out.
    """
    for kind, words in _WORDS.items():
        paths = (f"{schema.name} {word}" for word in words)
        path = next((one for one in paths if one not in taken), None)
        if schema.tables and path is not None:
            yield TableVerb(path, schema.name, kind, schema.tables)


def table_verb_text(verb: TableVerb) -> CommandText:
    """Return what the help says of it: the tables, and what each can be filtered by."""
    text = TABLE_VERBS[verb.kind]
    table = verb.tables[0]
    if verb.kind == "list":
        examples: tuple[str, ...] = (
            f"tally {verb.path} {table.name}",
            f"tally {verb.path} {table.name} --order oldest --limit 10 --json",
        )
    else:
        key = " ".join(one.upper() for one in table.key) or _EXAMPLE_KEY
        examples = (f"tally {verb.path} {table.name} {key}",)
    listed = [_described(one, verb.kind) for one in verb.tables]
    english = [text.details.en if text.details else "", *(one.en for one in listed)]
    chinese = [text.details.zh if text.details else "", *(one.zh for one in listed)]
    return CommandText(text.summary, examples, Text("\n".join(english), "\n".join(chinese)))


def columns_of(table: TableSchema) -> dict[str, ValueType]:
    """Return the columns that a table can be filtered by; those of records inside are dotted."""
    return dict(_columns(table.fields, ""))


def _columns(fields: tuple[FieldSchema, ...], above: str) -> Iterator[tuple[str, ValueType]]:
    for one in fields:
        name = f"{above}{one.name}"
        if one.type.kind == "record":
            yield from _columns(one.type.fields, f"{name}.")
        elif one.type.kind not in _UNLISTED:
            yield name, one.type


def _described(table: TableSchema, kind: Kind) -> Text:
    names = ", ".join(columns_of(table) if kind == "list" else table.key)
    return Text(
        f"{table.name} ({table.label.en}): {names}", f"{table.name}（{table.label.zh}）：{names}"
    )
