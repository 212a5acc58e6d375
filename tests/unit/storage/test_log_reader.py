# SPDX-License-Identifier: Apache-2.0
"""Reading the log from another process: never more than what is committed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tallystick.errors import Corrupted, DataFolderProblem
from tallystick.model import Block
from tallystick.storage import BlockLog, BlockLogReader
from tallystick.storage import block_log as log_module
from tallystick.storage import segments as segments_module
from tallystick.storage.committed import CommitMark
from tests.unit.storage.chain import NETWORK, Chain, last_segment, write_log


@pytest.mark.parametrize("segment_bytes", [1, 900, 2**20])
def test_a_follower_sees_each_block_once_in_order(tmp_path: Path, segment_bytes: int) -> None:
    """A follower that asks again and again misses nothing and repeats nothing."""
    chain = Chain()
    reader = BlockLogReader(tmp_path)
    assert list(reader.follow(1)) == []
    log = BlockLog.open(tmp_path, NETWORK, segment_bytes=segment_bytes)
    seen: list[Block] = []
    for round_ in range(8):
        for applied in chain.grow(round_ % 4):
            log.append(applied.block)
        seen += list(reader.follow(len(seen) + 1))
        assert len(seen) == chain.height
    assert seen == chain.blocks
    log.close()


def test_a_block_is_not_seen_before_its_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INV-P1: what a power cut could take back is not there yet for anyone else."""
    chain = Chain()
    chain.grow(2)
    reader = BlockLogReader(tmp_path)
    log = BlockLog.open(tmp_path, NETWORK)
    log.append(chain.blocks[0])
    during: list[int] = []
    monkeypatch.setattr(
        log_module,
        "sync_data",
        lambda _: during.extend(block.header.height for block in reader.follow(1)),
    )
    log.append(chain.blocks[1])
    assert during == [1]
    assert [block.header.height for block in reader.follow(1)] == [1, 2]
    log.close()


def test_half_a_record_is_not_there_yet(tmp_path: Path) -> None:
    """A reader never cuts, and never stumbles over what is being written."""
    chain = Chain()
    chain.grow(3)
    write_log(tmp_path, chain)
    path = last_segment(tmp_path)
    content = path.read_bytes()
    for size in (len(content) - 1, len(content) - 400):
        path.write_bytes(content[:size])
        CommitMark(tmp_path / "blocks", 2).close()
        assert len(list(BlockLogReader(tmp_path).follow(1))) == 2
        (tmp_path / "blocks" / "committed").unlink()
        assert len(list(BlockLogReader(tmp_path).follow(1))) == 2
        assert path.stat().st_size == size


def test_going_on_costs_no_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Following block by block reads each head once."""
    chain = Chain()
    chain.grow(10, 1)
    write_log(tmp_path, chain)
    heads: list[int] = []
    read_head = segments_module.Segment.read_head

    def counted(segment: segments_module.Segment, offset: int) -> object:
        heads.append(offset)
        return read_head(segment, offset)

    monkeypatch.setattr(segments_module.Segment, "read_head", counted)
    reader = BlockLogReader(tmp_path)
    for height in range(1, 11):
        (block,) = reader.blocks(height, height)
        assert block == chain.blocks[height - 1]
    assert len(heads) == 10
    assert [block.header.height for block in reader.blocks(4, 5)] == [4, 5]


def test_a_committed_block_that_is_missing_is_damage(tmp_path: Path) -> None:
    """A reader says so too; it does not wait for ever."""
    chain = Chain()
    chain.grow(3)
    write_log(tmp_path, chain)
    CommitMark(tmp_path / "blocks", 4).close()
    with pytest.raises(Corrupted):
        list(BlockLogReader(tmp_path).follow(1))
    with pytest.raises(Corrupted):
        list(BlockLogReader(tmp_path).blocks(0, 1))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A typing mistake is not an empty log."""
    with pytest.raises(DataFolderProblem):
        BlockLogReader(tmp_path / "nothing")


def test_another_networks_log_is_refused(tmp_path: Path) -> None:
    """A reader that says which network it expects does not show another one's blocks."""
    chain = Chain()
    chain.grow(1)
    write_log(tmp_path, chain)
    with pytest.raises(DataFolderProblem):
        list(BlockLogReader(tmp_path, network="other.0000").follow(1))


def test_an_empty_log_has_no_committed_blocks(tmp_path: Path) -> None:
    """Before the first block there is nothing, with a mark or without."""
    assert BlockLogReader(tmp_path).committed_height() == 0
    BlockLog.open(tmp_path, NETWORK).close()
    assert BlockLogReader(tmp_path).committed_height() == 0
    (tmp_path / "blocks" / "committed").unlink()
    assert BlockLogReader(tmp_path).committed_height() == 0
    last_segment(tmp_path).unlink()
    assert BlockLogReader(tmp_path).committed_height() == 0
