# SPDX-License-Identifier: Apache-2.0
"""The record of one block in the block log. Spec: docs/spec/storage.md section 3.

    head (44 bytes): marker, height, first leaf, count, body size, zero sectors, body checksum,
                     checksum of the head
    body:            sizes of all parts, block header, transactions, entries, write sets, end mark

The checksums (CRC-32) are there against accidents: they find every single flipped bit. Against
forgery stand the hashes in the block header, which `BlockVerifier` checks.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from struct import Struct
from typing import Final
from zlib import crc32

import msgspec

from tallystick.errors import Corrupted, Malformed, invariant
from tallystick.model import Block, decode_header

MARKER_SIZE: Final = 8
PORTABLE_MARKER: Final = b"TALLYSNP"
"""Starts a record outside of a block log, where it belongs to no segment."""
END_MARK: Final = b"\xa5END"
"""Holds no zero byte, so the last sector of a whole record is never all zero."""
SECTOR_SIZE: Final = 512
"""The smallest piece of which a disk, or a file system, writes all or nothing."""
RECORD_BYTES_MAX: Final = 2**30

_HEAD = Struct(">8sQQIIII")
_CHECKSUM = Struct(">I")
HEAD_SIZE: Final = _HEAD.size + _CHECKSUM.size
_SIZE_BYTES: Final = 4
_REST_OF_HEAD = bytes(HEAD_SIZE - MARKER_SIZE)
_ZERO_SECTOR = bytes(SECTOR_SIZE)


class Position(msgspec.Struct, frozen=True):
    """Where a block stands in the block log; there is none before the block is on disk."""

    height: int
    segment: int
    """The segment file, by the height of its first block."""
    offset: int
    """Of the record's first byte in the segment file."""
    size: int
    """Bytes of the whole record."""
    first_leaf: int
    """Log index of the block's first transaction."""
    count: int
    """Transactions in the block."""

    @property
    def end(self) -> int:
        """Offset of the byte after the record."""
        return self.offset + self.size


class RecordHead(msgspec.Struct, frozen=True):
    """What a record says about itself before its body."""

    height: int
    first_leaf: int
    count: int
    body_size: int
    zero_sectors: int
    """Sectors of the record that hold only zeros although they were written so."""
    body_checksum: int

    @property
    def size(self) -> int:
        """Bytes of the whole record."""
        return HEAD_SIZE + self.body_size


def encode_record(block: Block, marker: bytes, offset: int) -> bytearray:
    """Return the record of `block` for the place `offset` of the segment with this marker."""
    count = len(block.transactions)
    sizes = Struct(f">{3 * count + 1}I").pack(
        len(block.header_bytes),
        *map(len, block.transactions),
        *map(len, block.entries),
        *map(len, block.write_sets),
    )
    record = bytearray().join(
        (
            marker,
            _REST_OF_HEAD,
            sizes,
            block.header_bytes,
            *block.transactions,
            *block.entries,
            *block.write_sets,
            END_MARK,
        )
    )
    invariant(len(record) <= RECORD_BYTES_MAX, "the block is too large for the block log")
    _HEAD.pack_into(
        record,
        0,
        marker,
        block.header.height,
        block.first_leaf,
        count,
        len(record) - HEAD_SIZE,
        # With the marker in place no sector changes between zero and not when the head follows.
        count_zero_sectors(record, offset),
        crc32(memoryview(record)[HEAD_SIZE:]),
    )
    _CHECKSUM.pack_into(record, _HEAD.size, crc32(memoryview(record)[: _HEAD.size]))
    return record


def decode_head(data: bytes, marker: bytes) -> RecordHead | None:
    """Return the head at the start of `data`; None if it is cut off, damaged or no head at all."""
    if len(data) < HEAD_SIZE or not data.startswith(marker):
        return None
    if crc32(data[: _HEAD.size]) != _CHECKSUM.unpack_from(data, _HEAD.size)[0]:
        return None
    _, *fields = _HEAD.unpack_from(data)
    return RecordHead(*fields)


def is_whole(head: RecordHead, record: bytes) -> bool:
    """Say whether the bytes of a record are all there and have their checksum."""
    return len(record) == head.size and crc32(memoryview(record)[HEAD_SIZE:]) == head.body_checksum


def to_portable(head: RecordHead, record: bytes) -> bytes:
    """Return a whole record as it stands in snapshots: the same bytes on every node.

    What depends on the segment and the place in it, the marker and the count of zero sectors, is
    replaced; the body is the same everywhere.
    """
    plain = _HEAD.pack(
        PORTABLE_MARKER,
        head.height,
        head.first_leaf,
        head.count,
        head.body_size,
        0,
        head.body_checksum,
    )
    return b"".join((plain, _CHECKSUM.pack(crc32(plain)), memoryview(record)[HEAD_SIZE:]))


def decode_record(count: int, record: bytes) -> Block:
    """Return the block in a whole record of `count` transactions.

    Raises:
        Malformed: sizes that do not add up, or no block header.
    """
    start = HEAD_SIZE + _SIZE_BYTES * (3 * count + 1)
    if start > len(record):
        raise Malformed("block record: too short for its sizes", field="record.count")
    sizes = Struct(f">{3 * count + 1}I").unpack_from(record, HEAD_SIZE)
    ends = list(accumulate(sizes, initial=start))
    if ends[-1] + len(END_MARK) != len(record) or not record.endswith(END_MARK):
        raise Malformed("block record: its sizes do not add up", field="record.sizes")
    header_bytes, *parts = [record[begin:end] for begin, end in pairwise(ends)]
    return Block(
        header=decode_header(header_bytes),
        header_bytes=header_bytes,
        transactions=tuple(parts[:count]),
        entries=tuple(parts[count : 2 * count]),
        write_sets=tuple(parts[2 * count :]),
    )


def count_zero_sectors(data: bytes | bytearray, offset: int) -> int:
    """Count the sectors of the file that, as far as they lie in `data`, hold only zeros.

    A power cut leaves what was not yet written as whole sectors of zeros, or the file short; so
    more such sectors than were written mean a torn write, and no more mean damage.
    """
    first = min(-offset % SECTOR_SIZE, len(data))
    last = max(len(data) - (offset + len(data)) % SECTOR_SIZE, first)
    count = is_zero(data[:first]) + is_zero(data[last:])
    at = data.find(_ZERO_SECTOR, first, last)
    while at >= 0:
        at += (first - at) % SECTOR_SIZE
        if data.startswith(_ZERO_SECTOR, at) and at < last:
            count += 1
            at += SECTOR_SIZE - 1
        at = data.find(_ZERO_SECTOR, at + 1, last)
    return count


def is_zero(data: bytes | bytearray) -> bool:
    """Say whether there are bytes and all of them are zero."""
    return bool(data) and data.count(0) == len(data)


def damaged(place: str, what: str) -> Corrupted:
    """Return the error for a place in the block log that cannot be what was written."""
    return Corrupted(
        f"{place}: {what}",
        field=place,
        hint="Keep the folder as it is, run `tally doctor`, see docs/operator/repair.md.",
    )
