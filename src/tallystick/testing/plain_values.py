# SPDX-License-Identifier: Apache-2.0
"""Arguments as tests write them, turned into the plain data that a transaction carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum

from msgspec import Struct
from msgspec.structs import asdict

from tallystick.contracts import Arguments, Method
from tallystick.encoding import Value
from tallystick.errors import InvalidArguments
from tallystick.testing.people import Person


def plain(value: object) -> Value:
    """Return a value as ledger data: people and organisations become credit codes.

    What is no ledger data (a float, say) stays as it is: the contract host says what is wrong.
    """
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Struct):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, Person):
        return value.code
    if isinstance(value, date):
        value = value.isoformat()
    return value  # type: ignore[return-value]  # scalars; the host refuses the rest


def plain_arguments(
    method: Method, positional: Sequence[object], named: Mapping[str, object]
) -> dict[str, Value]:
    """Return the arguments of a call by name.

    A single record of `Arguments` stands for all its fields.

    Raises:
        InvalidArguments: more arguments than the method has, or one given twice.
    """
    if method.takes_record and positional and isinstance(positional[0], Arguments):
        named = {**asdict(positional[0]), **named}
        positional = positional[1:]
    names = [field.name for field in method.schema.arguments]
    if len(positional) > len(names):
        raise InvalidArguments(
            f"{method.schema.name} takes {len(names)} arguments, {len(positional)} were given",
            expected=", ".join(names) or "no arguments",
        )
    given = dict(zip(names, positional, strict=False))
    twice = sorted(given.keys() & named.keys())
    if twice:
        raise InvalidArguments(f"{twice[0]} is given twice", field=twice[0])
    return {name: plain(value) for name, value in {**given, **named}.items()}
