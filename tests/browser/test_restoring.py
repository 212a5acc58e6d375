# SPDX-License-Identifier: Apache-2.0
"""A reader and an auditor bring a kept file back in a real browser; keys stay there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect

from tallystick.client import Use, connect
from tallystick.industries.custody import demo
from tallystick.industries.custody.demo_cast import AUDITOR_1, READER_1
from tests.browser.conftest import Open
from tests.browser.test_archive import confirm, payload
from tests.browser.walking import too_wide
from tests.browser.watching import Watched
from tests.unit.console.archive_stage import NODES, archive_desk
from tests.unit.console.sealing_stage import WithHeads
from tests.unit.console.test_restoring import (
    CAR,
    CLEAR,
    DRILLS,
    READS,
    Vaults,
    identity_of,
    prepare,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def vaults(tmp_path: Path) -> Iterator[Vaults]:
    """Give the bank's object, kept and granted."""
    with archive_desk(tmp_path, WithHeads(demo.parts())) as clerk:
        yield prepare(clerk, tmp_path)


def be(here: Watched, member: str) -> None:
    """Act as somebody."""
    page = here.go("/act-as")
    page.locator(f'form:has([name=member][value="{member}"]) button').first.click()


def wrap_of(vaults: Vaults) -> FilePayload:
    """Return the document's key as its owner sealed it to the auditors."""
    identity = identity_of(vaults.folder, READER_1)
    trust = vaults.folder / "node" / "trust.json"
    with connect(vaults.clerk.url, identity=identity, trust=trust) as net:
        out = vaults.folder / "taken"
        kept = net.documents.export("D-8", out, use=Use(grant="G-8", purpose="audit"))
    return payload("FILE.wrap", kept.key.read_bytes())


def test_a_read_is_fetched_and_opened_in_the_browser_and_no_key_is_sent(
    window: Open, vaults: Vaults
) -> None:
    """AFC-1: sealed through this server, opened with key and wrap here, and then reported."""
    place = vaults.opened_read()
    wrap, key = wrap_of(vaults), payload("own.key", f"{vaults.key.text}\n".encode())
    here = window(vaults.clerk.url)
    page = here.page
    be(here, READER_1)
    here.go(READS)
    assert [*here.axe(), *too_wide(here)] == []
    here.shoot("archive-reads")
    page.locator(f'a.btn[href="{place}"]').click()
    page.locator("#form button").click()
    expect(page.locator(".opens-file")).to_be_visible()
    expect(page.locator("#said")).to_contain_text(NODES[0])
    box = page.locator(".opens-file")
    box.locator("button").click()
    expect(box.locator("[data-problem]")).to_contain_text("Choose a file")
    page.locator("#key-files").set_input_files([key])
    box.locator("button").click()
    expect(box.locator("[data-problem]")).to_contain_text("None of these keys")
    page.locator("#key-files").set_input_files([wrap, key])
    with page.expect_download() as saved:
        box.locator("button").click()
        box.locator("a[download]").click()
    assert saved.value.path().read_bytes() == CLEAR
    assert saved.value.suggested_filename == "voucher.txt"
    assert [*here.axe(), *too_wide(here)] == []
    here.shoot("archive-read-opened")
    page.locator('form:has([name=step][value="report"]) button').click()
    confirm(here)
    vaults.clerk.catch_up()
    here.go(place)
    expect(page.locator("main")).to_contain_text(NODES[0])
    secrets = (vaults.key.text.encode(), CLEAR[:40])
    assert not [one for one in vaults.clerk.received if any(word in one for word in secrets)]
    page.close()


def test_a_drill_is_drawn_and_reported_and_a_car_taken_away_in_the_browser(
    window: Open, vaults: Vaults
) -> None:
    """AFC-7: the file of the day twice, two signatures, and the outcome between them."""
    here = window(vaults.clerk.url, viewport={"width": 390, "height": 844})
    page = here.page
    be(here, AUDITOR_1)
    here.go(f"{DRILLS}?manifest={vaults.manifest}")
    day = payload("day.jsonl", vaults.directory)
    page.locator("#file").set_input_files(day)
    assert [*here.axe(), *too_wide(here)] == []
    page.locator("#form .card-footer button").click()
    confirm(here)
    vaults.clerk.catch_up()
    here.go(DRILLS)
    page.locator(f'main a[href^="{DRILLS}/"]').first.click()
    page.locator("#file").set_input_files(day)
    page.locator("#form .card-footer button").click()
    expect(page.locator("#said")).to_contain_text("came back whole")
    assert [*here.axe(), *too_wide(here)] == []
    here.shoot("archive-drill-done")
    page.locator('#said a[href^="/sign/"]').click()
    confirm(here)
    vaults.clerk.catch_up()
    here.go(DRILLS)
    expect(page.locator("main table")).to_contain_text("passed")
    here.go(f"{CAR}?object=voucher-8")
    assert [*here.axe(), *too_wide(here)] == []
    with page.expect_download() as saved:
        page.locator('button[value="export"]').click()
    car = saved.value.path().read_bytes()
    page.locator("#file").set_input_files(payload("voucher-8.car", car))
    page.locator('button[value="check"]').click()
    expect(page.locator(".alert-success")).to_contain_text("voucher-8")
    here.shoot("archive-car-checked")
    page.close()
