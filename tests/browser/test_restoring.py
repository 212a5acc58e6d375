# SPDX-License-Identifier: Apache-2.0
"""A reader and an auditor bring a kept file back in a real browser; keys stay there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect

from tallystick.client import Use, connect
from tallystick.crypto import SealingKey
from tallystick.industries.custody import demo
from tallystick.industries.custody.demo_cast import AUDITOR_1, OFFICER_1, OWNER_HOUSE, READER_1
from tests.browser.conftest import Open
from tests.browser.test_archive import confirm, payload
from tests.browser.test_system_stories import fill
from tests.browser.walking import too_wide
from tests.browser.watching import Watched
from tests.unit.console.archive_stage import NODES, archive_desk
from tests.unit.console.sealing_stage import WithHeads, head_of
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


def test_a_registered_document_is_declared_with_a_card_made_in_the_browser(
    window: Open, vaults: Vaults
) -> None:
    """AFC-3: card and ledger agree on another page, and the salt is in no request."""
    identity, folder = identity_of(vaults.folder, OFFICER_1), vaults.folder
    key = SealingKey.generate()
    vaults.clerk.act(head_of(OWNER_HOUSE[0]), "sealing_keys/publish", public_key=key.public_key)
    other = folder / "other.txt"
    other.write_bytes(CLEAR[::-1])
    with connect(vaults.clerk.url, identity=identity, trust=folder / "node" / "trust.json") as net:
        net.documents.put(other, document="D-9")
    vaults.clerk.catch_up()
    here = window(vaults.clerk.url, viewport={"width": 390, "height": 844})
    page = here.page
    be(here, OFFICER_1)
    here.go("/archive/custody/declare")
    box = page.locator(".carder")
    box.locator("button").click()
    expect(box.locator("[data-problem]")).to_contain_text("Name the document")
    agreement = vaults.clerk.shown("/state/custody/agreements")["rows"]["items"][0]["id"]
    nodes = {f"nodes.{row}": node for row, node in enumerate(NODES)}
    stated = {"id": "voucher-9", "agreement": agreement, "retention": "voucher"}
    fill(page, {"nodes.#": str(len(NODES)), **nodes, **stated, "key_id": "key-9"})
    page.locator("#document").fill("D-9")
    box.locator("button").click()
    with page.expect_download() as saved:
        box.locator("a[download]").click()
    card = saved.value.path().read_bytes()
    assert [*here.axe(), *too_wide(here)] == []
    here.shoot("archive-declare-card")
    page.locator("#form .card-footer button").click()
    confirm(here)
    vaults.clerk.catch_up()
    here.go("/archive/custody/original?object=voucher-9")
    page.locator("#card").set_input_files(payload("card.json", card))
    page.locator("#file").set_input_files(payload("other.txt", CLEAR[::-1]))
    page.locator(".original button").click()
    expect(page.locator("[data-same]")).to_be_visible()
    salt = str(json.loads(card)["salt"]).encode()
    assert not [one for one in vaults.clerk.received if salt in one]
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
