# SPDX-License-Identifier: Apache-2.0
"""Looks for what must be nowhere, in every byte and name of a folder."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tallystick.encoding import format_base64url

_WATCHED: list[TemporaryFolder] = []


def canaries_of(*clear: bytes) -> list[bytes]:
    """Return texts, and the head of any secret key, raw and as a log or file might encode them."""
    raw = [*clear, b"AGE-SECRET-KEY-1"]
    encoded = [format_base64url(one[: len(one) // 3 * 3]).encode() for one in raw]
    return [*raw, *(one.hex().encode() for one in raw), *encoded]


def search_for(folder: Path, canaries: list[bytes]) -> None:
    """Fail if a canary is in any byte or name of a folder."""
    paths = [folder] if folder.is_file() else list(folder.rglob("*"))
    assert paths
    for path in paths:
        data = path.read_bytes() if path.is_file() else b""
        assert not [one for one in canaries if one in data or one in bytes(path)]


class TemporaryFolder:
    """The system's temporary folder for a while; what is removed from it is searched too."""

    def __init__(self, folder: Path) -> None:
        """Use a new folder."""
        folder.mkdir()
        self.folder = folder
        self.removed: list[tuple[str, bytes]] = []

    def search_for(self, canaries: list[bytes]) -> None:
        """Fail if a canary is, or was when its file was removed, in any byte or name."""
        found = [(str(one), one.read_bytes()) for one in self.folder.rglob("*") if one.is_file()]
        for name, data in [*found, *self.removed]:
            assert not [one for one in canaries if one in data or one in name.encode()], name

    def note(self, path: Path) -> None:
        """Keep what a file of this folder has, before it is removed."""
        if path.is_relative_to(self.folder):
            with contextlib.suppress(OSError):
                self.removed.append((str(path), path.read_bytes()))


@contextlib.contextmanager
def temporary_folder(folder: Path) -> Iterator[TemporaryFolder]:
    """Make a folder the system's temporary one, for this process and for those that it starts."""
    _watch_removals()
    watched = TemporaryFolder(folder)
    before = os.environ.get("TMPDIR"), tempfile.tempdir
    os.environ["TMPDIR"], tempfile.tempdir = str(folder), str(folder)
    _WATCHED.append(watched)
    try:
        yield watched
    finally:
        _WATCHED.remove(watched)
        tempfile.tempdir = before[1]
        os.environ.pop("TMPDIR")
        if before[0] is not None:
            os.environ["TMPDIR"] = before[0]


@cache
def _watch_removals() -> None:
    """Be told of removals, once for all of this process: such a hook cannot be taken back."""

    def hook(event: str, args: tuple[object, ...]) -> None:
        if event != "os.remove" or not _WATCHED:
            return
        name, directory = args
        base = Path(f"/proc/self/fd/{directory}").readlink() if directory != -1 else Path.cwd()
        path = base / os.fsdecode(name)  # type: ignore[arg-type]  # what a caller of remove gives
        for one in _WATCHED:
            one.note(path)

    sys.addaudithook(hook)
