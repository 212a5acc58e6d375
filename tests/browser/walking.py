# SPDX-License-Identifier: Apache-2.0
"""Somebody who follows the links of the console, and looks at a page of each kind."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from html.parser import HTMLParser
from itertools import count
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx
from playwright.sync_api import ViewportSize
from starlette.routing import compile_path

from tallystick.console.paces import EXPORT
from tallystick.console.painting import STATIC
from tallystick.console.site_map import PAGES
from tests.browser.watching import Watched

PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
PATTERNS: Final = [
    (page.path, compile_path(page.path)[0]) for page in PAGES if page.method == "GET"
]
FILES: Final = frozenset(
    page.path for page in PAGES if page.pace is EXPORT and page.method == "GET"
)
"""Rows of the page table that answer with a file: one of each is asked for, as paces allow."""
SPRITE: Final = frozenset(
    re.findall(r'<symbol id="([^"]+)"', (STATIC / "vendor" / "icons.svg").read_text("utf-8"))
)
ACTIONS: Final = frozenset({"/language", "/theme"})
"""Links that change something of the visit and lead back."""
PARTS_OF_A_SYSTEM: Final = ("contract", "table", "method")
LINKS_OF_A_KIND: Final = 3
"""So many addresses of one kind are read; one of them is opened and looked at."""
ADDRESSES: Final = count(2)
PROSE: Final = re.compile(r"/b/0$")
"""Addresses of pages that show what others wrote, in their language."""
UNTOLD: Final = frozenset({"code", "pre", "script", "kbd", "option"})


def kind_of(
    path: str, system: str | None = None, told_apart: Collection[str] = PARTS_OF_A_SYSTEM
) -> str | None:
    """Return the row of the page table that answers at an address; None for what is the API's.

    Of pages about one system each of its tables and actions is a kind of its own.
    """
    for kind, pattern in PATTERNS:
        if found := pattern.match(path):
            parts = found.groupdict()
            is_of_it = system is not None and parts.get("contract") == system
            for name in parts.keys() & told_apart if is_of_it else ():
                kind = kind.replace(f"{{{name}}}", parts[name])  # noqa: PLW2901
            return kind
    return None


def looks_of(kind: str) -> str:
    """Return what a kind of page looks like: lists, questions, uploads of a system are alike."""
    alike = re.match(r"(/state/\w+|/ask/\w+|/do/\w+(?=/\w+/batch))/", kind)
    return f"{alike[0]} {kind.count('{')}" if alike else kind


def form_of(path: str) -> str:
    """Return in which form of a file a page is asked for; empty for the page itself."""
    form = path.rpartition(".")[2]
    return form if form in {"csv", "json", "xlsx"} else ""


def file_of(path: str) -> str:
    """Return what kind of file, or of the API's answers, is at an address that is no page."""
    stem, _, form = path.rpartition(".")
    kind = kind_of(stem)
    return "/".join(path.split("/")[:4]) if kind is None else f"{kind}.{form}"


