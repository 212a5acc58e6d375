# SPDX-License-Identifier: Apache-2.0
"""The store that needs nothing: files in a folder of this machine, named by content address.

    FOLDER/<last two characters>/<content address>

A name is made of a parsed address only, never of text that somebody sent: there is no path to
leave the folder by.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import Final

from tallystick.disk import (
    PARTIAL_SUFFIX,
    failing_storage,
    make_folder,
    make_private_folder,
    remove_files,
    sync_file,
    sync_folder,
)
from tallystick.encoding import Cid
from tallystick.errors import NotFound

_PRIVATE_FILE: Final = 0o600


class FolderStore:
    """Documents in a folder."""

    def __init__(self, folder: Path) -> None:
        """Use a folder; it is made when something is kept."""
        self._folder = folder

    def put(self, cid: Cid, file: Path) -> None:
        """Keep the content of a file, as a link to it where the file system can."""
        target = self.path(cid)
        make_private_folder(self._folder)
        make_folder(target.parent, mode=0o700)
        with failing_storage(f"storing {target.name}"):
            _sync(file)
            try:
                os.link(file, target)
            except FileExistsError:
                pass
            except OSError:  # another file system, or one without links
                _copy(file, target)
            sync_folder(target.parent)

    def read(self, cid: Cid, start: int, size: int) -> bytes:
        """Return a part of a file."""
        with failing_storage(f"reading {cid}"):
            try:
                descriptor = os.open(self.path(cid), os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError as error:
                raise NotFound("no such document is stored", field="cid", found=str(cid)) from error
            try:
                return os.pread(descriptor, size, start)
            finally:
                os.close(descriptor)

    def remove(self, cid: Cid) -> bool:
        """Remove a file."""
        path = self.path(cid)
        if not path.exists():
            return False
        remove_files(path.parent, [path])
        return True

    def size(self, cid: Cid) -> int | None:
        """Return a file's size."""
        with contextlib.suppress(FileNotFoundError):
            return self.path(cid).stat().st_size
        return None

    def path(self, cid: Cid) -> Path:
        """Return where a file is, or would be."""
        name = str(cid)
        return self._folder / name[-2:] / name


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        sync_file(descriptor)
    finally:
        os.close(descriptor)


def _copy(file: Path, target: Path) -> None:
    partial = target.with_name(f".{target.name}{PARTIAL_SUFFIX}")
    try:
        shutil.copyfile(file, partial)
        partial.chmod(_PRIVATE_FILE)
        _sync(partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
