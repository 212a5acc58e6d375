# SPDX-License-Identifier: Apache-2.0
"""Where a user's own things are kept: keys, trust pins, cursors; written whole or not at all.

The folder is `$TALLY_HOME`, else `~/.config/tallystick`. Every write goes to a new file that then
takes the name, so a crash leaves the old content or the new, never half of it.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tallystick.errors import FileProblem, LimitExceeded

HOME_VARIABLE: Final = "TALLY_HOME"
_PRIVATE_FOLDER: Final = 0o700
_PRIVATE_FILE: Final = 0o600
_OTHERS_MAY_READ: Final = 0o077
_PUBLIC_FILE: Final = 0o644
_REASONS: Final[dict[type[OSError], str]] = {
    FileNotFoundError: "there is no such file",
    IsADirectoryError: "it is a folder",
    PermissionError: "this user may not use it",
    FileExistsError: "it exists already",
}


def tally_home() -> Path:
    """Return the folder of this user's keys and pins; it need not exist yet."""
    named = os.environ.get(HOME_VARIABLE)
    return Path(named) if named else Path.home() / ".config" / "tallystick"


def file_problem(path: Path, error: OSError | ValueError) -> FileProblem:
    """Return the typed error for what the operating system said about `path`."""
    reason = _REASONS.get(type(error)) if isinstance(error, OSError) else None
    if reason is None:
        reason = getattr(error, "strerror", None) or "its name is not valid"
    return FileProblem(f"{path}: {reason}", field="path", found=str(path)[:200])


def read_file(path: Path, *, size_max: int) -> bytes:
    """Return the bytes of a small file.

    Raises:
        FileProblem: missing, a folder, or not readable.
        LimitExceeded: more than `size_max` bytes.
    """
    try:
        with path.open("rb") as source:
            data = source.read(size_max + 1)
    except (OSError, ValueError) as error:
        raise file_problem(path, error) from error
    if len(data) > size_max:
        raise LimitExceeded(f"{path}: too large", field="path", expected=f"{size_max} bytes")
    return data


def read_private_file(path: Path, *, size_max: int) -> bytes:
    """Return the bytes of a small file that nobody but this user may read.

    Raises:
        FileProblem: missing, a folder, not readable, or readable by others.
        LimitExceeded: more than `size_max` bytes.
    """
    data = read_file(path, size_max=size_max)
    if path.stat().st_mode & _OTHERS_MAY_READ:
        raise FileProblem(
            f"{path}: other users may read this file",
            field="path",
            expected="mode 0600",
            hint=f"Make it private: chmod 600 {path}",
        )
    return data


def write_file(path: Path, data: bytes, *, private: bool = False, exclusive: bool = False) -> None:
    """Write `data` under `path` in one step, surviving a crash.

    Args:
        path: The file; its folder is made if need be, mode 0700 for private files.
        data: The whole content.
        private: Readable by this user only (mode 0600).
        exclusive: Refuse if the file exists.

    Raises:
        FileProblem: not writable, or it exists and `exclusive` was asked.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER if private else 0o777)
        try:
            _write_synced(fresh, data, _PRIVATE_FILE if private else _PUBLIC_FILE)
            # A hard link fails if the name is taken, where a rename would replace it.
            (os.link if exclusive else os.replace)(fresh, path)
        finally:
            fresh.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise file_problem(path, error) from error


def _write_synced(path: Path, data: bytes, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as target:
        target.write(data)
        target.flush()
        os.fsync(target.fileno())


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, so that two programs do not interleave read and write.

    Raises:
        FileProblem: the folder or its lock file cannot be made.
    """
    path = folder / ".lock"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, _PRIVATE_FILE)
    except OSError as error:
        raise file_problem(path, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
