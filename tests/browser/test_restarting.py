# SPDX-License-Identifier: Apache-2.0
"""A browser that is closed and opened again: what it keeps, and what waits at the node."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import FLAGS
from tests.browser.watching import Watched

pytestmark = pytest.mark.browser

Start = Callable[[], Watched]


@pytest.fixture
def start(browser: Browser, chromium: str, served: str, tmp_path: Path) -> Iterator[Start]:
    """Start a browser whose profile stays on the disk, ending the one before."""
    opened: list[Watched] = []
    with ExitStack() as stack:

        def start_anew() -> Watched:
            stack.pop_all().close()
            profile = browser.browser_type.launch_persistent_context(
                tmp_path / "profile", executable_path=chromium, args=[*FLAGS], locale="en-GB"
            )
            stack.enter_context(closing(profile))
            opened.append(Watched(profile, served))
            return opened[-1]

        yield start_anew
    faults = [fault for one in opened for fault in one.faults]
    assert not faults, "\n".join(faults)


def be_somebody(here: Watched) -> None:
    """Act as the first who deposits."""
    here.go("/act-as?system=evidence")
    here.page.locator("main form button").first.click()
    expect(here.page.locator(".person")).to_be_visible()


def test_language_theme_and_draft_survive_a_restart_of_the_browser(start: Start) -> None:
    """Check 25: the page comes up as it was left, in Chinese and dark; the draft is filled in."""
    here = start()
    be_somebody(here)
    page = here.go("/do/evidence/deposit")
    page.locator("#title").fill("一份租赁合同")
    page.get_by_role("link", name="中文").click()
    page.locator('a[href^="/theme"]').click()  # from what the system wants to light
    page.locator('a[href^="/theme"]').click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="存为草稿").click()
    expect(page).to_have_url(re.compile(r"[?&]draft="))

    here = start()
    page = here.go("/")
    html = page.locator("html")
    expect(html).to_have_attribute("lang", "zh-CN")
    expect(html).to_have_attribute("data-bs-theme", "dark")
    expect(page.locator(".person")).to_have_count(0)  # a session ends with the browser
    be_somebody(here)
    page.locator('.navbar a[href="/inbox"]').click()
    page.locator('main a[href="/drafts"]').click()
    page.locator('main a[href*="draft="]').click()
    expect(page.locator("#title")).to_have_value("一份租赁合同")
    expect(html).to_have_attribute("data-bs-theme", "dark")
