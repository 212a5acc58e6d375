# SPDX-License-Identifier: Apache-2.0
"""The end of the log: a torn last write is cut, damage never is (spec storage.md section 5)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from tallystick.errors import Corrupted
from tallystick.storage import BlockLog, BlockLogReader
from tallystick.storage.committed import CommitMark
from tallystick.storage.segments import SEGMENT_HEADER_SIZE
from tests.unit.storage.chain import NETWORK, Chain, last_segment, overwrite, write_log

BLOCKS = 4


@pytest.fixture
def chain() -> Chain:
    """Four blocks."""
    chain = Chain()
    chain.grow(BLOCKS, 2)
    return chain


@pytest.fixture
def data(tmp_path: Path, chain: Chain) -> Path:
    """A log of four blocks whose mark says that the last one was never confirmed."""
    write_log(tmp_path, chain)
    CommitMark(tmp_path / "blocks", BLOCKS - 1).close()
    return tmp_path


def last_record(data: Path) -> tuple[int, int]:
    """Return begin and end of the last record in its segment."""
    *_, (_, position) = BlockLogReader(data).places(1, BLOCKS)
    return position.offset, position.end


def reopened(data: Path) -> tuple[int, int]:
    """Open the log; return its height and what was cut, after checking all that is left."""
    log = BlockLog.open(data, NETWORK)
    assert len(list(log.blocks(1))) == log.height
    log.close()
    return log.height, log.torn_bytes


@pytest.mark.usefixtures("without_syncs")
def test_a_record_cut_off_at_any_byte_is_cut_away(data: Path, chain: Chain) -> None:
    """INV-I1: whatever part of the last write reached the disk, the blocks before it stay."""
    path = last_segment(data)
    begin, end = last_record(data)
    whole = path.read_bytes()
    assert reopened(data) == (BLOCKS, 0)
    for size in range(begin, end):
        CommitMark(data / "blocks", BLOCKS - 1).close()
        overwrite(path, whole[:size])
        assert reopened(data) == (BLOCKS - 1, size - begin)
        assert path.stat().st_size == begin
    log = BlockLog.open(data, NETWORK)
    log.append(chain.blocks[-1])
    assert path.read_bytes() == whole
    log.close()


@pytest.mark.usefixtures("without_syncs")
def test_a_committed_record_that_is_cut_off_is_never_cut_away(data: Path) -> None:
    """INV-I1: what the commit mark vouches for is damage when it is missing, at any byte."""
    CommitMark(data / "blocks", BLOCKS).close()
    path = last_segment(data)
    begin, end = last_record(data)
    whole = path.read_bytes()
    for size in range(begin, end):
        overwrite(path, whole[:size])
        with pytest.raises(Corrupted, match=f"block {BLOCKS} was committed"):
            BlockLog.open(data, NETWORK)
        assert path.read_bytes() == whole[:size]


@pytest.mark.usefixtures("without_syncs")
def test_a_record_that_the_store_knows_is_never_cut_away(data: Path) -> None:
    """The store's height counts like the mark: it was told only of blocks on disk."""
    path = last_segment(data)
    *_, (_, known) = BlockLogReader(data).places(1, BLOCKS)
    whole = path.read_bytes()
    for size in range(known.offset, known.end, 5):
        overwrite(path, whole[:size])
        with pytest.raises(Corrupted):
            BlockLog.open(data, NETWORK, known=known)


