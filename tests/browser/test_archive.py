# SPDX-License-Identifier: Apache-2.0
"""An archive's clerk in a real browser: a day with a gap, and a file compared with its card."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import FilePayload, expect

from tallystick.client import KeyStore, SealingKeyStore, connect, facts_of
from tallystick.crypto import SealingKey
from tallystick.industries.custody import demo, directory_of, plain_commitment
from tallystick.industries.custody.demo_cast import OFFICER_1, OWNER_HOUSE
from tallystick.industries.custody.demo_files import Sealed
from tests.browser.conftest import Open
from tests.browser.test_system_stories import fill
from tests.browser.walking import too_wide
from tests.browser.watching import Watched
from tests.unit.console.archive_stage import NODES, Clerk, archive_desk, lines_of
from tests.unit.console.sealing_stage import WithHeads, head_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

CLEAR: Final = "凭证 7：付 1,234.56 元".encode() * 200_000
SALT: Final = bytes(range(32))
CARD: Final = {
    "format": "tallystick.custody-card.v1",
    "object": "voucher-1",
    "sha256": facts_of(CLEAR).sha256.hex(),
    "salt": SALT.hex(),
}


@pytest.fixture
def clerk(tmp_path: Path) -> Iterator[Clerk]:
    """Give the bank's archive with a voucher and two terminals."""
    with archive_desk(tmp_path, WithHeads(demo.parts())) as clerk:
        plain = plain_commitment("voucher-1", CARD["sha256"], SALT)
        agreement = clerk.prepare()
        clerk.store(agreement, "voucher-1", Sealed("0", 60_000), plain=plain)
        clerk.do(OFFICER_1, "register_terminal", id="counter-1", branch="示例支行")
        clerk.agreement = agreement
        yield clerk


def as_officer(here: Watched) -> None:
    """Act as the bank's clerk."""
    page = here.go("/act-as")
    page.locator(f'form:has([name=member][value="{OFFICER_1}"]) button').first.click()


def payload(name: str, data: bytes) -> FilePayload:
    """Return a file as a chooser takes it."""
    return {"name": name, "mimeType": "application/json", "buffer": data}


def test_a_day_keeps_its_file_while_the_cause_of_a_gap_is_asked_for(
    window: Open, clerk: Clerk
) -> None:
    """The file is chosen once; the cause is typed, and the day is anchored."""
    here = window(clerk.url)
    page = here.page
    here.expect("422")
    as_officer(here)
    here.go("/archive/custody/day")
    lines = directory_of(lines_of("voucher-1", Sealed("0", 60_000), 1, 2, 5))
    page.locator("#file").set_input_files(payload("day.jsonl", lines))
    preview = page.locator("#form .card-footer button")
    preview.click()
    expect(page.locator('[name="gap.0.first"]')).to_have_value("3")
    expect(page.locator("#flaws")).to_contain_text("Say why")
    assert page.locator("#file").evaluate("one => one.files.length") == 1
    assert [*here.axe(), *too_wide(here)] == []
    here.shoot("archive-day-gap")
    page.locator('[name="gap.0.cause"]').fill("voided")
    preview.click()
    page.locator('form[action^="/sign/"] button').click()
    expect(page.locator('main a[href^="/t/"]').first).to_be_visible()
    clerk.catch_up()
    (row,) = clerk.shown("/state/custody/manifests")["rows"]["items"]
    assert row["terminals"][0]["gaps"] == [{"first": 3, "count": 2, "cause": "voided"}]
    page.close()


def test_a_file_is_compared_with_its_card_and_neither_is_sent(window: Open, clerk: Clerk) -> None:
    """The same file and card agree with the ledger, another file does not, another card is said."""
    here = window(clerk.url, viewport={"width": 390, "height": 844})
    page = here.page
    here.go("/archive/custody/original?object=voucher-1")
    compare = page.locator(".original button")
    compare.click()
    expect(page.locator("[data-problem]")).to_contain_text("Choose the card")
    page.locator("#card").set_input_files(payload("no.json", b"{}"))
    page.locator("#file").set_input_files(payload("voucher.pdf", CLEAR))
    compare.click()
    expect(page.locator("[data-problem]")).to_contain_text("no card of an object")
    page.locator("#card").set_input_files(payload("card.json", json.dumps(CARD).encode()))
    compare.click()
    expect(page.locator("[data-same]")).to_be_visible()
    assert [*here.axe(), *too_wide(here)] == []
    here.shoot("archive-original-same")
    page.locator("#file").set_input_files(payload("voucher.pdf", CLEAR + b"."))
    compare.click()
    expect(page.locator("[data-different]")).to_be_visible()
    expect(page.locator("[data-same]")).to_be_hidden()
    foreign = json.dumps({**CARD, "object": "voucher-2"}).encode()
    page.locator("#card").set_input_files(payload("card.json", foreign))
    compare.click()
    expect(page.locator("[data-problem]")).to_contain_text("of another object: voucher-2")
    secrets = (SALT.hex().encode(), CARD["sha256"].encode(), CLEAR[:30])
    assert not [one for one in clerk.received if any(secret in one for secret in secrets)]
    page.close()


