# SPDX-License-Identifier: Apache-2.0
"""The commit mark: the height up to which the block log is known to be on disk.

It is written after each sync and never synced itself, so it costs next to nothing. Whatever
survives of it is true: it can lag behind the log, never lead. Other processes read it, so that
they never show a block that a power cut could still take back; and the log reads it when it is
opened, so that it never takes a committed block for a torn one. Spec: docs/spec/storage.md
section 4.
"""

from __future__ import annotations

import os
from pathlib import Path
from struct import Struct
from typing import Final
from zlib import crc32

from tallystick.disk import failing_storage, write_file

MARK_FILE: Final = "committed"
_MAGIC = b"TALLYCMT"
_MARK = Struct(">8sQ")
_CHECKSUM = Struct(">I")
_SIZE = _MARK.size + _CHECKSUM.size


def _encode(height: int) -> bytes:
    mark = _MARK.pack(_MAGIC, height)
    return mark + _CHECKSUM.pack(crc32(mark))


def read_mark(folder: Path) -> int | None:
    """Return the committed height; None if there is no mark, or it is damaged or half written.

    Raises:
        StorageFailed: the disk reported an error.
    """
    with failing_storage("reading the commit mark"):
        try:
            data = (folder / MARK_FILE).read_bytes()
        except FileNotFoundError:
            return None
    if (
        len(data) != _SIZE
        or crc32(data[: _MARK.size]) != _CHECKSUM.unpack_from(data, _MARK.size)[0]
    ):
        return None
    magic, height = _MARK.unpack_from(data)
    return int(height) if magic == _MAGIC else None


class CommitMark:
    """Writes the mark; held by the one process that appends to the log."""

    def __init__(self, folder: Path, height: int) -> None:
        """Make the file, or take it over.

        Raises:
            StorageFailed: the system refused.
        """
        write_file(folder / MARK_FILE, _encode(height))
        with failing_storage("opening the commit mark"):
            self._descriptor = os.open(folder / MARK_FILE, os.O_WRONLY | os.O_CLOEXEC)

    def move(self, height: int) -> None:
        """Say that the block at `height` is on disk; the caller has just synced it."""
        os.pwrite(self._descriptor, _encode(height), 0)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
