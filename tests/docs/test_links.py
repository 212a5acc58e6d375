# SPDX-License-Identifier: Apache-2.0
"""Links between documents lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCE = re.compile(r"```.*?```", re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("src/**/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_to_files(page: Path) -> None:
    """Every link that is not an address names a file or folder that exists."""
    links = _LINK.findall(_FENCE.sub("", page.read_text()))
    broken = [
        link
        for link in links
        if not link.startswith(("http://", "https://", "mailto:", "#"))
        and not (page.parent / link.split("#")[0]).exists()
    ]
    assert not broken, f"{page.name}: {broken}"


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub makes for the headings of a page."""
    headings = _HEADING.findall(_FENCE.sub("", page.read_text()))
    words = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {word.replace(" ", "-") for word in words}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_into_a_page_lead_to_a_heading(page: Path) -> None:
    """`page.md#part` and `#part` name a heading that is there."""
    links = [link.partition("#") for link in _LINK.findall(_FENCE.sub("", page.read_text()))]
    broken = [
        f"{name}#{part}"
        for name, _, part in links
        if part and ":" not in name
        for target in [page.parent / name if name else page]
        if target.suffix == ".md" and target.exists() and part not in anchors(target)
    ]
    assert broken == []
