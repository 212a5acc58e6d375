# SPDX-License-Identifier: Apache-2.0
"""The table of the console's checks names tests that exist, for each of the thirty or a reason."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "auditor" / "console-checks.md"
NAMED: Final = re.compile(r"`((?:tests|scripts)/[\w/]+\.(?:py|sh))(?:::(\w+))?`")


def rows() -> list[list[str]]:
    """Return the cells of each row."""
    lines = PAGE.read_text("utf-8").splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if re.match(r"\| \d+ \|", line)
    ]


def test_each_of_the_thirty_has_a_test_or_says_what_is_not_shown() -> None:
    """In order, none missing, and none with neither."""
    assert [int(row[0]) for row in rows()] == list(range(1, 31))
    assert all(NAMED.search(row[2]) or row[3] for row in rows())


def test_every_named_test_exists() -> None:
    """A test that was renamed or taken away is still in nobody's table."""
    named = NAMED.findall(PAGE.read_text("utf-8"))
    assert len(named) > 40
    for path, function in named:
        source = (ROOT / path).read_text("utf-8")
        assert not function or f"\ndef {function}(" in source, f"{path}::{function}"
