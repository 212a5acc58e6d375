# SPDX-License-Identifier: Apache-2.0
"""Folders with chains in them, and snapshots made of those by hand."""

from __future__ import annotations

from pathlib import Path

from tallystick.crypto import sha256
from tallystick.ledger import Tree
from tallystick.model import Snapshot
from tallystick.storage import (
    BlockLogReader,
    ChunkIndex,
    DataFolder,
    Position,
    StagedRestore,
    make_snapshot,
    open_storage,
    read_chunk,
)
from tallystick.storage.records import decode_head, encode_record, to_portable
from tests.unit.storage.chain import GENESIS, Chain, write_log

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
