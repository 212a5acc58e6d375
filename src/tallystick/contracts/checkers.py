# SPDX-License-Identifier: Apache-2.0
"""Strict checks of values against declared types, prepared once and run by msgspec in C.

A record's constructor checks nothing. What enters the state, an event or a result is therefore
turned into plain data and held against a *closed* copy of its type, in which every `int` is bounded
to 64 bits. The copy is never used for anything but the check.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from functools import cache, partial
from typing import Annotated, Any, Literal, TypeVar, Union, get_args

from msgspec import Meta, Struct, convert, defstruct, to_builtins

from tallystick.contracts.hints import Annotation, ToPlain, origin_of, record_fields, unwrapped
from tallystick.contracts.values import INTEGER_MIN
from tallystick.encoding import Value, learn_type
from tallystick.units import INTEGER_MAX

_NATIVE = (bytes,)
"""Canonical bytes hold bytes as they are; msgspec, unless told so, makes base64 text of them.

Telling it has its cost, so only types with bytes in them do.
"""

T = TypeVar("T")


def reader(kind: type[T]) -> Callable[[object], T]:
    """Return the function that makes a `kind` of plain data, refusing every other type.

    The function raises `msgspec.ValidationError` if the data does not fit.
    """
    learn_type(kind)
    if _mentions(kind, bytes):
        return partial(convert, type=kind, builtin_types=_NATIVE)

    def read(plain: object) -> T:
        return convert(plain, kind)

    return read


def checker(annotation: Annotation) -> ToPlain:
    """Return the function that gives a value as plain data after holding it against its type.

    The function raises `msgspec.ValidationError` if the value is not what was declared.
    """
    check = reader(closed(annotation))
    to_plain: Callable[[Any], Any] = to_builtins  # also takes members of enumerations apart
    if _mentions(annotation, bytes):
        to_plain = partial(to_builtins, builtin_types=_NATIVE)
    has_tuples = _mentions(annotation, tuple)

    def checked(value: object) -> Value:
        plain: Value = to_plain(value)
        check(plain)
        return _with_lists(plain) if has_tuples else plain

    return checked


@cache
def record_codec(record: type[T]) -> tuple[Callable[[object], T], ToPlain]:
    """Return the reader and the checker of a record class, prepared once for all tables of it.

    A test opens its contracts anew, thousands of times in a run; the classes stay.
    """
    return reader(record), checker(record)


def plain_value(value: object) -> Value:
    """Return any value as plain data, unchecked."""
    return _with_lists(to_builtins(value, builtin_types=_NATIVE))


def _with_lists(plain: object) -> Value:
    """Return plain data with lists for tuples, which msgspec leaves as they are."""
    if isinstance(plain, list | tuple):
        return [_with_lists(item) for item in plain]
    if isinstance(plain, dict):
        return {key: _with_lists(item) for key, item in plain.items()}
    return plain  # type: ignore[return-value]  # scalars: the caller has checked, or will


@cache
def closed_record(record: type[Struct]) -> type[Struct]:
    """Return a record class with the same fields, integers bounded to 64 bits."""
    fields: list[Any] = [(field.name, closed(field.annotation)) for field in record_fields(record)]
    return defstruct(record.__name__, fields, forbid_unknown_fields=True, gc=False)


def closed(annotation: Annotation) -> Annotation:
    """Return the annotation with every integer bounded and every record closed."""
    plain, marks = unwrapped(annotation)
    metas = tuple(mark for mark in marks if isinstance(mark, Meta))
    origin, arguments = origin_of(plain), get_args(plain)
    if plain is int:
        plain = _bounded_integer(metas)
        metas = ()
    elif _is_record(plain):
        plain = closed_record(plain)
    elif origin in {Union, types.UnionType}:
        plain = Union[tuple(closed(one) for one in arguments)]  # noqa: UP007  # made at run time
    elif origin is not None and origin is not Literal:
        plain = origin[tuple(one if one is ... else closed(one) for one in arguments)]
    for meta in metas:
        plain = Annotated[plain, meta]
    return plain


def _bounded_integer(metas: tuple[Meta, ...]) -> Annotation:
    has_minimum = any(meta.ge is not None or meta.gt is not None for meta in metas)
    has_maximum = any(meta.le is not None or meta.lt is not None for meta in metas)
    bounded: Annotation = int
    for meta in metas:
        bounded = Annotated[bounded, meta]
    if not has_minimum:
        bounded = Annotated[bounded, Meta(ge=INTEGER_MIN)]
    if not has_maximum:
        bounded = Annotated[bounded, Meta(le=INTEGER_MAX)]
    return bounded


def _mentions(annotation: Annotation, kind: type) -> bool:
    """Return whether a type holds values of `kind`, however deep."""
    return any(
        part is kind or (_is_record(part) and _record_mentions(part, kind))
        for part in _parts(annotation)
    )


@cache
def _record_mentions(record: type[Struct], kind: type) -> bool:
    return any(_mentions(field.annotation, kind) for field in record_fields(record))


def _parts(annotation: Annotation) -> list[Annotation]:
    """Return the classes in an annotation, looking into unions and containers but not records."""
    plain = unwrapped(annotation)[0]
    origin = origin_of(plain)
    if origin is None or origin is Literal:
        return [plain]
    inner = [part for argument in get_args(plain) for part in _parts(argument)]
    return inner if origin in {Union, types.UnionType} else [origin, *inner]


def _is_record(plain: Annotation) -> bool:
    return isinstance(plain, type) and issubclass(plain, Struct)
