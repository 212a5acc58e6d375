#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Find functions, classes, methods and code that nothing uses, with vulture.

Fields of records and arguments of ports are left out: the first are data, the second a promise.
What is used from outside only (by a framework, by name) stands in vulture_whitelist.py with a reason.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import vulture
from vulture.core import Item

PROJECT: Final = Path(__file__).resolve().parents[1]
READ: Final = ("src", "tests", "scripts", "benchmarks", "examples")
REPORTED_BELOW: Final = PROJECT / "src"

GENERATED: Final = ["*_pb2.py"]

CALLED_BY_NAME: Final = ["on_*", "test_*", "visit_*", "pytest_*", "__getattr__", "__dir__"]
COMMANDS: Final = ("src", "tallystick", "cli", "commands")
"""Functions here are verbs: the command tree finds them by their names."""
CALLED_BY_DECORATOR: Final = [
    "@*.command",
    "@*.default",
    "@*.meta.default",
    "@action",
    "@query",
    "@pytest.fixture",
    "@initialize",
    "@invariant",
    "@precondition",
    "@rule",
]


def main() -> int:
    """Print each unused thing of the package."""
    finder = vulture.Vulture(
        ignore_names=CALLED_BY_NAME,
        ignore_decorators=CALLED_BY_DECORATOR,
    )
    finder.scavenge([PROJECT / name for name in READ if (PROJECT / name).is_dir()], GENERATED)
    groups = (
        finder.unused_funcs,
        finder.unused_classes,
        finder.unused_methods,
        finder.unused_props,
        finder.unreachable_code,
    )
    unused = [item for group in groups for item in group]
    reported = [item for item in unused if REPORTED_BELOW in Path(item.filename).parents]
    reported = [item for item in reported if not _is_verb(item)]
    for item in sorted(reported, key=lambda item: (str(item.filename), item.first_lineno)):
        place = Path(item.filename).relative_to(PROJECT)
        print(f"{place}:{item.first_lineno}: {item.message}", file=sys.stderr)
    return int(bool(reported))


def _is_verb(item: Item) -> bool:
    place = Path(item.filename).relative_to(PROJECT).parts
    is_public = not str(item.name).startswith("_")
    return item.typ == "function" and is_public and place[: len(COMMANDS)] == COMMANDS


if __name__ == "__main__":
    sys.exit(main())
