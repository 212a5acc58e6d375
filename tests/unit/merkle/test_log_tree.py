# SPDX-License-Identifier: Apache-2.0
"""The log tree equals the definition at every size, whatever is in memory, storage or both."""

from __future__ import annotations

import pytest

from tallystick.errors import Corrupted, Halted, NotFound
from tallystick.merkle import (
    EMPTY_LOG_ROOT,
    LOG_SIZE_MAX,
    LogTree,
    TileKey,
    log_root,
    node_hash,
    verify_consistency,
    verify_inclusion,
)
from tallystick.merkle.log_tree import TILES_CACHED_MAX
from tests.unit.merkle import reference
from tests.unit.merkle.stores import TileStore

LEAVES = reference.leaves(70_000)


def filled(size: int, *, batch: int = 1_000) -> tuple[LogTree, TileStore]:
    """Return a tree of this size, all of it saved."""
    store = TileStore()
    tree = LogTree(store)
    for at in range(0, size, batch):
        tree.append(LEAVES[at : min(at + batch, size)])
        store.save(tree)
    return tree, store


def check_proofs(tree: LogTree, sizes: list[int], indexes: list[int]) -> None:
    """Verify proofs of all these leaves and older sizes at all these sizes."""
    for size in sizes:
        root = log_root(LEAVES[:size])
        assert tree.root(size) == root
        for index in indexes:
            if index < size:
                verify_inclusion(
                    LEAVES[index], index, size, tree.inclusion_proof(index, size), root
                )
            if 1 <= index <= size:
                path = tree.consistency_proof(index, size)
                verify_consistency(index, size, path, log_root(LEAVES[:index]), root)


def test_the_empty_log_has_the_standard_root() -> None:
    """RFC 9162, 2.1.1; there is nothing to store of it."""
    tree = LogTree(TileStore())
    assert (tree.size, tree.root(), tree.root(0)) == (0, EMPTY_LOG_ROOT, EMPTY_LOG_ROOT)
    assert tree.take_dirty() == {}
    assert tree.append([]) == 0
    assert tree.take_dirty() == {}


def test_every_proof_to_size_64_equals_the_definition() -> None:
    """RFC 9162, 2.1.3.1 and 2.1.4.1: paths are exact, from any tree that is large enough."""
    tree, _ = filled(64, batch=7)
    for size in range(1, 65):
        for index in range(size):
            assert tree.inclusion_proof(index, size) == reference.path(index, LEAVES[:size])
            found = tree.consistency_proof(index + 1, size)
            assert found == reference.proof(index + 1, LEAVES[:size])


@pytest.mark.parametrize("batch", [1, 3, 255, 256, 257, 1_000])
def test_roots_do_not_depend_on_batches(batch: int) -> None:
    """One leaf at a time or a thousand: after each batch the root is that of all leaves."""
    tree = LogTree(TileStore())
    for at in range(0, 1_100, batch):
        assert tree.append(LEAVES[at : at + batch]) == at
        if at % 7 == 0:
            assert tree.root() == log_root(LEAVES[: at + batch])
    assert tree.root(1_100) == log_root(LEAVES[:1_100])


@pytest.mark.parametrize("size", [1, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 70_000])
def test_stored_tiles_have_the_shape_of_tlog_tiles(size: int) -> None:
    """C2SP tlog-tiles: 256 hashes each, partial ones only at the end of a level."""
    _, store = filled(size)
    assert store.tiles == reference.tiles(LEAVES[:size])


@pytest.mark.parametrize("size", [1, 256, 300, 65_536, 70_000])
def test_a_reopened_log_goes_on_where_it_was(size: int) -> None:
    """Size and tiles are all there is to a log."""
    tree, store = filled(size)
    again = LogTree(store, size, root=tree.root())
    assert again.take_dirty() == {}
    for one in (tree, again):
        one.append(LEAVES[:300])
    assert again.root() == tree.root() == log_root(LEAVES[:size] + LEAVES[:300])
    assert again.take_dirty() == tree.take_dirty()


def test_proofs_at_any_size_verify_whatever_is_in_memory() -> None:
    """Proofs come from last tiles, from full ones in memory and from full ones read again."""
    tree, store = filled(70_000)
    sizes = [1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 69_999, 70_000]
    indexes = [0, 1, 254, 255, 256, 511, 512, 30_000, 65_535, 65_536, 69_631, 69_632, 69_999]
    check_proofs(tree, sizes, indexes)
    check_proofs(LogTree(store, 70_000), sizes, indexes)


def test_proofs_verify_before_tiles_are_taken_for_storage() -> None:
    """What was appended is provable at once; storage may come later."""
    store = TileStore()
    tree = LogTree(store)
    tree.append(LEAVES[:70_000])
    check_proofs(tree, [70_000, 66_000], [0, 1, 700, 65_536, 69_999])
    assert store.reads == []
    store.save(tree)
    assert store.tiles == reference.tiles(LEAVES[:70_000])


def test_taking_dirty_tiles_twice_gives_only_what_changed_since() -> None:
    """Full tiles are handed out once; the last tile of a level again whenever it grew."""
    tree = LogTree(TileStore())
    tree.append(LEAVES[:300])
    assert set(tree.take_dirty()) == {TileKey(0, 0), TileKey(0, 1), TileKey(1, 0)}
    assert tree.take_dirty() == {}
    tree.append(LEAVES[300:301])
    dirty = tree.take_dirty()
    assert dirty == {TileKey(0, 1): b"".join(LEAVES[256:301])}
    tree.append(LEAVES[301:512])
    dirty = tree.take_dirty()
    assert set(dirty) == {TileKey(0, 1), TileKey(1, 0)}
    assert dirty[TileKey(1, 0)] == log_root(LEAVES[:256]) + log_root(LEAVES[256:512])


