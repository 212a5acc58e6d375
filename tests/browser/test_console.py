# SPDX-License-Identifier: Apache-2.0
"""The console's pages, reached as a visitor reaches them: from link to link."""

from __future__ import annotations

import re
from collections import deque
from typing import Final
from urllib.parse import urlsplit

import pytest
from starlette.routing import compile_path

from tallystick.console.painting import STATIC
from tallystick.console.site_map import PAGES
from tests.browser.conftest import Open
from tests.browser.watching import Watched

pytestmark = pytest.mark.browser

PATTERNS: Final = [
    (page.path, compile_path(page.path)[0]) for page in PAGES if page.method == "GET"
]
SPRITE: Final = frozenset(
    re.findall(r'<symbol id="([^"]+)"', (STATIC / "vendor" / "icons.svg").read_text("utf-8"))
)
ACTIONS: Final = frozenset({"/language", "/theme"})
"""Links that change something of the visit and lead back."""


def kind_of(path: str) -> str | None:
    """Return the row of the page table that answers at an address; None for what is the API's."""
    return next((kind for kind, pattern in PATTERNS if pattern.match(path)), None)


def links_of(here: Watched) -> list[str]:
    """Return the addresses on this server to which the page leads, without fragments."""
    found = here.page.locator("a[href]").evaluate_all("links => links.map((one) => one.href)")
    return [one.split("#")[0] for one in found if one.startswith(here.base)]


def icons_of(here: Watched) -> set[str]:
    """Return the names of the icons on the page; one that is not in the sprite shows nothing."""
    found = here.page.locator("svg use").evaluate_all(
        "uses => uses.map((one) => one.getAttribute('href'))"
    )
    return {one.partition("#")[2] for one in found}


@pytest.mark.parametrize(
    ("locale", "scheme"), [("en-GB", "light"), ("zh-CN", "dark")], ids=["english", "chinese"]
)
def test_every_kind_of_page_that_links_lead_to_is_without_fault_and_accessible(
    window: Open, locale: str, scheme: str
) -> None:
    """One page of each kind; no link of theirs is dead."""
    here = window(locale=locale, color_scheme=scheme)
    queue, seen, opened = deque([here.base + "/"]), {here.base + "/"}, dict[str, str]()
    findings: list[str] = []
    while queue:
        address = queue.popleft()
        kind = kind_of(urlsplit(address).path)
        if kind in ACTIONS or kind in opened:
            continue
        answer = here.context.request.get(address)
        if answer.status >= 400:
            findings.append(f"{address}: {answer.status}")
        if kind is None or not answer.headers["content-type"].startswith("text/html"):
            continue
        opened[kind] = address
        here.page.goto(address)
        findings += [f"{address}: {one}" for one in here.axe()]
        findings += [f"{address}: no icon {name}" for name in icons_of(here) - SPRITE]
        name = re.sub(r"\W+", "-", kind).strip("-") or "home"
        here.shoot(f"console-{locale}-{name}")
        new = [one for one in dict.fromkeys(links_of(here)) if one not in seen]
        seen.update(new)
        queue.extend(new)
    assert not findings, "\n".join(findings)
    assert {"/", "/explorer", "/v", "/b/{height:int}", "/t/{id}", "/c/{contract}"} <= opened.keys()
