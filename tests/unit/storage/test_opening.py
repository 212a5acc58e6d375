# SPDX-License-Identifier: Apache-2.0
"""Store and block log together, as a node opens them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tallystick.errors import Corrupted
from tallystick.storage import DataFolder, FlushPolicy, Storage, open_storage
from tallystick.storage.databases import NUMBER, Database
from tallystick.storage.environment import Environment
from tests.unit.storage.chain import GENESIS, Chain

MAP_BYTES = 2**28


def opened(folder: DataFolder) -> Storage:
    """Open a folder with small segments and small flushes."""
    return open_storage(
        folder,
        in_process=True,
        policy=FlushPolicy(transactions_max=6),
        map_bytes=MAP_BYTES,
        segment_bytes=2_000,
    )


def replay(storage: Storage, chain: Chain) -> int:
    """Save what the store lacks, as the engine does; return how many blocks that were."""
    missing = list(storage.log.blocks(storage.store.height + 1))
    for block in missing:
        applied = chain.applied[block.header.height - 1]
        assert applied.block == block
        storage.store.save(applied, storage.log.position(block.header.height))
    return len(missing)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A new data folder, open."""
    return DataFolder.create(tmp_path / "data", GENESIS)


def commit(storage: Storage, chain: Chain, blocks: int) -> None:
    """Commit new blocks as a node does: log first, then the store."""
    for applied in chain.grow(blocks):
        storage.log.append(applied.block)
        storage.store.save(applied, storage.log.position(applied.block.header.height))


def test_a_node_goes_on_after_a_stop_and_after_a_crash(folder: DataFolder) -> None:
    """INV: log first, store behind; what the store lacks is replayed from the log."""
    chain = Chain()
    storage = opened(folder)
    commit(storage, chain, 5)
    storage.close()
    storage = opened(folder)
    assert replay(storage, chain) == 0
    commit(storage, chain, 3)
    assert storage.store.flushed_height == 7
    storage.store._writer.close()  # a crash
    storage = opened(folder)
    assert (storage.log.height, storage.store.height) == (8, 7)
    assert replay(storage, chain) == 1
    commit(storage, chain, 1)
    assert list(storage.log.blocks(1)) == chain.blocks
    storage.close()


def test_a_deleted_store_is_rebuilt_from_the_log(folder: DataFolder) -> None:
    """The repair for any damage of the store: nothing is lost with it."""
    chain = Chain()
    storage = opened(folder)
    commit(storage, chain, 6)
    storage.close()
    shutil.rmtree(folder.path / "state")
    storage = opened(folder)
    assert replay(storage, chain) == 6
    assert storage.store.header == chain.blocks[-1].header_bytes
    storage.close()


def test_a_log_behind_the_store_is_refused(folder: DataFolder) -> None:
    """S8: the store is never ahead, so blocks were lost; both files close again."""
    chain = Chain()
    storage = opened(folder)
    commit(storage, chain, 2)
    storage.close()
    shutil.copytree(folder.path / "blocks", folder.path / "old")
    storage = opened(folder)
    commit(storage, chain, 3)
    storage.close()
    shutil.rmtree(folder.path / "blocks")
    (folder.path / "old").rename(folder.path / "blocks")
    for _ in range(2):
        with pytest.raises(Corrupted):
            opened(folder)


@pytest.mark.parametrize(
    ("size", "match"), [(5, "different blocks at height 1"), (6, "another block where block 1")]
)
def test_a_store_of_another_chain_is_refused(
    tmp_path: Path, folder: DataFolder, size: int, match: str
) -> None:
    """S8: a store copied from another node does not fit this log, whatever the blocks' sizes."""
    other = DataFolder.create(tmp_path / "other", GENESIS)
    for target, value in ((folder, b"12345"), (other, bytes(size))):
        storage = opened(target)
        applied = Chain(size).add([{b"a/b/c": value}])
        storage.log.append(applied.block)
        storage.store.save(applied, storage.log.position(1))
        storage.close()
    shutil.rmtree(folder.path / "state")
    shutil.copytree(tmp_path / "other" / "state", folder.path / "state")
    with pytest.raises(Corrupted, match=match):
        opened(folder)


def test_a_store_that_lost_its_last_position_is_refused(folder: DataFolder) -> None:
    """Damage in the store is said to be that, with its repair."""
    chain = Chain()
    storage = opened(folder)
    commit(storage, chain, 3)
    storage.close()
    environment = Environment(folder.path / "state", map_bytes=MAP_BYTES, is_writer=True)
    with environment.lmdb.begin(write=True) as transaction:
        transaction.delete(NUMBER.pack(3), db=environment.handles[Database.POSITIONS])
    environment.close()
    with pytest.raises(Corrupted, match="position of block 3"):
        opened(folder)
