# SPDX-License-Identifier: Apache-2.0
"""Keys that release 0.1 sealed, opened: Argon2id (RFC 9106) and XSalsa20-Poly1305.

New ones are sealed by `crypto`, which also binds them to their public half and purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nacl import pwhash, secret
from nacl.exceptions import CryptoError

from tallystick.encoding import parse_base64
from tallystick.errors import FileProblem, Malformed, WrongPassphrase

ALGORITHM: Final = "argon2id+xsalsa20poly1305"
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


def unseal(sealed: Sealed, passphrase: str) -> bytes:
    """Return the secret; raises `WrongPassphrase`, also for altered bytes."""
    try:
        key = _key(passphrase, sealed.salt, sealed.operations, sealed.memory_size)
        return secret.SecretBox(key).decrypt(sealed.box)
    except (CryptoError, ValueError) as error:
        raise WrongPassphrase("the passphrase does not open the key", field="passphrase") from error


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
