# SPDX-License-Identifier: Apache-2.0
"""A contract's schema as a page for people: methods, tables, events, refusals, roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tallystick.cli.catalogue import say
from tallystick.cli.layout import column_width, hanging, terminal_width, text_width
from tallystick.cli.results import pick_label
from tallystick.cli.stage import stage
from tallystick.contracts import ContractSchema, FieldSchema, MethodSchema, ValueType

_WIDTH_MAX = 100
_HEAD_MAX = 32

Rows = Iterable[tuple[str, str]]


def contract_page(schema: ContractSchema) -> str:
    """Return everything that a caller of a contract wants to know, on one page."""
    head = f"{_bold(schema.name)} v{schema.version} — {pick_label(schema.label)}"
    parts = [
        [head, pick_label(schema.description)],
        _part("contract.actions", _methods(schema, "action")),
        _part("contract.queries", _methods(schema, "query")),
        _part("contract.tables", _tables(schema)),
        _part("contract.events", ((e.name, pick_label(e.template)) for e in schema.events)),
        _part("contract.refusals", ((r.code, pick_label(r.template)) for r in schema.refusals)),
        _part("contract.roles", _roles(schema)),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def kind_word(value_type: ValueType) -> str:
    """Return a type in one word or two, as `text`, `list of Item`, `time?`."""
    word = value_type.format or value_type.name or value_type.kind
    if value_type.kind == "choice":
        word = "|".join(str(choice) for choice in value_type.choices)
    if value_type.items is not None:
        word = f"{value_type.kind}[{kind_word(value_type.items)}]"
    return f"{word}?" if value_type.is_nullable else word


def roles_of(schema: ContractSchema) -> dict[str, list[str]]:
    """Return the actions that each role may call."""
    found: dict[str, list[str]] = {}
    for method in schema.methods:
        for role in method.roles:
            found.setdefault(role, []).append(method.name)
    return dict(sorted(found.items()))


def _methods(schema: ContractSchema, kind: str) -> Iterator[tuple[str, str]]:
    for method in schema.methods:
        if method.kind == kind:
            yield signature(method), f"{pick_label(method.label)}. {pick_label(method.description)}"


def signature(method: MethodSchema) -> str:
    """Return how a method is called: `lend(id, to, due=…) -> Item`."""
    arguments = ", ".join(_argument(one) for one in method.arguments)
    result = "" if method.result is None else f" → {kind_word(method.result)}"
    return f"{method.name}({arguments}){result}"


def _argument(field: FieldSchema) -> str:
    text = f"{field.name}: {kind_word(field.type)}"
    return text if field.is_required else f"[{text}]"


def _tables(schema: ContractSchema) -> Iterator[tuple[str, str]]:
    for table in schema.tables:
        fields = ", ".join(f"{one.name}: {kind_word(one.type)}" for one in table.fields)
        yield f"{table.name} ({', '.join(table.key)})", f"{pick_label(table.label)}. {fields}"


def _roles(schema: ContractSchema) -> Iterator[tuple[str, str]]:
    yield from ((role, ", ".join(names)) for role, names in roles_of(schema).items())
    anybody = [one.name for one in schema.methods if one.kind == "action" and not one.roles]
    if anybody:
        yield say("contract.any_member"), ", ".join(anybody)


def _part(title: str, rows: Rows) -> list[str]:
    listed = list(rows)
    return [_bold(say(title)), *_columns(listed)] if listed else []


def _columns(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    width = min(terminal_width(), _WIDTH_MAX)
    left = min(column_width(f"  {head}" for head, _ in rows), _HEAD_MAX) + 2
    for head, text in rows:
        first = f"  {head}"
        if text_width(first) + 2 > left:
            yield first
            first = ""
        yield from hanging(first, text, left, width)


def _bold(text: str) -> str:
    return f"\x1b[1m{text}\x1b[0m" if stage().answer_color else text
