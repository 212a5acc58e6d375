# SPDX-License-Identifier: Apache-2.0
"""The block log: append, read, reopen, refuse after errors."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.errors import Corrupted, DataFolderProblem, Halted, NotFound, StorageFailed
from tallystick.storage import BlockLog, BlockLogReader, Position, segments
from tallystick.storage import block_log as module
from tests.unit.storage.chain import NETWORK, Chain, last_segment, write_log


@pytest.fixture
def chain() -> Chain:
    """Six blocks."""
    chain = Chain()
    chain.grow(6)
    return chain


def test_blocks_come_back_as_appended(tmp_path: Path, chain: Chain) -> None:
    """INV-I5: what was committed is what is read, one by one and in order."""
    log = BlockLog.open(tmp_path, NETWORK)
    for block in chain.blocks:
        log.append(block)
    assert log.height == 6
    assert list(log.blocks(1)) == chain.blocks
    assert list(log.blocks(5)) == chain.blocks[4:]
    assert list(log.blocks(7)) == []
    assert [log.block(height) for height in (6, 1, 3)] == [chain.blocks[at] for at in (5, 0, 2)]
    log.close()


@pytest.mark.parametrize("segment_bytes", [1, 1500, 2**20])
def test_a_reopened_log_goes_on_where_it_ended(
    tmp_path: Path, chain: Chain, segment_bytes: int
) -> None:
    """However many segments there are, nothing is lost over a restart."""
    for height, block in enumerate(chain.blocks, 1):
        log = BlockLog.open(tmp_path, NETWORK, segment_bytes=segment_bytes)
        assert log.height == height - 1
        assert log.torn_bytes == 0
        log.append(block)
        log.close()
    log = BlockLog.open(tmp_path, NETWORK)
    assert list(log.blocks(1)) == chain.blocks
    log.close()


def test_an_unknown_height_is_not_found(tmp_path: Path, chain: Chain) -> None:
    """Asking for what is not there is the caller's mistake, not damage."""
    write_log(tmp_path, chain)
    log = BlockLog.open(tmp_path, NETWORK)
    for height in (0, 7, -1):
        with pytest.raises(NotFound):
            log.block(height)
    log.close()


def test_a_block_out_of_order_is_refused(tmp_path: Path, chain: Chain) -> None:
    """A gap in the log cannot be written."""
    log = BlockLog.open(tmp_path, NETWORK)
    with pytest.raises(Halted):
        log.append(chain.blocks[1])
    log.append(chain.blocks[0])
    log.close()


def test_each_append_is_one_sync_and_comes_before_the_mark(
    tmp_path: Path, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INV-P1: a block is on disk before anyone can learn that it is committed."""
    log = BlockLog.open(tmp_path, NETWORK)
    seen: list[tuple[int, int]] = []
    reader = BlockLogReader(tmp_path)

    def sync(descriptor: int) -> None:
        seen.append((os.fstat(descriptor).st_size, reader.committed_height()))

    monkeypatch.setattr(module, "sync_data", sync)
    for block in chain.blocks[:3]:
        log.append(block)
    assert [height for _, height in seen] == [0, 1, 2]
    assert [size for size, _ in seen] == [log.position(height).end for height in (1, 2, 3)]
    assert reader.committed_height() == 3
    log.close()


@pytest.mark.parametrize("call", ["write", "fdatasync", "pwrite"])
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EDQUOT])
def test_after_an_error_nothing_is_written_any_more(
    tmp_path: Path, chain: Chain, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    """INV-P9: a failed sync is never tried again; what was committed stays readable."""
    log = BlockLog.open(tmp_path, NETWORK)
    log.append(chain.blocks[0])
    calls = []

    def fail(*arguments: object) -> int:
        calls.append(arguments)
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(os, call, fail)
        with pytest.raises(StorageFailed) as raised:
            log.append(chain.blocks[1])
    assert raised.value.found == errno.errorcode[number]
    assert len(calls) == 1
    size = last_segment(tmp_path).stat().st_size
    for _ in range(2):
        with pytest.raises(StorageFailed):
            log.append(chain.blocks[1])
    assert last_segment(tmp_path).stat().st_size == size
    assert log.block(1) == chain.blocks[0]
    log.close()


def test_a_signal_in_the_middle_of_an_append_closes_the_log_for_writing(
    tmp_path: Path, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INV-P9: not only errors of the system leave half a record behind."""
    log = BlockLog.open(tmp_path, NETWORK)

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, "sync_data", interrupt)
        with pytest.raises(KeyboardInterrupt):
            log.append(chain.blocks[0])
    with pytest.raises(StorageFailed):
        log.append(chain.blocks[0])
    log.close()


