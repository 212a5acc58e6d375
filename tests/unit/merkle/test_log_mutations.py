# SPDX-License-Identifier: Apache-2.0
"""Every altered log proof is refused (experiment C1): bits, elements, places, sizes, leaves.

What is exhaustive: sizes 1 to 64, all leaves, all pairs of sizes, every element of every proof.
Single-bit changes: all 256 bits of every hash for sizes to 20; for 21 to 64 one bit in each byte
of every hash, except in the slow test, which changes all of them (about 6 million proofs).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from tallystick.errors import InvalidProof
from tallystick.merkle import leaf_hash, log_root, node_hash, verify_consistency, verify_inclusion
from tests.unit.merkle import reference

pytestmark = pytest.mark.usefixtures("untraced")

SIZE_MAX = 64
ALL_BITS_TO_SIZE = 20
LEAVES = reference.leaves(SIZE_MAX)
ROOTS = [log_root(LEAVES[:size]) for size in range(SIZE_MAX + 1)]
STRANGER = reference.digest(b"of another tree")

Expression = object
"""How a root is made of the elements of a proof: nested tuples of their numbers."""


def is_included(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """Say whether an inclusion proof is accepted."""
    try:
        verify_inclusion(leaf, index, size, path, root)
    except InvalidProof:
        return False
    return True


def is_consistent(size1: int, size2: int, path: list[bytes], root1: bytes, root2: bytes) -> bool:
    """Say whether a consistency proof is accepted."""
    try:
        verify_consistency(size1, size2, path, root1, root2)
    except InvalidProof:
        return False
    return True


def flips(node: bytes, *, every_bit: bool) -> Iterator[bytes]:
    """Yield the hash with one bit changed: each of its 256 bits, or one in each byte."""
    number = int.from_bytes(node)
    for bit in range(256) if every_bit else range(node[0] % 8, 256, 8):
        yield (number ^ 1 << bit).to_bytes(32)


def flipped_paths(path: list[bytes], *, every_bit: bool) -> Iterator[list[bytes]]:
    """Yield the path with one bit of one element changed."""
    for at, node in enumerate(path):
        for other in flips(node, every_bit=every_bit):
            yield [*path[:at], other, *path[at + 1 :]]


def rearranged_paths(path: list[bytes], extras: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Yield the path with elements dropped, doubled, swapped, replaced or added, at each place."""
    for at in range(len(path)):
        yield path[:at] + path[at + 1 :]
        yield path[: at + 1] + path[at:]
        yield from ([*path[:at], extra, *path[at + 1 :]] for extra in extras)
        for other in range(at):
            swapped = path.copy()
            swapped[at], swapped[other] = path[other], path[at]
            yield swapped
    for at in range(len(path) + 1):
        yield from ([*path[:at], extra, *path[at:]] for extra in extras)
    if path:
        yield []


def inclusion_proofs(sizes: Sequence[int]) -> Iterator[tuple[int, int, list[bytes]]]:
    """Yield (index, size, path) of all leaves at these sizes."""
    for size in sizes:
        for index in range(size):
            yield index, size, reference.path(index, LEAVES[:size])


def consistency_proofs(sizes: Sequence[int]) -> Iterator[tuple[int, int, list[bytes]]]:
    """Yield (older size, size, path) of all older sizes of these sizes."""
    for size2 in sizes:
        for size1 in range(1, size2 + 1):
            yield size1, size2, reference.proof(size1, LEAVES[:size2])


def count_accepted_inclusion_flips(sizes: Sequence[int], *, every_bit: bool) -> tuple[int, int]:
    """Try all inclusion proofs with one bit changed; return how many, and how many accepted."""
    tried = accepted = 0
    for index, size, path in inclusion_proofs(sizes):
        leaf, root = LEAVES[index], ROOTS[size]
        for changed in flipped_paths(path, every_bit=every_bit):
            tried += 1
            accepted += is_included(leaf, index, size, changed, root)
        for node in flips(leaf, every_bit=every_bit):
            accepted += is_included(node, index, size, path, root)
        for node in flips(root, every_bit=every_bit):
            accepted += is_included(leaf, index, size, path, node)
    return tried, accepted


