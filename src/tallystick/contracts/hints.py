# SPDX-License-Identifier: Apache-2.0
"""Annotations of records and functions, resolved and taken apart."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Struct, structs

from tallystick.contracts.label import Help, Label
from tallystick.encoding import Value
from tallystick.errors import InvalidContract

Annotation: TypeAlias = Any
"""A type as written in a class or signature."""

ToPlain: TypeAlias = Callable[[object], Value]
"""Checks a value against its declared type and returns it as plain data."""

Mark = TypeVar("Mark")


class DeclaredField(Struct, frozen=True):
    """A field of a record or a parameter of a method, as declared."""

    name: str
    annotation: Annotation
    default: Any = NODEFAULT
    """The default value, `NODEFAULT` if one must be given."""


def resolve(declared: type | Callable[..., object], *, owner: str) -> dict[str, Annotation]:
    """Return the annotations by name, with `Annotated` marks kept.

    Raises:
        InvalidContract: a name in an annotation is not known where it is used.
    """
    try:
        return get_type_hints(declared, include_extras=True)
    except (NameError, TypeError, SyntaxError, AttributeError) as error:
        raise InvalidContract(
            f"{owner}: an annotation cannot be resolved: {error}",
            field=owner,
            expected="types that are imported or defined at the top of the contract's module",
        ) from error


def record_fields(record: type[Struct]) -> tuple[DeclaredField, ...]:
    """Return the fields of a record class, with resolved annotations and plain defaults.

    Raises:
        InvalidContract: an annotation of the record cannot be resolved.
    """
    known: Any = record  # hashable, whatever the type checker thinks of metaclasses
    return _record_fields(known)


@cache
def _record_fields(record: type[Struct]) -> tuple[DeclaredField, ...]:
    annotations = resolve(record, owner=record.__name__)
    return tuple(
        DeclaredField(
            field.name,
            annotations[field.name],
            field.default if field.default_factory is NODEFAULT else field.default_factory(),
        )
        for field in structs.fields(record)
    )


def unwrapped(annotation: Annotation) -> tuple[Annotation, tuple[object, ...]]:
    """Return the type without its `Annotated` marks and `NewType` names, and the marks."""
    marks: tuple[object, ...] = ()
    while not isinstance(annotation, type):
        if origin_of(annotation) is Annotated:
            annotation, *found = get_args(annotation)
            marks = (*found, *marks)
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        else:
            break
    return annotation, marks


def origin_of(annotation: Annotation) -> Annotation:
    """Return what `annotation` is a form of: `list` for `list[int]`, None for a plain class."""
    return None if isinstance(annotation, type) else get_origin(annotation)


def label_of(name: str, annotation: Annotation) -> Label:
    """Return the label written in the annotation, or the name in words."""
    found = find_mark(annotation, Label)
    return found or Label(zh=name, en=name.replace("_", " "))


def help_of(annotation: Annotation) -> Label | None:
    """Return the explanation written in the annotation, if there is one."""
    found = find_mark(annotation, Help)
    return None if found is None else Label(zh=found.zh, en=found.en)


def find_mark(annotation: Annotation, kind: type[Mark]) -> Mark | None:
    """Return the last mark of exactly this class in the annotation."""
    marks = find_marks(annotation, kind)
    return marks[-1] if marks else None


def find_marks(annotation: Annotation, kind: type[Mark]) -> tuple[Mark, ...]:
    """Return the marks of exactly this class in the annotation, as written."""
    return tuple(mark for mark in unwrapped(annotation)[1] if type(mark) is kind)
