# SPDX-License-Identifier: Apache-2.0
"""Segment files: what has good checksums and is wrong all the same."""

from __future__ import annotations

import os
from pathlib import Path
from struct import pack, pack_into
from zlib import crc32

import pytest

from tallystick.errors import Corrupted, DataFolderProblem, StorageFailed
from tallystick.storage import BlockLog, BlockLogReader
from tallystick.storage.segments import SEGMENT_HEADER_SIZE, Segment, create_segment
from tests.unit.storage.chain import NETWORK, Chain, last_segment, overwrite, write_log

HEAD_SIZE = 44


def test_a_header_is_64_bytes_and_has_its_marker_without_zeros(tmp_path: Path) -> None:
    """Spec storage.md section 2: the first sector of a record is never all zero."""
    markers = set()
    for height in range(1, 200):
        path = create_segment(tmp_path, height, NETWORK)
        assert path.stat().st_size == SEGMENT_HEADER_SIZE == 64
        with Segment(tmp_path, height, network=NETWORK) as segment:
            assert 0 not in segment.marker
            markers.add(segment.marker)
    assert len(markers) == 199


def test_a_segment_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """INV-P13: with a good checksum it is not damage; it is newer."""
    chain = Chain()
    chain.grow(1)
    write_log(tmp_path, chain)
    path = last_segment(tmp_path)
    content = bytearray(path.read_bytes())
    pack_into(">I", content, 8, 2)
    pack_into(">I", content, 60, crc32(content[:60]))
    overwrite(path, content)
    with pytest.raises(DataFolderProblem, match="newer"):
        BlockLog.open(tmp_path, NETWORK)


def forge(path: Path, offset: int, at: int, value: bytes) -> None:
    """Change the head of a record and make its checksum fit."""
    content = bytearray(path.read_bytes())
    content[offset + at : offset + at + len(value)] = value
    head = content[offset : offset + 40]
    content[offset + 40 : offset + 44] = pack(">I", crc32(head))
    overwrite(path, content)


def open_and_read(data: Path) -> None:
    """Open a log and read its first block."""
    log = BlockLog.open(data, NETWORK)
    try:
        log.block(1)
    finally:
        log.close()


@pytest.mark.parametrize(
    ("at", "value"),
    [(24, pack(">I", 1)), (24, pack(">I", 2**31)), (8, pack(">Q", 2)), (16, pack(">Q", 7))],
    ids=["fewer transactions", "absurdly many", "another height", "another leaf"],
)
def test_a_head_that_contradicts_its_body_is_damage(tmp_path: Path, at: int, value: bytes) -> None:
    """Spec storage.md section 3: sizes must add up, and head and block header must agree."""
    chain = Chain()
    chain.grow(1, 2)
    write_log(tmp_path, chain)
    forge(last_segment(tmp_path), SEGMENT_HEADER_SIZE, at, value)
    with pytest.raises(Corrupted):
        list(BlockLogReader(tmp_path).blocks(1, 1))
    with pytest.raises(Corrupted):
        open_and_read(tmp_path)


def test_a_disk_that_cannot_be_read_is_a_storage_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of the disk is not taken for damage."""
    chain = Chain()
    chain.grow(1)
    write_log(tmp_path, chain)

    def fail(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "pread", fail)
    with pytest.raises(StorageFailed):
        list(BlockLogReader(tmp_path).follow(1))


def test_a_system_that_reads_a_little_at_a_time_is_read_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Short reads are completed."""
    chain = Chain()
    chain.grow(2)
    write_log(tmp_path, chain)
    pread = os.pread
    monkeypatch.setattr(os, "pread", lambda fd, size, offset: pread(fd, min(size, 50), offset))
    assert list(BlockLogReader(tmp_path).follow(1)) == chain.blocks
