# SPDX-License-Identifier: Apache-2.0
"""What differs between the sources of two versions, file by file; pure."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

LINES_MAX: Final = 4_000
"""Most lines that are shown of all files together."""
_COMPARED_MAX: Final = 6_000
"""Longer files are only said to differ: comparing takes the square of their lines."""
Change: TypeAlias = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of one version or of both."""

    kind: Literal["place", "same", "added", "removed"]
    text: str


@dataclass(frozen=True, slots=True)
class FileDifference:
    """What became of a file."""

    path: str
    change: Change
    lines: tuple[DiffLine, ...]
    is_cut: bool = False
    """There is more than is shown."""


_KINDS: Final[Mapping[str, Literal["same", "added", "removed"]]] = {
    " ": "same",
    "+": "added",
    "-": "removed",
}


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[FileDifference]:
    """Return the files that differ, by path, with the lines around each difference."""
    left = LINES_MAX
    found: list[FileDifference] = []
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old == new:
            continue
        change: Change = "added" if old is None else "removed" if new is None else "changed"
        lines = _lines(old or "", new or "")
        shown = [] if lines is None else lines[:left]
        left -= len(shown)
        is_cut = lines is None or len(shown) < len(lines)
        found.append(FileDifference(path, change, tuple(shown), is_cut))
    return found


def _lines(old: str, new: str) -> list[DiffLine] | None:
    """Return the lines of a difference; None where the files are too long to be compared."""
    before, after = old.splitlines(), new.splitlines()
    if max(len(before), len(after)) > _COMPARED_MAX:
        return None
    _, _, *lines = [*difflib.unified_diff(before, after, lineterm="", n=3)] or ["", ""]
    return [
        DiffLine("place", line)
        if line.startswith("@@")
        else DiffLine(_KINDS.get(line[:1], "same"), line[1:])
        for line in lines
    ]
