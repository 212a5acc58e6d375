# SPDX-License-Identifier: Apache-2.0
"""Passwords are kept as Argon2id hashes that are dear to guess."""

from __future__ import annotations

from tallystick.crypto import hash_password, is_password


def test_a_hash_is_dear_and_told_from_others() -> None:
    """64 MiB and three rounds, a salt of its own, and only the password fits (ASVS 11.4.2)."""
    first, second = hash_password("a sentence"), hash_password("a sentence")
    assert first.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert first != second
    assert is_password(first, "a sentence")
    assert not is_password(first, "another")