class PageText(HTMLParser):
    """A page as the server sent it.

    Attributes:
        path: where it was in the end.
        links: where it leads, as written.
        words: what it says in the reader's language.
    """

    def __init__(self, path: str, text: str) -> None:
        """Read a page."""
        super().__init__()
        self.path = path
        self.links: list[str] = []
        self.words: list[str] = []
        self._untold: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link; begin to leave out what is in no language, or in English for all."""
        told = dict(attrs)
        if tag == "a" and (place := told.get("href")) is not None:
            self.links.append(place)
        if tag in UNTOLD or told.get("lang") == "en" or tag in self._untold:
            self._untold.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """End what was left out."""
        if self._untold and self._untold[-1] == tag:
            self._untold.pop()

    def handle_data(self, data: str) -> None:
        """Note words."""
        if not self._untold:
            self.words.append(data)


def foreign_words(words: str, path: str, locale: str) -> list[str]:
    """Return what is said in English to somebody who reads Chinese."""
    is_foreign = locale == "zh-CN" and not PROSE.match(path)
    words = IN_ENGLISH.sub("", words)
    return [f"English: {one}" for one in ENGLISH.findall(words)] if is_foreign else []


def icons_of(here: Watched) -> set[str]:
    """Return the names of the icons on the page; one that is not in the sprite shows nothing."""
    found = here.page.locator("svg use").evaluate_all(
        "uses => uses.map((one) => one.getAttribute('href'))"
    )
    return {one.partition("#")[2] for one in found}


ENGLISH: Final = re.compile(r"\b[A-Za-z]+(?: [a-z]+){3,}")
"""Four words of English in a row: more than a name, and no code."""
IN_ENGLISH: Final = re.compile("英文释义：[^、]*")
"""What a change of a record says it is called in English."""
WORDS: Final = """
(untold) => {
  const told = document.body.cloneNode(true);
  told.querySelectorAll(untold).forEach((one) => one.remove());
  return told.textContent;
}
"""


def faint_in_the_dark(here: Watched) -> list[str]:
    """Return what axe says of colours after the page has turned dark, as its switch does it."""
    here.page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    return [f"dark: {one}" for one in here.axe(only={"color-contrast"})]


def what_is_wrong(here: Watched, locale: str) -> list[str]:
    """Return what axe, missing icons and foreign words say against the page as it is now."""
    findings = [*here.axe(), *(f"no icon {name}" for name in icons_of(here) - SPRITE)]
    words = here.page.evaluate(WORDS, ", ".join([*UNTOLD, "[lang=en]"]))
    return findings + foreign_words(words, urlsplit(here.page.url).path, locale)


def too_wide(here: Watched) -> list[str]:
    """Return what a telephone would have to scroll sideways: the page, but not its tables."""
    size = here.page.viewport_size
    assert size is not None
    here.page.set_viewport_size(PHONE)
    width = here.page.evaluate("document.documentElement.scrollWidth")
    here.page.set_viewport_size(size)
    return [f"{width} pixels wide on a telephone"] if width > PHONE["width"] else []


def look_at(here: Watched, locale: str, name: str, kind: str, address: str) -> list[str]:
    """Look at a page, light, dark and narrow; return what is wrong."""
    here.page.goto(address)
    found = what_is_wrong(here, locale)
    picture = re.sub(r"\W+", "-", kind).strip("-") or "home"
    here.shoot(f"{name}-light-{picture}")
    found += [*faint_in_the_dark(here), *too_wide(here)]
    here.shoot(f"{name}-dark-{picture}")
    return found


Look = Callable[[str, str], list[str]]


class Walk:
    """A walk from the first page on, from link to link.

    Attributes:
        system: whose pages are told apart from others'.
        told_apart: by which parts of their addresses.
        unseen: kinds of pages that are read, but not looked at.
        links: so many addresses of one kind of page are read.
        files: kinds of files, and of the API's answers, that were asked for; they are so once.
        opened: kind of page -> the address of the first one.
        findings: what is wrong, each with its address.
    """

    def __init__(self, client: httpx.Client, locale: str, look: Look | None = None) -> None:
        """Begin as whoever has the client's session; `look` at the first page of each kind."""
        self._client, self._locale, self._look = client, locale, look
        self.system: str | None = None
        self.told_apart: Collection[str] = PARTS_OF_A_SYSTEM
        self.unseen: Collection[str] = ()
        self.links = LINKS_OF_A_KIND
        self._looks: set[str] = set()
        self.files: set[str] = set()
        self.opened: dict[str, str] = {}
        self.findings: list[str] = []

    def go(self) -> None:
        """Follow links until none of a new kind is left."""
        first = f"{self._client.base_url}".rstrip("/") + "/"
        queue, seen, followed = deque([first]), {first}, Counter[str]()
        while queue:
            address = queue.popleft()
            path = urlsplit(address).path
            kind = kind_of(path, self.system, self.told_apart)
            if kind is None or kind_of(path) in FILES or form_of(path):
                self._fetch(address)
                continue
            followed[kind] += 1
            if kind in ACTIONS or followed[kind] > self.links:
                continue
            page = self._ask(address)
            if page is None:
                continue
            self._judge(kind, address, page)
            for link in page.links:
                new = urljoin(address, link).split("#")[0]
                if new.startswith(first) and new not in seen:
                    seen.add(new)
                    queue.append(new)

    def _fetch(self, address: str) -> None:
        """Ask for what is no page, unless one of its kind was asked for."""
        path = urlsplit(address).path
        sort = file_of(path) if form_of(path) else kind_of(path) or file_of(path)
        if sort not in self.files:
            self.files.add(sort)
            self._ask(address)

    def _ask(self, address: str) -> PageText | None:
        """Ask for an address; of what is no page its beginning is enough."""
        with self._client.stream("GET", address) as answer:
            if answer.status_code >= 400:
                self.findings.append(f"{address}: {answer.status_code}")
                return None
            if answer.headers.get("content-type", "").startswith("text/html"):
                answer.read()
                return PageText(answer.url.path, answer.text)
            next(answer.iter_bytes(), b"")
            return None

    def _judge(self, kind: str, address: str, page: PageText) -> None:
        found = foreign_words("".join(page.words), page.path, self._locale)
        if kind not in self.opened:
            self.opened[kind] = address
            if self._look and kind not in self.unseen and looks_of(kind) not in self._looks:
                self._looks.add(looks_of(kind))
                found += self._look(kind, address)
        self.findings += [f"{address}: {one}" for one in dict.fromkeys(found)]


@contextmanager
def asking(base: str, locale: str, here: Watched | None = None) -> Iterator[httpx.Client]:
    """Open a client of the console, in the session of a window if there is one.

    Each has an address of its own: so many files a minute are given to one address.
    """
    cookies = here.context.cookies() if here else []
    with httpx.Client(
        base_url=base,
        transport=httpx.HTTPTransport(local_address=f"127.0.0.{next(ADDRESSES)}"),
        headers={"accept": "text/html", "accept-language": locale},
        cookies={one["name"]: one["value"] for one in cookies},
        follow_redirects=True,
        timeout=120,
    ) as client:
        yield client


def walk_with(
    here: Watched,
    locale: str,
    name: str,
    system: str | None = None,
    unseen: Collection[str] = (),
) -> Walk:
    """Walk with a window open, in which a page of each kind is looked at."""
    with asking(here.base, locale, here) as client:
        walk = Walk(client, locale, partial(look_at, here, locale, name))
        walk.system, walk.unseen = system, unseen
        walk.go()
    return walk
