# SPDX-License-Identifier: Apache-2.0
"""Snapshots on disk: chunks, their index, restoring beside, moving into place, one file."""

from __future__ import annotations

import shutil
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.crypto import sha256
from tallystick.errors import Corrupted, Halted, InvalidBlock, Malformed, NotFound, StorageFailed
from tallystick.model import Snapshot
from tallystick.storage import (
    BlockLogReader,
    ChunkIndex,
    DataFolder,
    SnapshotShelf,
    give_up_after,
    make_snapshot,
    offered_heights,
    open_storage,
    read_chunk,
    settle,
)
from tallystick.storage.records import HEAD_SIZE, decode_head
from tests.unit.storage.chain import GENESIS, NETWORK, Chain, last_segment, overwrite, write_log
from tests.unit.storage.snapshot_kit import (
    CHUNK,
    founded,
    grown,
    restored_state,
    snapshot_of,
    stage,
    stream_of,
    with_model,
)

# --- chunks ---------------------------------------------------------------------------------------


@given(
    chunk=st.integers(1, 3000),
    segment=st.integers(1, 4000),
    heights=st.lists(st.integers(1, 6), min_size=1, max_size=4),
)
@settings(max_examples=25, deadline=None)
def test_chunks_depend_on_blocks_alone(
    chunk: int, segment: int, heights: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """INV-I14: in whatever order snapshots are made and segments cut, the bytes are the same."""
    chain = grown()
    data = tmp_path_factory.mktemp("node") / "data"
    founded(data, chain, segment_bytes=segment)
    reader, index = BlockLogReader(data), ChunkIndex(chunk)
    for height in heights:
        snapshot = make_snapshot(reader, index, height)
        stream = stream_of(chain, height)
        expected = [stream[at : at + chunk] for at in range(0, len(stream), chunk)]
        numbers = range(len(snapshot.chunk_hashes))
        assert [read_chunk(reader, index, height, number) for number in numbers] == expected
        assert snapshot == Snapshot(height, tuple(map(sha256, expected)))
        with pytest.raises(NotFound):
            read_chunk(reader, index, height, len(expected))
        with pytest.raises(NotFound):
            read_chunk(reader, index, height, -1)
    shutil.rmtree(data.parent)


def test_hashes_of_whole_chunks_are_kept_and_made_again_when_lost(tmp_path: Path) -> None:
    """The index is no truth: damaged, of another version or of other chunks, it counts as none."""
    data = founded(tmp_path / "data", grown())
    blocks = data / "blocks"
    reader, index = BlockLogReader(data), ChunkIndex.load(blocks, CHUNK)
    assert index.hashes == []
    snapshot = make_snapshot(reader, index, 6)
    index.save(blocks)
    kept = ChunkIndex.load(blocks, CHUNK)
    assert (kept.hashes, kept.places) == (index.hashes, index.places)
    assert make_snapshot(reader, kept, 6) == snapshot
    assert kept.hashes == index.hashes
    assert ChunkIndex.load(blocks, CHUNK + 1).hashes == []
    body = (blocks / "chunks.index").read_bytes()
    (blocks / "chunks.index").write_bytes(body[:-1])
    assert ChunkIndex.load(blocks, CHUNK).hashes == []
    other = msgspec.msgpack.encode({"version": 9})
    (blocks / "chunks.index").write_bytes(sha256(other) + other)
    assert ChunkIndex.load(blocks, CHUNK).hashes == []
    (blocks / "chunks.index").unlink()
    (blocks / "chunks.index").mkdir()
    with pytest.raises(StorageFailed):
        ChunkIndex.load(blocks, CHUNK)


def test_only_new_blocks_are_read_for_the_next_snapshot(tmp_path: Path) -> None:
    """Making a snapshot costs what came since the one before, and the chunk that was open."""
    data = founded(tmp_path / "data", grown(12))
    reader, index = BlockLogReader(data), ChunkIndex(CHUNK)
    seen: list[int] = []
    make_snapshot(reader, index, 8, progress=seen.append)
    assert seen == list(range(1, 9))
    seen.clear()
    make_snapshot(reader, index, 12, progress=seen.append)
    assert seen == list(range(seen[0], 13))
    assert seen[0] >= 7


# --- the shelf ------------------------------------------------------------------------------------


def ready(shelf: SnapshotShelf) -> list[int]:
    """Return the heights that are offered once everything is prepared."""
    shelf.poke()
    shelf.wait()
    return [one.height for one in shelf.list()]


@pytest.mark.parametrize(
    ("committed", "heights"), [(0, []), (9, []), (10, [10]), (29, [10, 20]), (30, [20, 30])]
)
def test_the_two_newest_multiples_are_offered(committed: int, heights: list[int]) -> None:
    """Heights alone decide, so all nodes offer the same ones."""
    assert offered_heights(committed, 10) == heights


def test_a_shelf_follows_the_log(tmp_path: Path) -> None:
    """Nothing before the first interval; then the newest two; a restart knows the chunks."""
    chain = grown(2)
    data = founded(tmp_path / "data", chain)
    shelf = SnapshotShelf(data, NETWORK, interval=3, chunk_bytes=CHUNK)
    assert ready(shelf) == []
    shelf.wait()
    for height, heights in ((3, [3]), (7, [3, 6]), (9, [6, 9]), (9, [6, 9])):
        chain.grow(height - chain.height)
        write_log(data, chain)
        assert ready(shelf) == heights
    newest = shelf.list()[-1]
    shelf.close()
    shelf.poke()
    assert ChunkIndex.load(data / "blocks", CHUNK).hashes
    again = SnapshotShelf(data, NETWORK, interval=3, chunk_bytes=CHUNK)
    with pytest.raises(NotFound):
        again.read_chunk(9, 0)
    assert ready(again) == [6, 9]
    assert again.list()[-1] == newest
    assert sha256(again.read_chunk(9, 0)) == newest.chunk_hashes[0]
    again.close()


def test_a_shelf_that_is_closed_stops_hashing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node need not wait for a long history when it stops."""
    data = founded(tmp_path / "data", grown(6))
    shelf = SnapshotShelf(data, NETWORK, interval=3, chunk_bytes=CHUNK)
    begun, closing = threading.Event(), threading.Event()

    def places(self: BlockLogReader, first: int, last: int) -> object:
        begun.set()
        closing.wait()
        return original(self, first, last)

    original = BlockLogReader.places
    monkeypatch.setattr(BlockLogReader, "places", places)
    shelf.poke()
    begun.wait()
    shelf.poke()
    shelf._is_closing.set()
    closing.set()
    shelf.close()
    assert shelf.list() == ()


def test_an_index_of_other_blocks_is_found_out_and_made_again(tmp_path: Path) -> None:
    """A chunk that is not what was hashed is never sent."""
    chain = grown(6)
    data = founded(tmp_path / "data", chain)
    index = ChunkIndex(CHUNK)
    make_snapshot(BlockLogReader(data), index, 6)
    right = list(index.hashes)
    index.hashes[0] = bytes(32)
    index.save(data / "blocks")
    shelf = SnapshotShelf(data, NETWORK, interval=3, chunk_bytes=CHUNK)
    assert ready(shelf) == [3, 6]
    with pytest.raises(Corrupted):
        shelf.read_chunk(6, 0)
    assert ready(shelf) == [3, 6]
    assert shelf.list()[-1].chunk_hashes[: len(right)] == tuple(right)
    assert sha256(shelf.read_chunk(6, 0)) == right[0]
    shelf.close()


def test_a_damaged_log_offers_nothing(tmp_path: Path) -> None:
    """What cannot be read is not hashed; the node goes on."""
    data = founded(tmp_path / "data", grown(6))
    segment = last_segment(data)
    body = bytearray(segment.read_bytes())
    body[len(body) // 2] ^= 1
    overwrite(segment, body)
    shelf = SnapshotShelf(data, NETWORK, interval=3, chunk_bytes=CHUNK)
    assert ready(shelf) in ([], [3])
    assert 6 not in ready(shelf)
    shelf.close()


def test_repair_throws_the_index_away(tmp_path: Path) -> None:
    """After blocks were given up others follow: their chunks are others."""
    data = founded(tmp_path / "data", grown(6))
    index = ChunkIndex(CHUNK)
    make_snapshot(BlockLogReader(data), index, 6)
    index.save(data / "blocks")
    with DataFolder.open(data) as folder:
        give_up_after(folder, 4)
    assert ChunkIndex.load(data / "blocks", CHUNK).hashes == []


# --- restoring ------------------------------------------------------------------------------------


def test_what_a_crash_leaves_is_nothing_or_everything(tmp_path: Path) -> None:
    """At every step of the move, the next start ends where an undisturbed one does."""
    chain = with_model(grown())
    snapshot, chunks = snapshot_of(founded(tmp_path / "source", chain), 6)
    complete = tmp_path / "complete"
    DataFolder.create(complete, GENESIS).close()
    staged = stage(complete, chunks, 6)
    assert len(snapshot.chunk_hashes) == len(chunks)
    for chunk in chunks:
        staged.take(chunk)
    assert staged.height == 6
    staged.finish(chain.blocks[-1].header.app_hash)
    steps: list[Callable[[Path], object]] = [
        lambda _: None,
        lambda data: shutil.rmtree(data / "blocks"),
        lambda data: (data / "restored/blocks").rename(data / "blocks"),
        lambda data: shutil.rmtree(data / "state"),
        lambda data: (data / "restored/state").rename(data / "state"),
        lambda data: shutil.rmtree(data / "restored"),
    ]
    for count in range(len(steps) + 1):
        data = tmp_path / f"crashed-{count}"
        shutil.copytree(complete, data)
        for step in steps[:count]:
            step(data)
        assert restored_state(data, chain)
        assert not (data / "restored").exists()
    (complete / "incoming").mkdir()
    assert restored_state(complete, chain)
    assert not (complete / "incoming").exists()


def test_opened_storage_goes_on_with_what_was_moved_in(tmp_path: Path) -> None:
    """The running node's block log and store take over; later blocks follow."""
    chain = with_model(grown(7))
    _, chunks = snapshot_of(founded(tmp_path / "source", chain), 6)
    data = tmp_path / "data"
    folder = DataFolder.create(data, GENESIS)
    storage = open_storage(folder, in_process=True)
    staged = stage(data, chunks, 6)
    for chunk in chunks:
        staged.take(chunk)
    staged.finish(chain.blocks[5].header.app_hash)
    storage.exchange(lambda: settle(data))
    assert (storage.store.height, storage.log.height) == (6, 6)
    storage.log.append(chain.blocks[6])
    storage.store.save(chain.applied[6], storage.log.position(7))
    storage.close()
    folder.close()
    assert restored_state(data, chain)


def test_gathered_blocks_are_committed_by_the_sync_alone(tmp_path: Path) -> None:
    """Nobody is shown a block that a power cut could take back."""
    chain = grown()
    folder = DataFolder.create(tmp_path / "data", GENESIS)
    storage = open_storage(folder, in_process=True, segment_bytes=1_000)
    reader = BlockLogReader(tmp_path / "data")
    for block in chain.blocks:
        storage.log.gather(block)
    assert (storage.log.height, reader.committed_height()) == (6, 0)
    storage.log.sync()
    assert reader.committed_height() == 6
    assert list(reader.blocks(1, 6)) == chain.blocks
    with pytest.raises(Halted):
        storage.log.reopen(None)
    storage.close()
    with pytest.raises(StorageFailed):
        storage.log.sync()
    folder.close()


@pytest.mark.usefixtures("without_syncs")
def test_changed_blocks_with_checksums_to_match_are_refused(tmp_path: Path) -> None:
    """Whoever can compute a CRC and a SHA-256 still gets past neither headers nor roots."""
    chain = Chain()
    chain.grow(2, transactions=1)
    trusted = chain.blocks[-1].header.app_hash
    DataFolder.create(tmp_path / "data", GENESIS).close()
    true = stream_of(chain, 2)
    first = decode_head(true, b"TALLYSNP")
    assert first is not None
    for at in range(0, len(true), 3):
        wrong = bytearray(true)
        wrong[at] ^= 1 << at % 8
        for start in (0, first.size):
            _mend(wrong, start, len(true) if start else first.size)
        if wrong == true:  # it was a checksum
            continue
        staged = stage(tmp_path / "data", [bytes(wrong)], 2, chunk=2**20)
        with pytest.raises((Malformed, InvalidBlock)):  # noqa: PT012  # either may find it
            staged.take(bytes(wrong))
            staged.finish(trusted)
        staged.abandon()
        assert not (tmp_path / "data" / "incoming").exists()


def _mend(stream: bytearray, start: int, end: int) -> None:
    """Give a record the checksums that its bytes have now."""
    body = crc32(memoryview(stream)[start + HEAD_SIZE : end])
    struct.pack_into(">I", stream, start + 36, body)
    struct.pack_into(">I", stream, start + 40, crc32(bytes(stream[start : start + 40])))


def test_a_chunk_of_a_wrong_size_is_refused(tmp_path: Path) -> None:
    """All chunks but the last are full, so that one history has one snapshot."""
    chain = grown()
    _, chunks = snapshot_of(founded(tmp_path / "source", chain), 6)
    DataFolder.create(tmp_path / "data", GENESIS).close()
    for wrong in (chunks[0][:-1], b"", chunks[0] + b"x"):
        staged = stage(tmp_path / "data", chunks, 6)
        with pytest.raises(Malformed):
            staged.take(wrong)
        staged.abandon()
        staged.abandon()
