# SPDX-License-Identifier: Apache-2.0
"""A form in a real browser: kept through a change of language and theme, and sent once."""

from __future__ import annotations

import zlib
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tallystick.console.amounts import entered_in_capitals
from tallystick.interchange.tables import write_csv
from tests.browser.acting import act_as
from tests.browser.conftest import Open
from tests.browser.watching import Watched
from tests.unit.interchange.test_active_content import (
    first_page,
    launch,
    pdf_with,
    script,
)

pytestmark = pytest.mark.browser
PLACE: Final = "/do/evidence/deposit"
SLOW_MS: Final = 180_000
"""So long may hundreds of rows take on a busy machine."""


def be_somebody(here: Watched) -> None:
    """Act as the demonstration's first person who deposits."""
    told = here.context.request.get(f"{here.base}/act-as.json?system=evidence").json()
    one = told["groups"][0]["people"][0]
    act_as(here, one["organization"]["id"], one["member"]["id"])


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


def test_what_is_entered_is_said_beside_it_at_once(window: Open) -> None:
    """Amounts in capitals as the server writes them; a day to come; what a chosen key is called."""
    here = window()
    page = here.go(PLACE)
    texts = [
        "1",
        "0.05",
        "10.50",
        "6,007.14",
        "¥ 1,203,400.56",
        "１００．０１",
        "1000000010",
        "ten",
    ]
    texts += ["", "-1", "1.005", "1.500", "9" * 16, "9" * 17, "20000000000000.01", "+7", ".5", "5."]
    script = "async ([place, texts]) => texts.map((await import(place)).inCapitals)"
    module = page.locator('script[src*="entries.js"]').get_attribute("src")
    written = page.evaluate(script, [module, texts])
    assert written == [entered_in_capitals(text) for text in texts]
    page = here.go("/do/charity/license_foundation")
    page.get_by_role("button", name="in 30 days").click()
    expect(page.locator('input[type="datetime-local"]').first).not_to_have_value("")
    code = page.locator("#organizations option").first
    page.locator("input[list=organizations]").first.fill(code.get_attribute("value") or "")
    expect(page.locator("[data-list=organizations]").first).to_have_text(code.inner_text())
    page = here.go("/do/charity/register_campaign")
    page.locator("#target").fill("1203400.56")
    expect(page.locator("#target-capitals")).to_contain_text("壹佰贰拾万叁仟肆佰元伍角陆分")
    assert here.axe() == []


def test_a_pdf_with_scripts_is_hashed_only_when_it_is_kept_as_it_is(
    window: Open, tmp_path: Path
) -> None:
    """Looked into here, sent nowhere: scripts open, packed, escaped; a plain PDF is taken."""
    here = window()
    be_somebody(here)
    page = here.go(PLACE)
    chooser, digest = page.locator("#sha256-file"), page.locator("#sha256")
    refusal = page.locator(".file-hash .active-file").first
    active = pdf_with("/OpenAction", script())
    files = {
        "open.pdf": active,
        "packed.pdf": packed(b"1 0 <</S/JavaScript/JS(app.alert(1))>>"),
        "escaped.pdf": b"%PDF-1.7 1 0 obj <</S/J#61vaScript>> endobj",
        "program.pdf": pdf_with("/Extra", launch()),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        chooser.set_input_files(tmp_path / name)
        expect(refusal).to_be_visible()
        expect(refusal).to_contain_text("E_ACTIVE_FILE")
        expect(digest).to_have_value("")
        # What is no PDF, or begins at a page, is taken, and the refusal goes.
        plain = tmp_path / "plain.pdf"
        plain.write_bytes(pdf_with("/OpenAction", first_page()))
        chooser.set_input_files(plain)
        expect(digest).to_have_value(sha256(plain.read_bytes()).hexdigest())
        expect(refusal).to_be_hidden()
    page.locator("#active_content").check()
    chooser.set_input_files(tmp_path / "open.pdf")
    expect(digest).to_have_value(sha256(active).hexdigest())


def packed(objects: bytes) -> bytes:
    """Return a PDF of which the objects are packed in a stream."""
    stream = zlib.compress(objects)
    about = b"%%PDF-1.7\n1 0 obj\n<</Type/ObjStm/Filter/FlateDecode/Length %d>>\n" % len(stream)
    return about + b"stream\n" + stream + b"\nendstream endobj\n"


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
    hand_in(here, tmp_path / "many.csv", write_csv(["sha256", "size", "title"], rows))
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


@pytest.mark.slow
def test_a_file_of_five_hundred_rows_is_done_but_for_the_three_bad_ones(
    window: Open, tmp_path: Path
) -> None:
    """Check 18: progress, 497 done, 3 named by their rows; corrected, the file does those alone."""
    here = window(reduced_motion="reduce")
    be_somebody(here)
    columns = ["sha256", "size", "title"]
    rows = [
        [sha256(b"%d of five hundred" % number).hexdigest(), "9", f"第 {number} 份"]
        for number in range(500)
    ]
    spoilt = [list(row) for row in rows]
    spoilt[6][1], spoilt[249][0], spoilt[499][2] = "many", "abc", ""
    page = hand_in(here, tmp_path / "many.csv", write_csv(columns, spoilt))
    expect(page.locator("progress")).to_be_visible()
    expect(page.locator('[data-state="ready"] strong')).to_have_text("497", timeout=SLOW_MS)
    assert page.locator("tbody th").all_inner_texts() == ["8", "251", "501"]
    assert here.axe() == []
    page.get_by_role("button", name="Sign and send 497").click()
    expect(page.locator("progress")).to_be_visible()
    expect(page.locator('[data-state="done"] strong')).to_have_text("497", timeout=SLOW_MS)
    expect(page.locator('[data-state="bad"] strong')).to_have_text("3")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    told = download.value.path().read_text("utf-8-sig").splitlines()[1:]
    assert [line.partition(",")[0] for line in told] == ["8", "251", "501"]
    here.shoot("batch-five-hundred-done")
    hand_in(here, tmp_path / "corrected.csv", write_csv(columns, rows))
    expect(page.locator('[data-state="skipped"] strong')).to_have_text("497", timeout=SLOW_MS)
    page.get_by_role("button", name="Sign and send 3").click()
    expect(page.locator('[data-state="done"] strong')).to_have_text("3")


def hand_in(here: Watched, path: Path, data: bytes) -> Page:
    """Hand a file of rows in; return the page that follows it."""
    path.write_bytes(data)
    page = here.go(f"{PLACE}/batch")
    page.locator("#file").set_input_files(path)
    page.locator('form[enctype] button[type="submit"]').click()
    return page
