# SPDX-License-Identifier: Apache-2.0
"""Which process serves a data folder: a small record, and a lock held for as long as it lives.

The lock decides, not the number in the file: a process id may belong to somebody else after a
crash, a lock cannot. So a left-over record is recognised without guessing.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from tallystick.errors import DataFolderProblem

RECORD_NAME: Final = "run.json"
LOCK_NAME: Final = "run.lock"
LOG_NAME: Final = "node.log"


class RunRecord(Struct, frozen=True):
    """The process that serves a data folder."""

    pid: int
    url: str
    ready: bool = False
    """Whether it answers, and a demonstration is over."""


class RunFile:
    """The record and the lock of one data folder."""

    def __init__(self, folder: Path) -> None:
        """Know the folder; nothing is read yet."""
        self.folder = folder
        self._record = folder / RECORD_NAME
        self._lock = folder / LOCK_NAME

    def read(self) -> RunRecord | None:
        """Return the record of the process that holds the lock; None if none does."""
        return self._stored() if self.is_held() else None

    def is_held(self) -> bool:
        """Say whether a living process serves the folder."""
        try:
            handle = os.open(self._lock, os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    def is_stale(self) -> bool:
        """Say whether a record was left over by a process that did not end cleanly."""
        return self._record.exists() and not self.is_held()

    def clear(self) -> None:
        """Remove a left-over record."""
        self._record.unlink(missing_ok=True)

    @contextmanager
    def hold(self, record: RunRecord) -> Iterator[None]:
        """Hold the lock and show the record while the folder is served.

        Raises:
            DataFolderProblem: another process serves it.
        """
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            raise DataFolderProblem(
                f"a process serves {self.folder} already", field="--data", hint="tally status"
            ) from error
        try:
            self.write(record)
            yield
        finally:
            self.clear()
            os.close(handle)

    def write(self, record: RunRecord) -> None:
        """Replace the record; only whoever holds the lock does this."""
        fresh = self._record.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(record))
        fresh.replace(self._record)

    def mark_ready(self) -> None:
        """Say that the node answers, and that whoever started it may leave."""
        record = self._stored()
        if record is not None:
            self.write(RunRecord(record.pid, record.url, ready=True))

    def _stored(self) -> RunRecord | None:
        try:
            return msgspec.json.decode(self._record.read_bytes(), type=RunRecord)
        except (OSError, msgspec.DecodeError):
            return None
