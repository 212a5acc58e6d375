# SPDX-License-Identifier: Apache-2.0
"""Who comes for the first time: one command, one address; a proof for somebody else's window."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.keyboard import choose_file, press, skip_menu, walk_to

pytestmark = pytest.mark.browser


def test_a_newcomer_without_a_mouse_puts_a_file_on_record_and_proves_it_in_a_private_window(
    window: Open, tmp_path: Path
) -> None:
    """Checks 26 and 30: by keys alone, the focus always seen; the other window has no session."""
    file = tmp_path / "our agreement.txt"
    file.write_text("We agree on a price of 1,200 for 40 boxes.\n", encoding="utf-8")
    here = window(reduced_motion="reduce")
    page = here.go("/")
    press(page, page.get_by_role("link", name="Put a file on record").first)
    expect(page).to_have_url(re.compile(r"/act-as\?"))
    skip_menu(page)
    press(page, page.get_by_role("button", name="Wang Fang").first)
    expect(page).to_have_url(re.compile(r":\d+/do/evidence/deposit"))
    skip_menu(page)
    choose_file(page, page.locator(".file-hash input[type=file]").first, file)
    expect(page.locator('[name="sha256"]')).not_to_have_value("")
    walk_to(page, page.locator('[name="title"]'))
    page.keyboard.type("Our agreement")
    here.shoot("newcomer-deposit")
    press(page, page.locator("#form .card-footer button").first)
    expect(page).to_have_url(re.compile("/sign/"))
    press(page, page.get_by_role("button", name="Sign and send", exact=True))
    link = page.locator('main a[href^="/t/"]').first
    expect(link).to_be_visible()
    press(page, link)
    expect(page).to_have_url(re.compile("/t/"))
    walk_to(page, page.locator('a[href$="/receipt"]').first)
    with page.expect_download() as kept:
        page.keyboard.press("Enter")
    receipt = tmp_path / "our agreement.receipt.json"
    kept.value.save_as(receipt)
    private = window(reduced_motion="reduce")
    # A receipt by itself says what was deposited, but not that somebody has that very file.
    for proven, outcome in ((file, "result-yes"), (receipt, "result-partly")):
        other = private.go("/v")
        skip_menu(other)
        choose_file(other, other.locator("#files"), proven)
        expect(other.locator("#results article").first).to_have_class(re.compile(outcome))
    private.shoot("newcomer-proof")


@pytest.mark.slow
@pytest.mark.parametrize(("locale", "banner"), [("en-GB", "DEMO"), ("zh-CN", "演示")])
def test_one_command_opens_a_demonstration_whose_tour_leads_everywhere(
    window: Open, demonstration: str, locale: str, banner: str
) -> None:
    """Check 1: a console with history behind one link, every step of the tour, no fault."""
    here = window(demonstration, locale=locale)
    page = here.go("/tour")
    expect(page.locator(".demonstration")).to_contain_text(banner)
    addresses = page.locator("main ol a").evaluate_all("all => all.map(one => one.pathname)")
    assert len(addresses) == 30
    for address in dict.fromkeys(addresses):
        if address == "/do/evidence/deposit":
            continue  # asks who one is
        here.go(address)
        expect(page.locator("h1")).not_to_have_text("")
    for path in ("/", "/act-as", "/alerts", "/stats", "/explorer"):
        here.go(path)
        here.shoot(f"demonstration-{locale}{path.replace('/', '-')}")
