# SPDX-License-Identifier: Apache-2.0
"""Finds the end of the block log when it is opened, and tells a torn write from damage.

Only one record can be torn: the last one, whose append no sync had confirmed. It may be cut when
all of this holds; anything else stops the node (spec: docs/spec/storage.md section 5):

- no one knows its block as committed: neither the store nor the commit mark;
- nothing that looks like a record follows it;
- the file ends before the record does, or a sector of it that was not written as zeros reads as
  zeros. A write that a power cut interrupts leaves that; a flipped bit does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tallystick.storage.records import (
    HEAD_SIZE,
    RECORD_BYTES_MAX,
    SECTOR_SIZE,
    Position,
    RecordHead,
    count_zero_sectors,
    damaged,
    decode_head,
    is_whole,
    is_zero,
)
from tallystick.storage.segments import SEGMENT_HEADER_SIZE, Segment, list_segments


@dataclass(frozen=True, slots=True)
class Tail:
    """What stands in the log after the last block that the store knows."""

    positions: list[Position]
    """Of the blocks after that one, in order."""
    segment: int
    """The last segment; 0 if there is none yet."""
    end: int
    """Where the next record goes in it."""
    torn_bytes: int
    """What a torn write left behind there, to be cut."""
    height: int
    """Of the last block; 0 if there is none."""


def scan_tail(folder: Path, network: str, known: Position | None, committed: int) -> Tail:
    """Read the heads of all records after `known`, and the last record whole.

    Args:
        folder: of the block log.
        network: whose blocks they must be.
        known: the last block that the store knows, or None to read from the start.
        committed: the highest block known to be on disk.

    Raises:
        Corrupted: something is damaged, or a committed block is missing.
        DataFolderProblem: a segment is of another network, or newer.
    """
    scan = _Scan(folder, network, known, committed)
    segments = list_segments(folder)
    first = known.segment if known else 1
    if first not in segments and (segments or known):
        raise damaged(f"{first:020}.log", "the segment file is missing")
    remaining = [segment for segment in segments if segment >= first]
    for segment in remaining:
        scan.read_segment(segment, is_last=segment == remaining[-1])
    if scan.height < committed:
        raise damaged(
            f"{remaining[-1]:020}.log" if remaining else folder.name,
            f"the log ends at block {scan.height}, but block {committed} was committed",
        )
    return Tail(scan.positions, remaining[-1] if remaining else 0, scan.end, scan.torn, scan.height)


class _Scan:
    """The state of one scan: what has been found so far."""

    def __init__(self, folder: Path, network: str, known: Position | None, committed: int) -> None:
        self.positions: list[Position] = []
        self.height = known.height if known else 0
        self.end = SEGMENT_HEADER_SIZE
        self.torn = 0
        self._folder = folder
        self._network = network
        self._known = known
        self._committed = committed
        self._leaf = known.first_leaf + known.count if known else 0

    def read_segment(self, first_height: int, *, is_last: bool) -> None:
        """Walk over one segment; the first is that of the known block."""
        with Segment(self._folder, first_height, network=self._network) as segment:
            self.end = SEGMENT_HEADER_SIZE
            if self._known and first_height == self._known.segment:
                # A block that the store knows is durable: it is there and whole, or else damage.
                segment.read_block(self._known)
                self.end = self._known.end
            elif first_height != self.height + 1:
                what = f"the segment before it ends at block {self.height}"
                raise damaged(segment.place, what)
            size = segment.size
            while self.end < size:
                head = segment.read_head(self.end)
                if head is None or not self._is_usable(segment, head, size):
                    self._take_torn(segment, head, size, may_be_torn=is_last)
                    return
                self._take(segment, head)

    def _is_usable(self, segment: Segment, head: RecordHead, size: int) -> bool:
        """Say whether a record is all there; whether it is undamaged, only if it is the last."""
        if (head.height, head.first_leaf) != (self.height + 1, self._leaf):
            what = f"block {head.height} follows block {self.height}"
            raise damaged(segment.at(self.end), what)
        end = self.end + head.size
        return end < size or (end == size and is_whole(head, segment.read(self.end, head.size)))

    def _take(self, segment: Segment, head: RecordHead) -> None:
        position = segment.position(head, self.end)
        self.positions.append(position)
        self.height = head.height
        self.end = position.end
        self._leaf += head.count

    def _take_torn(
        self, segment: Segment, head: RecordHead | None, size: int, *, may_be_torn: bool
    ) -> None:
        """Note the rest of the segment as torn, or raise if it cannot be that."""
        place, height, rest = segment.at(self.end), self.height + 1, size - self.end
        if not may_be_torn:
            raise damaged(place, f"block {height} is damaged and other segments follow")
        if height <= self._committed:
            raise damaged(place, f"block {height} was committed and is damaged")
        if rest > RECORD_BYTES_MAX:
            raise damaged(place, f"{rest} bytes that are no block")
        data = segment.read(self.end, rest)
        if _has_record_after(data, segment.marker):
            raise damaged(place, f"block {height} is damaged and other blocks follow")
        if not _is_torn(head, data, self.end, segment.marker):
            raise damaged(place, f"block {height} is damaged: no interrupted write looks like this")
        self.torn = rest


def _has_record_after(data: bytes, marker: bytes) -> bool:
    at = data.find(marker, 1)
    while at >= 0:
        if decode_head(data[at : at + HEAD_SIZE], marker) is not None:
            return True
        at = data.find(marker, at + 1)
    return False


def _is_torn(head: RecordHead | None, data: bytes, offset: int, marker: bytes) -> bool:
    """Say whether an interrupted write can have left `data`, the rest of the file."""
    if head is not None:
        return len(data) < head.size or count_zero_sectors(data, offset) > head.zero_sectors
    starts_like_a_record = data.startswith(marker) or marker.startswith(data)
    is_short = len(data) < HEAD_SIZE and starts_like_a_record
    return is_short or _has_zero_sector_in_head(data, offset)


def _has_zero_sector_in_head(data: bytes, offset: int) -> bool:
    border = -offset % SECTOR_SIZE
    if is_zero(data[: border or SECTOR_SIZE]):
        return True
    return 0 < border < HEAD_SIZE and is_zero(data[border : border + SECTOR_SIZE])
