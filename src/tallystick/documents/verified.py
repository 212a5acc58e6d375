# SPDX-License-Identifier: Apache-2.0
"""Reading from a store that is not trusted: a chunk is hashed before a byte of it is returned."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.crypto import sha256
from tallystick.documents.ports import Store
from tallystick.encoding import Cid
from tallystick.errors import Corrupted, NotFound
from tallystick.merkle import CHUNK_SIZE, ChunkHashes


def read_chunk(store: Store, cid: Cid, hashes: ChunkHashes, place: int) -> bytes:
    """Return one whole chunk.

    Raises:
        Corrupted: the store has lost it, or returns other bytes.
        StoreUnreachable: the store cannot be reached.
    """
    try:
        chunk = store.read(cid, place * CHUNK_SIZE, CHUNK_SIZE)
    except NotFound as error:
        raise damaged(cid, "the store has lost it") from error
    if sha256(chunk) != hashes.digests[place]:
        raise damaged(cid, f"chunk {place} is not what it was")
    return chunk


def read_range(
    store: Store, cid: Cid, hashes: ChunkHashes, start: int, stop: int
) -> Iterator[bytes]:
    """Yield the bytes from `start` to `stop`.

    Raises:
        Corrupted: the store has lost them, or returns others; none of these are yielded.
        StoreUnreachable: the store cannot be reached.
    """
    while start < stop:
        first = start // CHUNK_SIZE * CHUNK_SIZE
        piece = read_chunk(store, cid, hashes, start // CHUNK_SIZE)[start - first : stop - first]
        yield piece
        start += len(piece)


def damaged(cid: Cid, how: str) -> Corrupted:
    """Return the error that says how a document is damaged."""
    return Corrupted(
        f"document {cid} is damaged: {how}",
        field="cid",
        found=str(cid),
        hint="Remove it here and take another copy: docs/operator/document-stores.md.",
    )
