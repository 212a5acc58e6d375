# SPDX-License-Identifier: Apache-2.0
"""From an annotation to the type that the schema tells the world, or to advice for the author."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, Literal, NamedTuple, Union, get_args

from msgspec import NODEFAULT, Meta, MsgspecError, Struct
from msgspec.structs import replace

from tallystick.contracts.checkers import checker
from tallystick.contracts.hints import (
    Annotation,
    DeclaredField,
    find_mark,
    find_marks,
    help_of,
    origin_of,
    record_fields,
    unwrapped,
)
from tallystick.contracts.label import Format, Label, Of, SignedOver
from tallystick.contracts.schema import FieldSchema, Kind, ValueType
from tallystick.contracts.values import INTEGER_MIN
from tallystick.contracts.wording import NO_WORDS, Words, choice_labels, field_label, words_below
from tallystick.encoding import Value
from tallystick.errors import InvalidContract
from tallystick.units import INTEGER_MAX

DEPTH_MAX: Final = 8
"""Nesting of lists, maps and records; the log entry around a value has its own levels."""

_SCALARS: Final[Mapping[type, Kind]] = {
    str: "text",
    bool: "boolean",
    int: "integer",
    bytes: "bytes",
    date: "date",
}
_WORDED: Final = frozenset({"workflow", "state", "move"})
"""Formats of texts that name a part of a contract, which has words."""
_WORD: Final = "word"
"""Format of a text that the contract writes itself: its own phrases, or a method's name."""
_ADVICE: Final[Sequence[tuple[object, str]]] = (
    (float, "Amount (money in its smallest unit) or Integer: floats differ between machines"),
    (complex, "Integer"),
    (Decimal, "Amount: money as an integer of its smallest unit"),
    (datetime, "Timestamp: Unix milliseconds as an integer"),
    (set, "list[...], sorted by the contract: sets have no order"),
    (frozenset, "list[...], sorted by the contract: sets have no order"),
    (list, "list[...] with the type of its items"),
    (dict, "dict[str, ...] with the type of its values, or a Record"),
    (tuple, "tuple[..., ...] of one type, or a Record"),
    (bytearray, "bytes"),
    (Any, "a definite type"),
    (object, "a definite type"),
)


class Place(NamedTuple):
    """Where an annotation stands, for messages, what it is nested in, and the words there."""

    owner: str
    records: tuple[type, ...] = ()
    depth: int = 0
    words: Words = NO_WORDS

    @property
    def kind(self) -> str:
        """Name of the record, else of the method or field, that the annotation belongs to."""
        return self.records[-1].__name__ if self.records else self.field

    @property
    def field(self) -> str:
        """Name of the field, or of the method."""
        return self.owner.rpartition(".")[2]

    def inside(self, part: str, record: type | None = None) -> Place:
        """Return the place of a part."""
        records = self.records if record is None else (*self.records, record)
        return Place(f"{self.owner}.{part}", records, self.depth + 1, self.words)


def describe_type(annotation: Annotation) -> ValueType:
    """Return the type that an annotation of its own means, for tests and tools.

    Raises:
        InvalidContract: it means something that ledger data cannot hold.
    """
    return value_type(annotation, Place(getattr(annotation, "__name__", str(annotation))))


def value_type(annotation: Annotation, place: Place) -> ValueType:
    """Return the type that `annotation` means.

    Raises:
        InvalidContract: it means something that ledger data cannot hold; the hint says what to
            write instead.
    """
    if place.depth > DEPTH_MAX:
        raise _refused(place, "values nested too deeply", f"at most {DEPTH_MAX} levels")
    plain, marks = unwrapped(annotation)
    _check_marks([mark for mark in marks if isinstance(mark, Meta)], place)
    return _with_marks(_plain_type(plain, place), marks, place)


def field_schema(field: DeclaredField, place: Place) -> FieldSchema:
    """Return the schema of a declared field.

    Raises:
        InvalidContract: its type cannot be held, or its default does not fit its type.
    """
    own_place = place._replace(owner=f"{place.owner}.{field.name}")
    label = find_mark(field.annotation, Label)
    signed = find_mark(field.annotation, SignedOver)
    described = FieldSchema(
        name=field.name,
        type=value_type(field.annotation, own_place),
        label=label or field_label(place.words, place.kind, field.name),
        help=help_of(field.annotation),
        is_required=field.default is NODEFAULT,
        of=find_marks(field.annotation, Of),
        signed_over=None if signed is None else signed.query,
    )
    if field.default is NODEFAULT:
        return described
    return replace(described, default=_default(field, own_place))


def record_schema(record: type[Struct], place: Place) -> tuple[FieldSchema, ...]:
    """Return the schemas of a record's fields.

    Raises:
        InvalidContract: a field cannot be held, or the record contains itself.
    """
    if record in place.records:
        raise _refused(place, f"{record.__name__} contains itself", "records of bounded depth")
    inner = place._replace(records=(*place.records, record), depth=place.depth + 1)
    return tuple(field_schema(field, inner) for field in record_fields(record))


