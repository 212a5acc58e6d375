# SPDX-License-Identifier: Apache-2.0
"""Snapshots on disk: chunks, their index, restoring beside, moving into place, one file."""

from __future__ import annotations

import io
import shutil
import struct
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.crypto import sha256
from tallystick.errors import (
    Corrupted,
    DataFolderProblem,
    FileProblem,
    Halted,
    InvalidBlock,
    LimitExceeded,
    Malformed,
    NotFound,
    StorageFailed,
)
from tallystick.ledger import Tree
from tallystick.model import Snapshot
from tallystick.storage import (
    BlockLogReader,
    ChunkIndex,
    DataFolder,
    Position,
    Retention,
    SnapshotShelf,
    StagedRestore,
    blocks_kept_min,
    give_up_after,
    make_snapshot,
    offered_heights,
    open_storage,
    read_chunk,
    read_retention,
    read_snapshot_file,
    restore_snapshot,
    settle,
    write_retention,
    write_snapshot,
)
from tallystick.storage.records import HEAD_SIZE, decode_head, encode_record, to_portable
from tests.unit.storage.chain import (
    GENESIS,
    NETWORK,
    OTHER_GENESIS,
    Chain,
    last_segment,
    overwrite,
    write_log,
)

CHUNK = 500


def grown(blocks: int = 6, seed: int = 0) -> Chain:
    """Return a chain whose blocks are of different sizes, one of them empty."""
    chain = Chain(seed)
    for at in range(blocks):
        chain.grow(1, transactions=(3, 0, 9, 1)[at % 4])
    return chain


def founded(data: Path, chain: Chain, *, segment_bytes: int = 2**20) -> Path:
    """Return a data folder with the blocks of a chain, but without their state."""
    DataFolder.create(data, GENESIS).close()
    write_log(data, chain, segment_bytes=segment_bytes)
    return data


def snapshot_of(data: Path, height: int, chunk: int = CHUNK) -> tuple[Snapshot, list[bytes]]:
    """Return the snapshot of a folder, and its chunks."""
    reader, index = BlockLogReader(data), ChunkIndex(chunk)
    snapshot = make_snapshot(reader, index, height)
    count = len(snapshot.chunk_hashes)
    return snapshot, [read_chunk(reader, index, height, number) for number in range(count)]


def stream_of(chain: Chain, height: int) -> bytes:
    """Return the records of the first blocks as the specification has them."""
    pieces = []
    for block in chain.blocks[:height]:
        record = bytes(encode_record(block, b"segments", 1234))
        head = decode_head(record, b"segments")
        assert head is not None
        pieces.append(to_portable(head, record))
    return b"".join(pieces)


def stage(data: Path, chunks: list[bytes], height: int, chunk: int = CHUNK) -> StagedRestore:
    """Begin to restore chunks, whatever they are."""
    snapshot = Snapshot(height, tuple(map(sha256, chunks)))
    return StagedRestore(data, GENESIS, snapshot, in_process=True, chunk_bytes=chunk)


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


def restored_state(data: Path, chain: Chain) -> bool:
    """Say whether a folder holds exactly the chain's blocks and state."""
    with DataFolder.open(data) as folder:
        storage = open_storage(folder, in_process=True)
        found = [list(storage.store.items(tree)) for tree in Tree]
        expected = [list(chain.model.items(tree)) for tree in Tree]
        blocks = list(storage.log.blocks(1))
        storage.close()
    return blocks == chain.blocks and found == expected


def with_model(chain: Chain) -> Chain:
    """Let the chain's model know all its blocks."""
    for applied in chain.applied:
        block = applied.block
        place = Position(block.header.height, 1, 0, 0, block.first_leaf, len(block.entries))
        chain.model.save(applied, place)
    return chain


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


# --- one file -------------------------------------------------------------------------------------


