# SPDX-License-Identifier: Apache-2.0
"""A form in a real browser: kept through a change of language and theme, and sent once."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tallystick.interchange.tables import write_csv
from tests.browser.conftest import Open
from tests.browser.watching import Watched
from tests.console_theatre import form_key

pytestmark = pytest.mark.browser
PLACE = "/do/evidence/deposit"


def be_somebody(here: Watched) -> None:
    """Act as the demonstration's first person who deposits."""
    request = here.context.request
    page = request.get(f"{here.base}/act-as").text()
    groups = request.get(f"{here.base}/act-as.json?system=evidence").json()["groups"]
    one = groups[0]["people"][0]
    code, member = one["organization"]["id"], one["member"]["id"]
    part = {"form_key": form_key(page), "organization": code, "member": member}
    answer = request.post(f"{here.base}/act-as", form=part, max_redirects=0)
    assert answer.status == 303


def test_a_form_is_kept_through_language_and_theme_corrected_and_sent_once(
    window: Open, tmp_path: Path
) -> None:
    """Half filled in English, finished in Chinese and in the dark; pressed twice, sent once."""
    here = window()
    be_somebody(here)
    page = here.go(PLACE)
    file = tmp_path / "lease.txt"
    file.write_bytes(b"a lease of the browser")
    page.locator("#sha256-file").set_input_files(file)
    expect(page.locator("#sha256")).to_have_value(sha256(file.read_bytes()).hexdigest())
    expect(page.locator("#size")).to_have_value(str(len(file.read_bytes())))
    page.locator("#title").fill("租赁合同")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("#title")).to_have_value("租赁合同")
    for theme in ("light", "dark"):
        page.locator('a[href^="/theme"]').click()
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
    expect(page.locator("#title")).to_have_value("租赁合同")
    expect(page.locator("#size")).to_have_value(str(len(file.read_bytes())))
    here.expect("422")
    page.locator("#title").fill("")
    page.locator("#form .card-footer button").first.click()
    expect(page.locator("#flaws")).to_be_focused()
    expect(page.locator("#title-flaw")).to_contain_text("此项必填")
    assert here.axe() == []
    here.shoot("form-wrong-zh-dark")
    page.locator("#title").fill("租赁合同")
    page.locator("#form .card-footer button").first.click()
    sign = page.get_by_role("button", name="签名并提交", exact=True)
    before = page.request.get(f"{here.base}/v1/status").json()["log_size"]
    sign.dblclick()
    expect(page.locator('main a[href^="/t/"]').first).to_be_visible()
    page.reload()
    expect(page.locator('main a[href^="/t/"]').first).to_be_visible()
    assert page.request.get(f"{here.base}/v1/status").json()["log_size"] == before + 1


def test_a_file_of_many_is_followed_to_its_end(window: Open, tmp_path: Path) -> None:
    """Tried, confirmed and sent under the eyes of who handed it in, without reloading."""
    here = window(locale="zh-CN")
    be_somebody(here)
    page = here.go(f"{PLACE}/batch")
    assert here.axe() == []
    rows = [
        [sha256(b"%d of many" % number).hexdigest(), "9", f"第 {number} 份"] for number in range(8)
    ]
    rows.append(["abc", "9", "坏行"])
    file = tmp_path / "many.csv"
    file.write_bytes(write_csv(["sha256", "size", "title"], rows))
    page.locator("#file").set_input_files(file)
    page.locator('form[enctype] button[type="submit"]').click()
    expect(page.locator('[data-state="ready"] strong')).to_have_text("8")
    expect(page.locator('[data-state="bad"] strong')).to_have_text("1")
    here.shoot("batch-tried")
    assert here.axe() == []
    page.locator('form[action^="/batch/"] button').click()
    expect(page.locator('[data-state="done"] strong')).to_have_text("8")
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX").click()
    assert download.value.suggested_filename == "evidence-deposit-not-done.xlsx"
    here.shoot("batch-done")
