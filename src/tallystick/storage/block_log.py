# SPDX-License-Identifier: Apache-2.0
"""The block log: append-only segment files, synced block by block. It is the truth.

- `append` returns only after the block is on disk: that is what `committed` means (INV-P1).
- After any error the log refuses further use for ever: a failed sync is never tried again, since
  the system may have dropped the data and report success the second time (INV-P9).
- What is read is checked; a damaged block is never returned (INV-P8).

Spec: docs/spec/storage.md sections 2 to 5. One process appends (the data folder's lock sees to
that); any thread of it may read meanwhile, and other processes with `BlockLogReader`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from tallystick.disk import (
    PARTIAL_SUFFIX,
    failing_storage,
    make_folder,
    sync_data,
    truncate_file,
    write_all,
)
from tallystick.errors import NotFound, StorageFailed, invariant
from tallystick.model import Block
from tallystick.storage.committed import CommitMark, read_mark
from tallystick.storage.layout import BLOCKS_FOLDER
from tallystick.storage.records import Position, damaged, encode_record
from tallystick.storage.segments import (
    SEGMENT_HEADER_SIZE,
    Segment,
    create_segment,
    list_segments,
    segment_path,
)
from tallystick.storage.tail import Tail, scan_tail

SEGMENT_BYTES: Final = 256 * 2**20
POSITIONS_KEPT: Final = 1024
"""Positions kept in memory although the store knows them."""

Index = Callable[[int], Position | None]
"""Gives the position of a block that the store knows."""


def _no_index(height: int) -> None:
    """Know no block: all positions stay in memory (tools and tests)."""


class BlockLog:
    """The log of blocks of one data folder; implements the engine's `BlockLog` port."""

    def __init__(
        self, folder: Path, network: str, tail: Tail, *, index: Index, segment_bytes: int
    ) -> None:
        """Continue the log after its tail; use `BlockLog.open`."""
        self._folder = folder
        self._network = network
        self._index = index
        self._segment_bytes = segment_bytes
        self._positions = {position.height: position for position in tail.positions}
        self._height = tail.height
        self._oldest_kept = tail.height + 1 - len(tail.positions)
        self.torn_bytes = tail.torn_bytes
        """Bytes of an interrupted, never confirmed write that were cut when the log was opened."""
        self._is_usable = True
        self._segment = tail.segment
        self._end = tail.end
        if tail.segment == 0:
            self._segment, self._end = 1, SEGMENT_HEADER_SIZE
            create_segment(folder, 1, network)
        self._descriptor = self._open_for_append(self._segment)
        with Segment(folder, self._segment, network=network) as segment:
            self._marker = segment.marker
        self._mark = CommitMark(folder, tail.height)

    @classmethod
    def open(
        cls,
        data: Path,
        network: str,
        *,
        known: Position | None = None,
        index: Index = _no_index,
        segment_bytes: int = SEGMENT_BYTES,
    ) -> BlockLog:
        """Open the log in a data folder, make it if there is none, cut a torn last write.

        Args:
            data: the data folder, whose lock the caller holds.
            network: the network id.
            known: the store's last block; only what follows it is scanned.
            index: positions of the blocks that the store knows.
            segment_bytes: a new segment file begins when the last one is this large.

        Raises:
            Corrupted: damage that is not a torn last write, or a committed block is missing.
            DataFolderProblem: the blocks are of another network or a newer version.
            StorageFailed: the system refused.
        """
        folder = data / BLOCKS_FOLDER
        make_folder(folder)
        _remove_partial_files(folder)
        committed = max(known.height if known else 0, read_mark(folder) or 0)
        tail = scan_tail(folder, network, known, committed)
        if known:
            _check_segments(list_segments(folder), known.segment, index)
        if tail.torn_bytes:
            truncate_file(segment_path(folder, tail.segment), tail.end)
        return cls(folder, network, tail, index=index, segment_bytes=segment_bytes)

    @property
    def height(self) -> int:
        """Height of the last block on disk; 0 when there is none."""
        return self._height

    def append(self, block: Block) -> None:
        """Write and sync one block.

        Raises:
            StorageFailed: anything went wrong, now or earlier; the caller must stop.
            Halted: it is not the block after the last one.
        """
        self._write(block, is_synced=True)

    def gather(self, block: Block) -> None:
        """Write one block without waiting for the disk: it is not committed before `sync`.

        For blocks that nobody was promised anything about, such as those of a snapshot: if there
        is a crash before `sync`, whoever gathers must start again.

        Raises:
            StorageFailed: anything went wrong, now or earlier; the caller must stop.
            Halted: it is not the block after the last one.
        """
        self._write(block, is_synced=False)

    def sync(self) -> None:
        """Return when all gathered blocks are on disk, and committed.

        Raises:
            StorageFailed: they are not; the caller must stop and not retry.
        """
        self._check_usable()
        self._is_usable = False
        with failing_storage("syncing the block log"):
            sync_data(self._descriptor)
            self._mark.move(self._height)
        self._is_usable = True

    def _write(self, block: Block, *, is_synced: bool) -> None:
        self._check_usable()
        height = block.header.height
        invariant(height == self._height + 1, "a block was appended out of order")
        # Whatever interrupts the lines below, even a signal, leaves the log unusable.
        self._is_usable = False
        if self._end >= self._segment_bytes:
            self._begin_segment(height)
        record = encode_record(block, self._marker, self._end)
        with failing_storage(f"appending block {height}"):
            write_all(self._descriptor, record)
            if is_synced:
                sync_data(self._descriptor)
                self._mark.move(height)
        self._note(block, len(record))
        self._is_usable = True

    def _check_usable(self) -> None:
        if not self._is_usable:
            raise StorageFailed("the block log failed earlier; nothing is written any more")

    def position(self, height: int) -> Position:
        """Return where a block stands.

        Raises:
            NotFound: there is no such block.
        """
        position = self._positions.get(height) or self._index(height)
        if position is None:
            raise NotFound(f"there is no block {height}", field="height", found=str(height))
        return position

    def block(self, height: int) -> Block:
        """Return one block, checked against its checksum.

        Raises:
            NotFound: there is no such block.
            Corrupted: it is damaged on disk.
        """
        position = self.position(height)
        with Segment(self._folder, position.segment) as segment:
            return segment.read_block(position)

    def blocks(self, first_height: int) -> Iterator[Block]:
        """Yield blocks in order up to the newest, each checked, each the child of the one before.

        Raises:
            Corrupted: one is damaged on disk.
        """
        segment: Segment | None = None
        parent: Block | None = None
        height = first_height
        try:
            while height <= self._height:
                position = self.position(height)
                if segment is None or segment.first_height != position.segment:
                    if segment is not None:
                        segment.close()
                    segment = Segment(self._folder, position.segment)
                block = segment.read_block(position)
                if parent is not None and block.header.parent != parent.hash:
                    what = f"block {height} does not follow from block {height - 1}"
                    raise damaged(segment.at(position.offset), what)
                yield block
                parent = block
                height += 1
        finally:
            if segment is not None:
                segment.close()

    def reopen(self, known: Position | None) -> None:
        """After `close`: continue with what stands in the folder now, by the store's last block.

        Raises:
            Corrupted: it is damaged.
            StorageFailed: the system refused.
        """
        invariant(self._descriptor < 0, "a block log is closed before its files are exchanged")
        fresh = BlockLog.open(
            self._folder.parent,
            self._network,
            known=known,
            index=self._index,
            segment_bytes=self._segment_bytes,
        )
        vars(self).update(vars(fresh))

    def close(self) -> None:
        """Close the files; all appended blocks are on disk already."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._mark.close()
        self._descriptor = -1
        self._is_usable = False

    def _begin_segment(self, first_height: int) -> None:
        with failing_storage("syncing a full segment"):
            sync_data(self._descriptor)  # it may hold gathered blocks
        create_segment(self._folder, first_height, self._network)
        descriptor = self._open_for_append(first_height)
        os.close(self._descriptor)
        self._descriptor = descriptor
        self._segment = first_height
        self._end = SEGMENT_HEADER_SIZE
        with Segment(self._folder, first_height) as segment:
            self._marker = segment.marker

    def _open_for_append(self, first_height: int) -> int:
        with failing_storage("opening the block log"):
            flags = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC
            return os.open(segment_path(self._folder, first_height), flags)

    def _note(self, block: Block, size: int) -> None:
        height = block.header.height
        self._positions[height] = Position(
            height=height,
            segment=self._segment,
            offset=self._end,
            size=size,
            first_leaf=block.first_leaf,
            count=len(block.transactions),
        )
        self._end += size
        self._height = height
        # Two for each new one, so that the scanned tail goes as well.
        for _ in range(2):
            if len(self._positions) > POSITIONS_KEPT and self._index(self._oldest_kept):
                del self._positions[self._oldest_kept]
                self._oldest_kept += 1


def _remove_partial_files(folder: Path) -> None:
    with failing_storage("removing what a crash left behind"):
        for path in folder.glob(f".*{PARTIAL_SUFFIX}"):
            path.unlink()


def _check_segments(segments: list[int], last_known: int, index: Index) -> None:
    """Raise `Corrupted` if a segment before the last known one is missing."""
    known = [segment for segment in segments if segment <= last_known]
    expected = last_known
    for segment in reversed(known):
        if segment != expected:
            raise damaged(f"{expected:020}.log", "the segment file is missing")
        before = index(segment - 1)
        expected = before.segment if before else 1
    if known[0] != 1:
        raise damaged(f"{expected:020}.log", "the segment file is missing")