def written(tmp_path: Path, chain: Chain, height: int | None = None) -> Path:
    """Return a snapshot file."""
    source = tmp_path / "source"
    if not source.exists():
        founded(source, chain)
    write_snapshot(source, tmp_path / "file", height=height)
    return tmp_path / "file"


def test_a_file_becomes_a_data_folder_of_the_network(tmp_path: Path) -> None:
    """Blocks, state and genesis document; no keys, as in a backup without them."""
    chain = with_model(grown())
    file = written(tmp_path, chain)
    told: list[tuple[int, int]] = []
    info = restore_snapshot(
        file,
        tmp_path / "data",
        app_hash=chain.blocks[-1].header.app_hash,
        progress=lambda *at: told.append(at),
    )
    assert (info.network, info.height, info.block_hash) == (NETWORK, 6, chain.blocks[-1].hash.hex())
    assert info == read_snapshot_file(file)
    assert told == [(1, 1)]
    assert restored_state(tmp_path / "data", chain)


def test_a_file_of_an_earlier_height_ends_there(tmp_path: Path) -> None:
    """Any committed height can be written, not only those on offer."""
    info = restore_snapshot(written(tmp_path, grown(), 4), tmp_path / "data")
    assert info.height == 4
    assert BlockLogReader(tmp_path / "data").committed_height() == 4


@pytest.mark.parametrize("height", [0, 7, -1])
def test_a_height_that_is_not_there_is_not_written(tmp_path: Path, height: int) -> None:
    """No file is made."""
    with pytest.raises(NotFound):
        written(tmp_path, grown(), height)
    assert not (tmp_path / "file").exists()


def test_a_file_is_not_written_over_another_or_from_nothing(tmp_path: Path) -> None:
    """Existing files stay, empty ledgers have no snapshot, a full disk leaves nothing."""
    file = written(tmp_path, grown())
    with pytest.raises(FileProblem):
        write_snapshot(tmp_path / "source", file)
    with pytest.raises(FileProblem):
        write_snapshot(tmp_path / "source", tmp_path / "no folder" / "file")
    DataFolder.create(tmp_path / "empty", GENESIS).close()
    with pytest.raises(DataFolderProblem):
        write_snapshot(tmp_path / "empty", tmp_path / "other")


@pytest.mark.parametrize(("app_hash", "digest"), [(bytes(32), None), (None, bytes(32))])
def test_a_file_other_than_the_trusted_one_is_refused(
    tmp_path: Path, app_hash: bytes | None, digest: bytes | None
) -> None:
    """Everything in it may fit together: what somebody else vouches for decides."""
    file = written(tmp_path, grown())
    with pytest.raises(Corrupted):
        restore_snapshot(file, tmp_path / "data", app_hash=app_hash, digest=digest)
    assert not (tmp_path / "data").exists() or not list((tmp_path / "data").iterdir())


