# SPDX-License-Identifier: Apache-2.0
"""Backups of the node as pages show them; who serves the console makes and tries them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeAlias

from tallystick.errors import TallystickError


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A file of the folder of backups, and what it says of itself."""

    name: str
    path: str
    """Whole, for the command that restores it."""
    bytes: int
    written_at: int
    mark: str
    """Another one when the file is another one."""
    network: str | None = None
    """None, like what follows, for a file that is no backup or cannot be read."""
    height: int | None = None
    block_time: int | None = None
    has_keys: bool = False


class WorkKind(StrEnum):
    """What is done with backups in the background."""

    MAKE = "make"
    VERIFY = "verify"


@dataclass(slots=True, kw_only=True)
class Work:
    """What is being done, or was done last."""

    kind: WorkKind
    name: str
    begun_at: int
    done: int = 0
    total: int = 0
    """Bytes when one is made, blocks when one is tried; 0 until it is known."""
    is_over: bool = False
    error: TallystickError | None = None
    mark: str = ""
    """Of the file, when it is over."""


WorkEnd: TypeAlias = Callable[[Work], None]
"""Told when work is over, from a thread; nobody is told when the node ends before."""


class Backups(Protocol):
    """The one folder in which a node's backups lie; methods are for threads."""

    @property
    def folder(self) -> Path:
        """Where they lie; nothing outside it is read or written."""

    def is_on_the_same_disk(self) -> bool:
        """Tell whether a broken disk would take node and backups together."""

    def found(self) -> list[Backup]:
        """Return the backups that lie there, the newest first.

        Raises:
            FileProblem: the folder cannot be read.
        """

    def work(self) -> Work | None:
        """Return what is being done, or was done last since the node started."""

    def make(self, now_ms: int, on_end: WorkEnd) -> str:
        """Begin a backup; return its name.

        Raises:
            Overloaded: something is being done already.
            FileProblem: the folder cannot be written, or has too little room.
        """

    def verify(self, name: str, now_ms: int, on_end: WorkEnd) -> None:
        """Begin to try one: restore it into a folder that is thrown away.

        Raises:
            NotFound: there is no such backup.
            Overloaded: something is being done already.
            FileProblem: the folder cannot be written, or has too little room.
        """
