# SPDX-License-Identifier: Apache-2.0
"""Durable files: whole or not at all, with the folder synced."""

from __future__ import annotations

import fcntl
import os
import stat
import sys
from pathlib import Path

import pytest

from tallystick.disk import make_folder, sync_data, sync_file, truncate_file, write_file
from tallystick.errors import StorageFailed


def test_a_file_is_synced_then_named_then_its_folder_is_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the last step, 20 of 20 acknowledged files were lost in power cuts."""
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def record_sync(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        steps.append("sync folder" if is_folder else "sync file")
        fsync(descriptor)

    def record_replace(path: Path, target: Path) -> Path:
        steps.append("rename")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", record_sync)
    monkeypatch.setattr(Path, "replace", record_replace)
    write_file(tmp_path / "a", b"content", mode=0o600)
    assert steps == ["sync file", "rename", "sync folder"]
    assert (tmp_path / "a").read_bytes() == b"content"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """There is the old content or the new, never a mixture."""
    path = tmp_path / "a"
    write_file(path, b"old")

    def fail(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, call, fail)
        with pytest.raises(StorageFailed) as raised:
            write_file(path, b"new")
    assert raised.value.found == "ENOSPC"
    assert path.read_bytes() == b"old"
    write_file(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_folder_is_made_once(tmp_path: Path) -> None:
    """Making it again changes nothing; what cannot be made is a storage failure."""
    make_folder(tmp_path / "a", mode=0o700)
    make_folder(tmp_path / "a")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700
    with pytest.raises(StorageFailed):
        make_folder(tmp_path / "no" / "a")


def test_cutting_what_is_not_there_is_a_storage_failure(tmp_path: Path) -> None:
    """Every error of the system arrives as one kind."""
    with pytest.raises(StorageFailed):
        truncate_file(tmp_path / "nothing", 0)


def test_on_a_mac_syncs_go_through_to_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """There, fsync stops at the drive's cache; only a file control goes further."""
    calls: list[int] = []
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", lambda _, command: calls.append(command))
    sync_data(1)
    sync_file(1)
    assert calls == [51, 51]
