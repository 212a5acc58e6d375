# SPDX-License-Identifier: Apache-2.0
"""Secret keys under a passphrase: Argon2id makes the key, XChaCha20-Poly1305 seals the seed.

The sealed form is JSON, `tallystick.sealed-key.v1`. What a key is for and its public half are
bound to the sealed seed: neither can be changed, nor the seed put into another key's file.
Spec: docs/spec/storage.md section 8.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct
from nacl import pwhash
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError
from nacl.utils import random

from tallystick.crypto.keys import KEY_SIZE, SecretKey
from tallystick.errors import FileProblem, UsageError, WrongPassphrase

SEALED_KEY_FORMAT: Final = "tallystick.sealed-key.v1"
OPERATIONS_MAX: Final = 10
MEMORY_BYTES_MAX: Final = 256 * 1024 * 1024
"""A file from elsewhere may ask for this much at most."""
_SALT_SIZE: Final = pwhash.argon2id.SALTBYTES
_NONCE_SIZE: Final = 24
_TAG_SIZE: Final = 16
_PURPOSE: Final = re.compile("[a-z]{1,16}")


class Cost(Struct, frozen=True):
    """How hard each guess of a passphrase is made."""

    operations: int = 3
    memory_bytes: int = 64 * 1024 * 1024
    """With three operations the second recommendation of RFC 9106, section 4."""


class KeyDerivation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the passphrase becomes a key, bounded before it costs anything."""

    name: Literal["argon2id"] = "argon2id"
    operations: Annotated[int, Meta(ge=1, le=OPERATIONS_MAX)]
    memory_bytes: Annotated[int, Meta(ge=8_192, le=MEMORY_BYTES_MAX)]
    salt: Annotated[bytes, Meta(min_length=_SALT_SIZE, max_length=_SALT_SIZE)]


class SealedKey(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A secret key that only its passphrase opens; bytes are base64 in the file."""

    format: Literal["tallystick.sealed-key.v1"] = SEALED_KEY_FORMAT
    purpose: Annotated[str, Meta(pattern="^[a-z]{1,16}$")]
    """What the key signs for: `member`, `log`, `node`, `validator`."""
    public_key: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    """Hexadecimal; readable without the passphrase."""
    kdf: KeyDerivation
    cipher: Literal["xchacha20poly1305"] = "xchacha20poly1305"
    nonce: Annotated[bytes, Meta(min_length=_NONCE_SIZE, max_length=_NONCE_SIZE)]
    sealed: Annotated[bytes, Meta(min_length=KEY_SIZE + _TAG_SIZE, max_length=KEY_SIZE + _TAG_SIZE)]

    def encode(self) -> bytes:
        """Return the JSON text of the file."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"

    @classmethod
    def decode(cls, data: bytes) -> SealedKey:
        """Return the key in a file; raises `FileProblem` if it is not one, or beyond the limits."""
        try:
            return msgspec.json.decode(data, type=cls)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise FileProblem(
                f"not a sealed key, or damaged: {error}",
                field="sealed",
                expected=SEALED_KEY_FORMAT,
            ) from error


def seal_key(
    secret: SecretKey, passphrase: str, *, purpose: str, cost: Cost | None = None
) -> SealedKey:
    """Return a secret key sealed under a passphrase.

    Raises:
        UsageError: the passphrase is empty, or the purpose is not a word.
    """
    if not passphrase:
        raise UsageError("the passphrase is empty", field="passphrase")
    if not _PURPOSE.fullmatch(purpose):
        raise UsageError("the purpose of a key is not a word", field="purpose", found=purpose[:40])
    chosen = cost or DEFAULT_COST
    kdf = KeyDerivation(
        operations=chosen.operations, memory_bytes=chosen.memory_bytes, salt=random(_SALT_SIZE)
    )
    nonce = random(_NONCE_SIZE)
    public_key = secret.public_key.hex()
    bound = _bound(purpose, public_key)
    sealed = crypto_aead_xchacha20poly1305_ietf_encrypt(
        secret.seed, bound, nonce, _derive(passphrase, kdf)
    )
    return SealedKey(purpose=purpose, public_key=public_key, kdf=kdf, nonce=nonce, sealed=sealed)


def open_key(sealed: SealedKey, passphrase: str, *, purpose: str) -> SecretKey:
    """Return the secret key.

    Raises:
        FileProblem: the key is for another purpose.
        WrongPassphrase: the passphrase is not the right one, or the file was changed.
    """
    if sealed.purpose != purpose:
        raise FileProblem(
            "the key is for another purpose",
            field="purpose",
            expected=purpose,
            found=sealed.purpose,
        )
    bound = _bound(sealed.purpose, sealed.public_key)
    try:
        seed = crypto_aead_xchacha20poly1305_ietf_decrypt(
            sealed.sealed, bound, sealed.nonce, _derive(passphrase, sealed.kdf)
        )
    except CryptoError as error:
        raise WrongPassphrase(
            f"the passphrase does not open the {purpose} key", field="passphrase"
        ) from error
    secret = SecretKey(seed)
    if secret.public_key.hex() != sealed.public_key:
        raise FileProblem("the sealed key is not the one it says", field="public_key")
    return secret


DEFAULT_COST: Final = Cost()


def _bound(purpose: str, public_key: str) -> bytes:
    """Return what is authenticated with the seed; no two keys or purposes have the same."""
    return b"\0".join((SEALED_KEY_FORMAT.encode(), purpose.encode(), bytes.fromhex(public_key)))


def _derive(passphrase: str, kdf: KeyDerivation) -> bytes:
    # The same characters can be typed as different bytes, depending on the keyboard.
    spelled = unicodedata.normalize("NFC", passphrase)
    return pwhash.argon2id.kdf(
        KEY_SIZE,
        spelled.encode("utf-8", "surrogatepass"),
        kdf.salt,
        opslimit=kdf.operations,
        memlimit=kdf.memory_bytes,
    )
