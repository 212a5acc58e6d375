# SPDX-License-Identifier: Apache-2.0
"""Files that are on disk, or gone from it, when these functions return.

The same care as `storage.files`, which is of another room of this floor: the folder is synced too,
or a new name, and a removal, may be lost with the power.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tallystick.errors import StorageFailed

PARTIAL_SUFFIX: Final = ".partial"
_PRIVATE_FILE: Final = 0o600


@contextmanager
def failing(what: str) -> Iterator[None]:
    """Turn an error of the operating system into `StorageFailed`, saying what was attempted."""
    try:
        yield
    except OSError as error:
        raise StorageFailed(f"{what}: {error.strerror or error}") from error


def write_synced(path: Path, data: bytes) -> None:
    """Make or replace a whole file: after a crash there is the old one or the new one.

    Raises:
        StorageFailed: the system refused.
    """
    partial = path.with_name(f".{path.name}{PARTIAL_SUFFIX}")
    with failing(f"writing {path.name}"):
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        with os.fdopen(os.open(partial, flags, _PRIVATE_FILE), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        sync_folder(path.parent)


def remove_synced(folder: Path, paths: Iterable[Path]) -> None:
    """Remove files of a folder; they are gone from the disk's directory when this returns.

    Raises:
        StorageFailed: the system refused.
    """
    with failing(f"removing files of {folder.name}"):
        for path in paths:
            path.unlink(missing_ok=True)
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Return when the names in a folder are on disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