def count_accepted_consistency_flips(sizes: Sequence[int], *, every_bit: bool) -> tuple[int, int]:
    """Try all consistency proofs with one bit changed; return how many, and how many accepted."""
    tried = accepted = 0
    for size1, size2, path in consistency_proofs(sizes):
        root1, root2 = ROOTS[size1], ROOTS[size2]
        for changed in flipped_paths(path, every_bit=every_bit):
            tried += 1
            accepted += is_consistent(size1, size2, changed, root1, root2)
        for node in flips(root1, every_bit=every_bit):
            accepted += is_consistent(size1, size2, path, node, root2)
        for node in flips(root2, every_bit=every_bit):
            accepted += is_consistent(size1, size2, path, root1, node)
    return tried, accepted


@pytest.mark.parametrize(
    "count", [count_accepted_inclusion_flips, count_accepted_consistency_flips]
)
def test_a_flipped_bit_is_refused(count: object) -> None:
    """Sizes to 64; all bits of all hashes to size 20, one bit in each byte beyond."""
    assert callable(count)
    tried, accepted = count(range(1, ALL_BITS_TO_SIZE + 1), every_bit=True)
    assert (tried > 150_000, accepted) == (True, 0)
    tried, accepted = count(range(ALL_BITS_TO_SIZE + 1, SIZE_MAX + 1), every_bit=False)
    assert (tried > 300_000, accepted) == (True, 0)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_single_flipped_bit_to_size_64_is_refused() -> None:
    """All 256 bits of every hash in every proof of all sizes to 64, about 6 million proofs."""
    sizes = range(ALL_BITS_TO_SIZE + 1, SIZE_MAX + 1)
    tried, accepted = count_accepted_inclusion_flips(sizes, every_bit=True)
    assert (tried > 2_500_000, accepted) == (True, 0)
    tried, accepted = count_accepted_consistency_flips(sizes, every_bit=True)
    assert (tried > 2_500_000, accepted) == (True, 0)


def test_a_rearranged_inclusion_path_is_refused() -> None:
    """Each element of each path to size 64 dropped, doubled, swapped, replaced, or one added."""
    tried = 0
    for index, size, path in inclusion_proofs(range(1, SIZE_MAX + 1)):
        leaf, root = LEAVES[index], ROOTS[size]
        for changed in rearranged_paths(path, (STRANGER, root, leaf, bytes(32))):
            tried += 1
            assert not is_included(leaf, index, size, changed, root)
    assert tried > 100_000


def test_a_rearranged_consistency_path_is_refused() -> None:
    """Each element of each path to size 64 dropped, doubled, swapped, replaced, or one added."""
    tried = 0
    for size1, size2, path in consistency_proofs(range(1, SIZE_MAX + 1)):
        root1, root2 = ROOTS[size1], ROOTS[size2]
        for changed in rearranged_paths(path, (STRANGER, root1, root2, bytes(32))):
            if changed == path:
                continue  # root1 put in place of an element that it is
            tried += 1
            assert not is_consistent(size1, size2, changed, root1, root2)
    assert tried > 100_000


def test_every_other_index_and_leaf_is_refused() -> None:
    """A path fits one place and one leaf only, for all sizes to 64."""
    for index, size, path in inclusion_proofs(range(1, SIZE_MAX + 1)):
        root = ROOTS[size]
        for other in [*range(size + 2), -1]:
            if other != index:
                assert not is_included(LEAVES[index], other, size, path, root)
            if other not in (index, -1, size, size + 1):
                assert not is_included(LEAVES[other], index, size, path, root)


