# SPDX-License-Identifier: Apache-2.0
"""The state as it was after an older block, with proofs: made anew from the block log.

The write sets in the log are folded, the last write of each key counts, and no contract runs. The
trees that come out must have the roots that the block's header states, so nothing is proven that
was not committed. The work grows with the log up to that block (about 30,000 transactions a
second); the last trees made are kept, so that several keys at one height cost it once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from tallystick.errors import Corrupted, Overloaded
from tallystick.ledger import Tree
from tallystick.membership import MEMBERSHIP_PREFIX, genesis_writes
from tallystick.merkle import StateTree
from tallystick.model import Block, BlockHeader, GenesisDocument, decode_write_set
from tallystick.node.status import StateProved

_Values = dict[bytes, bytes]


def tree_of(key: bytes) -> Tree:
    """Return the tree in which a key stands."""
    return Tree.MEMBERSHIP if key.startswith(MEMBERSHIP_PREFIX) else Tree.STATE


class History:
    """Proves what keys of the state were at older heights. Any thread may ask."""

    def __init__(
        self,
        genesis: GenesisDocument,
        blocks: Callable[[int], Iterator[Block]],
        sign: Callable[[BlockHeader | None], str],
    ) -> None:
        """Wire it.

        Args:
            genesis: the founding document.
            blocks: gives the committed blocks from a height on, in order.
            sign: gives the checkpoint of a header; of genesis for None.
        """
        self._genesis = genesis
        self._blocks = blocks
        self._sign = sign
        self._turn = threading.Lock()
        self._last: _Past | None = None

    def prove(self, key: bytes, height: int) -> StateProved:
        """Return a key's value after the block at `height`, and its proof.

        Raises:
            Overloaded: trees of another height are being made.
            Corrupted: the recorded writes do not lead to the recorded roots.
        """
        past = self._last
        if past is None or past.height != height:
            past = self._restore(height)
        return past.prove(key)

    def _restore(self, height: int) -> _Past:
        # Refused instead of queued: those who wait would keep all readers of the node busy.
        if not self._turn.acquire(blocking=False):
            raise Overloaded("the state of another height is being made from the block log")
        try:
            self._last = None  # makes room before the next one grows
            past = self._past(height)
            self._last = past
        finally:
            self._turn.release()
        return past

    def _past(self, height: int) -> _Past:
        if height == 0:
            # Before the first block both roots are those of nothing (docs/spec/checkpoint.md).
            return _Past(0, {Tree.STATE: {}, Tree.MEMBERSHIP: {}}, self._sign(None))
        values = {Tree.STATE: _Values(), Tree.MEMBERSHIP: _Values()}
        _apply(values, genesis_writes(self._genesis))
        header: BlockHeader | None = None
        for block in islice(self._blocks(1), height):
            header = block.header
            for write_set in block.write_sets:
                _apply(values, decode_write_set(write_set))
        if header is None or header.height != height:
            raise Corrupted(f"the block log ends before block {height}")
        past = _Past(height, values, self._sign(header))
        past.check(header)
        return past


def _apply(values: Mapping[Tree, _Values], writes: Mapping[bytes, bytes | None]) -> None:
    for key, value in writes.items():
        present = values[tree_of(key)]
        if value is None:
            present.pop(key, None)
        else:
            present[key] = value


class _Past:
    """Values and trees after one block, all in memory."""

    def __init__(self, height: int, values: Mapping[Tree, _Values], checkpoint: str) -> None:
        self.height = height
        self._values = values
        self._checkpoint = checkpoint
        self._trees = {tree: StateTree(_Nothing()) for tree in values}
        for tree, present in values.items():
            self._trees[tree].update(present)
        self._lock = threading.Lock()

    def check(self, header: BlockHeader) -> None:
        """Raise `Corrupted` unless the trees have the roots in the block's header."""
        for tree, expected in (
            (Tree.STATE, header.state_root),
            (Tree.MEMBERSHIP, header.membership_root),
        ):
            found = self._trees[tree].root
            if found != expected:
                raise Corrupted(
                    f"the writes recorded up to block {header.height} do not lead to its "
                    f"{tree.name.lower()} root",
                    expected=expected.hex(),
                    found=found.hex(),
                )

    def prove(self, key: bytes) -> StateProved:
        """Return a key's value, and the proof of it."""
        tree = tree_of(key)
        with self._lock:  # a tree is for one thread at a time
            proof = self._trees[tree].prove(key)
        return StateProved(
            value=self._values[tree].get(key), proof=proof, checkpoint=self._checkpoint
        )


class _Nothing:
    """The storage under trees that are whole in memory."""

    def read_page(self, prefix: bytes) -> bytes | None:
        """Return nothing."""
        return None
