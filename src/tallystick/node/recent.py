# SPDX-License-Identifier: Apache-2.0
"""Where recent transactions are, until the views, which follow the block log, know them too."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from msgspec import Struct

from tallystick.consensus import Committed
from tallystick.model import Block

BLOCKS_KEPT = 32
"""Newest blocks kept whole, for receipts that are asked for at once."""


class _Placed(Struct, frozen=True):
    """One block's transactions by place."""

    height: int
    first_leaf: int
    ids: Sequence[bytes]
    codes: Sequence[str]


class RecentBlocks:
    """The newest blocks, and the place of every transaction that the views do not have yet.

    Written by the commit thread only; other threads read.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._blocks: dict[int, Block] = {}
        self._leaf_by_id: dict[bytes, int] = {}
        self._placed: list[_Placed] = []

    def add(self, block: Block, ids: Sequence[bytes], codes: Sequence[str]) -> None:
        """Remember a durable block and where its transactions are in the log."""
        height, first = block.header.height, block.first_leaf
        self._placed.append(_Placed(height, first, ids, codes))
        self._leaf_by_id.update(zip(ids, range(first, first + len(ids)), strict=True))
        self._blocks[height] = block
        self._blocks.pop(height - BLOCKS_KEPT, None)

    def forget(self, views_height: int) -> None:
        """Forget the places that the views know."""
        known = bisect_right(self._placed, views_height, key=_height)
        for placed in self._placed[:known]:
            for transaction_id in placed.ids:
                self._leaf_by_id.pop(transaction_id, None)
        self._placed = self._placed[known:]

    def find(self, transaction_id: bytes) -> Committed | None:
        """Return where a transaction is, if it is recent."""
        leaf = self._leaf_by_id.get(transaction_id)
        if leaf is None:
            return None
        placed_blocks = self._placed
        place = bisect_right(placed_blocks, leaf, key=_first_leaf) - 1
        if place < 0:
            return None
        placed = placed_blocks[place]
        index = leaf - placed.first_leaf
        return Committed(transaction_id, placed.height, index, leaf, placed.codes[index])

    def block(self, height: int) -> Block | None:
        """Return a block, if it is one of the newest."""
        return self._blocks.get(height)


def _height(placed: _Placed) -> int:
    return placed.height


def _first_leaf(placed: _Placed) -> int:
    return placed.first_leaf
