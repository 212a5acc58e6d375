# SPDX-License-Identifier: Apache-2.0
"""SHA-256 for everything the ledger binds; SM3 beside it, on request, for files."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from cryptography.hazmat.primitives import hashes

from tallystick.units import Hash32

_sha256 = hashlib.sha256

Octets: TypeAlias = bytes | bytearray | memoryview
"""What is hashed where it lies."""


def sha256(data: Octets) -> Hash32:
    """Return the 32-byte SHA-256 digest of `data` (FIPS 180-4)."""
    # Called ten times a transaction: without `Hash32(...)`, which is a call like any other.
    return _sha256(data).digest()  # type: ignore[return-value]


def sha256_each(prefix: bytes, pieces: Iterable[Octets]) -> list[Hash32]:
    """Return the SHA-256 digest of `prefix` and each piece: for many that begin alike."""
    begun = _sha256(prefix)
    digests: list[Hash32] = []
    for piece in pieces:  # a copy of what has begun costs a third less than to begin
        running = begun.copy()
        running.update(piece)
        digests.append(running.digest())  # type: ignore[arg-type]  # as above
    return digests


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """Return the 32-byte HMAC-SHA256 of a message under a key (RFC 2104)."""
    return hmac.digest(key, message, "sha256")


@dataclass(frozen=True, slots=True)
class FileDigests:
    """What was learned from one pass over a file's bytes."""

    sha256: bytes
    """32 bytes."""
    size: int
    """Bytes read."""
    sm3: bytes | None = None
    """32 bytes (GB/T 32905), when asked for."""


def digest_stream(chunks: Iterable[bytes], *, with_sm3: bool = False) -> FileDigests:
    """Hash chunks in one pass and constant memory; SM3 (GB/T 32905) beside SHA-256 on request."""
    running = hashlib.sha256()
    running_sm3 = hashes.Hash(hashes.SM3()) if with_sm3 else None
    size = 0
    for chunk in chunks:
        running.update(chunk)
        if running_sm3 is not None:
            running_sm3.update(chunk)
        size += len(chunk)
    sm3 = running_sm3.finalize() if running_sm3 is not None else None
    return FileDigests(sha256=running.digest(), size=size, sm3=sm3)
