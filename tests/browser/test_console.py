# SPDX-License-Identifier: Apache-2.0
"""The console's pages, reached as a visitor reaches them: from link to link."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import expect

from tallystick.console.access import Access
from tallystick.console.site_map import PAGES
from tests.browser.acting import become
from tests.browser.conftest import Open
from tests.browser.walking import Walk, asking, walk_with
from tests.browser.watching import Watched

pytestmark = pytest.mark.browser

EVERYBODYS: Final = frozenset(
    {
        *("/", "/explorer", "/v", "/b", "/b/0", "/b/{height:int}", "/t", "/t/{id}", "/events"),
        *("/o", "/o/{id}", "/c", "/c/{contract}", "/state/{contract}/{table}", "/search"),
        *("/c/{contract}/source", "/c/{contract}/history", "/c/{contract}/usage"),
        *(
            "/stats",
            "/stats/regulator",
            "/screen",
            "/screen/{contract}",
            "/alerts",
            "/gov",
            "/gov/keys",
            "/nodes",
            "/learn",
            "/learn/errors",
        ),
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
        *("/alerts/rules", "/alerts/{contract}/{number:int}", "/tour"),
        *("/take-away/{contract}", "/act-as", "/state/{contract}/{table}/{key:path}"),
        "/learn/errors/{code}",
    }
)
"""Pages to which links lead members besides, once there is a history."""
OF_ALL: Final = (EVERYBODYS | OF_MEMBERS) - {"/inbox"}
"""Pages that look alike for members of all systems."""
OF_A_SYSTEM: Final = (
    *("/app/{}", "/c/{}", "/c/{}/source", "/stats/{}", "/stats/{}/{{statistic}}"),
    *("/screen/{}", "/take-away/{}", "/alerts/{}/{{number:int}}"),
)
"""Pages that there are of every system."""
OF_EVIDENCE: Final = frozenset({"/r/{number}"})
"""Pages to which only deposits lead."""
MEMBERS: Final = {
    "charity": "officer-li",
    "custody": "archive-sun",
    "evidence": "wang-fang",
    "inventory": "officer-han",
    "justice": "mediator-he",
    "preservation": "underwriter-zheng",
}
"""A member of each of these systems."""
FOR_ADMINISTRATORS: Final = [
    page.path
    for page in PAGES
    if page.access is Access.ADMINISTRATOR and page.method == "GET" and "{" not in page.path
]


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
    walk = walk_with(here, locale, f"console-{locale}")
    assert not walk.findings, "\n".join(walk.findings)
    expected = EVERYBODYS if not signed_in else EVERYBODYS | {"/inbox", "/gov/propose"}
    assert expected <= walk.opened.keys()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("system", MEMBERS)
def test_a_member_of_each_system_finds_every_kind_of_page_in_order(
    window: Open, demonstration: str, system: str
) -> None:
    """Checks 3 and 26: as members see it after ninety days of history, by links alone, in Chinese.

    Pages of all are looked at by the first of them, those of a system by its own member.
    """
    member = MEMBERS[system]
    here = window(demonstration, locale="zh-CN", reduced_motion="reduce")
    here.go("/act-as")
    here.page.locator(f'form:has([name="member"][value="{member}"]) button').first.click()
    expect(here.page.locator(".person")).to_be_visible()
    own, unseen = (None, frozenset()) if system == "evidence" else (system, OF_ALL)
    walk = walk_with(here, "zh-CN", f"walk-{system}", own, unseen)
    assert not walk.findings, "\n".join(walk.findings)
    of_it = {one.format(own) for one in OF_A_SYSTEM} if own else OF_EVIDENCE
    assert EVERYBODYS | OF_MEMBERS | of_it <= walk.opened.keys()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("system", [one for one in MEMBERS if one != "evidence"])
def test_every_role_of_a_system_finds_every_page_in_order(demonstration: str, system: str) -> None:
    """Check 3: no fault, no dead link, no word of English in Chinese; administration is refused."""
    with asking(demonstration, "zh-CN") as stranger:
        told = stranger.get(f"/act-as.json?system={system}").json()["groups"]
        people = [one for group in told for one in group["people"]]
    roles = {tuple(one["member"]["roles"]): one for one in people}
    assert len(roles) > 1
    findings: list[str] = []
    files: set[str] = set()
    for one in roles.values():
        member = one["member"]["id"]
        with asking(demonstration, "zh-CN") as client:
            become(client, one["organization"]["id"], member)
            refused = {path: client.get(path).status_code for path in FOR_ADMINISTRATORS}
            assert set(refused.values()) == {403}, (member, refused)
            walk = Walk(client, "zh-CN")
            walk.system, walk.told_apart, walk.links = system, {"contract"}, 1
            walk.files = files
            walk.go()
        findings += [f"{member} {finding}" for finding in walk.findings]
        assert f"/app/{system}" in walk.opened
    assert not findings, "\n".join(findings)
