# SPDX-License-Identifier: Apache-2.0
"""Holds the arguments of a call against its method's signature, once for door and ledger."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct, ValidationError

from tallystick.contracts import Method, check_arguments, check_codes
from tallystick.encoding import Value
from tallystick.errors import ContractFailed, InvalidArguments, TallystickError


def read_arguments(method: Method, args: Mapping[str, Value]) -> Struct:
    """Return the record of arguments in `args`.

    Raises:
        InvalidArguments: an argument is missing, unknown, or not of its type.
        InvalidValue: a text breaks the rules for texts (see `contracts.text`).
        Malformed: an organisation's code has a wrong check character.
        Refused: a record of the contract says no while it is made.
        ContractFailed: it fails while it is made.
    """
    try:
        record = method.read_arguments(args)
    except ValidationError as error:
        raise explain(method, args, error) from error
    except (TallystickError, MemoryError):
        raise
    except Exception as failure:
        # Code of the contract that runs while a record is made: `__post_init__`, factories.
        raise ContractFailed(f"the arguments of {method.schema.name} cannot be made") from failure
    check_arguments(args)
    if method.codes:
        check_codes(method.codes, args)
    return record


_KINDS: Final = re.compile(r"`([a-z]+(?: \| [a-z]+)*)`")
_WORDS: Final[Mapping[str, str]] = {
    "str": "text",
    "int": "a whole number",
    "float": "a number with a fraction",
    "bool": "true or false",
    "array": "a list",
    "object": "a record",
    "null": "nothing",
}
"""What people call the kinds of values that msgspec names."""


def explain(method: Method, args: Mapping[str, Value], error: ValidationError) -> InvalidArguments:
    """Return the error for arguments that do not fit, naming the first one at fault.

    The name is found here and not in msgspec's message, which may change with its version: name
    and `found` enter the ledger, message and `expected` do not.
    """
    expected = ", ".join(method.readers) or "no arguments"
    for field in method.schema.arguments:
        if field.name not in args:
            if field.is_required:
                return InvalidArguments(
                    f"the argument {field.name!r} is missing", field=field.name, expected=expected
                )
            continue
        try:
            method.readers[field.name](args[field.name])
        except ValidationError as found:
            wanted, met = _in_words(str(found), field.type.choices)
            message = f"{field.name}: expected {wanted}" + (f", found {met}" if met else "")
            return InvalidArguments(message, field=field.name, expected=wanted)
    for name in sorted(args.keys() - method.readers.keys()):
        return InvalidArguments(
            f"{name[:80]!r} is not an argument", field=name[:80], expected=expected
        )
    return InvalidArguments(str(error), expected=expected)


def _in_words(text: str, choices: Sequence[str | int]) -> tuple[str, str | None]:
    """Return what was expected and what was found, of a message of msgspec's.

    A wording that a later version of msgspec may have is passed on as it is.
    """
    if text.startswith("Invalid enum value ") and choices:
        found = text.removeprefix("Invalid enum value ")
        return "one of " + ", ".join(str(one) for one in choices), found
    text = _KINDS.sub(_kinds_in_words, text)
    wanted, _, found = text.removeprefix("Expected ").partition(", got ")
    return wanted, found or None


def _kinds_in_words(kinds: re.Match[str]) -> str:
    return " or ".join(_WORDS.get(kind, kind) for kind in kinds[1].split(" | "))
