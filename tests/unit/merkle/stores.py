# SPDX-License-Identifier: Apache-2.0
"""Stores in memory for both trees, as strict as a store must be."""

from __future__ import annotations

from tallystick.merkle import LogTree, StateTree, TileKey


class TileStore:
    """Keeps tiles as storage would: a partial tile may only grow, a full one never changes."""

    def __init__(self) -> None:
        """Start empty."""
        self.tiles: dict[TileKey, bytes] = {}
        self.reads: list[TileKey] = []

    def read_tile(self, level: int, index: int, width: int) -> bytes | None:
        """Answer as a `TileReader`."""
        self.reads.append(TileKey(level, index))
        tile = self.tiles.get(TileKey(level, index))
        return None if tile is None else tile[: width * 32]

    def save(self, tree: LogTree) -> None:
        """Take what changed."""
        for key, hashes in tree.take_dirty().items():
            assert 0 < len(hashes) <= 256 * 32
            assert hashes.startswith(self.tiles.get(key, b""))
            self.tiles[key] = hashes


class PageStore:
    """Keeps records of a state tree as storage would."""

    def __init__(self) -> None:
        """Start empty."""
        self.records: dict[bytes, bytes] = {}
        self.reads = 0

    def read_page(self, prefix: bytes) -> bytes | None:
        """Answer as a `PageReader`."""
        self.reads += 1
        return self.records.get(prefix)

    def save(self, tree: StateTree) -> None:
        """Take what changed."""
        for prefix, record in tree.take_dirty().items():
            if record is None:
                self.records.pop(prefix, None)
            else:
                self.records[prefix] = record
