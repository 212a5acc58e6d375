# SPDX-License-Identifier: Apache-2.0
"""Names of files in archives: which of them mean the same file, and nothing else, everywhere.

A name may not leave the folder it is unpacked to, may not be read as another one by people
(direction marks, control characters), and may not meet another one on a disk that ignores case or
composes accents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from tallystick.errors import HostileFile

NAME_BYTES_MAX: Final = 1024
PART_BYTES_MAX: Final = 255
_DRIVE: Final = re.compile("[A-Za-z]:")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control, format (direction marks among them), half characters, line and paragraph ends."""


class Names:
    """The names of one archive, each acceptable and none met by another."""

    def __init__(self) -> None:
        """Begin with none."""
        self._files: dict[str, str] = {}
        self._folders: dict[str, str] = {}

    def add(self, name: str) -> None:
        """Take a file's name.

        Raises:
            HostileFile: it is not acceptable, or stands for the same file as another.
        """
        check_name(name)
        key = _key(name)
        taken = self._files.get(key) or self._folders.get(key)
        if taken is not None:
            raise _refuse("two names stand for the same file", name, taken)
        self._files[key] = name
        while "/" in key:
            key = key.rpartition("/")[0]
            if key in self._files:
                raise _refuse("a file has the name of a folder", name, self._files[key])
            self._folders.setdefault(key, name)


def check_names(names: Iterable[str]) -> None:
    """Check all names of files in an archive, each by itself and against the others.

    Raises:
        HostileFile: one is not acceptable, or two stand for the same file.
    """
    checked = Names()
    for name in names:
        checked.add(name)


def check_name(name: str) -> None:
    """Check one name: relative, of plain parts, visible, not too long.

    Raises:
        HostileFile: it is not.
    """
    if any(unicodedata.category(one) in _UNSEEN for one in name):
        raise _refuse("a name has control or direction characters", name)
    if name.startswith("/") or "\\" in name or _DRIVE.match(name):
        raise _refuse("a name is absolute, or of another system", name)
    parts = name.split("/")
    if any(part in {"", ".", ".."} for part in parts):
        raise _refuse("a name leaves its folder", name)
    if any(part != part.strip() or part.endswith(".") for part in parts):
        raise _refuse("a part of a name begins or ends with a blank, or ends with a dot", name)
    if len(name.encode()) > NAME_BYTES_MAX or any(
        len(part.encode()) > PART_BYTES_MAX for part in parts
    ):
        raise _refuse("a name is too long", name)


def _key(name: str) -> str:
    """Return what a name comes to on the disk that is least exact."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", name).casefold())


def _refuse(why: str, name: str, other: str = "") -> HostileFile:
    return HostileFile(
        why,
        field=ascii(name[:60]),
        expected="relative names that differ on every system",
        found=ascii(other[:60]) if other else None,
    )
