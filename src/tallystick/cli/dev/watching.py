# SPDX-License-Identifier: Apache-2.0
"""Notices that a file of a contract's folder was saved, by looking a few times a second.

A contract has a handful of files: looking at them costs less than a library that is told by the
system, and works on every file system.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tallystick.cli.contract_project import ContractProject

PERIOD_S: Final = 0.1

Look = Mapping[Path, tuple[int, int]]
"""Time of change and size of each file."""


def look(project: ContractProject) -> Look:
    """Return how the project's files stand; a file that is just being replaced is left out."""
    seen: dict[Path, tuple[int, int]] = {}
    for path in [*project.files(), project.folder / "pyproject.toml"]:
        try:
            found = path.stat()
        except OSError:
            continue
        seen[path] = (found.st_mtime_ns, found.st_size)
    return seen


def changed(before: Look, after: Look) -> list[Path]:
    """Return the files that were saved, added or removed in between, sorted."""
    return sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
