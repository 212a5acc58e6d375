# SPDX-License-Identifier: Apache-2.0
"""Writes ZIP archives that are the same bytes for the same files, whenever they are written.

Files are stored as they are: what people deposit is mostly packed already, and an archive that
packs nothing needs no unpacking to be looked at.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from types import TracebackType
from typing import IO, Final, Self

from tallystick.interchange.archives.names import Names

_TIME: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_PLAIN_FILE: Final = 0o100644 << 16


class ArchiveWriter:
    """An archive under way: `with ArchiveWriter(file) as archive: archive.add(name, [content])`."""

    def __init__(self, target: IO[bytes]) -> None:
        """Write to an open file."""
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_STORED)
        self._names = Names()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()

    def add(self, name: str, chunks: Iterable[bytes], *, size: int = 0) -> None:
        """Add a file; its size must be said if it may be more than 2 GiB.

        Raises:
            HostileFile: `open_archive` would not take its name.
        """
        self._names.add(name)
        member = zipfile.ZipInfo(name, _TIME)
        member.external_attr = _PLAIN_FILE
        member.create_system = _UNIX
        member.file_size = size
        with self._zip.open(member, "w") as target:
            for chunk in chunks:
                target.write(chunk)