def confirm(here: Watched) -> None:
    """Confirm what is previewed, and wait for its transaction."""
    here.page.locator('form[action^="/sign/"] button').click()
    expect(here.page.locator('main a[href^="/t/"]').first).to_be_visible()


def test_a_file_is_sealed_uploaded_and_declared_and_its_card_proves_it(
    window: Open, clerk: Clerk, tmp_path: Path
) -> None:
    """AFC-3: name, content and salt are in no request; the client opens what the node has."""
    key = SealingKey.generate()
    head = head_of(OWNER_HOUSE[0])
    clerk.act(head, "sealing_keys/publish", public_key=key.public_key)
    here = window(clerk.url)
    page = here.page
    as_officer(here)
    here.go("/archive/custody/put")
    stated = {"id": "voucher-9", "agreement": clerk.agreement, "retention": "voucher"}
    nodes = {f"nodes.{row}": node for row, node in enumerate(NODES)}
    fill(page, {"nodes.#": str(len(NODES)), **nodes, **stated, "key_id": "key-1"})
    page.locator("#original").set_input_files(payload("凭证.txt", CLEAR))
    page.locator(".sealer button").click()
    with page.expect_download() as saved:
        page.locator(".sealer a[download]").click()
    card = saved.value.path().read_bytes()
    assert [*here.axe(), *too_wide(here)] == []
    here.shoot("archive-put-sealed")
    page.locator("#form .card-footer button").click()
    confirm(here)
    clerk.catch_up()
    here.go("/archive/custody/put")
    page.locator('button[value="declare"]').click()
    confirm(here)
    clerk.catch_up()
    here.go("/archive/custody/original?object=voucher-9")
    page.locator("#card").set_input_files(payload("card.json", card))
    page.locator("#file").set_input_files(payload("voucher.txt", CLEAR))
    page.locator(".original button").click()
    expect(page.locator("[data-same]")).to_be_visible()
    clerk.be(OFFICER_1)
    (document,) = clerk.shown("/state/documents/documents")["rows"]["items"]
    identity = KeyStore(tmp_path / "node" / "demo-keys").load(OFFICER_1)
    (tmp_path / "got").mkdir()
    with connect(clerk.url, identity=identity, trust=tmp_path / "node" / "trust.json") as net:
        got = net.documents.get(document["id"], tmp_path / "got", [key])
    assert (got.name, got.path.read_bytes()) == ("凭证.txt", CLEAR)
    salt = str(json.loads(card)["salt"])
    secrets = (salt.encode(), bytes.fromhex(salt), CLEAR[:30], "凭证".encode())
    assert any(b"age-encryption.org/v1" in one for one in clerk.received)
    assert not [one for one in clerk.received if any(secret in one for secret in secrets)]
    page.close()


def test_an_administrator_makes_and_publishes_a_sealing_key_and_a_clerk_can_seal(
    window: Open, clerk: Clerk, tmp_path: Path
) -> None:
    """Without one the clerk is told; the secret half is in a file under a passphrase only."""
    here = window(clerk.url)
    page = here.page
    as_officer(here)
    here.go("/archive/custody/put")
    expect(page.locator(".empty")).to_contain_text("its administrator publishes one")
    head = head_of(OWNER_HOUSE[0])
    here.go("/act-as").locator(f'form:has([name=member][value="{head}"]) button').first.click()
    here.go("/do/sealing_keys/publish")
    page.locator("#public_key-passphrase").fill("一 long phrase")
    with page.expect_download() as saved:
        page.locator(".sealing-key-makes button").click()
    expect(page.locator(".sealing-key-makes [role=status]")).to_contain_text("Made.")
    assert [*here.axe(), *too_wide(here)] == []
    here.shoot("sealing-key-made")
    page.locator("#form .card-footer button").first.click()
    confirm(here)
    clerk.catch_up()
    store = SealingKeyStore(tmp_path / "kept")
    store.folder.mkdir()
    kept = store.folder / saved.value.suggested_filename
    kept.write_bytes(saved.value.path().read_bytes())
    kept.chmod(0o600)
    (key,) = store.load(OWNER_HOUSE[0], passphrase=lambda: "一 long phrase")
    assert key.text.encode() not in kept.read_bytes()
    (row,) = clerk.shown("/state/sealing_keys/keys")["rows"]["items"]
    assert row["public_key"] == key.public_key
    as_officer(here)
    here.go("/archive/custody/put")
    expect(page.locator("#original")).to_be_visible()
    assert not [one for one in clerk.received if key.text.encode() in one]
    page.close()
