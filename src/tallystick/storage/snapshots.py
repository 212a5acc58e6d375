# SPDX-License-Identifier: Apache-2.0
"""The snapshots that a node offers to others: named at once, prepared in a thread of their own.

Preparing one means to hash the blocks since the one before; nothing is copied, since every chunk
can be read from the block log, which is never pruned. So a chunk of any prepared height is
served, also of one that is no longer listed: who restores a long history is not outrun.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tallystick.errors import Corrupted, NotFound, TallystickError, Unavailable
from tallystick.model import CHUNK_BYTES, CHUNKS_MAX, SNAPSHOT_INTERVAL, Snapshot
from tallystick.storage.chunks import ChunkIndex, make_snapshot, read_chunk
from tallystick.storage.layout import BLOCKS_FOLDER, CHUNK_INDEX_FILE
from tallystick.storage.log_reader import BlockLogReader

OFFERED: Final = 2
"""How many snapshots a node offers: the newest, and the one that peers may be at already."""
_CHUNKS_BETWEEN_SAVES: Final = 128
_LOG: Final = logging.getLogger("tallystick.storage")


def offered_heights(committed: int, interval: int) -> list[int]:
    """Return the heights of the snapshots that a node with so many blocks offers, ascending."""
    newest = committed - committed % interval
    return [height for height in range(newest - interval, newest + 1, interval) if height > 0]


@dataclass(slots=True)
class _Prepared:
    """What was hashed so far; exchanged as a whole when it turns out to be wrong."""

    index: ChunkIndex
    saved: int
    """Chunks of the index that are in its file."""
    height: int = 0
    """Up to which the index knows every whole chunk."""
    offered: list[Snapshot] = field(default_factory=list)


class SnapshotShelf:
    """Offers the snapshots of one data folder. Any thread may use it."""

    def __init__(
        self,
        data: Path,
        network: str,
        *,
        interval: int = SNAPSHOT_INTERVAL,
        chunk_bytes: int = CHUNK_BYTES,
    ) -> None:
        """Look at a data folder, whose node may be appending blocks."""
        self._blocks = data / BLOCKS_FOLDER
        self._interval = interval
        self._chunk_bytes = chunk_bytes
        self._hashed = BlockLogReader(data, network=network)
        """Read by the thread that prepares."""
        self._served = BlockLogReader(data, network=network)
        self._serving = threading.Lock()
        self._turn = threading.Lock()
        index = ChunkIndex.load(self._blocks, chunk_bytes)
        self._prepared = _Prepared(index, len(index.hashes))
        self._thread = ThreadPoolExecutor(1, "tally-snapshots")
        self._preparing: Future[None] | None = None
        self._is_closing = threading.Event()

    def list(self) -> Sequence[Snapshot]:
        """Return the snapshots that are ready, newest last; begin to prepare newer ones."""
        self.poke()
        return tuple(self._prepared.offered)

    def read_chunk(self, height: int, number: int) -> bytes:
        """Return a chunk of a snapshot that is, or was, offered.

        Raises:
            NotFound: there is no such chunk.
            Corrupted: the block log is damaged there.
        """
        prepared = self._prepared
        if not 0 < height <= prepared.height or height % self._interval:
            raise NotFound("there is no such snapshot", field="height", found=str(height))
        try:
            with self._serving:
                return read_chunk(self._served, prepared.index, height, number)
        except Corrupted:
            self._forget()
            raise

    def poke(self) -> None:
        """Begin to prepare what is due, if it is not being prepared; returns at once."""
        with self._turn:
            is_busy = self._preparing is not None and not self._preparing.done()
            if not is_busy and not self._is_closing.is_set() and self._due(self._prepared):
                self._preparing = self._thread.submit(self._prepare, self._prepared)

    def wait(self) -> None:
        """Return when what was begun has ended."""
        with self._turn:
            preparing = self._preparing
        if preparing is not None:
            preparing.result()

    def close(self) -> None:
        """End the thread."""
        with self._turn:
            self._is_closing.set()
        self._thread.shutdown()

    def _due(self, prepared: _Prepared) -> Sequence[int]:
        heights = offered_heights(self._hashed.committed_height(), self._interval)
        return heights if heights != [one.height for one in prepared.offered] else ()

    def _prepare(self, prepared: _Prepared) -> None:
        """Make what is due; in the helper's thread."""
        try:
            for height in self._due(prepared):
                self._make(prepared, height)
            self._save(prepared)
        except Unavailable:
            return
        except TallystickError as error:
            _LOG.error("no snapshot could be made", exc_info=error)
            self._forget()

    def _make(self, prepared: _Prepared, height: int) -> None:
        def on_block(_: int) -> None:
            if self._is_closing.is_set():
                raise Unavailable("the node is stopping")
            if len(prepared.index.hashes) - prepared.saved >= _CHUNKS_BETWEEN_SAVES:
                self._save(prepared)

        snapshot = make_snapshot(self._hashed, prepared.index, height, progress=on_block)
        prepared.height = max(prepared.height, height)
        if len(snapshot.chunk_hashes) > CHUNKS_MAX:
            _LOG.warning("no engine takes a snapshot as long as that of height %d", height)
        kept = [one for one in prepared.offered if one.height != height]
        prepared.offered = [*kept, snapshot][-OFFERED:]
        _LOG.info("snapshot %d is ready: %d chunks", height, len(snapshot.chunk_hashes))

    def _save(self, prepared: _Prepared) -> None:
        if len(prepared.index.hashes) > prepared.saved:
            prepared.index.save(self._blocks)
            prepared.saved = len(prepared.index.hashes)

    def _forget(self) -> None:
        """Begin anew: what was hashed is not what stands in the log, or cannot be read."""
        (self._blocks / CHUNK_INDEX_FILE).unlink(missing_ok=True)
        self._prepared = _Prepared(ChunkIndex(self._chunk_bytes), 0)
