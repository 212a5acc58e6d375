# SPDX-License-Identifier: Apache-2.0
"""Reads a block log while another process writes it: never cuts, never locks, never writes.

It shows committed blocks only, so a follower never knows a block that a power cut could still
take back; what is still being written counts as not there yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tallystick.errors import DataFolderProblem
from tallystick.model import Block
from tallystick.storage.committed import read_mark
from tallystick.storage.layout import BLOCKS_FOLDER
from tallystick.storage.records import Position, damaged, is_whole
from tallystick.storage.segments import SEGMENT_HEADER_SIZE, Segment, list_segments


class BlockLogReader:
    """A read-only view of the block log in a data folder; one thread at a time."""

    def __init__(self, data: Path, *, network: str | None = None) -> None:
        """Look at a data folder; `network`, if given, must be the one it was made for.

        Raises:
            DataFolderProblem: there is no such folder.
        """
        self.folder = data / BLOCKS_FOLDER
        self._network = network
        self._next: Position | None = None
        """Where the reading went on last time, with the size still unknown."""
        if not data.is_dir():
            raise DataFolderProblem("there is no such data folder", found=str(data))

    def committed_height(self) -> int:
        """Return the height of the last block that is known to be on disk; 0 if there is none.

        Where a folder has lost its commit mark, it is the last whole block.
        """
        mark = read_mark(self.folder)
        if mark is not None or not self.folder.is_dir():
            return mark or 0
        segments = list_segments(self.folder)
        return self._last_whole(segments[-1]) if segments else 0

    def follow(self, from_height: int) -> Iterator[Block]:
        """Yield the committed blocks from `from_height` on, then end; call it again for more.

        To go on with the height after the last one seen costs no search.

        Raises:
            Corrupted: a committed block is damaged or missing.
        """
        return self.blocks(from_height, self.committed_height())

    def blocks(self, first_height: int, last_height: int) -> Iterator[Block]:
        """Yield blocks in order, each checked, each the child of the one before.

        Raises:
            Corrupted: one of them is damaged or missing.
        """
        parent: Block | None = None
        for segment, position in self.places(first_height, last_height):
            block = segment.read_block(position)
            if parent is not None and block.header.parent != parent.hash:
                what = f"block {position.height} does not follow from the block before"
                raise damaged(segment.at(position.offset), what)
            parent = block
            yield block

    def places(self, first: int, last: int) -> Iterator[tuple[Segment, Position]]:
        """Yield where blocks stand, from the heads of their records alone: fast, not checked.

        A segment is open until the next place is asked for.

        Raises:
            Corrupted: the heads are damaged, or a block is missing.
        """
        if first > last:
            return
        height, start, offset = self._start(first)
        segment = Segment(self.folder, start, network=self._network)
        try:
            while height <= last:
                if SEGMENT_HEADER_SIZE < offset >= segment.size:
                    segment.close()
                    segment = Segment(self.folder, height, network=self._network)
                    offset = SEGMENT_HEADER_SIZE
                head = segment.read_head(offset)
                if head is None or head.height != height:
                    raise damaged(segment.at(offset), f"block {height} is missing or damaged")
                position = segment.position(head, offset)
                height, offset = height + 1, position.end
                self.go_to(height, segment.first_height, offset)
                if position.height >= first:
                    yield segment, position
        finally:
            segment.close()

    def go_to(self, height: int, segment: int, offset: int) -> None:
        """Take it that a block's record begins at this place, so that it need not be searched."""
        self._next = Position(height, segment, offset, 0, 0, 0)

    def _start(self, height: int) -> tuple[int, int, int]:
        """Return height, segment and offset of a place from which `height` can be reached."""
        known = self._next
        if known is not None and known.height == height:
            return height, known.segment, known.offset
        starts = [start for start in list_segments(self.folder) if start <= height]
        if not starts:
            raise damaged(self.folder.name, f"the segment file of block {height} is missing")
        return starts[-1], starts[-1], SEGMENT_HEADER_SIZE

    def _last_whole(self, start: int) -> int:
        height, offset = start - 1, SEGMENT_HEADER_SIZE
        with Segment(self.folder, start, network=self._network) as segment:
            size = segment.size
            while (head := segment.read_head(offset)) and offset + head.size <= size:
                end = offset + head.size
                if end == size and not is_whole(head, segment.read(offset, head.size)):
                    break
                height, offset = head.height, end
        return height
