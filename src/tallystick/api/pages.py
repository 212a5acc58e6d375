# SPDX-License-Identifier: Apache-2.0
"""The few pages for people: the front page, the API documentation, and the files they use.

No script on the front page, none from elsewhere on the other: a strict content security policy
lets the browser enforce that.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from tallystick.api.answer import MEDIA_HTML, NO_STORE, Answer, HeaderPair, accepts_gzip, compressed
from tallystick.api.asked import Asked
from tallystick.api.parameters import CONTRACT_PART, NO_CONTRACT
from tallystick.api.wire_types import format_time
from tallystick.errors import NotFound

_STATIC: Final = Path(__file__).parent / "static"

SITE_FILES: Final[Mapping[str, tuple[str, str]]] = {
    "site.css": ("site.css", "text/css; charset=utf-8"),
    "docs.css": ("docs.css", "text/css; charset=utf-8"),
    "docs.js": ("docs.js", "text/javascript; charset=utf-8"),
    "tally.svg": ("tally.svg", "image/svg+xml"),
    "swagger-ui.css": ("swagger/swagger-ui.css", "text/css; charset=utf-8"),
    "swagger-ui-bundle.js": ("swagger/swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
}
"""Name in the address -> file and media type; nothing else is served."""

_NOTHING_ELSE: Final = b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_PAGE_POLICY: Final[HeaderPair] = (
    b"content-security-policy",
    b"default-src 'none'; style-src 'self'; img-src 'self'; " + _NOTHING_ELSE,
)
_DOCS_POLICY: Final[HeaderPair] = (
    b"content-security-policy",
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    b"connect-src 'self'; " + _NOTHING_ELSE,
)
_FOR_A_DAY: Final[HeaderPair] = (b"cache-control", b"public, max-age=86400")
_VARY: Final[HeaderPair] = (b"vary", b"accept-language")

_NODE_PART: Final[Mapping[str, str]] = {"en": "Every node", "zh": "节点"}
_DOCS_TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "lang": "en",
        "title": "Tallystick HTTP API",
        "choice": "Paths of",
        "noscript": "This page needs JavaScript. The same document as JSON:",
    },
    "zh": {
        "lang": "zh-CN",
        "title": "Tallystick 接口文档",
        "choice": "接口分组",
        "noscript": "本页需要 JavaScript。同一文档的 JSON：",
    },
}


def show_front_page(asked: Asked) -> Answer:
    """Answer GET /: what this is, how it stands, how to check it."""
    language = asked.text("lang") or asked.language
    node = asked.server.node
    status = node.status()
    page = Template((_STATIC / f"landing.{language}.html").read_text(encoding="utf-8"))
    figures = {
        "name": node.genesis.name,
        "network": node.network,
        "height": f"{status.height:,}",
        "log_size": f"{status.log_size:,}",
        "organizations": f"{len(node.genesis.organizations):,}",
        "block_time": format_time(status.block_time)[:19].replace("T", " ") + " UTC",
        "engine": status.engine,
        "version": status.version,
    }
    text = page.substitute({name: escape(value) for name, value in figures.items()})
    return Answer(200, text.encode(), MEDIA_HTML, (NO_STORE, _PAGE_POLICY, _VARY))


def show_docs_page(asked: Asked) -> Answer:
    """Answer GET /docs: Swagger UI on this node's own document, one contract's paths at a time.

    All of them at once are more than a thousand, which a browser takes minutes to draw.
    """
    shown = asked.text(CONTRACT_PART.name) or NO_CONTRACT
    catalogue = asked.server.catalogue
    parts = {NO_CONTRACT: _NODE_PART[asked.language]}
    parts |= {one.name: getattr(one.label, asked.language) for one in catalogue.schemas}
    if shown != NO_CONTRACT:
        catalogue.contract(shown)
    page = Template((_STATIC / "docs.html").read_text(encoding="utf-8"))
    links = "\n".join(_part_link(name, label, shown) for name, label in parts.items())
    text = page.substitute(_DOCS_TEXTS[asked.language], parts=links, shown=escape(shown))
    return Answer(200, text.encode(), MEDIA_HTML, (NO_STORE, _DOCS_POLICY, _VARY))


def _part_link(name: str, label: str, shown: str) -> str:
    current = ' aria-current="page"' if name == shown else ""
    return f'<a href="/docs?contract={escape(name)}"{current}>{escape(label)}</a>'


def show_site_file(asked: Asked) -> Answer:
    """Answer GET /site/{file}: one of the files that the pages use."""
    name = asked.required_text("file")
    if name not in SITE_FILES:
        raise NotFound("there is no such file", field="file", found=name[:80])
    return _site_answer(name, "gzip" if accepts_gzip(asked.accept_encoding) else "")


@lru_cache(maxsize=64)
def _site_answer(name: str, accept_encoding: str) -> Answer:
    """Return a file, compressed once for each way of asking."""
    path, media_type = SITE_FILES[name]
    answer = Answer(200, (_STATIC / path).read_bytes(), media_type, (_FOR_A_DAY,))
    return compressed(answer, accept_encoding)
