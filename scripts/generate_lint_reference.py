#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write docs/reference/lint.md from the rules in tallystick.linting.

Run by `make docs`; with --check it writes nothing and fails when the page is stale.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from tallystick.linting import RULES

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "reference" / "lint.md"

HEAD: Final = """\
# Rules of the contract linter

<!-- Written by scripts/generate_lint_reference.py from src/tallystick/linting; do not edit. -->

`tally contract lint PATHS` reads Python files, runs nothing, and names each place that could make two nodes come to different results, or hide that they do.
`tally explain TL203` says the same as this page.

A comment takes one place on the author: `# tally: allow TL203 because ...` at the end of the line, or alone on the line before.
A reason is needed, and an allowance of something that is not there is reported, too.

The linter sees one file at a time and follows no values through calls: a clean contract can still be wrong.
Run its tests twice with different `PYTHONHASHSEED`; what the platform itself checks is in [Writing contracts](../contract-author/README.md).
"""

GROUPS: Final = {
    "1": "The world outside",
    "2": "Values",
    "3": "Flow",
    "4": "State",
    "5": "The platform",
}
"""Headings by the first digit of a code."""


def page() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for digit, heading in GROUPS.items():
        parts.append(f"## {heading}\n\n| code | what | instead |\n| --- | --- | --- |")
        for code, rule in RULES.items():
            if code[2] == digit:
                title = f"{rule.title.en}<br>{rule.title.zh}"
                parts.append(f"| `{code}` | {title} | {rule.advice.en}<br>{rule.advice.zh} |")
        parts.append("")
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
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
