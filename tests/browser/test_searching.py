# SPDX-License-Identifier: Apache-2.0
"""One box for everything, by keyboard and with Chinese input."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.watching import Watched

pytestmark = pytest.mark.browser

# On a busy machine what is to run "at once, but later" may run long after the page has loaded.
LATE = "{const now = setTimeout; window.setTimeout = (run, ms = 3000) => now(run, ms);}"


def ask(here: Watched, text: str) -> Page:
    """Type into the box of the overview and press Enter."""
    page = here.go("/explorer")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    return page


def test_everything_is_found_without_choosing_a_type(window: Open) -> None:
    """A height, the beginning of an id, a whole one, numbers, names, a contract, nonsense."""
    here = window()
    item = json.loads(here.context.request.get(f"{here.base}/t.json").body())
    item = item["transactions"]["items"][0]
    rows = here.context.request.get(f"{here.base}/state/evidence/deposits.json").body()
    number = json.loads(rows)["rows"]["items"][0]["id"]
    organizations = json.loads(here.context.request.get(f"{here.base}/o.json").body())
    one = organizations["organizations"][0]
    for text, address in (
        (str(item["height"]), f"/b/{item['height']}"),
        (item["id"][:8], f"/t/{item['id']}"),
        (item["id"], f"/t/{item['id']}"),
        (number, f"/case/evidence/deposits/{number}"),
        (one["name"]["zh"], f"/o/{one['id']}"),
        (one["id"], f"/o/{one['id']}"),
        ("evidence", "/c/evidence"),
    ):
        page = ask(here, text)
        expect(page, text).to_have_url(here.base + address)
    page = ask(here, "qwertzuiop")
    expect(page.locator(".empty-title")).to_contain_text("qwertzuiop")
    expect(page.locator(".empty a[href='/v']")).to_be_visible()


def test_the_keyboard_goes_through_suggestions_and_leaves(window: Open) -> None:
    """`/` enters, arrows move, Enter follows the second one, Esc leaves without a trace.

    From the moment on in which the page has loaded, however busy the machine.
    """
    here = window()
    here.context.add_init_script(LATE)
    page = here.go("/explorer")
    page.keyboard.press("/")
    page.keyboard.type("e")
    options = page.locator("#suggestions a")
    expect(options.nth(1)).to_be_visible()
    second = options.nth(1).get_attribute("href")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url == f"{here.base}{second}"
    page.keyboard.press("/")
    page.keyboard.type("ev")
    expect(options.first).to_be_visible()
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)


def test_enter_that_ends_a_composition_sends_nothing(window: Open) -> None:
    """Chinese characters are chosen with Enter; the form stays until Enter is meant."""
    here = window(locale="zh-CN")
    page = here.go("/explorer")
    page.locator("#search").focus()
    session = here.context.new_cdp_session(page)
    composed = {"text": "hangzhou", "selectionStart": 8, "selectionEnd": 8}
    session.send("Input.imeSetComposition", composed)
    taken = page.locator("#search").evaluate(
        """box => box.dispatchEvent(new KeyboardEvent("keydown",
            {key: "Enter", isComposing: true, bubbles: true, cancelable: true}))"""
    )
    assert taken is False  # the page kept the form from being sent
    session.send("Input.insertText", {"text": "示例"})
    assert page.url == f"{here.base}/explorer"
    expect(page.locator("#search")).to_have_value("示例")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q="))
