# SPDX-License-Identifier: Apache-2.0
"""Verification of log proofs: every true proof is accepted, every other form is refused."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tallystick.errors import InvalidProof
from tallystick.merkle import (
    EMPTY_LOG_ROOT,
    leaf_hash,
    log_root,
    node_hash,
    verify_consistency,
    verify_inclusion,
)
from tests.unit.merkle import reference

LEAVES = reference.leaves(256)
ROOTS = [log_root(LEAVES[:size]) for size in range(257)]
HUGE = 2**63 - 1


def test_hashes_follow_the_standard() -> None:
    """RFC 9162, 2.1.1: leaves and nodes are told apart by their first byte."""
    assert reference.digest(b"") == EMPTY_LOG_ROOT
    assert leaf_hash(b"entry") == reference.digest(b"\x00entry")
    assert node_hash(LEAVES[0], LEAVES[1]) == reference.digest(b"\x01" + LEAVES[0] + LEAVES[1])
    assert leaf_hash(b"\x01" + bytes(64)) != node_hash(bytes(32), bytes(32))


def test_roots_equal_the_recursive_definition() -> None:
    """RFC 9162, 2.1.1, for all sizes to 256."""
    assert [reference.tree_hash(LEAVES[:size]) for size in range(257)] == ROOTS


def test_every_inclusion_proof_to_size_256_is_accepted() -> None:
    """All 32,896 leaves of all sizes 1 to 256 (experiment C1)."""
    for size in range(1, 257):
        leaves = LEAVES[:size]
        for index in range(size):
            path = reference_path(index, size)
            verify_inclusion(leaves[index], index, size, path, ROOTS[size])


def test_every_consistency_proof_to_size_256_is_accepted() -> None:
    """All 32,896 pairs of sizes 1 to 256 (experiment C1)."""
    for size2 in range(1, 257):
        for size1 in range(1, size2 + 1):
            path = reference_proof(size1, size2)
            verify_consistency(size1, size2, path, ROOTS[size1], ROOTS[size2])


def test_the_fast_paths_of_this_file_equal_the_definition() -> None:
    """The two helpers below stand in for the recursive definition: they must equal it."""
    for size in [*range(1, 40), 64, 100, 255, 256]:
        for index in range(size):
            assert reference_path(index, size) == reference.path(index, LEAVES[:size])
            assert reference_proof(index + 1, size) == reference.proof(index + 1, LEAVES[:size])


def test_a_proof_of_the_largest_log_is_accepted() -> None:
    """Sizes are not limited before 2**63 - 1: a path of 63 levels verifies."""
    rng = random.Random(9162)
    path = [rng.randbytes(32) for _ in range(63)]
    index = HUGE // 3
    node = LEAVES[0]
    for level, sibling in enumerate(path):
        right = index >> level & 1
        node = node_hash(sibling, node) if right else node_hash(node, sibling)
    verify_inclusion(LEAVES[0], index, HUGE, path, node)


def test_consistency_from_the_empty_log_is_refused() -> None:
    """Every log extends the empty one: a proof from size 0 proves nothing."""
    for size2, root2 in ((0, EMPTY_LOG_ROOT), (1, ROOTS[1]), (8, ROOTS[8])):
        with pytest.raises(InvalidProof) as refused:
            verify_consistency(0, size2, [], EMPTY_LOG_ROOT, root2)
        assert refused.value.field == "size1"


def test_equal_sizes_need_equal_roots_and_no_path() -> None:
    """RFC 9162, 2.1.4.2: the proof between equal sizes is empty."""
    verify_consistency(8, 8, [], ROOTS[8], ROOTS[8])
    with pytest.raises(InvalidProof):
        verify_consistency(8, 8, [], ROOTS[8], ROOTS[7])
    with pytest.raises(InvalidProof):
        verify_consistency(8, 8, [ROOTS[8]], ROOTS[8], ROOTS[8])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("size", 0),
        ("size", -8),
        ("size", 2**63),
        ("size", True),
        ("size", 8.0),
        ("size", "8"),
        ("size", None),
        ("index", 8),
        ("index", 9),
        ("index", -1),
        ("index", 2**64 - 1),
        ("index", False),
        ("index", 3.0),
        ("leaf_hash", LEAVES[3][:31]),
        ("leaf_hash", LEAVES[3] + b"\x00"),
        ("leaf_hash", b""),
        ("leaf_hash", bytearray(LEAVES[3])),
        ("leaf_hash", memoryview(LEAVES[3])),
        ("leaf_hash", LEAVES[3].hex()),
        ("leaf_hash", None),
        ("root", ROOTS[8][:31]),
        ("root", ROOTS[8] + b"\x00"),
        ("root", b""),
        ("root", bytearray(ROOTS[8])),
        ("path", b"".join(reference.path(3, LEAVES[:8]))),
        ("path", iter(reference.path(3, LEAVES[:8]))),
        ("path", None),
        ("path", {}),
        ("path", ["a", "b", "c"]),
        ("path", [1, 2, 3]),
        ("path", [b"", b"", b""]),
        ("path", [bytearray(node) for node in reference.path(3, LEAVES[:8])]),
    ],
)
def test_an_inclusion_value_of_wrong_type_or_range_is_refused(field: str, value: object) -> None:
    """Only exact types, 32-byte hashes and sizes within range come to be hashed."""
    proof: dict[str, Any] = {
        "leaf_hash": LEAVES[3],
        "index": 3,
        "size": 8,
        "path": reference.path(3, LEAVES[:8]),
        "root": ROOTS[8],
    }
    verify_inclusion(**proof)
    with pytest.raises(InvalidProof) as refused:
        verify_inclusion(**proof | {field: value})
    assert refused.value.field == field
    assert refused.value.code == "E_PROOF"
    assert set(refused.value.facts()) == {"field", "expected", "found"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("size1", 0),
        ("size1", 9),
        ("size1", -3),
        ("size1", True),
        ("size1", None),
        ("size2", 0),
        ("size2", 2**63),
        ("size2", 8.0),
        ("root1", b""),
        ("root1", ROOTS[3][:31]),
        ("root1", bytearray(ROOTS[3])),
        ("root2", b""),
        ("root2", ROOTS[8] + b"\x00"),
        ("root2", None),
        ("path", b"".join(reference.proof(3, LEAVES[:8]))),
        ("path", None),
        ("path", [b"", b"", b"", b""]),
        ("path", [1, 2, 3, 4]),
    ],
)
def test_a_consistency_value_of_wrong_type_or_range_is_refused(field: str, value: object) -> None:
    """Only exact types, 32-byte hashes and sizes within range come to be hashed."""
    proof: dict[str, Any] = {
        "size1": 3,
        "size2": 8,
        "path": reference.proof(3, LEAVES[:8]),
        "root1": ROOTS[3],
        "root2": ROOTS[8],
    }
    verify_consistency(**proof)
    with pytest.raises(InvalidProof) as refused:
        verify_consistency(**proof | {field: value})
    assert refused.value.field == field


def test_a_path_may_be_a_list_or_a_tuple() -> None:
    """Decoders give lists, records keep tuples."""
    path = reference.path(3, LEAVES[:8])
    verify_inclusion(LEAVES[3], 3, 8, tuple(path), ROOTS[8])
    verify_inclusion(LEAVES[3], 3, 8, path, ROOTS[8])


def test_a_doubled_last_leaf_changes_the_root() -> None:
    """CVE-2012-2459: no two lists of leaves share a root because a last node was doubled."""
    seen: dict[bytes, tuple[bytes, ...]] = {}
    for size in range(1, 65):
        for repeats in range(5):
            row = (*LEAVES[:size], *LEAVES[max(size - repeats, 0) : size])
            assert seen.setdefault(log_root(row), row) == row


def reference_path(index: int, size: int) -> list[bytes]:
    """PATH, with the roots of subtrees remembered."""
    low, high, found = 0, size, []
    while high - low > 1:
        middle = low + reference.split(high - low)
        if index < middle:
            found.append(_subtree(middle, high))
            high = middle
        else:
            found.append(_subtree(low, middle))
            low = middle
    return found[::-1]


def reference_proof(size1: int, size2: int) -> list[bytes]:
    """PROOF, with the roots of subtrees remembered."""
    low, high, found, is_whole = 0, size2, [], True
    while size1 != high:
        middle = low + reference.split(high - low)
        if size1 <= middle:
            found.append(_subtree(middle, high))
            high = middle
        else:
            found.append(_subtree(low, middle))
            low, is_whole = middle, False
    return ([] if is_whole else [_subtree(low, high)]) + found[::-1]


_SUBTREES: dict[tuple[int, int], bytes] = {}


def _subtree(low: int, high: int) -> bytes:
    if (low, high) not in _SUBTREES:
        _SUBTREES[low, high] = reference.tree_hash(LEAVES[low:high])
    return _SUBTREES[low, high]
