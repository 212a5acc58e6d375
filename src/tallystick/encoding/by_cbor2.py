# SPDX-License-Identifier: Apache-2.0
"""Canonical bytes by cbor2: everywhere installable, slower.

cbor2 is lenient, so what it encodes is checked by type first, and what it decodes must encode
back to the same bytes.
"""

from __future__ import annotations

from typing import Final

import cbor2

NAME: Final = "cbor2"
_SCALARS = frozenset({type(None), bool, bytes, str})
_INTEGER_LIMIT = 2**64


def encode_value(value: object) -> bytes:
    """Return canonical bytes; raise TypeError or ValueError for what the subset cannot hold."""
    _check(value)
    return cbor2.dumps(value, canonical=True)


def decode_value(data: bytes) -> object:
    """Return the value of canonical `data`; raise ValueError or RecursionError otherwise."""
    try:
        value: object = cbor2.loads(data)
        again = encode_value(value)
    except (cbor2.CBORError, TypeError, OverflowError) as error:
        raise ValueError(str(error)) from error
    if again != data:
        raise ValueError("not in its shortest, sorted form")
    return value


def _check(value: object) -> None:
    kind = type(value)
    if kind in _SCALARS:
        return
    if isinstance(value, int):
        if not -_INTEGER_LIMIT <= value < _INTEGER_LIMIT:
            raise ValueError("integer out of range")
    elif kind is list:
        for child in value:  # type: ignore[attr-defined]  # kind is list
            _check(child)
    elif kind is dict:
        for key, child in value.items():  # type: ignore[attr-defined]  # kind is dict
            if type(key) is not str:
                raise TypeError("map keys must be strings")
            _check(child)
    else:
        raise TypeError(f"no canonical bytes for {kind.__name__}")
