# SPDX-License-Identifier: Apache-2.0
"""CBOR with integer keys, for COSE headers and receipts only, decoded as strictly as the rest."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

import cbor2

from tallystick.errors import Malformed


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
        value = cbor2.load(source)
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
    return _plain(value)


def _plain(value: object) -> object:
    """Return lists and dicts where cbor2, inside a tag, gives its immutable kinds."""
    if isinstance(value, cbor2.CBORTag):
        return cbor2.CBORTag(value.tag, _plain(value.value))
    if isinstance(value, Mapping):
        return {key: _plain(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(child) for child in value]
    return value
