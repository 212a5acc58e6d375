# SPDX-License-Identifier: Apache-2.0
"""Keep the corpus small: python -m tests.fuzz.corpus [--from DIR] [--target NAME ...].

For each target the seeds, the corpus that is there, and what a fuzz run found (DIR/TARGET) are
replayed; kept are, in this order, those that reach a line of ours by a way no earlier one took.
Inputs that were once a finding are named `finding-...` and always stay.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Final

from tests.fuzz.kit import Target
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS

FOLDER: Final = Path(__file__).parent / "corpus"
FILES_MAX: Final = 60
Edge = tuple[str, int, int]
"""File, line before, line."""


class Tracer:
    """Collects which lines of the package follow which."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.edges: set[Edge] = set()

    def __call__(self, frame: FrameType, *_: object) -> object:
        """Follow a call into the package, not into what it uses."""
        name = frame.f_code.co_filename
        if "/tallystick/" not in name:
            return None
        before = 0

        def line(inner: FrameType, *_: object) -> object:
            nonlocal before
            self.edges.add((name, before, inner.f_lineno))
            before = inner.f_lineno
            return line

        return line(frame)


def edges_of(target: Target, data: bytes) -> set[Edge]:
    """Return the ways an input takes through the package."""
    tracer = Tracer()
    before = sys.gettrace()
    sys.settrace(tracer)  # type: ignore[arg-type]
    try:
        verdict = target(data)
    finally:
        sys.settrace(before)
    return tracer.edges | {("verdict", 0, int(verdict))}


def candidates(target: str, found: Path | None) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, input): seeds first, then what is kept already, then what is new."""
    for owner, name, data in seeds():
        if owner == target:
            yield name, data
    folders = [FOLDER / target, *([found / target] if found else [])]
    for folder in folders:
        if folder.is_dir():
            paths = sorted(folder.iterdir(), key=lambda path: (path.stat().st_size, path.name))
            for path in paths:
                data = path.read_bytes()
                is_finding = path.name.startswith("finding-")
                yield path.name if is_finding else hashlib.sha256(data).hexdigest()[:16], data


def write_seeds(folder: Path) -> None:
    """Write the seeds where a fuzz run can read them."""
    for owner, name, data in seeds():
        (folder / owner).mkdir(parents=True, exist_ok=True)
        (folder / owner / name).write_bytes(data)


def minimise(name: str, found: Path | None) -> tuple[int, int]:
    """Rewrite the corpus of a target; return how many inputs were tried and how many kept."""
    target, seen, kept, tried = TARGETS[name], set[Edge](), dict[str, bytes](), set[bytes]()
    for file_name, data in candidates(name, found):
        if data in tried or len(kept) >= FILES_MAX:
            continue
        tried.add(data)
        # What is remembered of an earlier input must not hide the way of this one.
        target(data)
        fresh = edges_of(target, data) - seen
        if fresh or file_name.startswith("finding-"):
            seen |= fresh
            kept[file_name] = data
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for file_name, data in kept.items():
        (folder / file_name).write_bytes(data)
    return len(tried), len(kept)


def main() -> None:
    """Minimise the corpus of the targets asked for."""
    parser = argparse.ArgumentParser(prog="tests.fuzz.corpus")
    parser.add_argument("--from", dest="found", type=Path)
    parser.add_argument("--target", action="append")
    parser.add_argument("--write-seeds", type=Path)
    asked = parser.parse_args()
    if asked.write_seeds:
        write_seeds(asked.write_seeds)
        return
    for name in asked.target or TARGETS:
        tried, kept = minimise(name, asked.found)
        size = sum(path.stat().st_size for path in (FOLDER / name).iterdir())
        print(f"{name:16} {tried:6} tried {kept:4} kept {size:8} bytes")


if __name__ == "__main__":
    main()
