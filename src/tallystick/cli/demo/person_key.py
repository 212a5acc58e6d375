# SPDX-License-Identifier: Apache-2.0
"""The key of somebody outside the network, in a story and in a demonstration's history."""

from __future__ import annotations

from dataclasses import dataclass, field

from tallystick.crypto import SecretKey


@dataclass(frozen=True, slots=True)
class PersonKey:
    """A key that is generated; or, in a history that must repeat, made of a known seed."""

    secret: SecretKey = field(default_factory=SecretKey.generate, repr=False)

    @property
    def public_key(self) -> str:
        """In hexadecimal."""
        return self.secret.public_key.hex()

    def sign(self, digest: str) -> str:
        """Return the signature over a digest."""
        return self.secret.sign(bytes.fromhex(digest)).hex()
