# SPDX-License-Identifier: Apache-2.0
"""The state tree: its records are those of the definition, in whatever order writes came."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest

from tallystick.errors import Corrupted
from tallystick.merkle import EMPTY_STATE_ROOT, StateTree
from tests.unit.merkle import reference
from tests.unit.merkle.stores import PageStore


def content(count: int, *, start: int = 0) -> dict[bytes, bytes]:
    """Return so many keys and values."""
    return {b"key %d" % number: b"value %d" % number for number in range(start, start + count)}


def keys_below(prefix: str, count: int) -> list[bytes]:
    """Return keys whose paths begin with these digits."""
    found: list[bytes] = []
    number = 0
    while len(found) < count:
        key = b"ground %d" % number
        if reference.digest(key).hex().startswith(prefix):
            found.append(key)
        number += 1
    return found


def filled(items: Mapping[bytes, bytes]) -> tuple[StateTree, PageStore]:
    """Return a tree with this content, all of it saved."""
    store = PageStore()
    tree = StateTree(store)
    tree.update(items)
    store.save(tree)
    return tree, store


def test_the_empty_state_has_a_root_of_zero_bytes() -> None:
    """docs/spec/state.md section 3: nothing is stored of nothing."""
    tree = StateTree(PageStore())
    assert tree.root == EMPTY_STATE_ROOT == bytes(32)
    assert tree.update({}) == EMPTY_STATE_ROOT
    assert tree.update({b"absent": None}) == EMPTY_STATE_ROOT
    assert tree.take_dirty() == {}


def test_one_entry_is_one_page() -> None:
    """The smallest tree, by hand: 0x00 || SHA-256(key) || SHA-256(value)."""
    tree = StateTree(PageStore())
    page = b"\x00" + reference.digest(b"k") + reference.digest(b"v")
    assert tree.update({b"k": b"v"}) == reference.digest(page)
    assert tree.take_dirty() == {b"": page}


@pytest.mark.parametrize("count", [1, 2, 39, 40, 41, 42, 300, 641, 2_000])
def test_records_equal_the_definition(count: int) -> None:
    """Pages hold 1 to 40 entries, inner nodes 41 and more."""
    items = content(count)
    tree, store = filled(items)
    assert store.records == reference.state_records(items)
    assert tree.root == reference.state_root(items)


def test_the_forty_first_entry_splits_and_its_deletion_merges() -> None:
    """The form depends only on what is there: 40 entries are a page again."""
    tree, store = filled(content(40))
    root = tree.root
    assert set(store.records) == {b""}
    tree.update({b"one more": b"x"})
    store.save(tree)
    assert store.records == reference.state_records(content(40) | {b"one more": b"x"})
    assert store.records[b""][0] == 1
    assert tree.update({b"one more": None}) == root
    store.save(tree)
    assert store.records == reference.state_records(content(40))
    # The inner node is forgotten too: the page is found by what comes next.
    tree.update({b"key 1": b"changed"})
    store.save(tree)
    assert store.records == reference.state_records(content(40) | {b"key 1": b"changed"})


def test_a_deep_subtree_collapses_over_many_levels_at_once() -> None:
    """Forty-one paths with three equal digits: one deletion takes three inner nodes away."""
    items = dict.fromkeys(keys_below("abc", 41), b"x")
    tree, store = filled(items)
    assert sorted(prefix for prefix in store.records if store.records[prefix][0] == 1) == [
        b"",
        b"a",
        b"ab",
        b"abc",
    ]
    gone = next(iter(items))
    tree.update({gone: None})
    store.save(tree)
    del items[gone]
    assert store.records == reference.state_records(items)
    assert set(store.records) == {b""}


def test_a_subtree_collapses_beside_another_that_stays() -> None:
    """Only the subtree that shrank to 40 changes its form."""
    low, high = keys_below("ab", 41), keys_below("c", 60)
    items = dict.fromkeys([*low, *high], b"x")
    tree, store = filled(items)
    assert store.records[b"ab"][0] == 1
    tree.update({low[0]: None})
    store.save(tree)
    del items[low[0]]
    assert store.records == reference.state_records(items)
    assert store.records[b"a"][0] == 0


def test_a_subtree_with_one_large_child_left_stays_an_inner_node() -> None:
    """It is entries that count, not children: 41 in one child and one in another are 42."""
    large, small = keys_below("ab", 41), keys_below("c", 2)
    items = dict.fromkeys([*large, *small], b"x")
    tree, store = filled(items)
    for gone in small:
        tree.update({gone: None})
        store.save(tree)
        del items[gone]
        assert store.records == reference.state_records(items)
        assert store.records[b""][0] == 1


def test_deleting_everything_leaves_nothing() -> None:
    """No record outlives its entries."""
    items = content(2_000)
    tree, store = filled(items)
    assert tree.update(dict.fromkeys(items)) == EMPTY_STATE_ROOT
    store.save(tree)
    assert store.records == {}


def test_splits_and_merges_within_one_batch_even_out() -> None:
    """A subtree that loses as many entries as it gains keeps its form."""
    items = content(41)
    tree, store = filled(items)
    writes: dict[bytes, bytes | None] = dict.fromkeys(list(items)[:30])
    writes |= content(30, start=1_000)
    tree.update(writes)
    store.save(tree)
    now = dict(list(items.items())[30:]) | content(30, start=1_000)
    assert store.records == reference.state_records(now)


def test_a_page_changed_and_outgrown_in_one_batch_is_split_with_its_new_values() -> None:
    """Replaced values and new keys of one page meet in the same subtree."""
    items = content(40)
    tree, store = filled(items)
    items |= {b"key 7": b"changed"} | content(20, start=40)
    tree.update(items)
    store.save(tree)
    assert store.records == reference.state_records(items)
    # The page is forgotten too, even when the inner node in its place is not at hand.
    tree._inner.trim(tree._inner.size)
    tree.update({b"key 8": b"changed"})
    assert tree.root == reference.state_root(items | {b"key 8": b"changed"})


def test_writes_that_change_nothing_make_nothing_dirty() -> None:
    """The same value again, or the deletion of what is absent, costs no record."""
    for count in (10, 500):
        items = content(count)
        tree, _ = filled(items)
        root = tree.root
        assert tree.update(items | dict.fromkeys(content(50, start=9_000))) == root
        assert tree.take_dirty() == {}


def test_roots_do_not_depend_on_the_order_of_writes() -> None:
    """History independence: any order, any batches, with detours over keys deleted again."""
    items = content(700)
    root = filled(items)[0].root
    for seed in range(6):
        rng = random.Random(seed)
        keys = list(items)
        rng.shuffle(keys)
        store = PageStore()
        tree = StateTree(store)
        detour = content(rng.randrange(300), start=5_000)
        tree.update(detour)
        while keys:
            size = rng.choice([1, 2, 10, 100, 300])
            batch: dict[bytes, bytes | None] = {key: items[key] for key in keys[:size]}
            del keys[:size]
            tree.update(batch)
            store.save(tree)
        tree.update(dict.fromkeys(detour))
        store.save(tree)
        assert tree.root == root
        assert store.records == reference.state_records(items)


def test_a_reopened_tree_goes_on_where_it_was() -> None:
    """Root and records are all there is to a state."""
    items = content(900)
    tree, store = filled(items)
    again = StateTree(store, tree.root)
    assert again.root == tree.root
    writes: dict[bytes, bytes | None] = content(100, start=850) | {b"key 3": None}
    assert again.update(writes) == tree.update(writes)
    assert again.take_dirty() == tree.take_dirty()


@pytest.mark.parametrize("cache_bytes_max", [0, 3_000, 30_000, 300_000])
def test_memory_is_bounded_and_does_not_change_results(cache_bytes_max: int) -> None:
    """Records come back from the reader; with no cache at all the roots are the same."""
    rng = random.Random(7)
    items = content(1_500)
    store = PageStore()
    tree = StateTree(store, cache_bytes_max=cache_bytes_max)
    tree.update(items)
    for _ in range(40):
        writes: dict[bytes, bytes | None] = {
            b"key %d" % rng.randrange(1_600): rng.choice([b"a", b"b", b"c", None])
            for _ in range(20)
        }
        tree.update(writes)
        if rng.random() < 0.5:
            store.save(tree)
        items = {k: v for k, v in (items | writes).items() if v is not None}
        assert tree.root == reference.state_root(items)
        # What one batch loads and makes stays until the next: 20 pages, 20 inner nodes at most.
        assert tree.cache_bytes <= cache_bytes_max + 40 * 2_800
    store.save(tree)
    assert store.records == reference.state_records(items)
    for number in range(200):
        tree.prove(b"key %d" % number)
        assert tree.cache_bytes <= cache_bytes_max + 40 * 2_800


def test_what_was_not_yet_saved_is_read_from_the_tree_itself() -> None:
    """Dirty records outlive the cache: without them the reader would be asked in vain."""
    items = content(1_500)
    store = PageStore()
    tree = StateTree(store, cache_bytes_max=0)
    tree.update(items)
    tree.update({b"key 1": b"other"})
    assert tree.root == reference.state_root(items | {b"key 1": b"other"})
    assert store.reads == 0


@pytest.mark.parametrize("prefix", [b"", b"f", b"f0"])
@pytest.mark.parametrize("damage", ["missing", "changed", "cut"])
def test_a_damaged_record_stops_the_update_and_leaves_the_tree_as_it_was(
    prefix: bytes, damage: str
) -> None:
    """Every record read is checked against the hash above it; nothing is built upon it."""
    items = content(5_000)
    good, store = filled(items)
    record = store.records[prefix]
    tree = StateTree(store, good.root)
    if damage == "missing":
        del store.records[prefix]
    elif damage == "changed":
        store.records[prefix] = record[:40] + bytes([record[40] ^ 1]) + record[41:]
    else:
        store.records[prefix] = record[:-64]
    with pytest.raises(Corrupted):
        tree.update(content(5_000, start=10_000))
    with pytest.raises(Corrupted):
        tree.prove(keys_below("f0", 1)[0])
    assert tree.root == good.root
    assert tree.take_dirty() == {}
    store.records[prefix] = record
    now = items | content(5_000, start=10_000)
    assert tree.update(content(5_000, start=10_000)) == reference.state_root(now)
