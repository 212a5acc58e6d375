# SPDX-License-Identifier: Apache-2.0
"""Segment files of the block log: made, listed, read. Spec: docs/spec/storage.md section 2.

A segment is named by the height of its first block. Its header holds a marker of its own, eight
random bytes without zeros, that starts each of its records: nobody who only sends transactions
can write something that looks like a record.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from struct import Struct
from types import TracebackType
from typing import Final, Self, cast
from zlib import crc32

from tallystick.crypto import sha256
from tallystick.disk import failing_storage, write_file
from tallystick.errors import DataFolderProblem, Malformed, invariant
from tallystick.model import Block
from tallystick.storage.records import (
    HEAD_SIZE,
    MARKER_SIZE,
    Position,
    RecordHead,
    damaged,
    decode_head,
    decode_record,
    is_whole,
    to_portable,
)

MAGIC: Final = b"TALLYLOG"
SEGMENT_VERSION: Final = 1
_HEADER = Struct(">8sII Q 8s 16s 12x")
_CHECKSUM = Struct(">I")
SEGMENT_HEADER_SIZE: Final = _HEADER.size + _CHECKSUM.size
_NAME = re.compile(r"(\d{20})\.log")
_NETWORK_DIGEST_SIZE = 16


def segment_path(folder: Path, first_height: int) -> Path:
    """Return the path of a segment in the folder of the block log."""
    return folder / f"{first_height:020}.log"


def list_segments(folder: Path) -> list[int]:
    """Return the first heights of all segments, ascending.

    Raises:
        StorageFailed: the folder cannot be read.
    """
    with failing_storage(f"listing {folder.name}"):
        names = [path.name for path in folder.iterdir()]
    return sorted(int(match[1]) for match in map(_NAME.fullmatch, names) if match)


def create_segment(folder: Path, first_height: int, network: str) -> Path:
    """Make a segment without blocks, on disk when this returns.

    Raises:
        StorageFailed: the system refused.
    """
    # Never zero, so that a record's first sector is never all zero.
    marker = bytes(secrets.randbelow(255) + 1 for _ in range(MARKER_SIZE))
    header = _HEADER.pack(
        MAGIC,
        SEGMENT_VERSION,
        SEGMENT_HEADER_SIZE,
        first_height,
        marker,
        _network_digest(network),
    )
    path = segment_path(folder, first_height)
    write_file(path, header + _CHECKSUM.pack(crc32(header)))
    return path


def _network_digest(network: str) -> bytes:
    return sha256(network.encode())[:_NETWORK_DIGEST_SIZE]


class Segment:
    """An open segment file, to read from. Any thread may read."""

    def __init__(self, folder: Path, first_height: int, *, network: str | None = None) -> None:
        """Open the segment; `network`, if given, must be the one it was written for.

        Raises:
            Corrupted: the file is missing, or its header is damaged.
            DataFolderProblem: it is of another network, or of a newer version.
        """
        self.first_height = first_height
        self.place = segment_path(folder, first_height).name
        try:
            self._descriptor = os.open(
                segment_path(folder, first_height), os.O_RDONLY | os.O_CLOEXEC
            )
        except FileNotFoundError:
            raise damaged(self.place, "the segment file is missing") from None
        try:
            self.marker = self._read_marker(network)
        except BaseException:
            self.close()
            raise

    def _read_marker(self, network: str | None) -> bytes:
        data = self.read(0, SEGMENT_HEADER_SIZE)
        if len(data) < SEGMENT_HEADER_SIZE or not data.startswith(MAGIC):
            raise damaged(self.place, "the segment header is cut off or damaged")
        _, version, _, first_height, marker, digest = _HEADER.unpack_from(data)
        if crc32(data[: _HEADER.size]) != _CHECKSUM.unpack_from(data, _HEADER.size)[0]:
            raise damaged(self.place, "the segment header fails its checksum")
        if version > SEGMENT_VERSION:
            raise DataFolderProblem(
                f"{self.place} was written by a newer version",
                expected=f"segment version {SEGMENT_VERSION}",
                found=str(version),
                hint="Install the version that wrote it, or a newer one.",
            )
        if first_height != self.first_height:
            raise damaged(self.place, f"the file is the segment of block {first_height}, renamed")
        if network is not None and digest != _network_digest(network):
            raise DataFolderProblem(f"{self.place} belongs to another network", expected=network)
        return bytes(marker)

    @property
    def size(self) -> int:
        """Bytes in the file now."""
        return os.fstat(self._descriptor).st_size

    def read(self, offset: int, size: int) -> bytes:
        """Return up to `size` bytes; fewer at the end of the file.

        Raises:
            StorageFailed: the disk reported an error.
        """
        with failing_storage(f"reading {self.place}"):
            data = os.pread(self._descriptor, size, offset)
            while len(data) < size:
                more = os.pread(self._descriptor, size - len(data), offset + len(data))
                if not more:
                    break
                data += more
        return data

    def read_head(self, offset: int) -> RecordHead | None:
        """Return the head of the record at `offset`; None if there is none that is undamaged."""
        return decode_head(self.read(offset, HEAD_SIZE), self.marker)

    def read_record(self, position: Position) -> bytes:
        """Return the bytes of the record at `position`, checked against its checksum (INV-P8).

        Raises:
            Corrupted: what stands there is not that record, or is damaged.
        """
        record = self.read(position.offset, position.size)
        head = decode_head(record, self.marker)
        if head is not None and self.position(head, position.offset) != position:
            what = f"found another block where block {position.height} should be"
            raise damaged(self.at(position.offset), what)
        if head is None or not is_whole(head, record):
            what = "fails its checksum" if record else "is missing"
            raise damaged(self.at(position.offset), f"block {position.height} {what}")
        return record

    def read_portable(self, position: Position) -> bytes:
        """Return the record at `position`, checked, as it stands in snapshots.

        Raises:
            Corrupted: what stands there is not that record, or is damaged.
        """
        record = self.read_record(position)
        head = decode_head(record, self.marker)
        invariant(head is not None, "a record that was checked has a head")
        return to_portable(cast("RecordHead", head), record)

    def decode(self, position: Position, record: bytes) -> Block:
        """Return the block in the bytes of a record that `read_record` returned.

        Raises:
            Corrupted: they are no block, although they have their checksum.
        """
        try:
            return decode_record(position.count, record)
        except Malformed as error:
            raise damaged(self.at(position.offset), error.message) from error

    def read_block(self, position: Position) -> Block:
        """Return the block at `position`, checked against its checksum (INV-P8).

        Raises:
            Corrupted: what stands there is not that block, or is damaged.
        """
        block = self.decode(position, self.read_record(position))
        if (block.header.height, block.first_leaf) != (position.height, position.first_leaf):
            what = f"found block {block.header.height} where block {position.height} should be"
            raise damaged(self.at(position.offset), what)
        return block

    def position(self, head: RecordHead, offset: int) -> Position:
        """Return the position of the record with this head."""
        return Position(
            height=head.height,
            segment=self.first_height,
            offset=offset,
            size=head.size,
            first_leaf=head.first_leaf,
            count=head.count,
        )

    def at(self, offset: int) -> str:
        """Return the place, for messages."""
        return f"{self.place} offset {offset}"

    def close(self) -> None:
        """Close the file; again does no harm."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __enter__(self) -> Self:
        """Use the segment and close it at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()
