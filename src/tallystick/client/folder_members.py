# SPDX-License-Identifier: Apache-2.0
"""A folder read as if it were an archive: plain files below it, by names that any archive takes."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tallystick.client.home import file_problem
from tallystick.errors import HostileFile, LimitExceeded
from tallystick.interchange.archives import ArchiveLimits, check_names

_CHUNK: Final = 256 * 1024


class FolderMembers:
    """The files below a folder; links are refused, so nothing outside it is read."""

    def __init__(self, folder: Path, limits: ArchiveLimits | None = None) -> None:
        """List the folder.

        Raises:
            HostileFile: a link, a device, or a name that no archive takes.
            LimitExceeded: too many files.
            FileProblem: it cannot be read.
        """
        self._folder = folder
        self._sizes: dict[str, int] = {}
        bounds = limits or ArchiveLimits()
        try:
            for path in sorted(folder.rglob("*")):
                self._take(path, bounds)
        except OSError as error:
            raise file_problem(folder, error) from error
        check_names(self._sizes)

    def _take(self, path: Path, limits: ArchiveLimits) -> None:
        status = path.lstat()
        if stat.S_ISDIR(status.st_mode):
            return
        name = path.relative_to(self._folder).as_posix()
        if not stat.S_ISREG(status.st_mode):
            raise HostileFile("a member is a link or a device", field=ascii(name[:60]))
        if len(self._sizes) == limits.members:
            raise LimitExceeded(
                "the folder holds too many files", expected=f"at most {limits.members}"
            )
        self._sizes[name] = status.st_size

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of each file by its name."""
        return dict(self._sizes)

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a file's content.

        Raises:
            FileProblem: it cannot be read any more.
        """
        path = self._folder / name
        try:
            with path.open("rb") as source:
                while chunk := source.read(_CHUNK):
                    yield chunk
        except OSError as error:
            raise file_problem(path, error) from error
