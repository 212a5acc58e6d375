# SPDX-License-Identifier: Apache-2.0
"""A secret text under a passphrase, as `age -p` writes it: scrypt, and any age tool opens it."""

from __future__ import annotations

from typing import Final

from tallystick.errors import UsageError, WrongPassphrase

PASSPHRASE_HEADER: Final = b"age-encryption.org/v1\n-> scrypt "
"""How such a file begins."""


def seal_text(text: str, passphrase: str) -> bytes:
    """Return a text sealed with a passphrase; a guess costs most of a second.

    Raises:
        UsageError: the passphrase is empty.
    """
    from pyrage import passphrase as age  # noqa: PLC0415

    if not passphrase:
        raise UsageError("a passphrase cannot be empty", field="passphrase")
    return bytes(age.encrypt(text.encode(), passphrase))


def open_text(sealed: bytes, passphrase: str) -> str:
    """Return the text that was sealed with a passphrase.

    Raises:
        WrongPassphrase: it is another one, or the bytes were changed.
    """
    from pyrage import DecryptError  # noqa: PLC0415
    from pyrage import passphrase as age  # noqa: PLC0415

    try:
        return bytes(age.decrypt(sealed, passphrase)).decode()
    except (DecryptError, UnicodeDecodeError) as error:
        raise WrongPassphrase("the passphrase opens nothing here", field="passphrase") from error
