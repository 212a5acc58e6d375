# SPDX-License-Identifier: Apache-2.0
"""Cuts the block log into chunks, the same bytes on every node. Spec: docs/spec/snapshot.md.

The records of all blocks, in the form that depends on no segment, make one stream; every 8 MiB of
it is a chunk, and what is left at a snapshot's last block is its last chunk. So chunks of old
blocks never change, and none is too large for the engine, however large a block is. The index
remembers hashes and places of whole chunks; it is no truth, and made again when it is lost.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from tallystick.crypto import sha256
from tallystick.disk import failing_storage, write_file
from tallystick.errors import NotFound
from tallystick.model import CHUNK_BYTES, Snapshot
from tallystick.storage.layout import CHUNK_INDEX_FILE
from tallystick.storage.log_reader import BlockLogReader
from tallystick.storage.records import damaged
from tallystick.storage.segments import SEGMENT_HEADER_SIZE
from tallystick.units import HASH_SIZE

INDEX_VERSION: Final = 1


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where in the log a chunk begins."""

    height: int
    skipped: int
    """Bytes of this block's portable record that are in earlier chunks; may be all of it."""
    segment: int
    offset: int
    """Of the block's record in that segment of this node."""


FIRST: Final = Place(1, 0, 1, SEGMENT_HEADER_SIZE)


class _Saved(msgspec.Struct, array_like=True):
    version: int
    chunk_bytes: int
    hashes: list[bytes]
    places: list[Place]


class ChunkIndex:
    """Hashes and places of the whole chunks of a block log, as far as they are known.

    One thread adds, any may read.
    """

    def __init__(self, chunk_bytes: int = CHUNK_BYTES) -> None:
        """Know nothing yet; tests cut smaller chunks."""
        self.chunk_bytes = chunk_bytes
        self.hashes: list[bytes] = []
        self.places: list[Place] = [FIRST]
        """Of each whole chunk, and of the one after them."""

    def whole_chunks_at(self, height: int) -> int:
        """Count the known chunks that are whole when `height` is the last block."""
        return bisect_right(self.places, height, lo=1, key=lambda place: place.height) - 1

    def add(self, digest: bytes, next_place: Place) -> None:
        """Note the next whole chunk, and where the one after it begins."""
        self.places.append(next_place)
        self.hashes.append(digest)

    def save(self, blocks_folder: Path) -> None:
        """Write the index into the folder of the block log.

        Raises:
            StorageFailed: the system refused.
        """
        saved = _Saved(INDEX_VERSION, self.chunk_bytes, self.hashes, self.places)
        body = msgspec.msgpack.encode(saved)
        write_file(blocks_folder / CHUNK_INDEX_FILE, sha256(body) + body)

    @classmethod
    def load(cls, blocks_folder: Path, chunk_bytes: int = CHUNK_BYTES) -> ChunkIndex:
        """Return the index of a folder; an empty one if it is missing, damaged or of other chunks.

        Raises:
            StorageFailed: the disk reported an error.
        """
        index = cls(chunk_bytes)
        with failing_storage(f"reading {CHUNK_INDEX_FILE}"):
            try:
                data = (blocks_folder / CHUNK_INDEX_FILE).read_bytes()
            except FileNotFoundError:
                return index
        digest, body = data[:HASH_SIZE], data[HASH_SIZE:]
        if sha256(body) != digest:
            return index
        try:
            saved = msgspec.msgpack.decode(body, type=_Saved)
        except msgspec.MsgspecError:  # of another version
            return index
        if (saved.version, saved.chunk_bytes) == (INDEX_VERSION, chunk_bytes):
            index.hashes, index.places = saved.hashes, saved.places
        return index


def make_snapshot(
    reader: BlockLogReader,
    index: ChunkIndex,
    height: int,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> Snapshot:
    """Hash what the index does not know of the blocks 1 to `height`, and add it to the index.

    Args:
        reader: the block log.
        index: what was hashed before.
        height: a committed block.
        progress: told the height of each block that was read; may raise in order to stop.

    Raises:
        Corrupted: a block is damaged or missing.
    """
    number = index.whole_chunks_at(height)
    hashes = index.hashes[:number]
    digest, size = hashlib.sha256(), 0
    for place, piece in _stream(reader, index.places[number], height):
        rest, skipped = piece, place.skipped
        while size + len(rest) >= index.chunk_bytes:
            taken = index.chunk_bytes - size
            digest.update(rest[:taken])
            rest, skipped = rest[taken:], skipped + taken
            hashes.append(digest.digest())
            if len(hashes) > len(index.hashes):
                index.add(hashes[-1], msgspec.structs.replace(place, skipped=skipped))
            digest, size = hashlib.sha256(), 0
        digest.update(rest)
        size += len(rest)
        progress(place.height)
    if size:
        hashes.append(digest.digest())
    return Snapshot(height, tuple(hashes))


def read_chunk(reader: BlockLogReader, index: ChunkIndex, height: int, number: int) -> bytes:
    """Return chunk `number` of the snapshot at `height`, of which the index knows all whole chunks.

    Raises:
        NotFound: the snapshot has no such chunk.
        Corrupted: the log or the index is damaged: what would be sent is not what was hashed.
    """
    whole = index.whole_chunks_at(height)
    if not 0 <= number <= whole:
        raise NotFound("the snapshot has no such chunk", field="chunk", found=str(number))
    gathered = bytearray()
    for _, piece in _stream(reader, index.places[number], height):
        gathered += piece[: index.chunk_bytes - len(gathered)]
        if len(gathered) == index.chunk_bytes:
            break
    chunk = bytes(gathered)
    if number < whole and sha256(chunk) != index.hashes[number]:
        raise damaged(CHUNK_INDEX_FILE, f"chunk {number} is not the one that was hashed")
    if not chunk:  # the blocks end where a chunk ends
        raise NotFound("the snapshot has no such chunk", field="chunk", found=str(number))
    return chunk


def _stream(
    reader: BlockLogReader, start: Place, last_height: int
) -> Iterator[tuple[Place, memoryview]]:
    """Yield the portable records from a place on, each with the place where the piece begins."""
    reader.go_to(start.height, start.segment, start.offset)
    skipped = start.skipped
    for segment, position in reader.places(start.height, last_height):
        record = memoryview(segment.read_portable(position))
        place = Place(position.height, skipped, position.segment, position.offset)
        yield place, record[skipped:]
        skipped = 0
