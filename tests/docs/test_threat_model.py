# SPDX-License-Identifier: Apache-2.0
"""Each line of the threat model names a test that exists, or says that nothing prevents it."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = {
    name: (ROOT / "docs" / name).read_text("utf-8")
    for name in ("auditor/threat-model.md", "zh-CN/threat-model.md")
}
ENGLISH: Final = PAGES["auditor/threat-model.md"]
NAMED: Final = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
TOPICS: Final = (
    "censorship",
    "equivocation",
    "a third or more",
    "more than two thirds",
    "bend the time",
    "spam",
    "false receipt",
    "was replaced",
    "roll its own disk back",
    "false checkpoint",
    "malicious package",
    "public endpoints",
    "witness",
    "snapshot provider",
    "stolen",
)
"""What a reader of such a page looks for."""


def rows(text: str) -> list[list[str]]:
    """Return the cells of each line of a table, headings left out."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
    rules = {number for number, line in enumerate(lines) if set(line) <= set("| -")}
    return [row for number, row in enumerate(cells) if not {number, number + 1} & rules]


@cache
def claims_in(path: str) -> frozenset[str]:
    """Return the names of the tests in a file."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_is_named_exists(page: str) -> None:
    """Otherwise the page promises what nobody shows."""
    named = NAMED.findall(PAGES[page])
    assert named
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).is_file() or name not in claims_in(path)
    ]
    assert missing == []


def test_every_line_names_a_test() -> None:
    """What is not prevented has one, too: for what limits or reveals it."""
    found = rows(ENGLISH)
    assert len(found) > 70
    assert [row for row in found if not NAMED.search(row[-1])] == []


def test_every_line_of_a_table_is_whole() -> None:
    """As many cells as its table has columns."""
    sizes = {len(row) for row in rows(ENGLISH)}
    assert sizes == {4, 5}


@pytest.mark.parametrize("topic", TOPICS)
def test_what_readers_look_for_is_there(topic: str) -> None:
    """In the words of the page."""
    assert topic in ENGLISH.lower()


def test_what_is_not_prevented_is_said_so() -> None:
    """In bold, where a reader sees it; the summary in Chinese says it as well."""
    assert ENGLISH.count("**not prevented**") > 12
    assert PAGES["zh-CN/threat-model.md"].count("无法阻止") > 5
