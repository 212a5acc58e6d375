# SPDX-License-Identifier: Apache-2.0
"""The two ways to write flushes to the store: in this process, or in one of their own.

The binding of LMDB takes the interpreter lock anew for every single value (measured: 1.2 ms each
while another thread computes), so a busy node writes in another process. Tests and small tools
write in their own. One conformance suite holds both to the same behaviour.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Protocol, cast

import msgspec

from tallystick.disk import write_all
from tallystick.errors import Halted, StorageFailed, TallystickError, error_classes, invariant
from tallystick.storage.environment import (
    Environment,
    WriterLock,
    make_store_folder,
    open_for_writing,
    read_head,
)
from tallystick.storage.flush import Failed, Messages, apply_messages, decode_answer
from tallystick.storage.frames import encode_frame, read_frame

CLOSE_WAIT_S = 60.0


class FlushWriter(Protocol):
    """Writes flushes, one at a time; after any error it is of no further use."""

    environment: Environment
    """Where the readers of this process look."""
    is_inline: bool
    """Whether writing takes this process's own time."""

    def write(self, messages: Messages) -> int:
        """Write one flush; return the store's height when it is on disk.

        Raises:
            StorageFailed: it may or may not be on disk; the node must stop.
        """
        ...

    def close(self) -> None:
        """Close files and end processes."""
        ...


class InlineWriter:
    """Writes in this process."""

    is_inline = True

    def __init__(self, data: Path, network: str, *, map_bytes: int) -> None:
        """Open the store of a data folder, or make it.

        Raises:
            Corrupted: it is damaged.
            DataFolderProblem: it is another network's, newer, or in use.
            StorageFailed: the system refused.
        """
        self._network = network
        self._is_usable = True
        self._lock = WriterLock(make_store_folder(data))
        try:
            self.environment = open_for_writing(data, network, map_bytes)
        except TallystickError:
            self._lock.close()
            raise

    def write(self, messages: Messages) -> int:
        """Write one flush; see `FlushWriter.write`."""
        if not self._is_usable:
            raise StorageFailed("the store failed earlier; nothing is written any more")
        self._is_usable = False
        height = apply_messages(self.environment, messages, self._network)
        self._is_usable = True
        return height

    def close(self) -> None:
        """Close the store."""
        self.environment.close()
        self._lock.close()


class ProcessWriter:
    """Writes through a child process, `python -m tallystick.storage.writer`.

    The child ends when the pipe to it closes, so it never outlives this process by more than the
    flush it is writing; that flush is whole blocks of the log, so finishing it does no harm.
    """

    is_inline = False

    def __init__(self, data: Path, network: str, *, map_bytes: int) -> None:
        """Start the child, wait until it has the store open, and open it for reading.

        Raises:
            Corrupted: it is damaged.
            DataFolderProblem: it is another network's, newer, or in use.
            StorageFailed: the system refused.
        """
        folder = make_store_folder(data)
        self._frame = bytearray()
        self._child = _start_child(data, network, map_bytes)
        try:
            self._read_answer()
            self.environment = Environment(folder, map_bytes=map_bytes, is_writer=False)
            read_head(self.environment, network)
        except TallystickError:
            self._end_child()
            raise

    @property
    def process_id(self) -> int:
        """The child's process id."""
        return self._child.pid

    def write(self, messages: Messages) -> int:
        """Write one flush; see `FlushWriter.write`. Call it from a thread that may wait."""
        for message in messages:
            self._send(message)
        return self._read_answer()

    def close(self) -> None:
        """End the child when it has finished, and close the store.

        Raises:
            StorageFailed: the child does not end.
        """
        self.environment.close()
        self._end_child()

    def _send(self, message: msgspec.Struct) -> None:
        encode_frame(message, self._frame)
        try:
            write_all(_fileno(self._child.stdin), self._frame)
        except OSError as error:
            # It may have said why before it ended.
            self._read_answer()
            raise _child_died(self._child) from error

    def _read_answer(self) -> int:
        try:
            frame = read_frame(_fileno(self._child.stdout))
        except OSError as error:
            raise _child_died(self._child) from error
        if frame is None:
            raise _child_died(self._child)
        answer = decode_answer(frame)
        if isinstance(answer, Failed):
            error_class = error_classes().get(answer.code, Halted)
            raise error_class(f"storage process: {answer.message}", hint=answer.hint)
        return answer.height

    def _end_child(self) -> None:
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._child.wait(CLOSE_WAIT_S)
        except subprocess.TimeoutExpired as error:
            self._child.kill()
            self._child.wait()
            raise StorageFailed("the storage process did not end in time") from error


def _start_child(data: Path, network: str, map_bytes: int) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-P",  # modules come from where this process has them, never from the working folder
        "-m",
        "tallystick.storage.writer",
        str(data),
        network,
        str(map_bytes),
        str(os.getpid()),
    ]
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    except OSError as error:
        raise StorageFailed(f"the storage process could not be started: {error}") from error


def _child_died(child: subprocess.Popen[bytes]) -> StorageFailed:
    return StorageFailed("the storage process ended", found=f"exit code {child.poll()}")


def _fileno(pipe: IO[bytes] | None) -> int:
    invariant(pipe is not None, "the storage process has no pipe")
    return cast("IO[bytes]", pipe).fileno()
