# SPDX-License-Identifier: Apache-2.0
"""Canonical values: the deterministic CBOR subset that the ledger hashes and signs.

DAG-CBOR without tags and floats: null, booleans, 64-bit integers, bytes, text, lists, and maps
with text keys. It is RFC 8949 section 4.2.1 deterministic encoding; every other encoding of a
value is refused, so there is one byte string for one value. Two libraries can do it, to the same
bytes and refusals (`tests/conformance/test_canonical.py`): a fast one that has to be compiled,
and one that installs everywhere (docs/decisions/0004).
"""

from __future__ import annotations

from typing import Final, TypeAlias, cast

from tallystick.errors import LimitExceeded, Malformed
from tallystick.units import VALUE_DEPTH_MAX

try:
    from tallystick.encoding.by_cbrrr import NAME, decode_value, encode_value
except ImportError:
    from tallystick.encoding.by_cbor2 import NAME, decode_value, encode_value

ENCODER: Final = NAME
"""Which library encodes here: `cbrrr` or `cbor2`."""

Value: TypeAlias = "bool | int | bytes | str | list[Value] | dict[str, Value] | None"
"""What canonical bytes can hold."""

_SCALARS = frozenset({type(None), bool, int, bytes, str})


def encode(value: Value) -> bytes:
    """Return the canonical bytes of `value`.

    Raises:
        Malformed: the value holds something the subset cannot (a set, a large integer, a record).
    """
    try:
        return encode_value(value)
    except (ValueError, TypeError, OverflowError) as error:
        raise Malformed(f"the value has no canonical bytes: {error}") from error


def decode(data: bytes, *, name: str = "bytes") -> Value:
    """Return the value of canonical `data`.

    Raises:
        Malformed: truncated, trailing bytes, non-canonical, or holding a float or tag.
        LimitExceeded: nested deeper than `VALUE_DEPTH_MAX`.
    """
    value = decode_structure(data, name=name)
    check_plain(value, name=name)
    return value


def decode_structure(data: bytes, *, name: str) -> Value:
    """Decode canonical `data` without looking for floats and deep nesting: the hot path.

    The caller must then check every value by type, or with `check_plain`.

    Raises:
        Malformed: truncated, trailing bytes, non-canonical, or tagged.
    """
    try:
        return cast("Value", decode_value(data))
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Malformed(
            f"{name}: not canonical CBOR",
            field=name,
            expected="RFC 8949 section 4.2.1 deterministic encoding, without tags",
            found=str(error)[:120],
        ) from error


def check_plain(value: Value, *, name: str, depth_max: int = VALUE_DEPTH_MAX) -> None:
    """Refuse floats and nesting deeper than `depth_max` levels of lists and maps.

    Raises:
        Malformed: a float.
        LimitExceeded: nested too deeply.
    """
    if type(value) not in _SCALARS:
        _check_container(value, name, depth_max)


def _check_container(value: Value, name: str, depth_left: int) -> None:
    if depth_left == 0:
        raise LimitExceeded(
            f"{name}: nested too deeply", field=name, expected=f"at most {VALUE_DEPTH_MAX} levels"
        )
    if isinstance(value, dict):
        children: list[Value] = list(value.values())
    elif isinstance(value, list):
        children = value
    else:
        raise Malformed(
            f"{name}: {type(value).__name__} is not allowed in ledger data",
            field=name,
            expected="null, boolean, integer, bytes, text, list or map",
            found=type(value).__name__,
        )
    for child in children:
        if type(child) not in _SCALARS:
            _check_container(child, name, depth_left - 1)
