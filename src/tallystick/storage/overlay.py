# SPDX-License-Identifier: Apache-2.0
"""The changes of blocks that are in the block log but not yet in the store.

Adding a block is a few dictionary updates: it happens between two blocks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice

from tallystick.ledger import AppliedBlock, Tree
from tallystick.merkle import TileKey
from tallystick.storage.databases import (
    NUMBER,
    PAGES,
    VALUES,
    Database,
    encode_position,
    page_key,
    tile_key,
)
from tallystick.storage.flush import Chunk, Finish, Messages
from tallystick.storage.policy import Pending
from tallystick.storage.records import Position

CHUNK_ITEMS = 512
"""Items encoded at a time: the interpreter is held for some tens of microseconds only."""
PAGE_BYTES = 1_500
TILE_BYTES = 8_192
"""What a page and a tile take in memory, about."""


class Overlay:
    """Changes by key, as of its last block; None stands for what was deleted."""

    def __init__(self) -> None:
        """Start without changes."""
        self.values: tuple[dict[bytes, bytes | None], dict[bytes, bytes | None]] = ({}, {})
        """Changed values, by tree."""
        self.pages: dict[tuple[Tree, bytes], bytes | None] = {}
        self.tiles: dict[TileKey, bytes] = {}
        self.positions: list[Position] = []
        self.header = b""
        """Header bytes of the last block."""
        self._transactions = 0
        self._bytes = 0
        self._first_leaves: list[int] = []
        self._height_by_leaf: dict[int, int] = {}

    def add(self, applied: AppliedBlock, position: Position) -> None:
        """Take the changes of the next block."""
        self.values[Tree.STATE].update(applied.state)
        self.values[Tree.MEMBERSHIP].update(applied.membership)
        self.pages.update(applied.pages)
        self.tiles.update(applied.tiles)
        self.positions.append(position)
        self.header = applied.block.header_bytes
        self._transactions += position.count
        self._bytes += (
            position.size + PAGE_BYTES * len(applied.pages) + TILE_BYTES * len(applied.tiles)
        )
        if position.count:
            self._first_leaves.append(position.first_leaf)
            self._height_by_leaf[position.first_leaf] = position.height

    @property
    def pending(self) -> Pending:
        """How much there is; times are the caller's."""
        return Pending(self._transactions, self._bytes)

    def position(self, height: int) -> Position | None:
        """Return where a block of this overlay stands in the log."""
        if not self.positions:
            return None
        place = height - self.positions[0].height
        return self.positions[place] if 0 <= place < len(self.positions) else None

    def height_of_leaf(self, index: int) -> int | None:
        """Return the last block here that begins at or before a leaf."""
        place = bisect_right(self._first_leaves, index)
        return self._height_by_leaf[self._first_leaves[place - 1]] if place else None

    def messages(self, base_height: int) -> Messages:
        """Yield the flush of these blocks upon a store at `base_height`, piece by piece."""
        for tree, database in VALUES.items():
            yield from _batches(database, iter(self.values[tree].items()))
        for tree, database in PAGES.items():
            pages = ((page_key(key[1]), page) for key, page in self.pages.items() if key[0] is tree)
            yield from _batches(database, pages)
        tiles = ((tile_key(*key), tile) for key, tile in self.tiles.items())
        yield from _batches(Database.TILES, tiles)
        positions = ((NUMBER.pack(at.height), encode_position(at)) for at in self.positions)
        yield from _batches(Database.POSITIONS, positions)
        leaves = (
            (NUMBER.pack(leaf), NUMBER.pack(height))
            for leaf, height in self._height_by_leaf.items()
        )
        yield from _batches(Database.LEAVES, leaves)
        yield Finish(base_height, base_height + len(self.positions), self.header)


def _batches(database: Database, items: Iterator[tuple[bytes, bytes | None]]) -> Iterator[Chunk]:
    while batch := list(islice(items, CHUNK_ITEMS)):
        keys, values = zip(*batch, strict=True)
        yield Chunk(database, keys, values)
