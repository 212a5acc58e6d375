# SPDX-License-Identifier: Apache-2.0
"""Without JavaScript people still read, search, filter, fill in forms and download."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open

pytestmark = pytest.mark.browser


def test_reading_searching_filtering_sending_and_downloading_need_no_script(window: Open) -> None:
    """Check 27: the same pages, links, forms; verification offers to send the file, and says so."""
    here = window(java_script_enabled=False)
    page = here.go("/explorer")
    expect(page.locator("#transactions tbody tr")).not_to_have_count(0)
    page.locator("#search").fill("evidence")
    page.locator("#search").press("Enter")
    expect(page).to_have_url(f"{here.base}/c/evidence")
    here.go("/events")
    page.locator("#contract").select_option("evidence")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("main tbody tr")).not_to_have_count(0)
    assert "contract=evidence" in page.url
    here.go("/t")
    page.locator("#transactions tbody a[href^='/t/']").first.click()
    with page.expect_download() as started:
        page.get_by_role("link", name="Receipt", exact=True).first.click()
    assert started.value.suggested_filename.endswith(".receipt.json")
    here.go("/v")
    # The switch of the test hides what stands in `noscript`; browsers without scripts show it.
    assert 'action="/v/file"' in page.content()


def test_a_form_goes_to_its_preview_and_result_without_a_script(window: Open) -> None:
    """Check 27: from the part one plays over the preview to the page of the final transaction."""
    here = window(java_script_enabled=False)
    here.go("/act-as")
    page = here.page
    page.locator("main form button").first.click()
    here.go("/gov/propose")
    form = page.locator("#set_parameters")
    form.locator("summary").click()
    form.locator("[name=block_transactions_max]").fill("4321")
    form.get_by_role("button").click()
    expect(page.locator("main")).to_contain_text("4321")
    page.get_by_role("button", name="Sign and send", exact=True).click()
    link = page.locator('main a[href^="/t/"]').first
    page.goto(here.base + str(link.get_attribute("href")))
    expect(page.locator("main")).to_contain_text("4321")
    here.shoot("without-script-done")


def test_a_list_can_be_read_on_a_telephone_without_a_script(window: Open) -> None:
    """Nothing is wider than the screen but what scrolls by itself."""
    size = {"width": 390, "height": 844}
    here = window(java_script_enabled=False, viewport=size)
    for path in ("/explorer", "/events", "/b/1", "/nodes", "/gov"):
        here.go(path)
        box = here.page.locator("html").bounding_box()
        assert box is not None
        assert box["width"] == size["width"], path
