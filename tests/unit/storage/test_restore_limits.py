# SPDX-License-Identifier: Apache-2.0
"""Restoring within limits of memory and disk, and telling how far it has come."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tallystick.errors import StorageFailed
from tallystick.storage import backup, backup_reader, restore
from tests.unit.storage.test_backup import refused


@pytest.mark.usefixtures("without_syncs")
def test_an_oversized_part_is_not_read(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of parts that claims gigabytes does not fill the memory."""
    backup(data, tmp_path / "backup.tar")
    monkeypatch.setattr(backup_reader, "SMALL_PART_BYTES_MAX", 100)
    refused(tmp_path, "bytes")


def test_a_full_disk_during_a_restore_leaves_nothing(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a restored folder is emptied again."""
    backup(data, tmp_path / "backup.tar")
    write = os.write
    written = 0

    def fill(descriptor: int, piece: memoryview) -> int:
        nonlocal written
        written += 1
        if written > 4:
            raise OSError(28, "No space left on device")
        return write(descriptor, piece)

    monkeypatch.setattr(os, "write", fill)
    refused(tmp_path, "No space left", StorageFailed)


def test_the_progress_of_a_restore_is_told(tmp_path: Path, data: Path) -> None:
    """Blocks of blocks, to the end."""
    backup(data, tmp_path / "backup.tar")
    told: list[tuple[int, int]] = []
    restore(
        tmp_path / "backup.tar",
        tmp_path / "restored",
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(height, 7) for height in range(1, 8)]