def test_memory_is_bounded_whatever_the_size() -> None:
    """A few last tiles and a fixed number of full ones; a proof of old leaves reads storage."""
    tree, store = filled(60_000)
    kept = len(tree._nodes)
    assert kept == TILES_CACHED_MAX
    assert sum(len(row) for edge in tree._edges for row in edge.rows) <= 2 * 512 * 32
    for index in range(0, 60_000, 256):
        tree.inclusion_proof(index)
    assert len(tree._nodes) == kept
    assert 0 < len(store.reads) < 400
    tree.inclusion_proof(59_000)
    store.reads.clear()
    for index in range(0, 60_000, 256):
        tree.inclusion_proof(59_000)
        tree.inclusion_proof(index)
    # A tile in use all the time stays, although more others passed than there is room for.
    assert TileKey(0, 59_000 // 256) not in store.reads
    assert len(store.reads) > TILES_CACHED_MAX
    for size in range(1, 3 * TILES_CACHED_MAX):
        tree.root(size)
    assert len(tree._folds) <= TILES_CACHED_MAX


def test_an_entry_of_wrong_length_stops_the_log() -> None:
    """INV-2: what cannot be a leaf hash never enters the tree."""
    tree = LogTree(TileStore())
    for wrong in (LEAVES[0][:31], LEAVES[0] + b"\x00", b"", LEAVES[0] * 2):
        with pytest.raises(Halted):
            tree.append([LEAVES[0], wrong])
    assert tree.size == 0


def test_a_log_never_grows_beyond_its_numbers() -> None:
    """Sizes stay within 2**63 - 1, where every format of ours can hold them."""
    with pytest.raises(Halted):
        LogTree(TileStore(), LOG_SIZE_MAX + 1)
    with pytest.raises(Halted):
        LogTree(TileStore(), -1)
    tree = LogTree(TileStore())
    tree._size = LOG_SIZE_MAX
    with pytest.raises(Halted):
        tree.append(LEAVES[:1])


def test_what_the_log_does_not_have_is_not_found() -> None:
    """Numbers from outside are answered with an error that names the argument."""
    tree, _ = filled(8)
    for field, call in (
        ("size", lambda: tree.root(9)),
        ("size", lambda: tree.root(-1)),
        ("size", lambda: tree.inclusion_proof(0, 9)),
        ("index", lambda: tree.inclusion_proof(8)),
        ("index", lambda: tree.inclusion_proof(-1)),
        ("index", lambda: tree.inclusion_proof(3, 3)),
        ("index", lambda: tree.inclusion_proof(0, 0)),
        ("size", lambda: tree.consistency_proof(1, 9)),
        ("size1", lambda: tree.consistency_proof(0)),
        ("size1", lambda: tree.consistency_proof(8, 7)),
        ("size1", lambda: tree.consistency_proof(9)),
    ):
        with pytest.raises(NotFound) as missing:
            call()
        assert missing.value.field == field


def test_a_log_with_another_root_than_recorded_does_not_open() -> None:
    """Reliability C10: what was signed is compared with what is on disk."""
    tree, store = filled(700)
    with pytest.raises(Corrupted):
        LogTree(store, 700, root=log_root(LEAVES[:699]))
    last = TileKey(0, 2)
    store.tiles[last] = bytes([store.tiles[last][0] ^ 1]) + store.tiles[last][1:]
    with pytest.raises(Corrupted):
        LogTree(store, 700, root=tree.root())


def test_a_missing_or_cut_tile_is_noticed_when_opening() -> None:
    """A store that lost the end of a tile is not continued."""
    _, store = filled(700)
    last = TileKey(0, 2)
    store.tiles[last] = store.tiles[last][:-1]
    with pytest.raises(Corrupted):
        LogTree(store, 700)
    del store.tiles[last]
    with pytest.raises(Corrupted):
        LogTree(store, 700)


@pytest.mark.parametrize("key", [TileKey(0, 3), TileKey(1, 0)])
def test_no_proof_is_made_from_a_damaged_tile(key: TileKey) -> None:
    """Every full tile read is checked against the hash above it, up to the last tiles."""
    tree, store = filled(70_000)
    tile = store.tiles[key]
    for damaged in (tile[:-1], tile[:99] + bytes([tile[99] ^ 4]) + tile[100:], None):
        again = LogTree(store, 70_000, root=tree.root())
        if damaged is None:
            del store.tiles[key]
        else:
            store.tiles[key] = damaged
        with pytest.raises(Corrupted):
            again.inclusion_proof(3 * 256)
        store.tiles[key] = tile
        path = again.inclusion_proof(3 * 256)
        verify_inclusion(LEAVES[768], 768, 70_000, path, tree.root())


def test_the_root_of_two_leaves_is_their_node() -> None:
    """The smallest tree with an inner node, by hand."""
    tree = LogTree(TileStore())
    tree.append(LEAVES[:2])
    assert tree.root() == node_hash(LEAVES[0], LEAVES[1])
    assert tree.inclusion_proof(0) == [LEAVES[1]]
    assert tree.consistency_proof(1) == [LEAVES[1]]
    assert tree.consistency_proof(2) == []
