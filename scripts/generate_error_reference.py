#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write docs/reference/errors.md from the classes in tallystick.errors.

Run by `make docs`; with --check it writes nothing and fails when the page is stale.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tallystick import errors

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "reference" / "errors.md"

HEAD: Final = """\
# Errors

<!-- Written by scripts/generate_error_reference.py from src/tallystick/errors; do not edit. -->

Every answer that is not a success carries one of these codes.
Codes are part of the interface: they never change their meaning, and a code that is retired is not used again.
Programs look at the code, people read the title and the hint; both texts exist in English and Chinese.
`tally explain CODE` shows the same on the command line.

The families say who must act.
"""


def families() -> list[type[errors.TallystickError]]:
    """Return the classes directly below the base, in the order of the source."""
    return sorted(_written(errors.TallystickError), key=_line)


def members(family: type[errors.TallystickError]) -> Iterator[type[errors.TallystickError]]:
    """Yield a family and everything below it, in the order of the source."""
    yield family
    for below in sorted(_written(family), key=_line):
        if _is_ours(below):
            yield from members(below)


def _is_ours(error_class: type[errors.TallystickError]) -> bool:
    return error_class.__module__.startswith(f"{errors.__name__}.")


def _written(above: type[errors.TallystickError]) -> list[type[errors.TallystickError]]:
    """Return the classes below one that are written in `tallystick.errors`; contracts make more."""
    return [one for one in above.__subclasses__() if one.__module__.startswith(errors.__name__)]


def _line(error_class: type[errors.TallystickError]) -> tuple[int, int]:
    """Return the place in the source: files in the order of the classes' first use."""
    files = list(dict.fromkeys(one.__module__ for one in _written(errors.TallystickError)))
    file = error_class.__module__
    return (files.index(file) if file in files else -1, inspect.getsourcelines(error_class)[1])


def entry(error_class: type[errors.TallystickError]) -> str:
    """Return the section of one error."""
    meaning = inspect.cleandoc(error_class.__doc__ or "")
    return (
        f"### {error_class.code}\n\n"
        f"**{error_class.title_en}.** {error_class.title_zh}。\n\n"
        f"{meaning}\n\n"
        f"- What to do: {error_class.hint_en}\n"
        f"- 处理办法：{error_class.hint_zh}\n"
        f"- In Python: `tallystick.errors.{error_class.__name__}`\n"
    )


def page() -> str:
    """Return the whole page."""
    known = [family for family in families() if _is_ours(family)]
    parts = [HEAD]
    parts.append("| family | who must act, and on what |\n| --- | --- |")
    for family in known:
        meaning = inspect.cleandoc(family.__doc__ or "").split("\n", 1)[0]
        parts.append(f"| [{family.__name__}](#{family.__name__.lower()}) | {meaning} |")
    parts.append("")
    for family in known:
        parts.append(f"## {family.__name__}\n")
        parts.extend(entry(error_class) for error_class in members(family))
    parts.append("## Base\n")
    parts.append(entry(errors.TallystickError))
    return "\n".join(parts)


def main() -> int:
    """Write the page, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the page is stale")
    fresh = page()
    if parser.parse_args().check:
        stale = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != fresh
        if stale:
            print(f"{PAGE.name} is stale: run `make docs`", file=sys.stderr)
        return int(stale)
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
