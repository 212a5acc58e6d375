# SPDX-License-Identifier: Apache-2.0
"""The API's own front page and its documentation, as a person's browser shows them."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open

pytestmark = pytest.mark.browser

SCHEMES: Final = ("light", "dark")
HEADLINES: Final = {"en-GB": "A ledger kept by several", "zh-CN": "多家机构"}
PHONE: Final = {"width": 390, "height": 844}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("locale", HEADLINES)
def test_the_front_page_is_without_fault_and_accessible(
    window: Open, served_alone: str, locale: str, scheme: str
) -> None:
    """In the reader's language, light and dark; nothing comes from elsewhere."""
    here = window(served_alone, locale=locale, color_scheme=scheme)
    page = here.go("/")
    expect(page.locator("h1")).to_contain_text(HEADLINES[locale])
    here.shoot(f"front-{locale}-{scheme}")
    assert here.axe() == []


def test_the_front_page_fits_a_phone_and_needs_no_script(window: Open, served_alone: str) -> None:
    """Nothing is wider than the screen, and the other language is one link away."""
    here = window(served_alone, viewport=PHONE, java_script_enabled=False)
    page = here.go("/")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("h1")).to_contain_text(HEADLINES["zh-CN"])
    box = page.locator("html").bounding_box()
    assert box is not None
    assert box["width"] == PHONE["width"]
    here.shoot("front-phone")


def test_the_documentation_page_is_without_fault_and_accessible(window: Open) -> None:
    """Swagger UI draws a part of this node's own document, and an operation opens.

    Its links inside buttons are left as they are: each can be reached and used alone.
    """
    here = window(color_scheme="dark", locale="zh-CN")
    page = here.go("/docs?contract=evidence")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator('nav [aria-current="page"]')).to_have_text("电子证据存证")
    operation = page.locator("#operations-contracts-evidence_deposit")
    operation.locator("button").first.click()
    expect(operation.locator(".opblock-body select").first).to_be_visible()
    expect(operation.locator("select:not([aria-label])")).to_have_count(0)
    assert here.axe(but={"nested-interactive"}) == []
    here.shoot("docs")


def test_the_documentation_page_begins_with_what_every_node_answers(window: Open) -> None:
    """And leads to each contract's part."""
    page = window().go("/docs")
    expect(page.locator("#operations-ledger-list_blocks")).to_be_visible()
    assert page.locator('nav a[href="/docs?contract=evidence"]').count() == 1
