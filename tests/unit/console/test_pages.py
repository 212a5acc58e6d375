# SPDX-License-Identifier: Apache-2.0
"""Every page: access, headers, both languages, and problems that are pages too."""

from __future__ import annotations

import re

import pytest

from tallystick.api import ROUTES
from tallystick.api.hall import API_PLACES, is_of_api
from tallystick.console.access import Access, Page
from tallystick.console.choices import safe_return
from tallystick.console.site_map import PAGES
from tests.unit.console.conftest import Reader

READABLE = [
    page.path
    for page in PAGES
    if page.method == "GET"
    and page.access is Access.PUBLIC
    and "{" not in page.path
    and page.path not in {"/act-as", "/tour", "/sign-in/back"}  # in a demonstration; with a state
]
FRAGMENTS = {"/search/suggest", "/t/news", "/b/news", "/stats/regulator/report"}
"""Parts of pages, and a PDF."""


def test_no_address_has_two_pages() -> None:
    """A page's method and path are its own, and so is its name."""
    assert len({(page.method, page.path) for page in PAGES}) == len(PAGES)
    assert len({page.name for page in PAGES}) == len(PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_hides_behind_the_api(page: Page) -> None:
    """The hall sends a page's address to the console, never to the API."""
    assert not is_of_api(page.path)


def test_the_hall_knows_every_address_of_the_api() -> None:
    """Whatever the API answers, apart from the front page, is not the console's."""
    assert {route.path.split("/")[1] for route in ROUTES} - {""} == API_PLACES


@pytest.mark.parametrize("path", READABLE)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_answer_in_both_languages_under_the_policy(
    reader: Reader, path: str, language: str
) -> None:
    """Public pages answer, say their language, and let a browser run nothing of others."""
    answer = reader.get(path, params={"lang": language})
    assert answer.status_code in {200, 303}
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    if answer.status_code == 200 and path not in FRAGMENTS:
        assert f'<html lang="{"zh-CN" if language == "zh" else "en"}"' in answer.text
        assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son[a-z]+=", answer.text)


@pytest.mark.parametrize("path", ["/nowhere", "/b/999999999", "/t/zz"])
def test_what_is_not_there_is_a_page_that_says_so(reader: Reader, path: str) -> None:
    """A wrong address answers 404 or 400 with a page, and as JSON where that is asked for."""
    answer = reader.get(path)
    assert answer.status_code in {400, 404}
    assert "<h1" in answer.text


def test_a_page_is_data_at_its_address_with_json(reader: Reader) -> None:
    """`/b.json` answers with what `/b` shows."""
    blocks = reader.get("/b.json").json()["blocks"]
    assert blocks["items"][0]["height"] >= 1


@pytest.mark.parametrize(
    "address", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a\nb", ""]
)
def test_links_back_never_lead_elsewhere(address: str) -> None:
    """A `back` that is no address of this console leads to the first page."""
    assert safe_return(address) == "/"


def test_language_and_theme_are_kept(reader: Reader) -> None:
    """The choice of a language stays with the browser, and leads back to the page."""
    answer = reader.get("/language", params={"to": "zh", "back": "/b?cursor=x"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/b?cursor=x"
    assert '<html lang="zh-CN"' in reader.get("/b").text
    reader.get("/theme", params={"to": "dark", "back": "/"})
    assert 'data-theme="dark"' in reader.get("/b").text


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/b/99999", "没有区块 99999"),
        ("/state/evidence/nothing", "该合约没有该表"),
        ("/c/nothing", "没有该合约"),
    ],
)
def test_a_problem_is_told_in_the_readers_language(reader: Reader, path: str, said: str) -> None:
    """What happened, what was expected and what to do: the console's words and the node's."""
    chinese = reader.get(path, params={"lang": "zh"}).text
    assert said in chinese
    assert "there is no" not in chinese
    assert said not in reader.get(path, params={"lang": "en"}).text
