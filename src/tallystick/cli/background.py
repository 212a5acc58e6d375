# SPDX-License-Identifier: Apache-2.0
"""Starts the node as a background process and stops it: signals, waiting, its log."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from tallystick.cli.catalogue import say
from tallystick.cli.runfile import LOG_NAME, RunFile, RunRecord
from tallystick.errors import NotFinal, NotFound, TallystickError, Unavailable

POLL_S: Final = 0.05
READY_WAIT_S: Final = 120.0
_TAIL_LINES: Final = 12


def start(folder: Path, arguments: Sequence[str], *, typed: str | None = None) -> RunRecord:
    """Start `tally ARGUMENTS` in the background and return when it is ready.

    Args:
        folder: the data folder that it serves.
        arguments: its own.
        typed: a line for its standard input: a secret, which others would see elsewhere.

    Raises:
        Unavailable: it ended while starting; the end of its log is in the message.
        NotFinal: it is still starting after two minutes, and goes on.
    """
    log = folder / LOG_NAME
    with log.open("ab") as output:
        child = subprocess.Popen(  # our own program with our own arguments
            [sys.executable, "-m", "tallystick.cli", *arguments],
            stdin=subprocess.DEVNULL if typed is None else subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,  # a closed terminal does not take it along
        )
    if child.stdin is not None:
        # If it has ended already, its log says more than a broken pipe.
        with suppress(BrokenPipeError), child.stdin as line:
            line.write(f"{typed}\n".encode())
    run = RunFile(folder)
    record: RunRecord | None = None

    def is_over() -> bool:
        nonlocal record
        record = run.read()
        return (record is not None and record.ready) or child.poll() is not None

    is_done = wait_until(is_over, READY_WAIT_S)
    if child.poll() is not None:
        raise Unavailable(
            say("node.died", path=log), found=_tail(log), hint=f"tally doctor --data {folder}"
        )
    child.returncode = 0  # it is on its own now; nobody here will wait for it
    if not is_done or record is None:
        raise NotFinal(say("node.starting"), hint=f"tail -f {log}")
    return record


def stop(folder: Path, timeout_s: float) -> int:
    """Stop the process that serves `folder`; return its id when it has ended.

    Raises:
        NotFound: none does.
        Unavailable: it did not end in time.
        TallystickError: it belongs to another user.
    """
    run = RunFile(folder)
    record = run.read()
    if record is None:
        was_stale = run.is_stale()
        run.clear()
        note = say("node.was_stale") if was_stale else None
        raise NotFound(say("node.not_running", path=folder), hint=note or "tally up")
    try:
        os.kill(record.pid, signal.SIGTERM)
    except ProcessLookupError:  # it ended between the two lines above
        return record.pid
    except PermissionError as error:
        raise TallystickError(str(error), found=f"pid {record.pid}", hint="sudo") from error
    if not wait_until(lambda: not run.is_held(), timeout_s):
        raise Unavailable(
            say("node.still_there", pid=record.pid, seconds=f"{timeout_s:g}"),
            hint=f"tail {folder / LOG_NAME}",
        )
    return record.pid


def wait_until(condition: Callable[[], bool], timeout_s: float) -> bool:
    """Wait for a condition; say whether it came true in time."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_S)
    return True


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-_TAIL_LINES:])
