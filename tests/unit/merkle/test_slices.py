# SPDX-License-Identifier: Apache-2.0
"""Slices: one root for a file, and proofs that a slice of it is at hand."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.errors import Halted, InvalidProof
from tallystick.merkle import (
    CHUNK_SIZE,
    SLICE_SIZE,
    ContentHasher,
    address_of,
    draw_slice,
    leaf_hash,
    log_root,
    prove_slice,
    slice_count,
    verify_slice,
)

FILE = random.Random(7).randbytes(2 * CHUNK_SIZE + 5 * SLICE_SIZE + 17)
SLICES = [FILE[at : at + SLICE_SIZE] for at in range(0, len(FILE), SLICE_SIZE)]
HASHER = ContentHasher()
HASHER.update(FILE)
HASHES = HASHER.finish()
ROOT = HASHES.address.slices_root


def proof(index: int) -> tuple[bytes, list[bytes]]:
    """Return slice and path at an index of FILE."""
    first = index * SLICE_SIZE // CHUNK_SIZE * CHUNK_SIZE
    return prove_slice(index, FILE[first : first + CHUNK_SIZE], HASHES.roots)


def test_the_root_by_chunks_is_that_of_rfc_9162_over_all_slices() -> None:
    """A chunk is a whole subtree, so chunks change nothing about the tree."""
    assert log_root([leaf_hash(one) for one in SLICES]) == ROOT
    assert slice_count(len(FILE)) == len(SLICES)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, len(SLICES) - 1))
def test_each_slice_can_be_proved_and_at_its_place_only(index: int) -> None:
    """The proof of one slice is none of another."""
    data, path = proof(index)
    assert data == SLICES[index]
    verify_slice(data, index, len(FILE), path, ROOT)
    with pytest.raises(InvalidProof):
        verify_slice(data, (index + 1) % len(SLICES), len(FILE), path, ROOT)
    with pytest.raises(InvalidProof):
        verify_slice(bytes(len(data)), index, len(FILE), path, ROOT)


def test_a_slice_has_its_exact_length() -> None:
    """The last one is shorter, and the size says how much."""
    last = len(SLICES) - 1
    data, path = proof(last)
    assert len(data) == 17
    for wrong in (data[:-1], data + b"x", b""):
        with pytest.raises(InvalidProof):
            verify_slice(wrong, last, len(FILE), path, ROOT)
    with pytest.raises(InvalidProof):
        verify_slice(data, last + 1, len(FILE), path, ROOT)


def test_the_draw_depends_on_seed_node_and_file(subtests: pytest.Subtests) -> None:
    """An answer is bound to its question: AFC-10."""
    cid = bytes(address_of(b"hello world").cid)
    base = draw_slice(bytes(32), b"a", cid, 5 * 10**9)
    assert base == draw_slice(bytes(32), b"a", cid, 5 * 10**9)
    assert base == 1_982_694  # the vector of docs/spec/document.md
    for name, other in {
        "seed": draw_slice(b"\x01" * 32, b"a", cid, 5 * 10**9),
        "node": draw_slice(bytes(32), b"b", cid, 5 * 10**9),
        "file": draw_slice(bytes(32), b"a", cid[::-1], 5 * 10**9),
    }.items():
        with subtests.test(name):
            assert other != base
    with pytest.raises(Halted):
        draw_slice(b"short", b"a", cid, 1)


def test_draws_spread_over_all_slices() -> None:
    """Who lacks half of a file is found out about every second time."""
    drawn = {draw_slice(bytes([n]) * 32, b"a", bytes(36), 8 * SLICE_SIZE) for n in range(200)}
    assert drawn == set(range(8))
