# SPDX-License-Identifier: Apache-2.0
"""Sealing: who has the key reads, nobody else does, and what was changed does not open."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.crypto import SealingKey, check_sealing_key, seal, unseal
from tallystick.errors import Halted, Malformed, WrongSealingKey

BANK, AUDITOR, STRANGER = (SealingKey.generate() for _ in range(3))


@settings(max_examples=30)
@given(st.binary(max_size=2_000))
def test_each_recipient_reads_what_was_sealed_to_several(data: bytes) -> None:
    """The same bytes come out for each of them."""
    sealed = seal(data, [BANK.public_key, AUDITOR.public_key])
    assert unseal(sealed, [BANK]) == unseal(sealed, [STRANGER, AUDITOR]) == data
    assert len(data) < 8 or data not in sealed


def test_who_is_no_recipient_cannot_decrypt() -> None:
    """With a code that says what to do, and no key in the message."""
    with pytest.raises(WrongSealingKey) as caught:
        unseal(seal(b"for the bank", [BANK.public_key]), [STRANGER])
    assert caught.value.code == "E_SEALED"
    assert STRANGER.text not in repr(caught.value.facts())


@pytest.mark.parametrize("place", [0, 30, -1])
def test_sealed_bytes_with_one_bit_changed_do_not_open(place: int) -> None:
    """Neither header nor stanza nor body may differ."""
    changed = bytearray(seal(b"for the bank", [BANK.public_key]))
    changed[place] ^= 1
    with pytest.raises(WrongSealingKey):
        unseal(bytes(changed), [BANK])


def test_sealed_bytes_that_were_cut_off_do_not_open() -> None:
    """At any place."""
    sealed = seal(b"for the bank", [BANK.public_key])
    for size in range(0, len(sealed), 17):
        with pytest.raises(WrongSealingKey):
            unseal(sealed[:size], [BANK])


def test_sealing_twice_gives_different_bytes() -> None:
    """So nobody can tell that two sealed things are the same."""
    assert seal(b"same", [BANK.public_key]) != seal(b"same", [BANK.public_key])


def test_nothing_is_sealed_to_nobody() -> None:
    """It would be lost."""
    with pytest.raises(Halted):
        seal(b"lost", [])


def test_a_key_survives_its_text() -> None:
    """As a key file keeps it."""
    again = SealingKey(BANK.text)
    assert again.public_key == BANK.public_key
    assert unseal(seal(b"x", [BANK.public_key]), [again]) == b"x"


def test_a_key_shows_its_public_half_only() -> None:
    """In logs and traces."""
    assert BANK.public_key in repr(BANK)
    assert BANK.text not in repr(BANK)


def test_a_damaged_secret_is_not_repeated_in_the_error() -> None:
    """Nor in its cause."""
    with pytest.raises(Malformed) as caught:
        SealingKey(BANK.text[:-1] + "Q!")
    assert BANK.text[20:40] not in str(caught.value) + str(caught.value.__cause__)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "text",
    ["", "age1", BANK.public_key[:-1], BANK.public_key + "q", "x" * 62, BANK.text[:62]],
    ids=["empty", "prefix", "short", "long", "letters", "secret"],  # keys differ in each process
)
def test_what_is_no_public_half_is_refused(text: str) -> None:
    """Before anything is sealed to it."""
    with pytest.raises(Malformed):
        check_sealing_key(text)


def test_a_public_half_with_one_letter_changed_is_refused() -> None:
    """Its checksum tells."""
    last = "p" if BANK.public_key[-1] != "p" else "q"
    with pytest.raises(Malformed):
        check_sealing_key(BANK.public_key[:-1] + last)
    assert check_sealing_key(BANK.public_key) == BANK.public_key