def test_a_wrong_size_is_refused_wherever_it_makes_a_difference() -> None:
    """A path is accepted for another size exactly if the standard computes the same from it.

    (Leaf 0 of 3 and of 4 leaves have proofs of one form: it is the signed checkpoint that binds
    the size to the root, docs/spec/log.md section 6.)
    """
    refused = 0
    for index, size, path in inclusion_proofs(range(1, SIZE_MAX + 1)):
        for other in (size - 1, size + 1, size * 2, size + 64):
            same = other > index and sides(index, other) == sides(index, size)
            assert is_included(LEAVES[index], index, other, path, ROOTS[size]) == same
            refused += not same
    assert refused > 4_000


def test_wrong_sizes_in_consistency_are_refused_wherever_they_make_a_difference() -> None:
    """A path is accepted for other sizes exactly if the standard computes the same from it."""
    refused = 0
    for size1, size2, path in consistency_proofs(range(1, SIZE_MAX + 1)):
        for other1, other2 in (
            (size1 - 1, size2),
            (size1 + 1, size2),
            (size1, size2 - 1),
            (size1, size2 + 1),
            (size1 - 1, size2 - 1),
            (size1 + 1, size2 + 1),
            (size1 * 2, size2 * 2),
            (size2, size1),
        ):
            same = 1 <= other1 <= other2 and made_of(other1, other2) == made_of(size1, size2)
            found = is_consistent(other1, other2, path, ROOTS[size1], ROOTS[size2])
            assert found == same
            refused += not same
    assert refused > 10_000


def test_swapped_and_exchanged_roots_are_refused() -> None:
    """The older root is not the newer one, and no root of another size will do."""
    for size1, size2, path in consistency_proofs(range(1, SIZE_MAX + 1)):
        root1, root2 = ROOTS[size1], ROOTS[size2]
        if size1 < size2:
            assert not is_consistent(size1, size2, path, root2, root1)
        for other in range(SIZE_MAX + 1):
            if other != size1:
                assert not is_consistent(size1, size2, path, ROOTS[other], root2)
            if other != size2:
                assert not is_consistent(size1, size2, path, root1, ROOTS[other])


def test_a_node_is_not_accepted_as_a_leaf_nor_a_leaf_as_a_node() -> None:
    """Path lengths follow from the size, and the first hashed byte tells leaf from node."""
    for size in range(2, SIZE_MAX + 1):
        leaves, root = LEAVES[:size], ROOTS[size]
        for index in range(size):
            path = reference.path(index, leaves)
            above = node_hash(LEAVES[index & ~1], LEAVES[index | 1]) if index | 1 < size else root
            for place in (index, index >> 1):
                for changed in (
                    path,
                    path[1:],
                    [LEAVES[index ^ 1 if index | 1 < size else 0], *path],
                ):
                    assert not is_included(above, place, size, changed, root)
    left, right = LEAVES[0], LEAVES[1]
    for entry in (left + right, b"\x01" + left + right, b"\x00" + left + right):
        assert leaf_hash(entry) != node_hash(left, right)


def sides(index: int, size: int) -> list[str]:
    """On which side each sibling of a leaf stands, lowest first, by the recursive definition."""
    if size == 1:
        return []
    at = reference.split(size)
    if index < at:
        return [*sides(index, at), "right"]
    return [*sides(index - at, size - at), "left"]


def made_of(size1: int, size2: int) -> tuple[Expression, Expression]:
    """How both roots are made of the elements of a consistency proof, by the definition."""
    return _made_of(size1, size2, [0], is_whole=True)


def _made_of(
    size1: int, size2: int, used: list[int], *, is_whole: bool
) -> tuple[Expression, Expression]:
    if size1 == size2:
        if is_whole:
            return "root1", "root1"
        used[0] += 1
        return used[0], used[0]
    at = reference.split(size2)
    if size1 <= at:
        older, newer = _made_of(size1, at, used, is_whole=is_whole)
        used[0] += 1
        return older, (newer, used[0])
    older, newer = _made_of(size1 - at, size2 - at, used, is_whole=False)
    used[0] += 1
    return (used[0], older), (used[0], newer)
