# SPDX-License-Identifier: Apache-2.0
"""The record of a block: what is written is what is read, and damage shows."""

from __future__ import annotations

import pytest

from tallystick.errors import Malformed
from tallystick.storage.records import (
    HEAD_SIZE,
    RECORD_BYTES_MAX,
    SECTOR_SIZE,
    count_zero_sectors,
    decode_head,
    decode_record,
    encode_record,
    is_whole,
)
from tests.unit.storage.chain import Chain

MARKER = b"markers!"


def record_of(chain: Chain, offset: int = 64) -> bytes:
    """Return the record of the last block."""
    return bytes(encode_record(chain.blocks[-1], MARKER, offset))


@pytest.mark.parametrize("transactions", [0, 1, 7])
def test_a_block_comes_back_from_its_record(transactions: int) -> None:
    """What was appended is what is read, empty blocks too."""
    chain = Chain()
    chain.grow(2, transactions)
    record = record_of(chain)
    head = decode_head(record, MARKER)
    assert head is not None
    assert head.size == len(record)
    assert (head.height, head.count) == (2, transactions)
    assert is_whole(head, record)
    assert decode_record(head.count, record) == chain.blocks[-1]


def test_every_flipped_bit_of_a_record_is_noticed() -> None:
    """INV-P8: a checksum covers each bit, in the head and in the body."""
    chain = Chain()
    chain.grow(1, 1)
    record = bytearray(record_of(chain))
    for bit in range(8 * len(record)):
        record[bit // 8] ^= 1 << bit % 8
        head = decode_head(bytes(record), MARKER)
        assert head is None or not is_whole(head, bytes(record)), bit
        record[bit // 8] ^= 1 << bit % 8


def test_a_head_cut_off_anywhere_is_no_head() -> None:
    """Half a head is as good as none."""
    chain = Chain()
    chain.grow(1)
    record = record_of(chain)
    assert all(decode_head(record[:size], MARKER) is None for size in range(HEAD_SIZE))
    assert decode_head(record[:HEAD_SIZE], MARKER) is not None


def test_a_record_of_another_segment_is_no_record() -> None:
    """A block that was copied between segments is not taken for one of this segment."""
    chain = Chain()
    chain.grow(1)
    assert decode_head(record_of(chain), b"elsewhere"[:8]) is None


@pytest.mark.parametrize("count", [0, 1, 2, 4, 10_000])
def test_sizes_that_do_not_add_up_are_refused(count: int) -> None:
    """A record with a good checksum and a wrong count is refused, not misread."""
    chain = Chain()
    chain.grow(1, 3)
    with pytest.raises(Malformed):
        decode_record(count, record_of(chain))


@pytest.mark.parametrize("offset", [0, 1, 64, 500, 511, 512, 1000])
def test_zero_sectors_are_counted_where_the_file_has_its_sectors(offset: int) -> None:
    """The count that tells a torn write from damage follows the file's sectors."""
    data = bytearray(b"\xff" * (8 * SECTOR_SIZE))
    assert count_zero_sectors(data, offset) == 0
    first = -offset % SECTOR_SIZE
    data[first + 512 : first + 3 * 512 + 100] = bytes(2 * 512 + 100)
    assert count_zero_sectors(data, offset) == 2
    data[first + 511 : first + 512] = b"\0"
    assert count_zero_sectors(data, offset) == 2


@pytest.mark.parametrize("size", [1, 100, 511, 512, 513, 1024, 1500])
@pytest.mark.parametrize("offset", [0, 1, 300, 511, 512])
def test_of_nothing_but_zeros_every_sector_counts(offset: int, size: int) -> None:
    """Pieces of sectors at the ends count like whole ones."""
    touched = (offset + size - 1) // SECTOR_SIZE - offset // SECTOR_SIZE + 1
    assert count_zero_sectors(bytes(size), offset) == touched


@pytest.mark.parametrize("offset", range(64, 64 + SECTOR_SIZE, 7))
def test_the_head_knows_the_zero_sectors_of_its_record(offset: int) -> None:
    """Wherever a record begins, its own count is right, with long zeros inside and without."""
    chain = Chain()
    chain.add([{b"a/b/c": bytes(3000)}, {b"a/b/d": b"x"}])
    record = record_of(chain, offset)
    head = decode_head(record, MARKER)
    assert head is not None
    assert head.zero_sectors == count_zero_sectors(record, offset)
    assert head.zero_sectors >= 4


def test_the_largest_block_fits_with_room_to_spare() -> None:
    """Relation of limits: a block of the largest size is far below the record limit."""
    assert RECORD_BYTES_MAX < 2**32
