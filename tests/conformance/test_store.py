# SPDX-License-Identifier: Apache-2.0
"""One suite for every store: in memory, on disk in this process, on disk through another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import pytest

from tallystick.errors import Halted
from tallystick.ledger import AppliedBlock, Store, Tree
from tallystick.merkle import LogTree, StateTree
from tallystick.model import decode_header
from tallystick.storage import DurableStore, FlushPolicy, MemoryStore, Position
from tests.unit.storage.chain import NETWORK, Chain

AnyStore: TypeAlias = MemoryStore | DurableStore
EAGER = FlushPolicy(transactions_max=1)
LAZY = FlushPolicy(transactions_max=1_000_000, bytes_max=2**40)


def in_memory(_: Path) -> AnyStore:
    """Make the store that forgets."""
    return MemoryStore()


def on_disk(*, in_process: bool, policy: FlushPolicy) -> Callable[[Path], AnyStore]:
    """Return a maker of stores on disk."""

    def make(data: Path) -> AnyStore:
        return DurableStore.open(data, NETWORK, in_process=in_process, policy=policy)

    return make


STORES = {
    "memory": in_memory,
    "disk, flushed each time": on_disk(in_process=True, policy=EAGER),
    "disk, never flushed": on_disk(in_process=True, policy=LAZY),
    "process, flushed each time": on_disk(in_process=False, policy=EAGER),
    "process, never flushed": on_disk(in_process=False, policy=LAZY),
}


@pytest.fixture(params=list(STORES.values()), ids=list(STORES))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyStore]:
    """Each store in turn."""
    store: AnyStore = request.param(tmp_path)
    yield store
    store.close()


def place(applied: AppliedBlock) -> Position:
    """Return some position for a block: stores keep it, and look only at height and leaves."""
    block = applied.block
    height, count = block.header.height, len(block.transactions)
    return Position(height, 1 + height // 10, 100 * height, 90, block.first_leaf, count)


def save(store: AnyStore, applied: AppliedBlock) -> None:
    """Save a block as if it were in a log."""
    store.save(applied, place(applied))


def test_a_store_is_what_the_ledger_asks_for(store: AnyStore) -> None:
    """The port, as the type checker and a caller see it."""
    port: Store = store
    assert port.get(Tree.STATE, b"nothing") is None


def test_an_empty_store_knows_nothing(store: AnyStore) -> None:
    """At genesis there is no block, no value, no place."""
    assert (store.height, store.header, store.flushed_height) == (0, b"", 0)
    for tree in Tree:
        assert list(store.items(tree)) == []
        assert store.read_page(tree, b"") is None
    assert store.read_tile(0, 0, 1) is None
    assert [store.position(height) for height in (-1, 0, 1)] == [None] * 3
    assert store.height_of_leaf(0) is None


def test_values_are_those_of_the_newest_block(store: AnyStore) -> None:
    """A saved block is visible at once: added, replaced, deleted, and added again."""
    chain = Chain()
    key, other = b"bank/accounts/a", b"bank/accounts/b"
    for writes, expected in (
        ({key: b"1", other: b"x"}, b"1"),
        ({key: b"2"}, b"2"),
        ({key: None}, None),
        ({key: None}, None),
        ({key: b""}, b""),
    ):
        save(store, chain.add([dict(writes)]))
        assert store.get(Tree.STATE, key) == expected
        assert store.get(Tree.STATE, other) == b"x"
        assert store.get(Tree.MEMBERSHIP, key) is None
        store.flush()
        assert store.get(Tree.STATE, key) == expected


def test_the_two_trees_do_not_mix(store: AnyStore) -> None:
    """The same key in both trees is two values."""
    chain = Chain()
    save(store, chain.add([{b"k/k/k": b"state"}], membership={b"k/k/k": b"membership"}))
    store.flush()
    assert store.get(Tree.STATE, b"k/k/k") == b"state"
    assert store.get(Tree.MEMBERSHIP, b"k/k/k") == b"membership"
    assert list(store.items(Tree.MEMBERSHIP)) == [(b"k/k/k", b"membership")]


def test_items_are_all_of_the_newest_block_in_order(store: AnyStore) -> None:
    """Items of the disk and of memory come merged, sorted, and without what was deleted."""
    chain = Chain(5)
    expected: dict[bytes, bytes] = {}
    for round_ in range(30):
        applied = chain.add([chain.writes() for _ in range(5)])
        save(store, applied)
        for key, value in applied.state.items():
            expected.pop(key, None)
            expected.update({key: value} if value is not None else {})
        if round_ in (9, 20):
            store.flush()
        assert list(store.items(Tree.STATE)) == sorted(expected.items())


@pytest.mark.parametrize("after", [b"", b"k/a/", b"k/b/1", b"k/b/2", b"k/z"])
def test_a_walk_begins_after_a_key_and_stays_in_its_prefix(store: AnyStore, after: bytes) -> None:
    """On disk, in memory, and where both have a word; a walk may end at any place."""
    chain = Chain()
    save(store, chain.add([{f"k/{kind}/{at}".encode(): b"old" for kind in "abc" for at in "0123"}]))
    store.flush()
    save(store, chain.add([{b"k/b/1": None, b"k/b/2": b"new", b"k/b/4": b"new", b"k/bb": b"new"}]))
    present = {b"k/b/0": b"old", b"k/b/2": b"new", b"k/b/3": b"old", b"k/b/4": b"new"}
    expected = [(key, value) for key, value in present.items() if key > after]
    assert list(store.items(Tree.STATE, prefix=b"k/b/", after=after)) == expected
    with closing(store.items(Tree.STATE, prefix=b"k/b/", after=after)) as walk:
        assert next(walk, None) == next(iter(expected), None)


def test_trees_continue_from_what_was_stored(store: AnyStore) -> None:
    """The ledger finds every page and tile again: roots at each height come out the same."""
    chain = Chain(6)
    for applied in chain.grow(12, 40):
        save(store, applied)
        header = decode_header(store.header)
        assert header == applied.block.header
        assert LogTree(store, header.log_size, root=header.log_root).size == header.log_size
        tree = StateTree(Pages(store), header.state_root)
        for key, _ in list(store.items(Tree.STATE))[:20]:
            tree.prove(key)


class Pages:
    def __init__(self, store: AnyStore) -> None:
        self.store = store

    def read_page(self, prefix: bytes) -> bytes | None:
        return self.store.read_page(Tree.STATE, prefix)


def test_tiles_are_given_in_any_width_they_have(store: AnyStore) -> None:
    """A partial tile grows under its key; full ones are found behind it."""
    chain = Chain()
    for applied in chain.grow(4, 100):
        save(store, applied)
    leaves = b"".join(tile for key, tile in chain.applied[-1].tiles.items() if key.level == 0)
    assert store.read_tile(0, 1, 400 - 256) == leaves[-32 * 144 :]
    assert store.read_tile(0, 1, 7) == leaves[-32 * 144 :][: 32 * 7]
    assert store.read_tile(0, 1, 145) is None
    assert store.read_tile(0, 0, 256) is not None
    assert store.read_tile(1, 0, 1) is not None
    assert store.read_tile(2, 0, 1) is None


def test_places_are_found_by_height_and_by_leaf(store: AnyStore) -> None:
    """Every height and every leaf leads to its block, empty blocks or not."""
    chain = Chain()
    for count in (0, 3, 0, 0, 1, 250, 0, 2):
        save(store, chain.grow(1, count)[0])
        if count == 250:
            store.flush()
    places = [place(applied) for applied in chain.applied]
    assert [store.position(height) for height in range(1, 9)] == places
    assert [store.position(height) for height in (0, 9)] == [None, None]
    assert [store.height_of_leaf(leaf) for leaf in (0, 2, 3, 4, 253, 254, 255, 256)] == [
        2, 2, 5, 6, 6, 8, 8, None,
    ]  # fmt: skip


@pytest.mark.parametrize("height", [0, 1, 3])
def test_only_the_next_block_can_be_saved(store: AnyStore, height: int) -> None:
    """INV: the store is never ahead of the log, and has no gaps."""
    chain = Chain()
    chain.grow(3)
    save(store, chain.applied[0])
    if height == 0:
        with pytest.raises(Halted):
            store.save(chain.applied[1], place(chain.applied[0]))
    else:
        with pytest.raises(Halted):
            save(store, chain.applied[height - 1])
    assert store.height == 1


def test_the_flushed_height_never_passes_the_saved_one(store: AnyStore) -> None:
    """What is on disk is a prefix of what was saved; a flush brings them together."""
    chain = Chain()
    seen = []
    for applied in chain.grow(10):
        save(store, applied)
        store.maybe_flush(0)
        seen.append(store.flushed_height)
        assert store.flushed_height <= store.height
    assert all(before <= after for before, after in pairwise(seen))
    store.flush()
    assert store.flushed_height == store.height == 10
    store.flush()
