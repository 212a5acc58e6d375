# SPDX-License-Identifier: Apache-2.0
"""Somebody who follows the links of the console, and looks at a page of each kind."""

from __future__ import annotations

import re
from collections import Counter, deque
from typing import Final
from urllib.parse import urlsplit

from playwright.sync_api import ViewportSize
from starlette.routing import compile_path

from tallystick.console.painting import STATIC
from tallystick.console.site_map import PAGES
from tests.browser.watching import Watched

PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
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
PROSE: Final = frozenset({"/b/0"})
"""Kinds of pages that show what others wrote, in their language."""


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


def too_wide(here: Watched) -> list[str]:
    """Return what a telephone would have to scroll sideways: the page, but not its tables."""
    size = here.page.viewport_size
    assert size is not None
    here.page.set_viewport_size(PHONE)
    width = here.page.evaluate("document.documentElement.scrollWidth")
    here.page.set_viewport_size(size)
    return [f"{width} pixels wide on a telephone"] if width > PHONE["width"] else []


class Walk:
    """A walk from the first page on, from link to link.

    Attributes:
        opened: kind of page -> the address that was looked at.
        findings: what is wrong, each with its address.
    """

    def __init__(self, here: Watched, locale: str, name: str) -> None:
        """Begin in a window whose reader has signed in, or not."""
        self._here, self._locale, self._name = here, locale, name
        self.opened: dict[str, str] = {}
        self.findings: list[str] = []

    def go(self) -> None:
        """Follow links until no kind of page is left that they lead to."""
        first = self._here.base + "/"
        queue, seen, followed = deque([first]), {first}, Counter[str | None]()
        while queue:
            address = queue.popleft()
            kind = kind_of(urlsplit(address).path)
            followed[kind] += 1
            if kind in ACTIONS or (kind in self.opened and followed[kind] > LINKS_OF_A_KIND):
                continue
            answer = self._here.context.request.get(address)
            if answer.status >= 400:
                self.findings.append(f"{address}: {answer.status}")
            is_page = answer.headers["content-type"].startswith("text/html")
            if kind is None or kind in self.opened or not is_page:
                continue
            self.opened[kind] = address
            new = [one for one in dict.fromkeys(self._look(kind, address)) if one not in seen]
            seen.update(new)
            queue.extend(new)

    def _look(self, kind: str, address: str) -> list[str]:
        """Look at a page, light, dark and narrow; return where its links lead."""
        here = self._here
        here.page.goto(address)
        found = what_is_wrong(here, kind, self._locale)
        name = re.sub(r"\W+", "-", kind).strip("-") or "home"
        here.shoot(f"{self._name}-light-{name}")
        links = links_of(here)
        found += [*faint_in_the_dark(here), *too_wide(here)]
        here.shoot(f"{self._name}-dark-{name}")
        self.findings += [f"{address}: {one}" for one in found]
        return links
