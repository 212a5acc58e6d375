# SPDX-License-Identifier: Apache-2.0
"""One Ed25519 verification rule for consensus: ZIP 215, by ed25519-zebra.

Libraries disagree on edge cases, so exactly one is used for verification everywhere and
`tests/vectors/ed25519` pins its answers. It holds the interpreter lock while it works; whoever
wants two cores runs `signature_verdicts` in another process.
"""

from __future__ import annotations

from collections.abc import Iterable

from ed25519_zebra import ed_verify

from tallystick.crypto.keys import KEY_SIZE, SIGNATURE_SIZE
from tallystick.errors import InvalidSignature

ALGORITHM_EDDSA = -8
"""COSE algorithm number of EdDSA (RFC 9053)."""


def is_valid_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether `signature` is valid under ZIP 215; wrong lengths are simply not valid."""
    if len(public_key) != KEY_SIZE or len(signature) != SIGNATURE_SIZE:
        return False
    return bool(ed_verify(signature, message, public_key))


def verify_signature(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Raise `InvalidSignature` unless `signature` over `message` is valid (ZIP 215)."""
    if not is_valid_signature(public_key, message, signature):
        raise InvalidSignature(
            f"the signature by key {public_key.hex()[:16]} does not verify", field="signature"
        )


def signature_verdicts(items: Iterable[tuple[bytes, bytes, bytes]]) -> bytes:
    """Return one byte, 1 or 0, for each (public key, message, signature), in order."""
    return bytes([is_valid_signature(key, message, signature) for key, message, signature in items])