def test_short_writes_are_completed(
    tmp_path: Path, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A system that takes a few bytes at a time gets all of them, in order."""
    log = BlockLog.open(tmp_path, NETWORK)
    write = os.write

    def write_few(descriptor: int, data: memoryview) -> int:
        return write(descriptor, data[:7])

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", write_few)
        for block in chain.blocks:
            log.append(block)
    assert list(log.blocks(1)) == chain.blocks
    log.close()


def test_a_system_that_writes_nothing_is_an_error(
    tmp_path: Path, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Zero bytes written, again and again, must not become an endless loop."""
    log = BlockLog.open(tmp_path, NETWORK)
    monkeypatch.setattr(os, "write", lambda *_: 0)
    with pytest.raises(StorageFailed):
        log.append(chain.blocks[0])
    log.close()


@pytest.fixture
def file_size_limit() -> Iterator[None]:
    """Let files grow to 4,000 bytes only; Python ignores the signal and reports EFBIG."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("file_size_limit")
def test_a_full_disk_stops_the_log_and_loses_nothing_committed(
    tmp_path: Path, chain: Chain
) -> None:
    """INV-I1: after a real, partial write the next start cuts it and has every block before."""
    log = BlockLog.open(tmp_path, NETWORK)
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, hard))
    with pytest.raises(StorageFailed):
        append_all(log, chain)
    appended = log.height
    assert 1 <= appended < 6
    assert last_segment(tmp_path).stat().st_size == 4_000
    log.close()
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    log = BlockLog.open(tmp_path, NETWORK)
    assert log.torn_bytes > 0
    assert list(log.blocks(1)) == chain.blocks[:appended]
    log.append(chain.blocks[appended])
    assert log.block(appended + 1) == chain.blocks[appended]
    log.close()


def test_a_segment_that_cannot_be_made_stops_the_log(
    tmp_path: Path, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INV-P9 holds between two segments as well."""
    log = BlockLog.open(tmp_path, NETWORK, segment_bytes=1)
    log.append(chain.blocks[0])

    def fail(*_: object) -> int:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        with pytest.raises(StorageFailed):
            log.append(chain.blocks[1])
    with pytest.raises(StorageFailed):
        log.append(chain.blocks[1])
    log.close()
    log = BlockLog.open(tmp_path, NETWORK, segment_bytes=1)
    assert not list((tmp_path / "blocks").glob(".*"))
    log.append(chain.blocks[1])
    assert list(log.blocks(1)) == chain.blocks[:2]
    log.close()


def test_another_networks_blocks_are_refused(tmp_path: Path, chain: Chain) -> None:
    """Blocks copied from elsewhere are not continued."""
    write_log(tmp_path, chain)
    with pytest.raises(DataFolderProblem):
        BlockLog.open(tmp_path, "other.0000")


def test_only_the_tail_is_read_when_the_store_knows_the_rest(
    tmp_path: Path, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening takes as long as the tail is, not as the log is."""
    write_log(tmp_path, chain)
    known = {position.height: position for position in positions(tmp_path, 6)}
    heads: list[int] = []
    read_head = segments.Segment.read_head

    def counted(segment: segments.Segment, offset: int) -> object:
        heads.append(offset)
        return read_head(segment, offset)

    monkeypatch.setattr(segments.Segment, "read_head", counted)
    log = BlockLog.open(
        tmp_path,
        NETWORK,
        known=known[4],
        index=lambda height: known.get(height) if height < 5 else None,
    )
    assert heads == [known[5].offset, known[6].offset]
    assert log.height == 6
    assert [log.block(height) for height in range(1, 7)] == chain.blocks
    log.close()


def test_positions_that_the_store_knows_leave_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory does not grow with the log."""
    monkeypatch.setattr(module, "POSITIONS_KEPT", 3)
    chain = Chain()
    chain.grow(12, 1)
    known: dict[int, Position] = {}
    log = BlockLog.open(tmp_path, NETWORK, index=known.get)
    for block in chain.blocks:
        log.append(block)
        if block.header.height >= 6:
            height = block.header.height - 2
            known.update({at: log.position(at) for at in range(1, height)})
    assert len(log._positions) <= 4
    assert list(log.blocks(1)) == chain.blocks
    log.close()


def test_a_closed_log_takes_no_blocks(tmp_path: Path, chain: Chain) -> None:
    """Closing twice is harmless; writing afterwards is refused."""
    log = BlockLog.open(tmp_path, NETWORK)
    log.close()
    log.close()
    with pytest.raises(StorageFailed):
        log.append(chain.blocks[0])


def append_all(log: BlockLog, chain: Chain) -> None:
    """Append until something goes wrong."""
    for block in chain.blocks:
        log.append(block)


def positions(data: Path, last: int) -> list[Position]:
    """Return where the first blocks stand."""
    return [position for _, position in BlockLogReader(data).places(1, last)]


@pytest.mark.parametrize("missing", [1, 2, 3, 4])
def test_a_missing_segment_is_named_at_the_start(
    tmp_path: Path, chain: Chain, missing: int
) -> None:
    """S8: a deleted file of the set is noticed, and which one it is."""
    write_log(tmp_path, chain, segment_bytes=1)
    known = {position.height: position for position in positions(tmp_path, 6)}
    path = tmp_path / "blocks" / f"{missing:020}.log"
    path.unlink()
    for last in (3, 0):
        with pytest.raises(Corrupted, match=f"{missing:020}.log|segment before it"):
            BlockLog.open(tmp_path, NETWORK, known=known.get(last), index=known.get)


def test_a_missing_last_segment_is_a_missing_committed_block(tmp_path: Path, chain: Chain) -> None:
    """S8: the commit mark knows what must be there."""
    write_log(tmp_path, chain, segment_bytes=1)
    last_segment(tmp_path).unlink()
    with pytest.raises(Corrupted, match="block 6 was committed"):
        BlockLog.open(tmp_path, NETWORK)


def test_a_missing_log_is_noticed_when_the_store_knows_blocks(tmp_path: Path, chain: Chain) -> None:
    """S8: an emptied folder is not taken for a new one."""
    write_log(tmp_path, chain)
    known = positions(tmp_path, 6)[-1]
    for path in (tmp_path / "blocks").iterdir():
        path.unlink()
    with pytest.raises(Corrupted, match="missing"):
        BlockLog.open(tmp_path, NETWORK, known=known)


def test_yesterdays_copy_of_a_segment_is_noticed(tmp_path: Path) -> None:
    """S8: a log rolled back behind the store is refused, never silently continued."""
    chain = Chain()
    chain.grow(3)
    write_log(tmp_path, chain)
    yesterday = last_segment(tmp_path).read_bytes()
    chain.grow(2)
    write_log(tmp_path, chain)
    known = positions(tmp_path, 5)[-1]
    last_segment(tmp_path).write_bytes(yesterday)
    with pytest.raises(Corrupted, match="block 5 is missing"):
        BlockLog.open(tmp_path, NETWORK, known=known)
    with pytest.raises(Corrupted, match="block 5 was committed"):
        BlockLog.open(tmp_path, NETWORK)


def test_a_block_that_does_not_follow_its_parent_is_not_returned(tmp_path: Path) -> None:
    """INV-I5: blocks of two chains in one log are noticed when they are read."""
    one, other = Chain(1), Chain(2)
    one.grow(1)
    other.grow(2)
    log = BlockLog.open(tmp_path, NETWORK)
    log.append(one.blocks[0])
    log.append(other.blocks[1])
    with pytest.raises(Corrupted, match="does not follow"):
        list(log.blocks(1))
    with pytest.raises(Corrupted, match="does not follow"):
        list(BlockLogReader(tmp_path).blocks(1, 2))
    log.close()
