# SPDX-License-Identifier: Apache-2.0
"""Tiles of the log tree: the unit of its storage, in the shape of C2SP tlog-tiles.

- Tile (L, N) holds up to 256 hashes; hash i of it is the root of the complete subtree over the
  256**L leaves from (256 * N + i) * 256**L on. So level 0 holds leaf hashes, and each hash of
  level L + 1 is the root of one full tile of level L.
- A full tile never changes. Only the last tile of each level is partial; it grows by appending.
- Between two tile levels lie eight levels of inner nodes; they are computed, never stored.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple, Protocol

from tallystick.crypto import sha256
from tallystick.merkle.log_proofs import HASH_SIZE

TILE_WIDTH = 256
TILE_HEIGHT = 8
TILE_SIZE = TILE_WIDTH * HASH_SIZE


class TileKey(NamedTuple):
    """Place of a tile, as in the C2SP path `tile/<level>/<index>`."""

    level: int
    """0 for leaf hashes; one more per factor of 256 leaves."""
    tile_index: int
    """Place of the tile within its level, from 0."""


class TileReader(Protocol):
    """Where the log tree reads tiles that it handed out for storage earlier."""

    def read_tile(self, level: int, index: int, width: int) -> bytes | None:
        """Return the first `width` hashes of the tile (width * 32 bytes), or None."""
        ...


class EdgeTile:
    """The last tile of one level, kept in memory with its inner nodes so that it grows cheaply."""

    __slots__ = ("rows",)

    def __init__(self) -> None:
        self.rows = [bytearray() for _ in range(TILE_HEIGHT + 1)]
        """Row k holds the complete nodes k levels above the hashes of the tile, 32 bytes each."""

    def node(self, height: int, place: int) -> bytes:
        """Return the 32-byte node at `place` of the row `height` levels above the hashes."""
        return bytes(self.rows[height][place * HASH_SIZE : (place + 1) * HASH_SIZE])

    def extend(self, hashes: bytes) -> list[bytes]:
        """Append concatenated hashes; return the nodes of each tile that became full.

        Each element is all 511 nodes of a full tile, row by row, ending with its root. The tile
        itself is the first 8,192 bytes. What is left in memory is the new last tile.
        """
        rows = self.rows
        rows[0] += hashes
        for row, above in pairwise(rows):
            # Each row is worked off in one go: per node one slice, one join and one hash.
            pairs = bytes(row[2 * len(above) : len(row) & -(2 * HASH_SIZE)])
            if not pairs:
                break
            nodes = [sha256(b"\x01" + pairs[at : at + 64]) for at in range(0, len(pairs), 64)]
            above.extend(b"".join(nodes))
        return [self._take_full() for _ in range(len(rows[TILE_HEIGHT]) // HASH_SIZE)]

    def _take_full(self) -> bytes:
        """Cut the first, full tile off all rows and return its nodes."""
        parts = []
        for height, row in enumerate(self.rows):
            size = TILE_SIZE >> height
            parts.append(bytes(row[:size]))
            del row[:size]
        return b"".join(parts)


def full_tile_node(nodes: bytes, height: int, place: int) -> bytes:
    """Return one node out of the 511 of a full tile, as `EdgeTile.extend` returns them."""
    start = (2 * TILE_SIZE - (2 * TILE_SIZE >> height)) + place * HASH_SIZE
    return nodes[start : start + HASH_SIZE]
