# SPDX-License-Identifier: Apache-2.0
"""Builds small valid chains with all their changes, without a ledger: the tests' block source."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Final

from tallystick.crypto import sha256
from tallystick.ledger import AppliedBlock, Tree
from tallystick.merkle import LogTree, StateTree, leaf_hash
from tallystick.model import (
    OK,
    Block,
    BlockHeader,
    Entry,
    GenesisDocument,
    Outcome,
    app_hash,
    encode_entry,
    encode_write_set,
    network_id,
)
from tallystick.storage import BlockLog, MemoryStore
from tallystick.units import TimeMs

CREATED: Final = TimeMs(1_790_000_000_000)
GENESIS: Final = GenesisDocument(
    name="tested", created=CREATED, organizations=(), members=(), keys=(), log_keys=()
).encode()
NETWORK: Final = network_id("tested", GENESIS)
SECRET: Final = b"-- a node's secret key --"
OTHER_GENESIS: Final = GenesisDocument(
    name="other", created=CREATED, organizations=(), members=(), keys=(), log_keys=()
).encode()

Writes = dict[bytes, bytes | None]


class _Pages:
    """One tree's view of the store."""

    def __init__(self, store: MemoryStore, tree: Tree) -> None:
        self._store = store
        self._tree = tree

    def read_page(self, prefix: bytes) -> bytes | None:
        return self._store.read_page(self._tree, prefix)


class Chain:
    """Makes one block after the other; remembers all, with a memory store beside as the model."""

    def __init__(self, seed: int = 0) -> None:
        self.random = random.Random(seed)
        self.model = MemoryStore()
        self.applied: list[AppliedBlock] = []
        self._log = LogTree(self.model)
        self._trees = {tree: StateTree(_Pages(self.model, tree)) for tree in Tree}
        self._parent: bytes = sha256(GENESIS)

    @property
    def height(self) -> int:
        return len(self.applied)

    @property
    def blocks(self) -> list[Block]:
        return [applied.block for applied in self.applied]

    def grow(self, blocks: int, transactions: int = 3) -> list[AppliedBlock]:
        """Add blocks with random writes."""
        return [self.add([self.writes() for _ in range(transactions)]) for _ in range(blocks)]

    def writes(self) -> Writes:
        """Return a random write set over few keys, with deletions."""
        keys = [b"bank/accounts/%03d" % self.random.randrange(200) for _ in range(2)]
        return {
            key: None if self.random.random() < 0.1 else self.random.randbytes(40) for key in keys
        }

    def add(self, write_sets: list[Writes], *, membership: Writes | None = None) -> AppliedBlock:
        """Add the block of transactions with these write sets."""
        height, time = self.height + 1, CREATED + self.height + 1
        transactions = [self.random.randbytes(60) for _ in write_sets]
        encoded = [encode_write_set(writes) for writes in write_sets]
        entries = [
            encode_entry(Entry(sha256(raw), height, time, Outcome(OK, None, (), sha256(write_set))))
            for raw, write_set in zip(transactions, encoded, strict=True)
        ]
        state: Writes = {}
        for writes in write_sets:
            state.update(writes)
        self._log.append([leaf_hash(entry) for entry in entries])
        self._trees[Tree.STATE].update(state)
        self._trees[Tree.MEMBERSHIP].update(membership or {})
        header = self._header(height, time)
        block = Block(header, header.encode(), tuple(transactions), tuple(entries), tuple(encoded))
        applied = AppliedBlock(
            block=block,
            transaction_ids=tuple(sha256(raw) for raw in transactions),
            codes=(OK,) * len(transactions),
            state=state,
            membership=membership or {},
            pages={
                (tree, prefix): page
                for tree, source in self._trees.items()
                for prefix, page in source.take_dirty().items()
            },
            tiles=self._log.take_dirty(),
        )
        self._parent = block.hash
        self.applied.append(applied)
        return applied

    def _header(self, height: int, time: int) -> BlockHeader:
        state_root, membership_root = (self._trees[tree].root for tree in Tree)
        size, root = self._log.size, self._log.root()
        digest = app_hash(size, root, state_root, membership_root)
        return BlockHeader(
            height, self._parent, time, size, root, state_root, membership_root, digest
        )


def write_log(data: Path, chain: Chain, *, segment_bytes: int = 2**20) -> None:
    """Write the whole chain as the block log of a folder."""
    log = BlockLog.open(data, NETWORK, segment_bytes=segment_bytes)
    for block in chain.blocks[log.height :]:
        log.append(block)
    log.close()


def last_segment(data: Path) -> Path:
    """Return the newest segment file."""
    return max((data / "blocks").glob("*.log"))


def overwrite(path: Path, content: bytes | bytearray) -> None:
    """Replace a file's content in place: emptying it first makes ext4 flush it each time."""
    with path.open("r+b") as file:
        file.write(content)
        file.truncate()
