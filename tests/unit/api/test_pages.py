# SPDX-License-Identifier: Apache-2.0
"""The pages: in two languages, without inline scripts, and nothing from elsewhere."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path
from string import Template
from typing import Final

import pytest

from tallystick.api import pages
from tests.unit.api.caller import Caller
from tests.unit.api.fake_node import FakeNode, deposit

STATIC: Final = Path(pages.__file__).parent / "static"
PAGES: Final = ["landing.en.html", "landing.zh.html", "docs.html"]


def test_the_front_page_is_in_the_readers_language(caller: Caller, node: FakeNode) -> None:
    """By Accept-Language, or as asked."""
    node.submit([deposit(1)])
    english = caller.get("/")
    chinese = caller.get("/", accept_language="zh-CN")
    assert '<html lang="en">' in english.text
    assert '<html lang="zh-CN">' in chinese.text
    assert caller.get("/?lang=zh").body == chinese.body
    assert english.headers["vary"] == "accept-language"
    for page in (english, chinese):
        assert "<dd>1</dd>" in page.text
        assert "$" not in page.text
        assert node.network in page.text


def test_both_front_pages_show_the_same_figures() -> None:
    """And lead to the same places."""
    english, chinese = ((STATIC / name).read_text(encoding="utf-8") for name in PAGES[:2])
    assert sorted(Template(english).get_identifiers()) == sorted(
        Template(chinese).get_identifiers()
    )
    links = [set(re.findall(r'href="(/[^"?]*)', text)) for text in (english, chinese)]
    assert links[0] == links[1]


def test_every_link_of_the_front_page_leads_somewhere(caller: Caller, node: FakeNode) -> None:
    """No dead ends on the first page that people see."""
    node.submit([deposit(1)])
    for target in set(re.findall(r'(?:href|src)="(/[^"]*)"', caller.get("/").text)):
        assert caller.get(target).status == 200, target


@pytest.mark.parametrize("name", PAGES)
def test_pages_hold_no_inline_code_and_no_other_origin(name: str) -> None:
    """What the content security policy forbids is not there to begin with."""
    text = (STATIC / name).read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\sstyle=|\son\w+=|<style", text)
    assert not re.search(r'(?:href|src)="(?:https?:)?//', text)


def test_the_documentation_page_loads_only_files_that_are_here(caller: Caller) -> None:
    """Swagger UI is vendored: it works on a machine without the Internet."""
    page = caller.get("/docs").text
    assert 'data-document="/openapi.json?contract=-"' in page
    targets = re.findall(r'(?:src|href)="(/[^"]+)"', page)
    assert "/site/swagger-ui-bundle.js" in targets
    for target in targets:
        assert caller.get(target).status == 200, target
    script = caller.get("/site/docs.js").text
    assert "url: place.dataset.document" in script
    assert "validatorUrl: null" in script


def test_the_documentation_page_shows_a_contract_at_a_time_in_the_readers_language(
    caller: Caller,
) -> None:
    """All operations at once are more than a browser draws; each part is one link away."""
    english = caller.get("/docs?contract=evidence")
    chinese = caller.get("/docs?contract=evidence", accept_language="zh-CN")
    assert 'data-document="/openapi.json?contract=evidence"' in english.text
    link = '<a href="/docs?contract=evidence" aria-current="page">'
    assert f"{link}Evidence deposits</a>" in english.text
    assert f"{link}电子证据存证</a>" in chinese.text
    assert '<html lang="zh-CN">' in chinese.text
    assert chinese.headers["vary"] == "accept-language"
    assert '<a href="/docs?contract=-">Every node</a>' in english.text
    assert "$" not in english.text + chinese.text
    unknown = caller.get("/docs?contract=%22%3E")
    assert (unknown.status, unknown.json["code"]) == (404, "E_CONTRACT")


def test_the_vendored_files_are_the_published_ones() -> None:
    """As VERSION.md states, and with their licence."""
    folder = STATIC / "swagger"
    stated = dict(
        re.findall(r"`(\S+)`: SHA-256 `([0-9a-f]{64})`", (folder / "VERSION.md").read_text())
    )
    assert set(stated) == {"swagger-ui.css", "swagger-ui-bundle.js"}
    for name, digest in stated.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert "Apache License" in (folder / "LICENSE").read_text()


@pytest.mark.parametrize("name", pages.SITE_FILES)
def test_site_files_have_their_media_type_and_can_be_compressed(caller: Caller, name: str) -> None:
    """Large ones are sent gzipped to those who read it."""
    plain = caller.get(f"/site/{name}")
    assert plain.headers["content-type"] == pages.SITE_FILES[name][1]
    packed = caller.get(f"/site/{name}", accept_encoding="gzip")
    if len(plain.body) >= 1_024:
        assert gzip.decompress(packed.body) == plain.body
        assert packed.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize(
    "target",
    ["/site/nope.js", "/site/..%2Fdocs.html", "/site/swagger", "/site/", "/site/../pages.py"],
)
def test_no_other_file_is_served(caller: Caller, target: str) -> None:
    """Names are looked up in a list, never joined to a path (A4)."""
    assert caller.get(target).status == 404
