# SPDX-License-Identifier: Apache-2.0
"""A store in memory, for tests and tools: same behaviour, nothing on disk."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator, Hashable, Mapping
from typing import TypeVar

from tallystick.errors import invariant
from tallystick.ledger import AppliedBlock, Tree
from tallystick.merkle import TileKey
from tallystick.storage.durable_store import HASH_SIZE
from tallystick.storage.records import Position

_Key = TypeVar("_Key", bound=Hashable)


class MemoryStore:
    """Implements what `DurableStore` does, as plainly as it can be said."""

    def __init__(self) -> None:
        """Start at height 0."""
        self.height = 0
        self.header = b""
        self._values: tuple[dict[bytes, bytes], dict[bytes, bytes]] = ({}, {})
        self._pages: dict[tuple[Tree, bytes], bytes] = {}
        self._tiles: dict[TileKey, bytes] = {}
        self._positions: list[Position] = []

    @property
    def flushed_height(self) -> int:
        """Height of the last saved block."""
        return self.height

    def get(self, tree: Tree, key: bytes, /) -> bytes | None:
        """Return a value of the newest saved block."""
        return self._values[tree].get(key)

    def read_page(self, tree: Tree, prefix: bytes, /) -> bytes | None:
        """Return a record of a state tree."""
        return self._pages.get((tree, prefix))

    def read_tile(self, level: int, index: int, width: int, /) -> bytes | None:
        """Return the first `width` hashes of a log tile; None if there are fewer."""
        tile = self._tiles.get(TileKey(level, index), b"")
        size = width * HASH_SIZE
        return tile[:size] if tile and len(tile) >= size else None

    def items(
        self, tree: Tree, /, *, prefix: bytes = b"", after: bytes = b""
    ) -> Generator[tuple[bytes, bytes], None, None]:
        """Yield keys of the newest saved block and their values, sorted by key.

        Only those that begin with `prefix` and come after `after`; every key by default.
        """
        for key, value in sorted(self._values[tree].items()):
            if key > after and key.startswith(prefix):
                yield key, value

    def position(self, height: int) -> Position | None:
        """Return where a block stands in the block log; None if it was not saved."""
        return self._positions[height - 1] if 0 < height <= self.height else None

    def height_of_leaf(self, index: int) -> int | None:
        """Return the height of the block that put a leaf into the log; None if none did."""
        ends = [at.first_leaf + at.count for at in self._positions]
        place = bisect_right(ends, index)
        is_inside = place < len(ends) and index >= self._positions[place].first_leaf
        return self._positions[place].height if is_inside else None

    def save(self, applied: AppliedBlock, position: Position) -> None:
        """Take the changes of the next block.

        Raises:
            Halted: it is not the next block, or not the one at `position`.
        """
        header = applied.block.header
        invariant(header.height == self.height + 1, "a block was saved out of order")
        invariant(
            (position.height, position.first_leaf + position.count)
            == (header.height, header.log_size),
            "a block was saved before it was in the block log",
        )
        for tree, changes in ((Tree.STATE, applied.state), (Tree.MEMBERSHIP, applied.membership)):
            _apply(self._values[tree], changes)
        _apply(self._pages, applied.pages)
        self._tiles.update(applied.tiles)
        self._positions.append(position)
        self.height = header.height
        self.header = applied.block.header_bytes

    def maybe_flush(self, now_ms: int) -> None:
        """Do nothing: there is no disk."""

    def flush(self) -> None:
        """Do nothing: there is no disk."""

    def close(self) -> None:
        """Do nothing: there is no file."""


def _apply(kept: dict[_Key, bytes], changes: Mapping[_Key, bytes | None]) -> None:
    for key, value in changes.items():
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = value
