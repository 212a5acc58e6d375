# SPDX-License-Identifier: Apache-2.0
"""COSE_Sign1 messages of strangers: any labels, any order of them, still one reading only.

Our own messages are deterministic CBOR with labels that we know (`cose`); those of other services
need not be sorted and may hold tags, times and floats. What two readers could read differently
is refused all the same: names that occur twice, lengths that are not the shortest, bytes behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

import cbor2

from tallystick.errors import Malformed

_TAG_SIGN1 = 18


@dataclass(frozen=True, slots=True)
class ForeignSign1:
    """The parts of a tagged COSE_Sign1; `protected` is as it was signed."""

    protected: bytes
    header: Mapping[object, object]
    """`protected`, decoded."""
    unprotected: Mapping[object, object]
    payload: bytes | None
    """None if it is detached."""
    signature: bytes


def decode_foreign(data: bytes, *, name: str = "bytes") -> object:
    """Return the value of CBOR that can be read in one way only.

    Raises:
        Malformed: not CBOR, bytes behind it, a name twice, or lengths that are not the shortest.
    """
    source = BytesIO(data)
    try:
        value: object = cbor2.load(source)
        again = cbor2.dumps(value, datetime_as_timestamp=True)
    except (cbor2.CBORError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise Malformed(f"{name}: not CBOR", field=name, found=str(error)[:120]) from error
    if source.tell() != len(data) or again != data:
        raise Malformed(
            f"{name}: CBOR that could be read in two ways",
            field=name,
            expected="each name once, each length in its shortest form, nothing behind",
        )
    return value


def parse_foreign_sign1(data: bytes, *, name: str = "message") -> ForeignSign1:
    """Take a tagged COSE_Sign1 of a stranger apart.

    Raises:
        Malformed: any other structure or tag, or CBOR that could be read in two ways.
    """
    message = decode_foreign(data, name=name)
    parts = message.value if isinstance(message, cbor2.CBORTag) else None
    if parts is None or message.tag != _TAG_SIGN1:  # type: ignore[attr-defined]  # it has parts
        raise Malformed(f"{name}: not a tagged COSE_Sign1", field=name)
    match parts:
        case [bytes() as protected, Mapping() as unprotected, payload, bytes() as signature] if (
            payload is None or isinstance(payload, bytes)
        ):
            header = decode_foreign(protected, name=f"{name}.protected") if protected else {}
        case _:
            raise Malformed(f"{name}: not a COSE_Sign1", field=name)
    if not isinstance(header, Mapping):
        raise Malformed(f"{name}: the protected header is no map", field=f"{name}.protected")
    return ForeignSign1(protected, header, unprotected, payload, signature)
