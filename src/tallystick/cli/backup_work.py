# SPDX-License-Identifier: Apache-2.0
"""Makes or tries a backup in a process of its own, so that the node's commits do not wait for it.

Run as `python -m tallystick.cli.backup_work make|verify DATA FILE`. Each line of its output is a
JSON object: how much of how much is done, or at last the error, if there was one.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from tallystick.errors import TallystickError
from tallystick.storage import backup, restore

_NICENESS: Final = 19
_PAUSE_S: Final = 0.2
"""Between two lines, at least."""


class Told(msgspec.Struct, omit_defaults=True):
    """One line."""

    done: int = 0
    total: int = 0
    code: str = ""
    """Of the error that ended it."""
    detail: str = ""
    hint: str | None = None
    field: str | None = None


def trial_folder(data: Path, file: Path) -> Path:
    """Return where a backup is tried: beside it, and another place for each node."""
    return file.parent / f".trial-{sha256(bytes(data.resolve())).hexdigest()[:16]}"


def make(data: Path, file: Path) -> None:
    """Write a backup, with the records of the console and without keys; raises as `backup`."""
    backup(data, file, include_console=True, progress=_Progress())


def verify(data: Path, file: Path) -> None:
    """Restore a backup into a folder that is thrown away; raises as `restore`."""
    trial = trial_folder(data, file)
    shutil.rmtree(trial, ignore_errors=True)  # of a trial that was ended in the middle
    try:
        restore(file, trial, include_console=True, progress=_Progress())
    finally:
        shutil.rmtree(trial, ignore_errors=True)


class _Progress:
    """Tells how far it has come, now and then."""

    def __init__(self) -> None:
        self._told_at = 0.0

    def __call__(self, done: int, total: int) -> None:
        if done == total or time.monotonic() - self._told_at >= _PAUSE_S:
            self._told_at = time.monotonic()
            _tell(Told(done=done, total=total))


def _tell(told: Told) -> None:
    # Whoever reads has gone when this fails; then nobody waits for the work either.
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
    sys.stdout.buffer.flush()


def main() -> int:
    """Run as a program."""
    kind, data, file = sys.argv[1:]
    os.nice(_NICENESS)
    try:
        {"make": make, "verify": verify}[kind](Path(data), Path(file))
    except TallystickError as error:
        _tell(Told(code=error.code, detail=error.message, hint=error.hint, field=error.field))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