def _plain_type(plain: Annotation, place: Place) -> ValueType:
    origin = origin_of(plain)
    if origin in {Union, types.UnionType}:
        return _optional_type(plain, place)
    if origin is Literal:
        return _choice(None, get_args(plain), place)
    if origin in {list, tuple, dict}:
        return _container(plain, place)
    if plain in _SCALARS:
        kind = _SCALARS[plain]
        bounds = (INTEGER_MIN, INTEGER_MAX) if kind == "integer" else (None, None)
        return ValueType(kind=kind, minimum=bounds[0], maximum=bounds[1])
    if isinstance(plain, type) and issubclass(plain, Enum):
        return _choice(plain.__name__, tuple(member.value for member in plain), place)
    if isinstance(plain, type) and issubclass(plain, Struct):
        return ValueType(kind="record", name=plain.__name__, fields=record_schema(plain, place))
    advice = [text for refused, text in _ADVICE if plain is refused or origin is refused]
    name = getattr(plain, "__name__", str(plain))
    raise _refused(place, f"{name} cannot stand in ledger data", *advice)


def _optional_type(plain: Annotation, place: Place) -> ValueType:
    kinds = [one for one in get_args(plain) if one is not type(None)]
    if len(kinds) != 1:
        raise _refused(place, "a choice between types", "one type, or one type | None")
    return replace(value_type(kinds[0], place), is_nullable=True)


def _container(plain: Annotation, place: Place) -> ValueType:
    origin, parts = origin_of(plain), get_args(plain)
    if origin is dict:
        if unwrapped(parts[0])[0] is not str:
            raise _refused(place, "a map with keys other than text", "dict[str, ...]")
        return ValueType(kind="map", items=value_type(parts[1], place.inside("values")))
    if origin is tuple and (len(parts) != 2 or parts[1] is not ...):
        raise _refused(
            place, "a tuple of several types", "tuple[..., ...] of one type, or a Record"
        )
    return ValueType(kind="list", items=value_type(parts[0], place.inside("items")))


def _choice(name: str | None, choices: tuple[object, ...], place: Place) -> ValueType:
    is_plain = all(type(one) in {str, int} for one in choices)
    if not choices or not is_plain or len({type(one) for one in choices}) > 1:
        raise _refused(place, "a choice of mixed values", "all texts, or all integers")
    known: tuple[str | int, ...] = choices  # type: ignore[assignment]
    labels = choice_labels(place.words, name or place.field, known)
    return ValueType(kind="choice", name=name, choices=known, choice_labels=labels)


def _check_marks(metas: list[Meta], place: Place) -> None:
    """Refuse two constraints of one kind: msgspec would fail at the first value."""
    if len(metas) < 2:
        return
    for name in ("gt", "ge", "lt", "le", "min_length", "max_length", "pattern"):
        if sum(getattr(meta, name) is not None for meta in metas) > 1:
            raise _refused(place, f"two constraints {name!r}", "a type with one of each constraint")


def _with_marks(described: ValueType, marks: tuple[object, ...], place: Place) -> ValueType:
    for mark in marks:
        if isinstance(mark, Format):
            described = replace(described, format=mark.name)
            if mark.name in _WORDED:
                described = replace(described, choice_labels=words_below(place.words, mark.name))
            elif mark.name == _WORD:
                known = words_below(place.words, "move") | words_below(place.words, place.field)
                described = replace(described, choice_labels=known)
        elif isinstance(mark, Meta):
            described = _with_constraints(described, mark)
    return described


def _with_constraints(described: ValueType, meta: Meta) -> ValueType:
    """Return the type with msgspec's constraints; exclusive bounds become inclusive."""
    minimum = meta.ge if meta.gt is None else meta.gt + 1
    maximum = meta.le if meta.lt is None else meta.lt - 1
    return replace(
        described,
        minimum=described.minimum if minimum is None else int(minimum),
        maximum=described.maximum if maximum is None else int(maximum),
        size_min=described.size_min if meta.min_length is None else meta.min_length,
        size_max=described.size_max if meta.max_length is None else meta.max_length,
        pattern=described.pattern if meta.pattern is None else meta.pattern,
    )


def _default(field: DeclaredField, place: Place) -> object:
    try:
        return _as_json(checker(field.annotation)(field.default))
    except MsgspecError as error:
        raise _refused(
            place, f"the default does not fit: {error}", "a default of its type"
        ) from error


def _as_json(value: Value) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    if isinstance(value, dict):
        return {key: _as_json(item) for key, item in value.items()}
    return value


def _refused(place: Place, problem: str, *advice: str) -> InvalidContract:
    expected = (
        advice[0] if advice else "text, int, bool, bytes, date, a Record, list[...], dict[str, ...]"
    )
    return InvalidContract(
        f"{place.owner}: {problem}",
        field=place.owner,
        expected=expected,
        hint=f"Write {expected}.",
    )
