# SPDX-License-Identifier: Apache-2.0
"""Whatever is appended in whatever batches, the log is the one of the definition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.errors import InvalidProof
from tallystick.merkle import LogTree, log_root, verify_consistency, verify_inclusion
from tests.unit.merkle import reference
from tests.unit.merkle.stores import TileStore

LEAVES = reference.leaves(2_000)
hashes = st.binary(min_size=32, max_size=32)


@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=5),
    st.lists(st.booleans(), min_size=5, max_size=5),
    st.data(),
)
def test_any_leaf_of_any_size_is_provable(
    batches: list[int], saved: list[bool], data: st.DataObject
) -> None:
    """Roots, tiles and both kinds of proofs equal the definition (RFC 9162), saved or reopened."""
    store = TileStore()
    tree = LogTree(store)
    for batch, is_saved in zip(batches, saved, strict=False):
        tree.append(LEAVES[tree.size : tree.size + batch])
        if is_saved:
            store.save(tree)
            tree = LogTree(store, tree.size, root=tree.root())
    size = data.draw(st.integers(1, tree.size))
    index = data.draw(st.integers(0, size - 1))
    older = data.draw(st.integers(1, size))
    root = tree.root(size)
    assert root == reference.tree_hash(LEAVES[:size])
    path = tree.inclusion_proof(index, size)
    assert path == reference.path(index, LEAVES[:size])
    verify_inclusion(LEAVES[index], index, size, path, root)
    proof = tree.consistency_proof(older, size)
    assert proof == reference.proof(older, LEAVES[:size])
    verify_consistency(older, size, proof, log_root(LEAVES[:older]), root)
    store.save(tree)
    assert store.tiles == reference.tiles(LEAVES[: tree.size])


@given(
    hashes,
    st.integers(0, 2**63 - 1),
    st.integers(1, 2**63 - 1),
    st.lists(hashes, max_size=70),
    hashes,
)
def test_made_up_inclusion_proofs_are_refused(
    leaf: bytes, index: int, size: int, path: list[bytes], root: bytes
) -> None:
    """Nothing invented verifies, and nothing but `InvalidProof` is raised."""
    if (path, leaf) != ([], root):
        with pytest.raises(InvalidProof):
            verify_inclusion(leaf, index, size, path, root)


@given(
    st.integers(0, 2**63 - 1),
    st.integers(1, 2**63 - 1),
    st.lists(hashes, max_size=70),
    hashes,
    hashes,
)
def test_made_up_consistency_proofs_are_refused(
    size1: int, size2: int, path: list[bytes], root1: bytes, root2: bytes
) -> None:
    """Nothing invented verifies, and nothing but `InvalidProof` is raised."""
    if root1 != root2:
        with pytest.raises(InvalidProof):
            verify_consistency(size1, size2, path, root1, root2)


@given(st.lists(st.binary(max_size=70), min_size=1, max_size=9), st.data())
def test_different_logs_have_different_roots(entries: list[bytes], data: st.DataObject) -> None:
    """Injectivity (C2): no other list of entries, however cut up, has the same root."""
    others = data.draw(
        st.one_of(
            st.lists(st.sampled_from([*entries, b"", b"\x00", b"\x01"]), max_size=10),
            st.permutations(entries),
            st.just([b"".join(entries)]),
            st.just([*entries, entries[-1]]),
            st.just(entries[:-1]),
        )
    )
    first, second = ([reference.digest(b"\x00" + one) for one in log] for log in (entries, others))
    assert (log_root(first) == log_root(second)) == (entries == list(others))
