# SPDX-License-Identifier: Apache-2.0
"""Arguments of contract methods as they come over HTTP, turned into the values that are signed.

Where a schema is known, `tallystick.contracts` reads them by it. The built-in membership contract
has none; its bytes are written as in DAG-JSON: {"/": {"bytes": "<base64>"}}. Whether values meet
the method's rules is decided at execution.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tallystick.contracts import MethodSchema, arguments_from_json, arguments_from_text
from tallystick.encoding import Value, parse_base64
from tallystick.errors import InvalidArguments
from tallystick.units import INTEGER_MAX

_BYTES_KEYS = ["/"]


def read_json_arguments(
    given: Mapping[str, object], method: MethodSchema | None
) -> dict[str, Value]:
    """Return the arguments in a JSON object; `method` is None where there is no schema.

    Raises:
        InvalidArguments: one unknown or missing, or not a value that the ledger holds.
    """
    if method is None:
        return {name: _untyped(value, name) for name, value in given.items()}
    arguments = arguments_from_json(method, given)
    _check_complete(arguments, method)
    return arguments


def read_text_arguments(given: Mapping[str, str], method: MethodSchema) -> dict[str, Value]:
    """Return the arguments in query-string fields.

    Raises:
        InvalidArguments: one unknown or missing, or not of its type.
    """
    arguments = arguments_from_text(method, given)
    _check_complete(arguments, method)
    return arguments


def _check_complete(given: Collection[str], method: MethodSchema) -> None:
    for argument in method.arguments:
        if argument.is_required and argument.name not in given:
            raise InvalidArguments(
                f"{argument.name} is missing",
                field=argument.name,
                expected=", ".join(one.name for one in method.arguments if one.is_required),
            )


def _untyped(value: object, place: str) -> Value:
    if isinstance(value, list):
        return [_untyped(item, place) for item in value]
    if isinstance(value, dict):
        if list(value) == _BYTES_KEYS:
            return _marked_bytes(value["/"], place)
        return {key: _untyped(item, f"{place}.{key}"[:200]) for key, item in value.items()}
    if isinstance(value, int) and not -INTEGER_MAX - 1 <= value <= INTEGER_MAX:
        raise _unfit(place, "a 64-bit integer", str(value))
    if value is None or isinstance(value, bool | int | str):
        return value
    raise _unfit(place, "null, true, false, an integer, text, a list or a map", str(value))


def _marked_bytes(marked: object, place: str) -> bytes:
    text = marked.get("bytes") if isinstance(marked, dict) and len(marked) == 1 else None
    if not isinstance(text, str):
        raise _unfit(place, '{"/": {"bytes": "<base64>"}}', str(marked))
    # DAG-JSON leaves the padding out; with it, it is read too.
    bare = text.rstrip("=")
    return parse_base64(bare + "=" * (-len(bare) % 4), name=place)


def _unfit(place: str, expected: str, found: str) -> InvalidArguments:
    return InvalidArguments(
        f"{place} should be {expected}", field=place, expected=expected, found=found[:80]
    )
