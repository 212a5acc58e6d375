# SPDX-License-Identifier: Apache-2.0
"""Forms for people: what a page or a program asks for before it calls a method.

A form follows from the schema alone. It says for each argument what to call it, which control
suits it, what is allowed, and an example that the method's check would take.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct

from tallystick.contracts.label import Label
from tallystick.contracts.schema import ContractSchema, FieldSchema, MethodSchema, ValueType

Widget: TypeAlias = Literal[
    "text",
    "long-text",
    "number",
    "money",
    "date",
    "time",
    "switch",
    "choice",
    "organization",
    "file-hash",
    "bytes",
    "list",
    "map",
    "record",
]
"""`time` is a moment in Unix milliseconds; `file-hash` is filled by hashing a file."""

LONG_TEXT_CHARACTERS: Final = 200
"""A text that may be longer gets several lines."""

_WIDGETS: Final[Mapping[str, Widget]] = {
    "text": "text",
    "integer": "number",
    "boolean": "switch",
    "bytes": "bytes",
    "date": "date",
    "choice": "choice",
    "list": "list",
    "map": "map",
    "record": "record",
}
_FORMAT_WIDGETS: Final[Mapping[str, Widget]] = {
    "sha256": "file-hash",
    "sm3": "file-hash",
    "organization": "organization",
    "timestamp-ms": "time",
    "amount": "money",
}
_FORMAT_EXAMPLES: Final[Mapping[str, str | int]] = {
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "sm3": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    "digest": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    "organization": "91350100M000100Y43",
    "timestamp-ms": 1_767_225_600_000,
    "media-type": "application/pdf",
    "identifier": "A-1",
}


class FormField(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One control of a form."""

    name: str
    """As the method's argument, or the record's field, is called."""
    label: Label
    help: Label | None = None
    widget: Widget
    format: str | None = None
    """What the value means beyond its widget, as in the schema."""
    signed_over: str | None = None
    """Of a signature, or what holds one: the query that tells the digest it is over."""
    is_required: bool = False
    is_nullable: bool = False
    default: Any = None
    """Filled in beforehand if it is not required, as JSON."""
    minimum: int | None = None
    maximum: int | None = None
    size_min: int | None = None
    size_max: int | None = None
    pattern: str | None = None
    choices: tuple[str | int, ...] = ()
    choice_labels: dict[str, Label] = {}
    """What choices are called, by their text; one without a word is shown as it is."""
    item: FormField | None = None
    """What a list or map is made of."""
    fields: tuple[FormField, ...] = ()
    """Of a record, in order."""
    example: Any = None
    """A value of the right form as JSON; None where nothing general can be said."""


class Form(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is asked before a method is called; fields stand in the order to be asked in."""

    contract: str
    version: int
    method: str
    kind: Literal["action", "query"]
    label: Label
    description: Label
    roles: tuple[str, ...] = ()
    """Any one of these roles is needed; none: every active member (queries: everyone)."""
    fields: tuple[FormField, ...] = ()
    refusals: tuple[str, ...] = ()
    """Codes of the contract's own refusals that may be the answer."""


def form_of(schema: ContractSchema, method: MethodSchema) -> Form:
    """Return the form of a method."""
    return Form(
        contract=schema.name,
        version=schema.version,
        method=method.name,
        kind=method.kind,
        label=method.label,
        description=method.description,
        roles=method.roles,
        fields=tuple(_field(argument) for argument in method.arguments),
        refusals=method.refusals,
    )


def _field(declared: FieldSchema) -> FormField:
    described = declared.type
    return FormField(
        name=declared.name,
        label=declared.label,
        help=declared.help,
        widget=_widget(described),
        format=described.format,
        signed_over=declared.signed_over,
        is_required=declared.is_required,
        is_nullable=described.is_nullable,
        default=declared.default,
        minimum=described.minimum,
        maximum=described.maximum,
        size_min=described.size_min,
        size_max=described.size_max,
        pattern=described.pattern,
        choices=described.choices,
        choice_labels=described.choice_labels,
        item=None if described.items is None else _item(described.items),
        fields=tuple(_field(inner) for inner in described.fields),
        example=_example(described),
    )


def _item(described: ValueType) -> FormField:
    """Return the control for each item; its label is its type's name."""
    name = described.name or described.kind
    return _field(FieldSchema(name="", type=described, label=Label(zh=name, en=name)))


def _widget(described: ValueType) -> Widget:
    known = _FORMAT_WIDGETS.get(described.format or "")
    if known is not None:
        return known
    if described.kind == "text" and (described.size_max or 0) > LONG_TEXT_CHARACTERS:
        return "long-text"
    return _WIDGETS[described.kind]


def _example(described: ValueType) -> object:
    known = _FORMAT_EXAMPLES.get(described.format or "", _KIND_EXAMPLES.get(described.kind))
    if known is not None:
        return known
    return _EXAMPLE_MAKERS[described.kind](described)


def _choice(described: ValueType) -> str | int:
    return described.choices[0]


def _number(described: ValueType) -> int:
    at_least = max(10_000 if described.format == "amount" else 1, described.minimum or 0)
    return at_least if described.maximum is None else min(at_least, described.maximum)


def _bytes(described: ValueType) -> str:
    return "00" * max(1, described.size_min or 0)


def _text(described: ValueType) -> str | None:
    """Return a text of the right size; of a pattern nothing general can be said."""
    if described.pattern is not None and described.format is not None:
        return None
    size = max(described.size_min or 0, min(4, described.size_max or 4))
    return ("text" * (size // 4 + 1))[:size]


def _list(described: ValueType) -> list[object]:
    one = None if described.items is None else _example(described.items)
    return [one] * max(1, described.size_min or 0)


def _map(described: ValueType) -> dict[str, object]:
    return {"key": None if described.items is None else _example(described.items)}


def _record(described: ValueType) -> dict[str, object]:
    return {inner.name: _example(inner.type) for inner in described.fields if inner.is_required}


_KIND_EXAMPLES: Final[Mapping[str, object]] = {"boolean": True, "date": "2026-12-31"}
_EXAMPLE_MAKERS: Final[Mapping[str, Callable[[ValueType], object]]] = {
    "text": _text,
    "integer": _number,
    "bytes": _bytes,
    "choice": _choice,
    "list": _list,
    "map": _map,
    "record": _record,
}
