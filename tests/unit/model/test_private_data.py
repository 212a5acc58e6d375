# SPDX-License-Identifier: Apache-2.0
"""Private data off the ledger: its commitment, its wraps and its package keep their form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.contracts import digest_of
from tallystick.crypto import SealingKey
from tallystick.encoding import encode
from tallystick.errors import InvalidValue, LimitExceeded, Malformed
from tallystick.model import (
    PACKAGE_BYTES_MAX,
    SEALED_BYTES_MAX,
    WRAP_BYTES_MAX,
    PrivatePackage,
    WrapSecret,
    private_commitment,
)

BANK = "911100001000000059"


@given(st.text(max_size=50), st.binary(max_size=200), st.binary(min_size=32, max_size=40))
def test_the_commitment_is_the_digest_that_contracts_make(
    record: str, plaintext: bytes, nonce: bytes
) -> None:
    """So a contract, or any program with SHA-256 and CBOR, can check what a reader shows it."""
    found = private_commitment(record, plaintext, nonce)
    assert found == digest_of("private", record, plaintext, nonce)


def test_a_short_nonce_is_refused() -> None:
    """It would let the plaintext be guessed."""
    with pytest.raises(InvalidValue):
        private_commitment("P", b"", bytes(31))


def test_a_wrap_is_an_age_identity_file_with_the_nonce_in_a_comment() -> None:
    """Any age tool takes it with `-i`."""
    key = SealingKey.generate()
    data = WrapSecret(key.text, bytes(32)).encode()
    comment, identity = data.decode().splitlines()
    assert comment.startswith("#")
    assert identity == key.text
    assert WrapSecret.decode(data) == WrapSecret(key.text, bytes(32))


@pytest.mark.parametrize("damage", [b"", b"x", b"AGE-SECRET-KEY-1\n"])
def test_what_is_no_wrap_is_refused_without_being_repeated(damage: bytes) -> None:
    """It might hold a key all the same."""
    data = WrapSecret(SealingKey.generate().text, bytes(32)).encode()
    with pytest.raises(Malformed) as caught:
        WrapSecret.decode(data[:-1] + damage)
    assert "AGE-SECRET" not in str(caught.value.facts()) + str(caught.value)


def test_what_a_wrap_holds_is_never_shown() -> None:
    """Not in a trace."""
    key = SealingKey.generate()
    assert key.text not in repr(WrapSecret(key.text, bytes(32)))


@given(st.binary(max_size=100), st.dictionaries(st.just(BANK), st.binary(max_size=50)))
def test_a_package_survives_its_bytes(sealed: bytes, wraps: dict[str, bytes]) -> None:
    """With or without wraps."""
    package = PrivatePackage(sealed, wraps)
    assert PrivatePackage.decode(package.encode()) == package


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        {"sealed": b""},
        {"sealed": "text", "wraps": {}},
        {"sealed": b"", "wraps": {}, "more": 1},
        {"sealed": b"", "wraps": {BANK: "text"}},
        {"sealed": b"", "wraps": {"nobody": b""}},
    ],
)
def test_what_is_no_package_is_refused(value: object) -> None:
    """Typed, and before anything is kept."""
    with pytest.raises(Malformed):
        PrivatePackage.decode(encode(value))  # type: ignore[arg-type]  # wrong on purpose


def test_a_package_beyond_a_limit_is_refused() -> None:
    """Sealed bytes, one wrap, the number of wraps, and the whole."""
    wraps = {BANK: bytes(WRAP_BYTES_MAX + 1)}
    for data in (
        bytes(PACKAGE_BYTES_MAX + 1),
        PrivatePackage(bytes(SEALED_BYTES_MAX + 1), {}).encode(),
        PrivatePackage(b"", wraps).encode(),
        PrivatePackage(b"", {str(place): b"" for place in range(102)}).encode(),
    ):
        with pytest.raises(LimitExceeded):
            PrivatePackage.decode(data)
