# SPDX-License-Identifier: Apache-2.0
"""Secrets under a passphrase: Argon2id (RFC 9106) makes the key, XSalsa20-Poly1305 seals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nacl import pwhash, secret
from nacl.exceptions import CryptoError
from nacl.utils import random

from tallystick.encoding import format_base64, parse_base64
from tallystick.errors import FileProblem, Malformed, UsageError

ALGORITHM: Final = "argon2id+xsalsa20poly1305"
_OPERATIONS: Final = pwhash.argon2id.OPSLIMIT_MODERATE
_MEMORY_SIZE: Final = pwhash.argon2id.MEMLIMIT_MODERATE
_OPERATIONS_MAX: Final = pwhash.argon2id.OPSLIMIT_SENSITIVE
_MEMORY_SIZE_MAX: Final = pwhash.argon2id.MEMLIMIT_SENSITIVE


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed secret with all that is needed to open it, but the passphrase."""

    operations: int
    memory_size: int
    """Bytes."""
    salt: bytes
    box: bytes
    """24 bytes of nonce, then the sealed secret."""

    def to_fields(self) -> dict[str, object]:
        """Return it for JSON."""
        return {
            "algorithm": ALGORITHM,
            "operations": self.operations,
            "memory_size": self.memory_size,
            "salt": format_base64(self.salt),
            "box": format_base64(self.box),
        }

    @classmethod
    def from_fields(cls, fields: object) -> Sealed:
        """Return it from JSON; the limits keep a hostile file from taking all memory.

        Raises:
            FileProblem: not a sealed secret of this algorithm, or beyond the limits.
        """
        match fields:
            case {
                "algorithm": str(algorithm),
                "operations": int(operations),
                "memory_size": int(memory_size),
                "salt": str(salt),
                "box": str(box),
            } if (
                algorithm == ALGORITHM
                and pwhash.argon2id.OPSLIMIT_MIN <= operations <= _OPERATIONS_MAX
                and pwhash.argon2id.MEMLIMIT_MIN <= memory_size <= _MEMORY_SIZE_MAX
            ):
                try:
                    opened = parse_base64(salt), parse_base64(box)
                except Malformed as error:
                    raise _unusable() from error
                return cls(operations, memory_size, *opened)
        raise _unusable()


def seal(data: bytes, passphrase: str) -> Sealed:
    """Return `data` sealed under a passphrase; raises `UsageError` for an empty one."""
    if not passphrase:
        raise UsageError("the passphrase is empty", field="passphrase")
    salt = random(pwhash.argon2id.SALTBYTES)
    key = _key(passphrase, salt, _OPERATIONS, _MEMORY_SIZE)
    return Sealed(_OPERATIONS, _MEMORY_SIZE, salt, bytes(secret.SecretBox(key).encrypt(data)))


def unseal(sealed: Sealed, passphrase: str) -> bytes:
    """Return the secret; raises `FileProblem` for a wrong passphrase or altered bytes."""
    try:
        key = _key(passphrase, sealed.salt, sealed.operations, sealed.memory_size)
        return secret.SecretBox(key).decrypt(sealed.box)
    except (CryptoError, ValueError) as error:
        raise FileProblem("the passphrase does not open the key", field="passphrase") from error


def _key(passphrase: str, salt: bytes, operations: int, memory_size: int) -> bytes:
    return pwhash.argon2id.kdf(
        secret.SecretBox.KEY_SIZE,
        passphrase.encode("utf-8", "surrogatepass"),
        salt,
        opslimit=operations,
        memlimit=memory_size,
    )


def _unusable() -> FileProblem:
    return FileProblem("the sealed key is damaged", field="sealed", expected=ALGORITHM)
