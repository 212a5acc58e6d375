# SPDX-License-Identifier: Apache-2.0
"""What outlives a crash of a replica, and the block log and store on it: in memory, real bytes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from tallystick.errors import Corrupted, NotFound
from tallystick.ledger import AppliedBlock
from tallystick.model import Block
from tallystick.storage.records import (
    HEAD_SIZE,
    decode_head,
    decode_record,
    encode_record,
    is_whole,
)
from tests.factories import MemoryStore

MARKER = b"SIMULATE"


class Crashed(Exception):  # named after what happened, like our own
    """The process of a replica ends here and now."""


@dataclass
class Disk:
    """Whole records of blocks, perhaps a torn one behind them, and the store's last flush."""

    records: list[bytes] = field(default_factory=list)
    flushed: MemoryStore = field(default_factory=MemoryStore)
    flushed_height: int = 0


class DiskLog:
    """The block log: the rules of the real one, without files."""

    def __init__(self, disk: Disk) -> None:
        """Open it: a torn last record is cut."""
        self._disk = disk
        self.crash_at = ""
        """`before`, `torn` or `after`: where in the next append the process ends."""
        if disk.records and _read(disk.records[-1]) is None:
            disk.records.pop()

    @property
    def height(self) -> int:
        """Height of the last block."""
        return len(self._disk.records)

    def append(self, block: Block) -> None:
        """Write and sync one block, or end the process on the way."""
        record = bytes(encode_record(block, MARKER, 0))
        if block.header.height != self.height + 1:
            raise Corrupted(f"block {block.header.height} after {self.height}")
        if self.crash_at == "before":
            raise Crashed
        if self.crash_at == "torn":
            self._disk.records.append(record[: random.Random(record).randrange(len(record))])
            raise Crashed
        self._disk.records.append(record)
        if self.crash_at == "after":
            raise Crashed

    def block(self, height: int) -> Block:
        """Return one block."""
        if not 0 < height <= self.height:
            raise NotFound(f"there is no block {height}")
        block = _read(self._disk.records[height - 1])
        if block is None:
            raise Corrupted(f"block {height} is damaged")
        return block

    def blocks(self, first_height: int) -> Iterator[Block]:
        """Yield blocks in order."""
        for height in range(first_height, self.height + 1):
            yield self.block(height)


class DiskStore(MemoryStore):
    """The store: visible at once, on disk only after a flush, whole blocks at a time."""

    def __init__(self, disk: Disk) -> None:
        """Start from the last flush."""
        kept = disk.flushed
        super().__init__(dict(kept.values), dict(kept.pages), dict(kept.tiles))
        self._disk = disk
        self._waiting: list[AppliedBlock] = []

    def save(self, applied: AppliedBlock) -> None:
        """Keep a block's changes in memory."""
        super().save(applied)
        self._waiting.append(applied)

    def flush(self, count: int | None = None) -> None:
        """Write the oldest `count` blocks that wait, or all."""
        done, self._waiting = self._waiting[:count], self._waiting[len(self._waiting[:count]) :]
        for applied in done:
            self._disk.flushed.save(applied)
            self._disk.flushed_height = applied.block.header.height


@lru_cache(1_000)
def _read(record: bytes) -> Block | None:
    found = decode_head(record[:HEAD_SIZE], MARKER)
    if found is None or not is_whole(found, record):
        return None
    return decode_record(found.count, record)
