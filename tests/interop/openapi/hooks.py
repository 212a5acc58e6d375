# SPDX-License-Identifier: Apache-2.0
"""What `schemathesis` must be told: bodies that are bytes go out as the bytes they are."""

from __future__ import annotations

import importlib
from typing import Any

schemathesis = importlib.import_module("schemathesis")


def as_bytes(_context: Any, value: Any) -> bytes:
    """Return a generated body as bytes; the generator has no notion of COSE or CBOR."""
    if isinstance(value, bytes):
        return value
    # Bytes of generated text and numbers are as good as any: nearly all must be refused.
    return (value if isinstance(value, str) else repr(value)).encode("utf-8", "surrogatepass")


for media_type in ("application/cose", "application/cbor", "application/offset+octet-stream"):
    schemathesis.serializer(media_type)(as_bytes)
