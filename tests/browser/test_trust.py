# SPDX-License-Identifier: Apache-2.0
"""What text becomes in a page: markup without code, from this console, and nothing else."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Error, expect

from tests.browser.conftest import Open

pytestmark = pytest.mark.browser

HARMFUL: Final = (
    "<p onclick='x()'>a</p>",
    "<svg><a xlink:href='java\tscript:x()'>a</a></svg>",
    "<a href=' JavaScript:x()'>a</a>",
    "<form action='javascript:x()'></form>",
    "<a href='data:text/html,x'>a</a>",
    "<script>x()</script>",
    "<script src='https://elsewhere.example/x.js'></script>",
    "<script src='/v1/status'></script>",
    "<template><script>x()</script></template>",
    "<template><template><p onload='x()'></p></template></template>",
    "<iframe src='/'></iframe>",
    "<base href='/x/'>",
    "<p data-hx-on:click='x()'>a</p>",
    "<form><input name='attributes'></form>",
)
HARMLESS: Final = (
    "<h1 class='title'>甲</h1><a href='/t?q=1'>b</a>",
    "<script src='/static/theme.js?v=1'></script>",
    "<img src='data:image/png;base64,AA==' alt=''>",
    "<template><p>c</p></template>",
)


def test_an_answer_with_code_in_it_is_no_page(window: Open) -> None:
    """Handlers, scripts of text or of elsewhere, frames: looked for also inside templates."""
    here = window()
    here.expect("policy violation|violates the following")  # parsing alone is told already
    here.go("/explorer")
    for markup in HARMFUL:
        with pytest.raises(Error, match=r"not from this console|not iterable"):
            here.page.evaluate("(text) => { readPage(text); }", markup)
    for markup in HARMLESS:
        here.page.evaluate("(text) => { readPage(text); }", markup)


@pytest.mark.parametrize(
    "sink",
    [
        "document.body.innerHTML = '<p>x</p>'",
        "document.body.insertAdjacentHTML('beforeend', '<p>x</p>')",
        "document.createRange().createContextualFragment('<p>x</p>')",
        "new DOMParser().parseFromString('<p>x</p>', 'text/html')",
        "document.createElement('script').src = 'https://elsewhere.example/x.js'",
        "document.createElement('script').text = 'x()'",
        "new Worker('https://elsewhere.example/x.js')",
        "trustedTypes.createPolicy('another', { createHTML: (text) => text })",
    ],
)
def test_the_browser_takes_no_text_for_markup_or_code(window: Open, sink: str) -> None:
    """Whoever could write into a script of ours still would not get markup into the page."""
    here = window()
    here.expect("policy violation|This document requires|violates the following")
    here.go("/explorer")
    with pytest.raises(Error):
        here.page.evaluate(f"() => {{ {sink} }}")


def test_htmx_runs_no_text_and_asks_for_each_answer(window: Open) -> None:
    """An answer with a handler in it, if the server ever sent one, is not put into the page."""
    here = window()
    here.expect("not from this console|policy violation|violates the following")
    here.go("/explorer")
    here.context.route(
        "**/search/suggest*",
        lambda route: route.fulfill(
            content_type="text/html",
            body='<div id="suggestions"><img src="/nothing" alt="" onerror="x()"></div>',
        ),
    )
    here.page.locator("#search").fill("deposit")
    here.page.wait_for_event("requestfinished", lambda request: "suggest" in request.url)
    expect(here.page.locator("#suggestions img")).to_have_count(0)
    here.context.unroute_all()
    here.page.locator("#search").fill("EV-")
    expect(here.page.locator("#suggestions a").first).to_be_visible()
