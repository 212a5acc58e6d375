# SPDX-License-Identifier: Apache-2.0
"""The engine's log: lines go to a file, which is put aside when it has grown."""

from __future__ import annotations

import os
from collections import deque
from io import FileIO
from pathlib import Path
from typing import Final

LOG_BYTES_MAX: Final = 16 * 1024 * 1024
LOGS_KEPT: Final = 4
_TAIL_LINES: Final = 20


class LogFile:
    """Appends lines; `engine.log` is put aside as `engine.log.1`, that one as `.2`, and so on."""

    def __init__(self, path: Path, *, size_max: int = LOG_BYTES_MAX, kept: int = LOGS_KEPT) -> None:
        """Open the file for appending, for this user only."""
        self._path = path
        self._size_max = size_max
        self._kept = kept
        self._tail: deque[bytes] = deque(maxlen=_TAIL_LINES)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = self._open()

    def write(self, line: bytes) -> None:
        """Append one line.

        Raises:
            OSError: the system refused; the line is in the tail only, and the next may be tried.
        """
        self._tail.append(line)
        if self._size + len(line) > self._size_max:
            self._rotate()
        self._size += self._file.write(line)

    @property
    def tail(self) -> str:
        """The last lines of this run."""
        return b"".join(self._tail).decode("utf-8", "replace")

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _open(self) -> FileIO:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        # Without a buffer: what a full disk refused would be refused again at the end, by `close`.
        file = FileIO(descriptor, "a")
        self._size = os.fstat(descriptor).st_size
        return file

    def _rotate(self) -> None:
        if self._path.exists():  # else the last attempt got so far, and could not go on
            for number in range(self._kept - 1, 0, -1):
                older = self._aside(number)
                if older.exists():
                    older.replace(self._aside(number + 1))
            self._path.replace(self._aside(1))
        full, self._file = self._file, self._open()
        full.close()

    def _aside(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")
