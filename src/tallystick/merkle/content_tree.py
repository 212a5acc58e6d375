# SPDX-License-Identifier: Apache-2.0
"""A file's content address, with the root over its slices, in one pass over its bytes.

The address is the CID that profile `unixfs-v1-2025` (IPIP-0499) gives: chunks of 1 MiB as raw
blocks, nodes of up to 1,024 links above them. So any IPFS tool of today computes the same. What
this keeps is 64 bytes a chunk, whatever the file's size. The text is docs/spec/document.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from tallystick.crypto import Octets, sha256
from tallystick.encoding import CODEC_DAG_PB, CODEC_RAW, Cid, FileLink, encode_file_node
from tallystick.errors import Malformed
from tallystick.merkle.log_proofs import HASH_SIZE, log_root
from tallystick.merkle.slices import CHUNK_SIZE, chunk_root

NODE_LINKS_MAX: Final = 1024
ROW_SIZE: Final = 2 * HASH_SIZE


class Address(NamedTuple):
    """Which bytes: all that a stranger needs to check a file, or a part of it."""

    cid: Cid
    size: int
    """In bytes."""
    slices_root: bytes
    """RFC 9162 root over slices of 1,024 bytes; 32 bytes."""


class ChunkHashes(NamedTuple):
    """The hashes of a file's chunks: every check of a part of the file needs them only."""

    size: int
    """Of the file, in bytes."""
    digests: tuple[bytes, ...]
    """SHA-256 of each chunk."""
    roots: tuple[bytes, ...]
    """Root over the slices of each chunk."""

    @property
    def address(self) -> Address:
        """The address that follows from them."""
        cid = content_nodes(self.digests, self.size)[0][0]
        return Address(cid, self.size, log_root(self.roots))

    def to_bytes(self) -> bytes:
        """Return size and rows, for an index file beside the content."""
        rows = (one for row in zip(self.digests, self.roots, strict=True) for one in row)
        return self.size.to_bytes(8, "big") + b"".join(rows)

    @classmethod
    def from_bytes(cls, data: bytes) -> ChunkHashes:
        """Read what `to_bytes` returned.

        Raises:
            Malformed: it is not such an index. Whether it is that of the file, its address says.
        """
        size = int.from_bytes(data[:8], "big")
        if len(data) != 8 + ROW_SIZE * chunk_count(size):
            raise Malformed("not an index of chunks", field="index", found=f"{len(data)} bytes")
        hashes = tuple(data[at : at + HASH_SIZE] for at in range(8, len(data), HASH_SIZE))
        return cls(size, hashes[::2], hashes[1::2])


class ContentHasher:
    """Takes a file's bytes in pieces of any size, and knows its chunks at the end."""

    def __init__(self) -> None:
        """Begin an empty file."""
        self._rest = bytearray()
        self._size = 0
        self._digests: list[bytes] = []
        self._roots: list[bytes] = []

    @property
    def size(self) -> int:
        """Bytes taken so far."""
        return self._size

    def update(self, data: bytes) -> None:
        """Take the next bytes."""
        self._size += len(data)
        view = memoryview(data)
        if self._rest:
            missing = CHUNK_SIZE - len(self._rest)
            self._rest += view[:missing]
            view = view[missing:]
            if len(self._rest) == CHUNK_SIZE:
                whole, self._rest = self._rest, bytearray()
                self._add(whole)
        while len(view) >= CHUNK_SIZE:
            self._add(view[:CHUNK_SIZE])
            view = view[CHUNK_SIZE:]
        self._rest += view

    def finish(self) -> ChunkHashes:
        """Return the hashes of all chunks; the hasher takes nothing after that."""
        if self._rest or not self._digests:
            self._add(self._rest)
            self._rest = bytearray()
        return ChunkHashes(self._size, tuple(self._digests), tuple(self._roots))

    def _add(self, chunk: Octets) -> None:
        self._digests.append(sha256(chunk))
        self._roots.append(chunk_root(chunk))


def chunk_count(size: int) -> int:
    """Return how many chunks a file of `size` bytes has; an empty file has one, which is empty."""
    return max(1, -(-size // CHUNK_SIZE))


def address_of(data: bytes) -> Address:
    """Return the address of bytes that are in memory."""
    hasher = ContentHasher()
    hasher.update(data)
    return hasher.finish().address


def content_nodes(digests: Sequence[bytes], size: int) -> list[tuple[Cid, bytes]]:
    """Return the nodes above a file's chunks: the root first, then each level left to right.

    A file of one chunk has no node: its only entry is the chunk's own address, with no bytes.
    """
    last = size - CHUNK_SIZE * (len(digests) - 1)
    sizes = [CHUNK_SIZE] * (len(digests) - 1) + [last]
    row = [
        FileLink(Cid(CODEC_RAW, digest), length, length)
        for digest, length in zip(digests, sizes, strict=True)
    ]
    if len(row) == 1:
        return [(row[0].cid, b"")]
    levels: list[list[tuple[Cid, bytes]]] = []
    while len(row) > 1:
        groups = [row[at : at + NODE_LINKS_MAX] for at in range(0, len(row), NODE_LINKS_MAX)]
        blocks = [encode_file_node(group) for group in groups]
        cids = [Cid(CODEC_DAG_PB, sha256(block)) for block in blocks]
        levels.append(list(zip(cids, blocks, strict=True)))
        row = [
            FileLink(
                cid,
                sum(link.size for link in group),
                len(block) + sum(link.total_size for link in group),
            )
            for cid, block, group in zip(cids, blocks, groups, strict=True)
        ]
    return [node for level in reversed(levels) for node in level]
