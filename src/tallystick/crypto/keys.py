# SPDX-License-Identifier: Apache-2.0
"""Ed25519 keys: a secret signs, a public key is 32 bytes and is its own key id.

Enrolment is stricter than verification. ZIP 215 verification accepts keys of small order; such a
key would let anyone sign, so `check_public_key` refuses it before it can become a member's.
"""

from __future__ import annotations

from nacl.bindings import crypto_core_ed25519_is_valid_point
from nacl.signing import SigningKey

from tallystick.errors import InvalidSignature
from tallystick.units import PublicKey

KEY_SIZE = 32
SIGNATURE_SIZE = 64


class SecretKey:
    """An Ed25519 secret key. Never printed, never serialised except by `seed`."""

    __slots__ = ("_signing", "public_key")

    public_key: PublicKey

    def __init__(self, seed: bytes) -> None:
        """Make the key from its 32-byte seed (RFC 8032)."""
        if len(seed) != KEY_SIZE:
            raise InvalidSignature(
                "a secret key seed must be 32 bytes",
                expected="32 bytes",
                found=f"{len(seed)} bytes",
            )
        self._signing = SigningKey(seed)
        self.public_key = PublicKey(bytes(self._signing.verify_key))

    @classmethod
    def generate(cls) -> SecretKey:
        """Make a key from the operating system's random source."""
        return cls(bytes(SigningKey.generate()))

    @property
    def seed(self) -> bytes:
        """The 32 secret bytes, for a key store only."""
        return bytes(self._signing)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of `message`; deterministic (RFC 8032)."""
        return self._signing.sign(message).signature

    def __repr__(self) -> str:
        """Show the public half only."""
        return f"SecretKey(public_key={self.public_key.hex()})"


def check_public_key(key: bytes) -> PublicKey:
    """Return `key` if it may be enrolled; otherwise raise `InvalidSignature`.

    Refuses wrong length, non-canonical encodings, points off the curve, and points outside the
    prime-order group, which includes all eight of small order.
    """
    if len(key) != KEY_SIZE:
        raise InvalidSignature(
            "a public key must be 32 bytes",
            field="public_key",
            expected="32 bytes",
            found=f"{len(key)} bytes",
        )
    if not crypto_core_ed25519_is_valid_point(key):
        raise InvalidSignature(
            "the public key is not a point of the prime-order group",
            field="public_key",
            expected="a canonical Ed25519 point in the prime-order subgroup",
            found=key.hex(),
        )
    return PublicKey(key)