def remade(file: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """Return a copy of a snapshot file with other parts."""
    with tarfile.open(file) as archive:
        parts = {one.name: archive.extractfile(one).read() for one in archive}  # type: ignore[union-attr]
    change(parts)
    other = file.with_name("other")
    with tarfile.open(other, "w") as archive:
        for name, body in parts.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            archive.addfile(entry, io.BytesIO(body))
    return other


def info_with(**changes: object) -> Callable[[dict[str, bytes]], None]:
    """Return what changes fields of the first part."""

    def change(parts: dict[str, bytes]) -> None:
        fields = msgspec.json.decode(parts["snapshot.json"])
        parts["snapshot.json"] = msgspec.json.encode(fields | changes)

    return change


def _drop(name: str) -> Callable[[dict[str, bytes]], object]:
    return lambda parts: parts.pop(name)


def _put(name: str, body: bytes) -> Callable[[dict[str, bytes]], object]:
    return lambda parts: parts.update({name: body})


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (info_with(format="other"), FileProblem),
        (info_with(version=2), FileProblem),
        (info_with(network="other"), Corrupted),
        (info_with(height=5), Corrupted),
        (info_with(hash="00" * 32), Corrupted),
        (info_with(hash="no hex"), Corrupted),
        (info_with(app_hash="no hex"), Corrupted),
        (info_with(app_hash="00" * 32), Corrupted),
        (info_with(block_hash="00" * 32), Corrupted),
        (info_with(chunks=[]), Corrupted),
        (_put("snapshot.json", b"{"), FileProblem),
        (_put("genesis.cbor", OTHER_GENESIS), Corrupted),
        (_put("genesis.cbor", b"no genesis"), Corrupted),
        (_put("chunks/000000", b"no blocks"), Corrupted),
        (_drop("chunks/000000"), Corrupted),
        (_drop("genesis.cbor"), Corrupted),
        (_drop("snapshot.json"), FileProblem),
    ],
)
def test_a_file_that_contradicts_itself_leaves_nothing(
    tmp_path: Path, change: Callable[[dict[str, bytes]], object], error: type[Exception]
) -> None:
    """The target is as empty as before, and can be used again."""
    file = written(tmp_path, grown())
    with pytest.raises(error):
        restore_snapshot(remade(file, change), tmp_path / "data")
    restore_snapshot(file, tmp_path / "data")


def archive_end(file: Path) -> int:
    """Return where the last part's bytes end."""
    with tarfile.open(file) as archive:
        last = archive.getmembers()[-1]
    return last.offset_data + last.size


def test_what_is_no_file_of_ours_is_said_to_be_none(tmp_path: Path) -> None:
    """Missing, not an archive, cut off."""
    file = written(tmp_path, grown())
    (tmp_path / "text").write_bytes(b"text" * 1000)
    (tmp_path / "cut").write_bytes(file.read_bytes()[: archive_end(file) - 100])
    for name, error in (("missing", FileProblem), ("text", FileProblem), ("cut", Corrupted)):
        with pytest.raises(error):
            restore_snapshot(tmp_path / name, tmp_path / "data")


# --- retention ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("blocks", "height", "first"),
    [(0, 10**9, 0), (100_000, 0, 0), (100_000, 99_999, 0), (100_000, 100_000, 1),
     (100_000, 250_000, 150_001), (1, 7, 7)],
)  # fmt: skip
def test_the_engine_keeps_so_many_blocks(blocks: int, height: int, first: int) -> None:
    """The newest `blocks`, and never less than there are; 0 is all of them."""
    assert Retention(blocks=blocks).retain_from(height) == first


@given(blocks=st.integers(0, 2**40), height=st.integers(0, 2**40))
def test_what_is_kept_never_exceeds_the_newest_block(blocks: int, height: int) -> None:
    """The engine must not be told to drop a block that is not there yet."""
    first = Retention(blocks=blocks).retain_from(height)
    assert 0 <= first <= max(height, 0)
    assert blocks == 0 or height - max(first, 1) + 1 <= blocks


def test_retention_is_kept_in_the_folder(tmp_path: Path) -> None:
    """Without a choice the least that is allowed is kept."""
    assert read_retention(tmp_path) == Retention(blocks=blocks_kept_min())
    assert blocks_kept_min(200_000) == 400_000
    for blocks in (0, 100_000, 10**9):
        write_retention(tmp_path, Retention(blocks=blocks))
        assert read_retention(tmp_path).blocks == blocks
    for blocks in (1, 99_999, -1):
        with pytest.raises(LimitExceeded):
            write_retention(tmp_path, Retention(blocks=blocks))
    assert read_retention(tmp_path).blocks == 10**9
    (tmp_path / "retention.json").write_text("[]")
    with pytest.raises(DataFolderProblem):
        read_retention(tmp_path)
    (tmp_path / "retention.json").write_text('{"blocks": 5}')
    with pytest.raises(LimitExceeded):
        read_retention(tmp_path)
