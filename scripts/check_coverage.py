#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hold the measured coverage of each room against its floor in pyproject.toml.

Usage: check_coverage.py coverage.json (as written by `coverage json`). Lines and branches count
together: covered / (statements + branches). A room without a floor of its own has the default; it may
be missing from the report, one with a floor may not.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

PROJECT: Final = Path(__file__).resolve().parents[1]
PACKAGE_PREFIX: Final = "src/tallystick/"


@dataclass(frozen=True, slots=True)
class Floors:
    """What is asked for."""

    default: float
    rooms: dict[str, float]
    files: tuple[str, ...]
    """Patterns of files, from the package's folder, that must be covered completely."""


@dataclass(slots=True)
class Tally:
    """Statements and branches: how many, and how many ran."""

    total: int = 0
    covered: int = 0

    def add(self, summary: dict[str, int]) -> None:
        """Add one file's figures."""
        self.total += summary["num_statements"] + summary.get("num_branches", 0)
        self.covered += summary["covered_lines"] + summary.get("covered_branches", 0)

    @property
    def percent(self) -> float:
        """100.0 only when nothing at all is missing."""
        return 100 * self.covered / self.total if self.total else 100.0


def read_floors(project: Path) -> Floors:
    """Read [tool.tallystick.coverage]."""
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    stated = settings["tool"]["tallystick"]["coverage"]
    return Floors(stated["default"], stated["rooms"], tuple(stated["files"]))


def tallies(report: dict[str, Any], floors: Floors) -> dict[str, Tally]:
    """Return a tally for each room, and one for each file that has its own floor."""
    found: defaultdict[str, Tally] = defaultdict(Tally)
    for path, measured in report["files"].items():
        if PACKAGE_PREFIX not in path:
            continue
        inner = path.split(PACKAGE_PREFIX, 1)[1]
        found[inner.split("/", 1)[0].removesuffix(".py")].add(measured["summary"])
        if any(fnmatch(inner, pattern) for pattern in floors.files):
            found[inner].add(measured["summary"])
    return dict(found)


def shortfalls(report: dict[str, Any], floors: Floors) -> list[str]:
    """Return what lies below its floor, and rooms with a floor of which nothing was measured."""
    found = tallies(report, floors)
    wrong = [f"{room}: not measured at all" for room in sorted(floors.rooms) if room not in found]
    for name, tally in sorted(found.items()):
        is_file = "/" in name or any(fnmatch(name, pattern) for pattern in floors.files)
        floor = 100.0 if is_file else floors.rooms.get(name, floors.default)
        if tally.percent < floor:
            missing = tally.total - tally.covered
            wrong.append(f"{name}: {tally.percent:.2f} %, floor {floor:g} %, {missing} not run")
    return wrong


def main() -> int:
    """Print the shortfalls, or one line of totals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    report = json.loads(parser.parse_args().report.read_text(encoding="utf-8"))
    floors = read_floors(PROJECT)
    found = tallies(report, floors)
    if not found:
        print("coverage: the report names no file of the package", file=sys.stderr)
        return 1
    wrong = shortfalls(report, floors)
    for line in wrong:
        print(f"coverage: {line}", file=sys.stderr)
    if not wrong:
        total = report["totals"]["percent_covered"]
        print(
            f"coverage: {total:.2f} % of lines and branches; every room measured reaches its floor"
        )
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
