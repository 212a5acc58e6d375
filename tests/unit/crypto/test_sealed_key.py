# SPDX-License-Identifier: Apache-2.0
"""Sealed keys: opened by their passphrase only, bound to what they are, bounded when read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.crypto import Cost, SealedKey, SecretKey, open_key, seal_key
from tallystick.crypto.sealed_key import MEMORY_BYTES_MAX, OPERATIONS_MAX
from tallystick.errors import FileProblem, UsageError, WrongPassphrase

LEAST = Cost(1, 8192)
KEY = SecretKey(bytes([7]) * 32)
FIXED = (
    b'{"format":"tallystick.sealed-key.v1","purpose":"log",'
    b'"public_key":"ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c",'
    b'"kdf":{"name":"argon2id","operations":1,"memory_bytes":8192,'
    b'"salt":"AAECAwQFBgcICQoLDA0ODw=="},"cipher":"xchacha20poly1305",'
    b'"nonce":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYX","sealed":'
    b'"Mes96e4ndkKhhzFo07VUxBPhRxudSI5aaXw4bSqQtZvdjpy7HUrsvz976r6aSrZr"}'
)
"""The key above under the passphrase 口令, made once: the format must not drift."""


def sealed(passphrase: str = "p") -> SealedKey:  # noqa: S107  # made up
    """Return the key sealed with the least effort."""
    return seal_key(KEY, passphrase, purpose="log", cost=LEAST)


@given(st.binary(min_size=32, max_size=32), st.text(min_size=1, max_size=40))
def test_what_is_sealed_opens_again(seed: bytes, passphrase: str) -> None:
    """Through its file, for any seed and any passphrase, and the seed is not in the file."""
    secret = SecretKey(seed)
    data = seal_key(secret, passphrase, purpose="node", cost=LEAST).encode()
    again = SealedKey.decode(data)
    assert open_key(again, passphrase, purpose="node").seed == seed
    assert again.public_key == secret.public_key.hex()
    assert seed.hex().encode() not in data


def test_a_key_that_was_sealed_once_opens_for_ever() -> None:
    """Salt, nonce, associated data and derivation are those of the specification."""
    assert open_key(SealedKey.decode(FIXED), "口令", purpose="log").seed == KEY.seed


def test_the_same_characters_are_the_same_passphrase() -> None:
    """Composed or not: a keyboard may give either."""
    assert open_key(sealed("\u00e9t\u00e9"), "e\u0301te\u0301", purpose="log").seed == KEY.seed


def test_another_passphrase_opens_nothing() -> None:
    """With a code of its own."""
    with pytest.raises(WrongPassphrase) as caught:
        open_key(sealed(), "q", purpose="log")
    assert caught.value.code == "E_PASSPHRASE"


def test_an_empty_passphrase_or_purpose_is_refused() -> None:
    """Neither would protect anything."""
    with pytest.raises(UsageError, match="empty"):
        seal_key(KEY, "", purpose="log", cost=LEAST)
    with pytest.raises(UsageError, match="purpose"):
        seal_key(KEY, "p", purpose="LOG\0", cost=LEAST)


def test_a_key_of_one_purpose_does_not_serve_another() -> None:
    """Neither as it is, nor with the word in its file changed."""
    with pytest.raises(FileProblem, match="another purpose"):
        open_key(sealed(), "p", purpose="validator")
    fields = {**json.loads(sealed().encode()), "purpose": "validator"}
    with pytest.raises(WrongPassphrase):
        open_key(SealedKey.decode(json.dumps(fields).encode()), "p", purpose="validator")


def test_a_public_half_that_is_not_the_keys_is_noticed() -> None:
    """It is authenticated; and what was sealed with a lie is not believed either."""
    other = SecretKey(bytes([8]) * 32)
    fields = {**json.loads(sealed().encode()), "public_key": other.public_key.hex()}
    with pytest.raises(WrongPassphrase):
        open_key(SealedKey.decode(json.dumps(fields).encode()), "p", purpose="log")

    class Liar(SecretKey):
        __slots__ = ()

    liar = Liar(KEY.seed)
    liar.public_key = other.public_key
    with pytest.raises(FileProblem, match="not the one it says"):
        open_key(seal_key(liar, "p", purpose="log", cost=LEAST), "p", purpose="log")


def test_every_flipped_bit_of_the_sealed_seed_is_noticed() -> None:
    """Also of nonce and salt."""
    import msgspec

    good = sealed()
    for place in range(len(good.sealed)):
        changed = bytearray(good.sealed)
        changed[place] ^= 1 << (place % 8)
        bad = msgspec.structs.replace(good, sealed=bytes(changed))
        with pytest.raises(WrongPassphrase):
            open_key(bad, "p", purpose="log")
    with pytest.raises(WrongPassphrase):
        open_key(msgspec.structs.replace(good, nonce=bytes(24)), "p", purpose="log")


@pytest.mark.parametrize(
    "change",
    [
        {"operations": 0},
        {"operations": OPERATIONS_MAX + 1},
        {"operations": "3"},
        {"memory_bytes": 1},
        {"memory_bytes": MEMORY_BYTES_MAX + 1},
        {"memory_bytes": 2**63},
        {"salt": "AAAA"},
        {"salt": "!"},
        {"name": "scrypt"},
        {"lanes": 4},
    ],
)
def test_a_hostile_file_is_refused_before_it_costs_anything(change: dict[str, Any]) -> None:
    """Limits bound time and memory when the file is read."""
    fields = json.loads(sealed().encode())
    fields["kdf"] |= change
    with pytest.raises(FileProblem, match="not a sealed key"):
        SealedKey.decode(json.dumps(fields).encode())


@pytest.mark.parametrize(
    "change",
    [
        {"format": "tallystick.sealed-key.v2"},
        {"purpose": ""},
        {"public_key": "AB" * 32},
        {"public_key": "ab"},
        {"cipher": "none"},
        {"nonce": "AAAA"},
        {"sealed": "AAAA"},
        {"more": 1},
    ],
)
def test_what_is_no_sealed_key_is_refused(change: dict[str, Any]) -> None:
    """Unknown fields too: they would be something that this version does not do."""
    fields = {**json.loads(sealed().encode()), **change}
    with pytest.raises(FileProblem, match="not a sealed key"):
        SealedKey.decode(json.dumps(fields).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b"{}"])
def test_nonsense_is_refused(data: bytes) -> None:
    """With the format that is expected."""
    with pytest.raises(FileProblem) as caught:
        SealedKey.decode(data)
    assert caught.value.expected == "tallystick.sealed-key.v1"
