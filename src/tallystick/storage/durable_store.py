# SPDX-License-Identifier: Apache-2.0
"""The store: state, tree pages, log tiles and positions, written behind the block log.

A saved block is visible at once: it is kept in memory until enough has gathered, then written
with others in one synced transaction of LMDB, whole blocks only. So after a crash the store is at
some earlier block, complete, and the engine replays the rest from the block log (INV: the store
may be behind the log, never ahead). Implements `ledger.Store`.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Final

import msgspec

from tallystick.errors import StorageFailed, invariant
from tallystick.ledger import AppliedBlock, Tree
from tallystick.model import decode_header
from tallystick.storage.databases import (
    NUMBER,
    PAGES,
    VALUES,
    Database,
    decode_position,
    page_key,
    store_damaged,
    tile_key,
)
from tallystick.storage.environment import MAP_BYTES, read_head
from tallystick.storage.overlay import Overlay
from tallystick.storage.policy import Decision, FlushPolicy, Pending, decide
from tallystick.storage.records import Position
from tallystick.storage.writers import FlushWriter, InlineWriter, ProcessWriter

_ABSENT: Final = object()
HASH_SIZE: Final = 32


class DurableStore:
    """The store of one data folder.

    One thread saves; any thread may read and call `maybe_flush`.
    """

    reopen: Callable[[], None]
    """After `close`: go on with what stands in the folder now; nobody may use the store meanwhile.

    Raises what `open` raises.
    """

    def __init__(self, writer: FlushWriter, network: str, *, policy: FlushPolicy) -> None:
        """Continue with what the writer has open; use `DurableStore.open`."""
        self._writer = writer
        self._environment = writer.environment
        self._policy = policy
        self._flushed_height, self._header = read_head(writer.environment, network)
        self._height = self._flushed_height
        self._log_size = decode_header(self._header).log_size if self._header else 0
        self._active = Overlay()
        self._in_flight = Overlay()
        """Being written; empty when nothing is."""
        self._turn = threading.RLock()
        self._thread = None if writer.is_inline else ThreadPoolExecutor(1, "tally-store")
        self._flushing: Future[None] | None = None
        self._is_failed = False
        self._oldest_ms: int | None = None
        self._newest: tuple[int, int] = (0, 0)
        """Height when the timer last looked, and when that height was first seen."""

    @classmethod
    def open(
        cls,
        data: Path,
        network: str,
        *,
        in_process: bool = False,
        policy: FlushPolicy | None = None,
        map_bytes: int = MAP_BYTES,
    ) -> DurableStore:
        """Open the store in a data folder, or make it.

        Args:
            data: the data folder, whose lock the caller holds.
            network: the network id.
            in_process: write in this process instead of one of its own.
            policy: how much may gather before it is written.
            map_bytes: the most that the store may ever take on disk.

        Raises:
            Corrupted: it is damaged; it can be rebuilt from the block log.
            DataFolderProblem: it is of another network or a newer version, or in use.
            StorageFailed: the system refused.
        """
        kind: type[InlineWriter | ProcessWriter] = InlineWriter if in_process else ProcessWriter
        open_writer = partial(kind, data, network, map_bytes=map_bytes)
        store = cls(open_writer(), network, policy=policy or FlushPolicy())

        def reopen() -> None:
            cls.__init__(store, open_writer(), network, policy=policy or FlushPolicy())

        store.reopen = reopen
        return store

    @property
    def height(self) -> int:
        """Height of the last saved block; 0 at the start."""
        return self._height

    @property
    def header(self) -> bytes:
        """Header bytes of the last saved block; empty at the start."""
        return self._header

    @property
    def flushed_height(self) -> int:
        """Height of the last block that is on disk in the store itself."""
        return self._flushed_height

    # --- reading ------------------------------------------------------------------------------

    def get(self, tree: Tree, key: bytes, /) -> bytes | None:
        """Return a value of the newest saved block, checked when it comes from disk (INV-P8).

        Raises:
            Corrupted: it is damaged on disk.
        """
        # A flush in flight is emptied only after it is on disk, so the order of looking decides.
        value = self._active.values[tree].get(key, _ABSENT)
        if value is _ABSENT:
            value = self._in_flight.values[tree].get(key, _ABSENT)
            if value is _ABSENT:
                return self._environment.get_or_check_absent(VALUES[tree], key)
        return value  # type: ignore[return-value]  # the sentinel was handled

    def read_page(self, tree: Tree, prefix: bytes, /) -> bytes | None:
        """Return a record of a state tree.

        Raises:
            Corrupted: it is damaged on disk.
        """
        page = self._active.pages.get((tree, prefix), _ABSENT)
        if page is _ABSENT:
            page = self._in_flight.pages.get((tree, prefix), _ABSENT)
            if page is _ABSENT:
                return self._environment.get(PAGES[tree], page_key(prefix))
        return page  # type: ignore[return-value]  # the sentinel was handled

    def read_tile(self, level: int, index: int, width: int, /) -> bytes | None:
        """Return the first `width` hashes of a log tile; None if there are fewer.

        Raises:
            Corrupted: it is damaged on disk.
        """
        tile = (
            self._active.tiles.get((level, index))  # type: ignore[call-overload]
            or self._in_flight.tiles.get((level, index))  # type: ignore[call-overload]
            or self._environment.get(Database.TILES, tile_key(level, index))
        )
        size = width * HASH_SIZE
        return None if tile is None or len(tile) < size else tile[:size]

    def items(
        self, tree: Tree, /, *, prefix: bytes = b"", after: bytes = b""
    ) -> Generator[tuple[bytes, bytes], None, None]:
        """Yield keys of the newest saved block and their values, sorted by key.

        Only those that begin with `prefix` and come after `after`; every key by default.
        What is saved meanwhile is not seen. Do not keep it waiting: it holds on to old pages.

        Raises:
            Corrupted: a value is damaged on disk.
        """
        with self._turn:
            changes = {**self._in_flight.values[tree], **self._active.values[tree]}
            transaction = self._environment.lmdb.begin()
        start = max(prefix, after + b"\0") if after else prefix
        stored = self._environment.scan(transaction, VALUES[tree], start=start)
        unchanged = (item for item in stored if item[0] not in changes)
        changed = (
            (key, value)
            for key, value in sorted(item for item in changes.items() if item[0] >= start)
            if value is not None
        )
        try:
            for item in heapq.merge(unchanged, changed, key=itemgetter(0)):
                if not item[0].startswith(prefix):
                    break
                yield item
        finally:
            transaction.abort()

    def position(self, height: int) -> Position | None:
        """Return where a block stands in the block log; None if it was not saved.

        Raises:
            Corrupted: the entry is damaged on disk.
        """
        if not 0 < height <= self._height:
            return None
        found = self._active.position(height) or self._in_flight.position(height)
        if found is not None:
            return found
        data = self._environment.get(Database.POSITIONS, NUMBER.pack(height))
        if data is None:
            raise store_damaged(f"the position of block {height} is missing")
        return decode_position(height, data)

    def height_of_leaf(self, index: int) -> int | None:
        """Return the height of the block that put a leaf into the log; None if none did.

        Raises:
            Corrupted: the entry is damaged on disk.
        """
        if not 0 <= index < self._log_size:
            return None
        height = (
            self._active.height_of_leaf(index)
            or self._in_flight.height_of_leaf(index)
            or self._environment.floor(Database.LEAVES, NUMBER.pack(index))
        )
        position = self.position(height or 0)
        if position is None or not 0 <= index - position.first_leaf < position.count:
            raise store_damaged(f"the block of leaf {index} is missing")
        return height

    # --- writing ------------------------------------------------------------------------------

    def save(self, applied: AppliedBlock, position: Position) -> None:
        """Take the changes of the next block, which stands on disk at `position` of the log.

        Begins a flush when enough has gathered; waits when memory is full and the one before
        has not ended.

        Raises:
            StorageFailed: an earlier flush failed; the node must stop.
            Halted: it is not the next block, or not the one at `position`.
        """
        header = applied.block.header
        with self._turn:
            self._check_usable()
            invariant(header.height == self._height + 1, "a block was saved out of order")
            invariant(
                (position.height, position.first_leaf + position.count)
                == (header.height, header.log_size),
                "a block was saved before it was in the block log",
            )
            self._active.add(applied, position)
            self._height = header.height
            self._header = applied.block.header_bytes
            self._log_size = header.log_size
            self._act(self._active.pending)

    def maybe_flush(self, now_ms: int) -> None:
        """Begin a flush if what has gathered is old, or the node quiet; call it now and then.

        Args:
            now_ms: any clock that does not go back.

        Raises:
            StorageFailed: an earlier flush failed; the node must stop.
        """
        with self._turn:
            self._check_usable()
            if self._height == self._flushed_height or not self._active.positions:
                self._oldest_ms = None
                return
            if self._oldest_ms is None:
                self._oldest_ms = now_ms
            if self._newest[0] != self._height:
                self._newest = (self._height, now_ms)
            pending = msgspec.structs.replace(
                self._active.pending,
                idle_ms=now_ms - self._newest[1],
                age_ms=now_ms - self._oldest_ms,
            )
            self._act(pending)

    def flush(self) -> None:
        """Write everything that was saved; return when it is on disk.

        Raises:
            StorageFailed: it is not; the node must stop.
        """
        with self._turn:
            self._await_flush()
            if self._active.positions:
                self._begin_flush()
                self._await_flush()

    def close(self) -> None:
        """Flush, then close files and processes.

        Raises:
            StorageFailed: not everything could be written; the block log has it.
        """
        with self._turn:
            try:
                if not self._is_failed:
                    self.flush()
            finally:
                if self._thread is not None:
                    self._thread.shutdown()
                self._writer.close()

    def _act(self, pending: Pending) -> None:
        """Begin a flush if the policy says so, waiting for the one before if need be."""
        is_flushing = self._flushing is not None and not self._flushing.done()
        decision = decide(self._policy, pending, is_flushing=is_flushing)
        if decision is Decision.WAIT:
            self._await_flush()
        if decision is not Decision.GATHER:
            self._begin_flush()

    def _begin_flush(self) -> None:
        # In this order: a reader that finds the new, empty overlay finds the old one in flight.
        self._in_flight = self._active
        self._active = Overlay()
        self._oldest_ms = None
        if self._thread is None:
            self._write()
        else:
            self._flushing = self._thread.submit(self._write)

    def _write(self) -> None:
        """Write what is in flight: in the helper's thread, or inline."""
        try:
            height = self._writer.write(self._in_flight.messages(self._flushed_height))
        except BaseException:
            self._is_failed = True
            raise
        self._flushed_height = height
        self._in_flight = Overlay()

    def _await_flush(self) -> None:
        """Wait for the flush in flight; raise what went wrong with it."""
        if self._flushing is not None:
            self._flushing.result()
        self._flushing = None
        self._check_usable()

    def _check_usable(self) -> None:
        if self._flushing is not None and self._flushing.done():
            self._await_flush()
        if self._is_failed:
            raise StorageFailed("the store failed earlier; nothing is written any more")
