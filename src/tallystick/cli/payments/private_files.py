# SPDX-License-Identifier: Apache-2.0
"""Files that only their owner may read: names and accounts never lie open, and never half."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from tallystick.cli.catalogue import say
from tallystick.errors import FileProblem

T = TypeVar("T")

_OTHERS: Final = 0o077
_PRIVATE: Final = 0o600
_BYTES_MAX: Final = 256 * 1024 * 1024


def read_private(path: Path) -> bytes:
    """Return the bytes of a file that nobody else may read.

    Raises:
        FileProblem: it is not there, is too long, or others may read or change it.
    """
    try:
        with path.open("rb") as file:
            # Asked of the open file, so that nobody puts another in its place in between.
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            data = b"" if mode & _OTHERS else file.read(_BYTES_MAX + 1)
    except OSError as error:
        raise FileProblem(
            say("payments.unreadable", path=path), field=path.name, found=str(error.strerror)
        ) from error
    if mode & _OTHERS:
        raise FileProblem(
            say("payments.open_file", path=path),
            field=path.name,
            expected="0600",
            found=f"{mode:04o}",
            hint=f"chmod 600 {path}",
        )
    if len(data) > _BYTES_MAX:
        raise FileProblem(say("payments.unreadable", path=path), field=path.name)
    return data


def write_private(path: Path, data: bytes) -> None:
    """Make or replace a whole file that only its owner may read.

    After a crash there is the old one or the new one.

    Raises:
        FileProblem: the disk or the folder does not take it.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise FileProblem(
            say("payments.unwritable", path=path), field=path.name, found=str(error.strerror)
        ) from error


def sync_folder(folder: Path) -> None:
    """Let what was made, renamed or removed in a folder survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def decode_private(path: Path, kind: type[T]) -> T:
    """Return what a private JSON file holds.

    Raises:
        FileProblem: it cannot be read, or does not have this form.
    """
    return decode_form(read_private(path), path, kind)


def decode_form(data: bytes, path: Path, kind: type[T]) -> T:
    """Return what the bytes of a private JSON file hold; the path is what errors call it.

    Raises:
        FileProblem: they do not have this form.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        # The error names the place, never a value: what is in such a file is private.
        raise FileProblem(
            say("payments.wrong_form", path=path), field=path.name, found=str(error)
        ) from error
