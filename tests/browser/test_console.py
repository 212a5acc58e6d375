# SPDX-License-Identifier: Apache-2.0
"""The console's pages, reached as a visitor reaches them: from link to link."""

from __future__ import annotations

import re
from collections import Counter, deque
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
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
LINKS_OF_A_KIND: Final = 3
"""So many addresses of one kind are asked for; one of them is opened and looked at."""
PROSE: Final = frozenset[str]()
"""Kinds of pages that show what others wrote, in their language."""
EVERYBODYS: Final = frozenset(
    {
        *("/", "/explorer", "/v", "/b", "/b/0", "/b/{height:int}", "/t", "/t/{id}", "/events"),
        *("/o", "/o/{id}", "/c", "/c/{contract}", "/state/{contract}/{table}", "/search"),
        *("/stats", "/alerts", "/gov", "/gov/keys", "/nodes", "/learn", "/learn/errors"),
    }
)
"""Pages to which links lead everybody."""


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


ENGLISH: Final = re.compile(r"\b[A-Za-z]+(?: [a-z]+){3,}")
"""Four words of English in a row: more than a name, and no code."""
WORDS: Final = """
() => {
  const told = document.body.cloneNode(true);
  told.querySelectorAll("code, pre, script, kbd, option, [lang=en]").forEach((one) => one.remove());
  return told.textContent;
}
"""


def be_somebody(here: Watched) -> None:
    """Act as the first of the demonstration's people."""
    here.go("/act-as")
    here.page.locator("main form button").first.click()
    expect(here.page.locator(".person")).to_be_visible()


def faint_in_the_dark(here: Watched) -> list[str]:
    """Return what axe says of colours after the page has turned dark, as its switch does it."""
    here.page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    return [f"dark: {one}" for one in here.axe(only={"color-contrast"})]


def what_is_wrong(here: Watched, kind: str, locale: str) -> list[str]:
    """Return what axe, missing icons and foreign words say against the page as it is now."""
    findings = [*here.axe(), *(f"no icon {name}" for name in icons_of(here) - SPRITE)]
    if locale == "zh-CN" and kind not in PROSE:
        findings += [f"English: {one}" for one in ENGLISH.findall(here.page.evaluate(WORDS))]
    return findings


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("locale", "signed_in"),
    [("en-GB", False), ("zh-CN", True)],
    ids=["english", "chinese-signed-in"],
)
def test_every_kind_of_page_that_links_lead_to_is_without_fault_and_accessible(
    window: Open, locale: str, *, signed_in: bool
) -> None:
    """Checks 2, 3 and 26: a page of each kind, light and dark; links of theirs are not dead."""
    here = window(locale=locale, reduced_motion="reduce")
    if signed_in:
        be_somebody(here)
    queue, seen, opened = deque([here.base + "/"]), {here.base + "/"}, dict[str, str]()
    findings: list[str] = []
    followed = Counter[str | None]()
    while queue:
        address = queue.popleft()
        kind = kind_of(urlsplit(address).path)
        followed[kind] += 1
        if kind in ACTIONS or (kind in opened and followed[kind] > LINKS_OF_A_KIND):
            continue
        answer = here.context.request.get(address)
        if answer.status >= 400:
            findings.append(f"{address}: {answer.status}")
        is_page = answer.headers["content-type"].startswith("text/html")
        if kind is None or kind in opened or not is_page:
            continue
        opened[kind] = address
        here.page.goto(address)
        findings += [f"{address}: {one}" for one in what_is_wrong(here, kind, locale)]
        name = re.sub(r"\W+", "-", kind).strip("-") or "home"
        here.shoot(f"console-{locale}-light-{name}")
        new = [one for one in dict.fromkeys(links_of(here)) if one not in seen]
        findings += [f"{address}: {one}" for one in faint_in_the_dark(here)]
        here.shoot(f"console-{locale}-dark-{name}")
        seen.update(new)
        queue.extend(new)
    assert not findings, "\n".join(findings)
    expected = EVERYBODYS if not signed_in else EVERYBODYS | {"/inbox", "/gov/propose"}
    assert expected <= opened.keys()