@pytest.mark.usefixtures("without_syncs")
def test_no_flipped_bit_in_the_last_record_is_taken_for_a_torn_write(data: Path) -> None:
    """S7: even unconfirmed, a whole record with one wrong bit is damage: it may be committed."""
    path = last_segment(data)
    begin, end = last_record(data)
    whole = bytearray(path.read_bytes())
    for bit in range(8 * begin, 8 * end, 3):
        whole[bit // 8] ^= 1 << bit % 8
        overwrite(path, whole)
        with pytest.raises(Corrupted):
            BlockLog.open(data, NETWORK)
        whole[bit // 8] ^= 1 << bit % 8


@pytest.mark.usefixtures("without_syncs")
def test_no_flipped_bit_in_the_middle_is_overlooked(data: Path) -> None:
    """INV-P8: found when the log is opened or when the block is read, never returned."""
    CommitMark(data / "blocks", BLOCKS).close()
    path = last_segment(data)
    begin, _ = last_record(data)
    whole = bytearray(path.read_bytes())
    for bit in range(0, 8 * begin, 13):
        whole[bit // 8] ^= 1 << bit % 8
        overwrite(path, whole)
        # The header's reserved bytes are under its checksum too.
        with pytest.raises(Corrupted):
            reopened(data)
        with pytest.raises(Corrupted):
            list(BlockLogReader(data).blocks(1, BLOCKS))
        whole[bit // 8] ^= 1 << bit % 8


def zero(path: Path, begin: int, end: int) -> None:
    """Zero a part of a file."""
    content = bytearray(path.read_bytes())
    content[begin:end] = bytes(end - begin)
    overwrite(path, content)


def sectors(begin: int, end: int) -> list[tuple[int, int]]:
    """Return the parts of the file's sectors that lie in a range."""
    borders = [begin, *range(begin - begin % 512 + 512, end, 512), end]
    return list(pairwise(borders))


@pytest.mark.usefixtures("without_syncs")
def test_any_sectors_that_never_arrived_make_a_torn_write(tmp_path: Path) -> None:
    """A power cut may persist any part of the last write; each such picture is cut away."""
    chain = Chain()
    chain.grow(2, 2)
    chain.add([{b"a/b/c": bytes(1200)}, {b"a/b/d": b"x" * 700}])
    write_log(tmp_path, chain)
    path = last_segment(tmp_path)
    *_, (_, position) = BlockLogReader(tmp_path).places(1, 3)
    pieces = sectors(position.offset, position.end)
    assert 5 <= len(pieces) <= 9
    content = path.read_bytes()
    for subset in range(1, 2 ** len(pieces)):
        CommitMark(tmp_path / "blocks", 2).close()
        overwrite(path, content)
        for at, (begin, end) in enumerate(pieces):
            if subset >> at & 1:
                zero(path, begin, end)
        if path.read_bytes() == content:
            continue  # it was written as zeros: nothing is missing
        assert reopened(tmp_path) == (2, position.size), bin(subset)


@pytest.mark.usefixtures("without_syncs")
def test_zeros_that_belong_to_a_block_do_not_excuse_damage(tmp_path: Path) -> None:
    """A sender cannot make a flipped bit look like a torn write by sending zeros."""
    chain = Chain()
    chain.add([{b"a/b/c": bytes(5000)}])
    write_log(tmp_path, chain)
    CommitMark(tmp_path / "blocks", 0).close()
    path = last_segment(tmp_path)
    content = bytearray(path.read_bytes())
    assert bytes(4 * 512) in content
    for at in range(SEGMENT_HEADER_SIZE, len(content), 11):
        content[at] ^= 4
        overwrite(path, content)
        with pytest.raises(Corrupted):
            BlockLog.open(tmp_path, NETWORK)
        content[at] ^= 4


def garble(content: bytes) -> bytes:
    """Return a record whose head is not that of a record."""
    return b"\x01" * 20 + content[20:]


@pytest.mark.parametrize(
    "after",
    [
        lambda _: b"tail",
        lambda record: record[8:],
        lambda _: b"x" * 600,
        lambda record: bytes(600) + record,
        lambda record: garble(record) + record,
    ],
    ids=["few bytes", "no marker", "letters", "zeros, block", "garbled, block"],
)
def test_what_no_interrupted_write_leaves_is_damage(
    data: Path, after: Callable[[bytes], bytes]
) -> None:
    """S7: bytes that look otherwise stop the node, and stay for those who repair it."""
    path = last_segment(data)
    begin, _ = last_record(data)
    content = path.read_bytes()
    overwrite(path, content[:begin] + after(content[begin:]))
    before = path.read_bytes()
    with pytest.raises(Corrupted) as raised:
        BlockLog.open(data, NETWORK)
    assert raised.value.field is not None
    assert f"offset {begin}" in raised.value.field
    assert "docs/operator/repair.md" in raised.value.hint
    assert path.read_bytes() == before


def test_a_block_over_the_rest_of_another_is_damage(data: Path) -> None:
    """Nothing is cut where a whole block is found: it was appended after the one before."""
    path = last_segment(data)
    begin, end = last_record(data)
    content = path.read_bytes()
    overwrite(path, content[: begin + 300] + content[begin:])
    with pytest.raises(Corrupted):
        reopened(data)
    assert path.stat().st_size == end + 300


def test_a_torn_record_before_another_segment_is_damage(tmp_path: Path, chain: Chain) -> None:
    """A segment is begun only when the one before is on disk completely."""
    write_log(tmp_path, chain, segment_bytes=1)
    (tmp_path / "blocks" / "committed").unlink()
    first = tmp_path / "blocks" / f"{2:020}.log"
    first.write_bytes(first.read_bytes()[:-10])
    with pytest.raises(Corrupted, match="other segments follow"):
        BlockLog.open(tmp_path, NETWORK)


def test_a_whole_record_of_the_wrong_height_is_damage(tmp_path: Path, chain: Chain) -> None:
    """Blocks cannot be left out or repeated, checksums or not."""
    write_log(tmp_path, chain)
    (tmp_path / "blocks" / "committed").unlink()
    path = last_segment(tmp_path)
    (_, second), (_, third) = list(BlockLogReader(tmp_path).places(2, 3))
    content = path.read_bytes()
    overwrite(path, content[: second.offset] + content[third.offset :])
    with pytest.raises(Corrupted, match="block 3 follows block 1"):
        BlockLog.open(tmp_path, NETWORK)
    overwrite(path, content[: second.end] + content[second.offset :])
    with pytest.raises(Corrupted, match="block 2 follows block 2"):
        BlockLog.open(tmp_path, NETWORK)


def test_an_absurdly_long_tail_is_damage(data: Path) -> None:
    """No block is that large; a sparse gigabyte is not read into memory either."""
    with last_segment(data).open("r+b") as file:
        file.truncate(2**31)
    with pytest.raises(Corrupted, match="no block"):
        BlockLog.open(data, NETWORK)


def test_a_new_segment_without_blocks_is_fine(tmp_path: Path, chain: Chain) -> None:
    """A crash right after a segment was begun loses nothing."""
    write_log(tmp_path, chain, segment_bytes=1)
    path = last_segment(tmp_path)
    overwrite(path, path.read_bytes()[:SEGMENT_HEADER_SIZE])
    CommitMark(tmp_path / "blocks", BLOCKS - 1).close()
    assert reopened(tmp_path) == (BLOCKS - 1, 0)


@pytest.mark.parametrize("content", [b"", b"TALLYCMT", b"x" * 20, None])
def test_without_a_readable_mark_the_log_opens_all_the_same(
    data: Path, content: bytes | None
) -> None:
    """The mark is a help, not a condition: it may be old, half written, or missing."""
    mark = data / "blocks" / "committed"
    mark.unlink()
    if content is not None:
        mark.write_bytes(content)
    assert reopened(data) == (BLOCKS, 0)
    assert BlockLogReader(data).committed_height() == BLOCKS


def test_every_flipped_bit_of_the_mark_is_noticed(data: Path) -> None:
    """A damaged mark is no mark: it can neither hide nor invent committed blocks."""
    mark = data / "blocks" / "committed"
    content = bytearray(mark.read_bytes())
    for bit in range(8 * len(content)):
        content[bit // 8] ^= 1 << bit % 8
        mark.write_bytes(content)
        assert BlockLogReader(data).committed_height() == BLOCKS, bit  # found by reading
        content[bit // 8] ^= 1 << bit % 8


@pytest.mark.parametrize("size", [0, 1, 63])
def test_a_segment_without_a_whole_header_is_damage(data: Path, size: int) -> None:
    """Segments appear with their header on disk, so this cannot be a crash."""
    path = last_segment(data)
    overwrite(path, path.read_bytes()[:size])
    with pytest.raises(Corrupted, match="header"):
        BlockLog.open(data, NETWORK)


def test_a_renamed_segment_is_noticed(data: Path) -> None:
    """The header says which blocks are inside."""
    path = last_segment(data)
    shutil.copy(path, path.with_name(f"{BLOCKS + 1:020}.log"))
    with pytest.raises(Corrupted, match="renamed"):
        BlockLog.open(data, NETWORK)
