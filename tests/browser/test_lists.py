# SPDX-License-Identifier: Apache-2.0
"""Lists of people in a real browser: mistakes by their rows, import, and finance's own list."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tallystick.industries.charity import demo
from tests.browser.acting import act_as
from tests.browser.conftest import Open
from tests.browser.walking import too_wide
from tests.console_theatre import ConsoleTheatre, found_with_seal, open_console_theatre
from tests.unit.console.test_entries import CIVIL, DAY_MS, FOUNDATION, OFFICER
from tests.unit.console.test_lists import PLACE, REVIEWER, SECRET, lines

pytestmark = pytest.mark.browser

PERIOD: Final = "2026-autumn"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleTheatre]:
    """Give a foundation that has a licence, and the console of its network."""
    folder = tmp_path_factory.mktemp("lists")
    found_with_seal(folder, demo)
    with open_console_theatre(folder, demo, ConsoleTheatre) as office:
        terms = {"licence": "53100000500020", "valid_until": office.now + 9 * DAY_MS}
        foundation = {"organization": FOUNDATION, "may_raise_publicly": True, **terms}
        office.act(CIVIL, "license_foundation", foundation=foundation)
        yield office


@pytest.fixture(scope="module")
def campaign(office: ConsoleTheatre) -> str:
    """Return the number of a campaign that takes lists."""
    plan = {"title": "名单项目", "project": "lists", "plan": "0" * 64, "target": 10_000_000}
    period = {"opens_at": office.now, "closes_at": office.now + 9 * DAY_MS}
    more = {"fee_cap_basis": 800, "needs_school": False}
    number = str(office.act(OFFICER, "register_campaign", **plan, **period, **more))
    for step in ("file_campaign", "open_campaign"):
        office.act(OFFICER, step, campaign=number)
    return number


def base_of(office: ConsoleTheatre) -> str:
    """Return where the console is, without a last `/`."""
    return str(office.client.base_url).rstrip("/")


def hand_in(page: Page, which: str, folder: Path, data: bytes) -> None:
    """Choose a list and the secret in one of the page's two forms."""
    (folder / "list.csv").write_bytes(data)
    (folder / "secret.hex").write_text(SECRET.hex())
    page.locator(f"#{which}-file").set_input_files(folder / "list.csv")
    page.locator(f"#{which}-secret").set_input_files(folder / "secret.hex")


def test_a_list_is_corrected_imported_and_compared_by_finance_in_the_browser(
    window: Open, office: ConsoleTheatre, campaign: str, tmp_path: Path
) -> None:
    """An officer in English, finance in Chinese and in the dark, until the approval's form."""
    here = window(base_of(office), reduced_motion="reduce")
    act_as(here, FOUNDATION, OFFICER)
    page = here.go(PLACE)
    assert here.axe() == []
    here.expect("422")
    enter = page.get_by_role("button", name="Check and preview")
    hand_in(page, "import", tmp_path, lines("1500.005"))
    page.locator('[name="campaign"]').fill(campaign)
    page.locator('[name="period"]').fill(PERIOD)
    enter.click()
    expect(page.locator("#flaws")).to_contain_text("5 mistakes; nothing was sent")
    assert page.locator("main tbody th").all_inner_texts() == ["2", "3", "4", "5", "6"]
    assert here.axe() == []
    here.shoot("lists-mistakes")
    hand_in(page, "import", tmp_path, lines())
    enter.click()
    page.get_by_role("button", name="Sign and send", exact=True).click()
    expect(page.locator('main a[href^="/t/"]').first).to_be_visible()
    page = here.go(PLACE)
    number = page.locator('main a[href^="/case/charity/batches/"]').inner_text()
    assert here.axe() == []
    page.get_by_role("button", name="Add the missing rows").click()
    page.locator('form[action^="/batch/"] button').click()
    expect(page.locator('[data-state="done"] strong')).not_to_have_text("0")

    other = window(base_of(office), locale="zh-CN", color_scheme="dark", reduced_motion="reduce")
    act_as(other, FOUNDATION, REVIEWER)
    for amount, outcome in (("1501", "不一致"), ("1500", "一致")):
        page = other.go(PLACE)
        hand_in(page, "compare", tmp_path, lines(amount))
        page.locator("#number").fill(number)
        page.get_by_role("button", name="核对", exact=True).click()
        expect(page.locator("#compared h2")).to_contain_text(outcome)
        assert other.axe() == []
        other.shoot(f"lists-compared-{amount}")
    page.locator('#compared a[href^="/do/charity/approve_list"]').click()
    expect(page.locator('[name="batch"]')).to_have_value(number)
    expect(page.locator('[name="list_digest"]')).not_to_have_value("")


def test_files_are_taken_away_in_the_browser_and_the_list_of_a_members_acts_is_theirs(
    window: Open, office: ConsoleTheatre, campaign: str
) -> None:
    """The page of all files, in both languages; a campaign's events as a download, none else's."""
    for locale, scheme in (("en-GB", "light"), ("zh-CN", "dark")):
        here = window(base_of(office), locale=locale, color_scheme=scheme, reduced_motion="reduce")
        act_as(here, FOUNDATION, OFFICER)
        for path in ("/take-away/charity", f"/t?member={OFFICER}"):
            here.go(path)
            assert here.axe() == [], path
            assert too_wide(here) == [], path
        here.shoot(f"acts-of-a-member-{locale}")
        signers = {
            one["member"]
            for one in here.context.request.get(f"{here.base}/t.json?member={OFFICER}").json()[
                "transactions"
            ]["items"]
        }
        assert signers == {OFFICER}
        page = here.go(f"/case/charity/campaigns/{campaign}")
        with page.expect_download() as kept:
            page.locator(f'a[href="/take-away/charity/audit/{campaign}"]').click()
        assert zipfile.is_zipfile(kept.value.path())
