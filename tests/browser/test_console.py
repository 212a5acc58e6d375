# SPDX-License-Identifier: Apache-2.0
"""The console's pages, reached as a visitor reaches them: from link to link."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.walking import Walk
from tests.browser.watching import Watched

pytestmark = pytest.mark.browser

EVERYBODYS: Final = frozenset(
    {
        *("/", "/explorer", "/v", "/b", "/b/0", "/b/{height:int}", "/t", "/t/{id}", "/events"),
        *("/o", "/o/{id}", "/c", "/c/{contract}", "/state/{contract}/{table}", "/search"),
        *("/c/{contract}/source", "/c/{contract}/history", "/c/{contract}/usage"),
        *("/stats", "/alerts", "/gov", "/gov/keys", "/nodes", "/learn", "/learn/errors"),
        "/ask/{contract}/{method}",
    }
)
"""Pages to which links lead everybody."""
OF_MEMBERS: Final = frozenset(
    {
        *("/inbox", "/drafts", "/watching", "/account", "/gov/propose", "/gov/members"),
        *("/app/{contract}", "/case/{contract}/{table}/{key:path}", "/do/{contract}/{method}"),
        *(
            "/stats/{contract}",
            "/stats/{contract}/{statistic}",
            "/stats/{contract}/{statistic}/events",
        ),
        *("/alerts/rules", "/alerts/{contract}/{number:int}", "/tour", "/r/{number}"),
    }
)
"""Pages to which links lead members besides, once there is a history."""
MEMBERS: Final = {
    "charity": "reviewer-wang",
    "custody": "archive-sun",
    "inventory": "officer-han",
    "justice": "mediator-he",
    "preservation": "underwriter-zheng",
}
"""A member of each of these systems."""


def be_somebody(here: Watched) -> None:
    """Act as the first of the demonstration's people."""
    here.go("/act-as")
    here.page.locator("main form button").first.click()
    expect(here.page.locator(".person")).to_be_visible()


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("locale", "signed_in"),
    [("en-GB", False), ("zh-CN", True)],
    ids=["english", "chinese-signed-in"],
)
def test_every_kind_of_page_that_links_lead_to_is_without_fault_and_accessible(
    window: Open, locale: str, *, signed_in: bool
) -> None:
    """Checks 2, 3 and 26: a page of each kind, light and dark; links of theirs are not dead."""
    here = window(locale=locale, reduced_motion="reduce")
    if signed_in:
        be_somebody(here)
    walk = Walk(here, locale, f"console-{locale}")
    walk.go()
    assert not walk.findings, "\n".join(walk.findings)
    expected = EVERYBODYS if not signed_in else EVERYBODYS | {"/inbox", "/gov/propose"}
    assert expected <= walk.opened.keys()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("member", MEMBERS.values(), ids=MEMBERS)
def test_a_member_of_each_system_finds_every_kind_of_page_in_order(
    window: Open, demonstration: str, member: str
) -> None:
    """Check 3: as members see it after ninety days of history, by links alone, in Chinese."""
    here = window(demonstration, locale="zh-CN", reduced_motion="reduce")
    here.go("/act-as")
    here.page.locator(f'form:has([name="member"][value="{member}"]) button').first.click()
    expect(here.page.locator(".person")).to_be_visible()
    walk = Walk(here, "zh-CN", f"walk-{member}")
    walk.go()
    assert not walk.findings, "\n".join(walk.findings)
    assert walk.opened.keys() >= EVERYBODYS | OF_MEMBERS
