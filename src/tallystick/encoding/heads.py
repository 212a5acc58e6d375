# SPDX-License-Identifier: Apache-2.0
"""CBOR with integer keys, for COSE headers and receipts only, decoded as strictly as the rest."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

import cbor2

from tallystick.errors import Malformed
from tallystick.units import VALUE_DEPTH_MAX

_KEYS = frozenset({int, str})
_SCALARS = frozenset({type(None), bool, int, bytes, str})


def encode_cbor(value: object) -> bytes:
    """Return deterministic CBOR of `value`, which may have integer map keys and tags."""
    return cbor2.dumps(value, canonical=True)


def decode_cbor(data: bytes, *, name: str = "bytes") -> object:
    """Return the value of deterministic CBOR `data`; refuse every other encoding of it.

    cbor2 by itself accepts trailing bytes, duplicate keys and non-minimal integers; the
    comparison with the re-encoded bytes closes all of these.

    Raises:
        Malformed: not CBOR, or not its deterministic form.
    """
    source = BytesIO(data)
    try:
        value = _plain(cbor2.load(source), VALUE_DEPTH_MAX)
        again = cbor2.dumps(value, canonical=True)
    except (cbor2.CBORError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise Malformed(
            f"{name}: not CBOR", field=name, expected="deterministic CBOR", found=str(error)[:120]
        ) from error
    if source.tell() != len(data) or again != data:
        raise Malformed(
            f"{name}: CBOR that is not in its shortest, sorted form",
            field=name,
            expected="RFC 8949 section 4.2.1 deterministic encoding",
        )
    return value


def _plain(value: object, depth_left: int) -> object:
    """Return plain lists and dicts (inside a tag cbor2 gives immutable kinds); refuse the rest.

    Before anything is encoded again to compare: sorting maps whose keys are maps would cost time
    that doubles with each level, for a header of a hundred bytes from anyone.
    """
    if depth_left == 0:
        raise ValueError("nested too deeply")
    if isinstance(value, cbor2.CBORTag):
        return cbor2.CBORTag(value.tag, _plain(value.value, depth_left - 1))
    if isinstance(value, Mapping):
        if any(type(key) not in _KEYS for key in value):
            raise ValueError("a map key that is neither integer nor text")
        return {key: _plain(child, depth_left - 1) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(child, depth_left - 1) for child in value]
    if type(value) not in _SCALARS:
        raise ValueError(f"{type(value).__name__} is not allowed")
    return value
