# SPDX-License-Identifier: Apache-2.0
"""What waits for somebody in their inbox, done in one go, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tallystick.cli.demo.theatre import Theatre
from tallystick.contracts import DAY_MS, digest_of
from tallystick.industries.charity import demo
from tallystick.industries.charity.demo_cast import (
    APP,
    CIVIL,
    FOUNDATION,
    OFFICER_1,
    REVIEWER_1,
    TELLER,
)
from tallystick.industries.charity.list_files import ListFile, read_list
from tests.browser.conftest import Open
from tests.console_theatre import ConsoleTheatre, found_with_seal, open_console_theatre

pytestmark = pytest.mark.browser

LIST: Final = (
    "姓名,证件号码,银行账号,开户行行号,金额,省份代码\n"
    "李一,110101200801101009,6222021001116245701,102100099996,1500,11\n"
    "王二,110101200802111073,6222021001116245702,102100099996,1500,11\n"
)
PERIODS: Final = ("2026-spring", "2026-autumn")


class Prepared(ConsoleTheatre):
    """A stage that programs prepare, without forms, and people take over in the browser."""

    act = Theatre.act

    def take_part(self, page: Page, member: str) -> None:
        """Act as somebody, by the button with their name."""
        page.goto(f"{self.client.base_url}/act-as")
        page.locator(f'form:has(input[name="member"][value="{member}"]) button').first.click()
        expect(page.locator(".person")).to_be_visible()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Prepared]:
    """Give the network of a charity with an open campaign that has money."""
    found_with_seal(tmp_path, demo)
    with open_console_theatre(tmp_path, demo, Prepared) as stage:
        yield stage


def lists_to_review(stage: Prepared, listed: ListFile) -> list[str]:
    """Let the same people be listed for two periods, and both lists be checked."""
    foundation = {
        "organization": FOUNDATION[0],
        "licence": "53100000500020",
        "valid_until": stage.now + 400 * DAY_MS,
        "may_raise_publicly": True,
    }
    stage.act(CIVIL, "license_foundation", foundation=foundation)
    stage.act(TELLER, "open_money", currency="CNY")
    campaign = stage.act(
        OFFICER_1,
        "register_campaign",
        title="新未来高中生",
        project="new-future",
        plan=digest_of("a plan"),
        target=10_000_000,
        opens_at=stage.now,
        closes_at=stage.now + 300 * DAY_MS,
        fee_cap_basis=800,
    )
    for step in ("file_campaign", "open_campaign"):
        stage.act(OFFICER_1, step, campaign=campaign)
    gift = {"donor": digest_of("a donor"), "reference": "CNAPS-1"}
    stage.act(TELLER, "receive_donation", campaign=campaign, amount=1_000_000, **gift)
    made = []
    for period in PERIODS:
        told = {"period": period, "count": len(listed.rows), "total": listed.total}
        batch = stage.act(
            OFFICER_1, "import_list", campaign=campaign, list_digest=listed.digest, **told
        )
        stage.act(OFFICER_1, "add_rows", batch=batch, rows=list(listed.plain_rows))
        stage.act(APP, "check_list", batch=batch)
        made.append(str(batch))
    return made


def test_two_lists_are_approved_at_once_and_leave_the_inbox(window: Open, stage: Prepared) -> None:
    """Check 20: ticked, previewed on one page, confirmed once; the case says who, when, what."""
    listed = read_list(LIST.encode(), stage.secret)
    made = lists_to_review(stage, listed)
    here = window(str(stage.client.base_url).rstrip("/"))
    page = here.page
    stage.take_part(page, REVIEWER_1)
    count = page.locator("#inbox-count")
    expect(count).to_have_text(re.compile(r"\d"))
    page.locator('.navbar a[href="/inbox"]').click()
    expect(page.locator("#tasks tbody tr")).to_have_count(len(made))
    expect(count).to_have_text("2")
    for batch in made:
        page.get_by_role("checkbox", name=batch).check()
    page.get_by_label("With the selected:").select_option("charity/batches/approve_list")
    here.shoot("inbox-two-ticked")
    assert here.axe() == []
    page.get_by_role("button", name="Preview all").click()
    page.locator("#list_digest").fill(listed.digest)
    assert here.axe() == []
    page.get_by_role("button", name="Preview all").click()
    expect(page.locator('[data-state="ready"] strong')).to_have_text("2")
    page.get_by_role("link", name="All rows").click()
    for batch in made:
        expect(page.locator("tbody").get_by_role("link", name=batch).first).to_be_visible()
    assert here.axe() == []
    here.shoot("inbox-two-previewed")
    page.get_by_role("button", name="Sign and send 2", exact=True).click()
    expect(page.locator('[data-state="done"] strong')).to_have_text("2")
    expect(count).to_have_text("0")
    page.locator('.navbar a[href="/inbox"]').click()
    for batch in made:
        expect(page.get_by_role("link", name=batch)).to_have_count(0)
    page.goto(f"{here.base}/case/charity/batches/{made[0]}")
    newest = page.locator(".timeline-event").first
    expect(newest).to_contain_text(REVIEWER_1)
    expect(newest).to_contain_text("Example Foundation")
    expect(newest.locator("time")).to_have_attribute("datetime", re.compile(r"^\d{4}-\d\d-\d\dT"))
    newest.get_by_text("What changed").click()
    state = newest.locator("tr").filter(has=page.get_by_role("rowheader", name="State"))
    expect(state.locator("td")).to_have_text(["checked", "approved"])
    with page.expect_download() as receipt:
        newest.get_by_role("link", name="Receipt").click()
    assert receipt.value.suggested_filename.endswith(".receipt.json")
    here.shoot("inbox-case-after")
