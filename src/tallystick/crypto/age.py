# SPDX-License-Identifier: Apache-2.0
"""Sealing bytes to public keys, in the age v1 format that any age tool opens.

A sealing key is an X25519 key pair, apart from the Ed25519 keys that sign: who may read is another
question than who acts. Spec: https://age-encryption.org/v1. The library is loaded by who seals or
unseals, so that verifying loads nothing of it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Final

from tallystick.errors import Malformed, WrongSealingKey, invariant

PUBLIC_KEY_CHARACTERS: Final = 62


class SealingKey:
    """The secret half of a sealing key: an age identity. Shown as its public half only."""

    __slots__ = ("_identity", "public_key")

    public_key: str
    """Its public half, an age recipient: `age1...`."""

    def __init__(self, text: str) -> None:
        """Take an age identity, `AGE-SECRET-KEY-1...`; what stands there is in no error.

        Raises:
            Malformed: it is none.
        """
        from pyrage import IdentityError, x25519  # noqa: PLC0415

        try:
            self._identity = x25519.Identity.from_str(text)
        except IdentityError:
            # Without the cause, whose text might repeat a part of the secret.
            raise Malformed(
                "not a sealing key", field="sealing_key", expected="AGE-SECRET-KEY-1..."
            ) from None
        self.public_key = str(self._identity.to_public())

    @classmethod
    def generate(cls) -> SealingKey:
        """Make a key from the operating system's random source."""
        from pyrage import x25519  # noqa: PLC0415

        return cls(str(x25519.Identity.generate()))

    @property
    def text(self) -> str:
        """The secret as an age identity, for a key file only."""
        return str(self._identity)

    def __repr__(self) -> str:
        """Show the public half only."""
        return f"SealingKey(public_key={self.public_key})"


def check_sealing_key(text: str) -> str:
    """Return `text` if it is the public half of a sealing key: an age recipient of X25519.

    Raises:
        Malformed: it is none, or its checksum is wrong.
    """
    from pyrage import RecipientError, x25519  # noqa: PLC0415

    if len(text) == PUBLIC_KEY_CHARACTERS:
        with contextlib.suppress(RecipientError):
            return str(x25519.Recipient.from_str(text))
    raise Malformed(
        "not the public half of a sealing key",
        field="sealing_key",
        expected=f"age1 and {PUBLIC_KEY_CHARACTERS - 4} characters",
        found=text[:80],
    )


def seal(data: bytes, public_keys: Sequence[str]) -> bytes:
    """Return `data` sealed to public keys: whoever has one of the secret halves can unseal it.

    Raises:
        Malformed: one of them is no public half of a sealing key.
    """
    from pyrage import encrypt, x25519  # noqa: PLC0415

    invariant(bool(public_keys), "nothing is sealed to nobody")
    recipients = [x25519.Recipient.from_str(check_sealing_key(key)) for key in public_keys]
    return bytes(encrypt(data, recipients))


def unseal(sealed: bytes, keys: Sequence[SealingKey]) -> bytes:
    """Return what was sealed to the public half of one of `keys`.

    Raises:
        WrongSealingKey: none of them opens it, or the bytes were changed or cut off.
    """
    from pyrage import DecryptError, decrypt  # noqa: PLC0415

    try:
        return bytes(decrypt(sealed, [key._identity for key in keys]))  # noqa: SLF001
    except DecryptError as error:
        raise WrongSealingKey(
            "no key at hand opens the sealed bytes, or they were changed",
            field="sealing_key",
            expected=", ".join(key.public_key for key in keys),
        ) from error
