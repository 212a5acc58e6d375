# SPDX-License-Identifier: Apache-2.0
"""Whatever is written in whatever batches, the state tree is the one of the definition."""

from __future__ import annotations

from functools import cache
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.errors import InvalidProof
from tallystick.merkle import StateProof, StateTree, prove_key, verify_absence, verify_value
from tests.unit.merkle import reference
from tests.unit.merkle.stores import PageStore

Writes = dict[bytes, bytes | None]

CANDIDATES: Final = 250_000


@cache
def pools() -> tuple[list[bytes], ...]:
    """Return keys anywhere, keys whose paths share two digits, and keys that share three.

    So that a few dozen writes split and merge subtrees several levels deep.
    """
    near: list[bytes] = []
    nearest: list[bytes] = []
    for number in range(CANDIDATES):
        key = b"%d" % number
        path = reference.digest(key)
        if path[0] == 0xAB:
            (nearest if path[1] < 0x10 else near).append(key)
    return [b"anywhere %d" % number for number in range(200)], near[:90], nearest[:50]


@st.composite
def batches(draw: st.DrawFn) -> Writes:
    """Draw a batch: runs of keys of one pool, written or deleted, later runs over earlier."""
    writes: Writes = {}
    for _ in range(draw(st.integers(1, 3))):
        pool = draw(st.sampled_from(pools()))
        start = draw(st.integers(0, len(pool) - 1))
        step = draw(st.sampled_from([1, 1, 2, 7]))
        count = draw(st.one_of(st.integers(1, 5), st.integers(30, 60)))
        value = draw(st.sampled_from([b"", b"a", b"b", None, None]))
        writes |= dict.fromkeys(pool[start : start + step * count : step], value)
    return writes


@given(
    st.lists(st.tuples(batches(), st.sampled_from(["", "save", "reopen"])), min_size=1, max_size=8),
    st.sampled_from([0, 20_000, 2**27]),
    st.data(),
)
def test_any_history_of_batches_gives_the_tree_of_what_is_there(
    history: list[tuple[Writes, str]], cache_bytes_max: int, data: st.DataObject
) -> None:
    """Root and stored records depend on the content alone, deletions included (INV-3)."""
    store = PageStore()
    tree = StateTree(store, cache_bytes_max=cache_bytes_max)
    content: dict[bytes, bytes] = {}
    for writes, then in history:
        tree.update(writes)
        for key, value in writes.items():
            content.pop(key, None)
            if value is not None:
                content[key] = value
        assert tree.root == reference.state_root(content)
        if then:
            store.save(tree)
            assert store.records == reference.state_records(content)
        if then == "reopen":
            tree = StateTree(store, tree.root, cache_bytes_max=cache_bytes_max)
    store.save(tree)
    assert store.records == reference.state_records(content)
    key = data.draw(st.sampled_from([*content, *pools()[0][:3], *pools()[1][:3]]))
    check_proof(tree, store, key, content.get(key))


def check_proof(tree: StateTree, store: PageStore, key: bytes, value: bytes | None) -> None:
    """The proof of a key proves what is there, and not the contrary."""
    proof = tree.prove(key)
    assert prove_key(store, tree.root, key) == proof
    assert StateProof.from_value(proof.to_value()) == proof
    if value is None:
        verify_absence(tree.root, key, proof)
    else:
        verify_value(tree.root, key, value, proof)
        with pytest.raises(InvalidProof):
            verify_absence(tree.root, key, proof)
    with pytest.raises(InvalidProof):
        verify_value(tree.root, key, b"another value", proof)


@given(st.permutations(range(100)), st.integers(1, 100), st.integers(0, 90))
def test_random_orders_give_equal_roots(order: list[int], size: int, detour: int) -> None:
    """The same content in another order, in other batches, by way of keys deleted again."""
    keys = [*pools()[2], *pools()[0][:50]]
    tree = StateTree(PageStore())
    tree.update(dict.fromkeys(pools()[1][:detour], b"detour"))
    for at in range(0, len(order), size):
        tree.update({keys[place]: b"%d" % place for place in order[at : at + size]})
    tree.update(dict.fromkeys(pools()[1][:detour]))
    assert tree.root == reference.state_root({key: b"%d" % at for at, key in enumerate(keys)})


plain = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.binary(max_size=130), st.text(max_size=3)
    ),
    lambda children: st.lists(children, max_size=4),
    max_leaves=12,
)
level = st.one_of(
    st.builds(
        lambda mask, byte: [mask, bytes([byte]) * 32 * mask.bit_count()],
        st.integers(0, 0xFFFF),
        st.integers(0, 255),
    ),
    plain,
)


@given(st.one_of(plain, st.tuples(st.lists(level, max_size=3), st.binary()).map(list)))
def test_made_up_proofs_are_refused(value: object) -> None:
    """Nothing invented verifies, and nothing but `InvalidProof` is raised."""
    root = reference.digest(b"root")
    with pytest.raises(InvalidProof):
        verify_absence(root, b"key", StateProof.from_value(value))
    with pytest.raises(InvalidProof):
        verify_value(root, b"key", b"value", StateProof.from_value(value))
