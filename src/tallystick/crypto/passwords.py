# SPDX-License-Identifier: Apache-2.0
"""Passwords of people: kept as Argon2id hashes that carry their own salt and cost (RFC 9106)."""

from __future__ import annotations

import unicodedata

from nacl import pwhash
from nacl.exceptions import InvalidkeyError

_OPERATIONS = 3
_MEMORY_BYTES = 64 * 1024 * 1024


def hash_password(password: str) -> str:
    """Return the hash of a password, in the PHC string format."""
    hashed: bytes = pwhash.argon2id.str(_bytes(password), _OPERATIONS, _MEMORY_BYTES)
    return hashed.decode("ascii")


def is_password(hashed: str, password: str) -> bool:
    """Tell whether a password has this hash; takes the same time for every wrong one."""
    try:
        return bool(pwhash.argon2id.verify(hashed.encode("ascii"), _bytes(password)))
    except InvalidkeyError:
        return False


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8")
