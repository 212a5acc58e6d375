# SPDX-License-Identifier: Apache-2.0
"""Keys that go places and through rows, and the bar under the thumb of who has a telephone."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open

pytestmark = pytest.mark.browser

PHONE: Final = {"width": 390, "height": 844}
PLACES: Final = {"o": "/explorer", "b": "/b", "t": "/t", "v": "/v", "i": "/sign-in?back=%2Finbox"}
BAR: Final = ["Home", "Inbox", "Scan", "Verify", "Me"]


@pytest.mark.parametrize("key", PLACES)
def test_g_and_a_letter_go_to_a_place(window: Open, key: str) -> None:
    """Whoever has not signed in is asked to on the way to the inbox."""
    here = window()
    page = here.go("/learn")
    page.keyboard.press("g")
    page.keyboard.press(key)
    expect(page).to_have_url(here.base + PLACES[key])


def test_j_and_k_go_through_rows_and_enter_opens_one(window: Open) -> None:
    """Down twice and up once is the second-last stop; the ends are no circle."""
    here = window()
    page = here.go("/b")
    rows = page.locator("main tbody tr")
    for press, place in (("j", 0), ("j", 1), ("k", 0), ("k", 0), ("j", 1)):
        page.keyboard.press(press)
        expect(rows.nth(place).locator("a").first).to_be_focused()
    wanted = rows.nth(1).locator("a").first.get_attribute("href")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{here.base}{wanted}")


@pytest.mark.parametrize(
    ("locale", "title", "word"),
    [("en-GB", "Keyboard shortcuts", "Next row"), ("zh-CN", "键盘快捷键", "下一行")],
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_sheet_of_keys_opens_and_closes(
    window: Open, locale: str, title: str, word: str, scheme: str
) -> None:
    """In both languages, without fault; while it is open no other key works, and Esc leaves it."""
    here = window(locale=locale, color_scheme=scheme)
    page = here.go("/b")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name=title)
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text(word)
    assert here.axe() == []
    here.shoot(f"keys-{locale}-{scheme}")
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    assert page.url == f"{here.base}/b"


def test_keys_do_nothing_while_somebody_types_or_composes(window: Open) -> None:
    """Letters go into the box; those that end a composition go nowhere."""
    here = window()
    page = here.go("/learn")
    box = page.locator("#search")
    box.focus()
    page.keyboard.type("gb?jk/")
    expect(box).to_have_value("gb?jk/")
    expect(page.locator("#keys")).to_be_hidden()
    box.evaluate("one => one.blur()")
    for detail in ("isComposing: true", "keyCode: 229"):
        for key in "g?":
            page.locator("body").evaluate(
                f"(one, key) => one.dispatchEvent(new KeyboardEvent('keydown', "
                f"{{key, bubbles: true, {detail}}}))",
                key,
            )
        page.keyboard.press("Control+g")
        expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("b")
    assert page.url == f"{here.base}/learn"


def test_keys_are_turned_off_and_on_again(window: Open) -> None:
    """For who dictates: the choice stays with the browser, and a button opens the sheet."""
    here = window()
    page = here.go("/b")
    page.keyboard.press("?")
    page.locator("#keys-on").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    for key in ("?", "/", "j"):
        page.keyboard.press(key)
    expect(page.locator("#keys")).to_be_hidden()
    expect(page.locator("#search")).not_to_be_focused()
    page.locator("[data-opens-keys]").click()
    page.locator("#keys-on").check()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()


@pytest.mark.parametrize("script", [True, False])
def test_a_telephone_has_five_places_under_the_thumb(window: Open, script: bool) -> None:
    """At the bottom edge, as links; the page is no wider, and nothing ends behind the bar."""
    here = window(viewport=PHONE, java_script_enabled=script)
    page = here.go("/b")
    bar = page.get_by_role("navigation", name="Most used")
    assert [one.strip() for one in bar.get_by_role("link").all_inner_texts()] == BAR
    box = bar.bounding_box()
    assert box is not None
    assert (box["x"], box["width"], box["y"] + box["height"]) == (0, 390, 844)
    for link in bar.get_by_role("link").all():
        place = link.bounding_box()
        assert place is not None
        assert min(place["width"], place["height"]) >= 44
    page.locator("main").evaluate("one => one.scrollIntoView({block: 'end', behavior: 'instant'})")
    ends = page.locator("main").bounding_box()
    assert ends is not None
    assert ends["y"] + ends["height"] <= box["y"]
    bar.get_by_role("link", name="Verify").click()
    expect(page).to_have_url(f"{here.base}/v")
    expect(bar.locator("[aria-current=page]")).to_have_text("Verify")
    bar.get_by_role("link", name="Scan").click()
    expect(page).to_have_url(f"{here.base}/v#camera")
    bar.get_by_role("link", name="Me", exact=True).click()
    expect(page).to_have_url(f"{here.base}/sign-in")
    if script:
        assert here.axe() == []
        here.shoot("phone-bar")


def test_scan_leads_to_the_camera(window: Open) -> None:
    """From another page the button for the camera is in sight."""
    page = window(viewport=PHONE).go("/b")
    page.get_by_role("link", name="Scan").click()
    expect(page.locator("#scan")).to_be_in_viewport()


def test_a_broad_screen_has_no_bar(window: Open) -> None:
    """There the menu is in sight."""
    page = window().go("/b")
    expect(page.locator(".bottom-bar")).to_be_hidden()
