# SPDX-License-Identifier: Apache-2.0
"""From a figure to what it rests on, and an alert to its end, by clicks in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

import httpx
import pytest
from playwright.sync_api import Page, expect

from tallystick.api import Application, Door, HttpServer
from tallystick.client import Identity, KeyStore, connect, verify
from tallystick.console import ConsoleOptions, create_console
from tallystick.console.shown import BEIJING
from tallystick.industries.evidence import Evidence
from tallystick.node import NodeConfig, open_node
from tests.browser.conftest import Open
from tests.factories import CLERK, COURT, make_genesis
from tests.networks import wait_until
from tests.unit.api.gift_contract import Gifts
from tests.unit.node.node_kit import found

pytestmark = pytest.mark.browser

AMOUNTS: Final = (100, 200, 300, 400, 1500)
"""Gifts of different donors in one province, in cents; a rule warns of the last."""


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    """Name the trust file of the network that is served."""
    return tmp_path / "trust.json"


@pytest.fixture
def giving(tmp_path: Path, trust: Path) -> Iterator[str]:
    """Serve a node with gifts on its ledger, where anybody acts as the clerk of a court."""
    folder, cast = tmp_path / "node", tmp_path / "cast"
    found(folder, "solo", make_genesis())
    clerk = Identity(COURT, "clerk", CLERK)
    KeyStore(cast).save("clerk", clerk)

    def pages(door: Door, names: frozenset[str]) -> Application:
        options = ConsoleOptions(data=tmp_path, hosts=names, demonstration_keys=cast)
        return create_console(door, options)

    node = open_node(NodeConfig(data=folder, contracts=(Evidence, Gifts), workers=False))
    node.start()
    with HttpServer(node, port=0, pages=pages) as server:
        url = f"http://localhost:{server.port}"
        trust.write_bytes(httpx.get(f"{url}/v1/trust").content)
        with connect(url, identity=clerk, trust=trust) as net:
            for place, amount in enumerate(AMOUNTS):
                net.call("notes", "give", donor=f"d{place}", province="滇", amount=amount)
        wait_until(lambda: node.status().views_height == node.status().height, "views")
        yield url
    node.stop()


def test_a_figure_leads_by_clicks_to_events_a_transaction_and_a_proof(
    window: Open, giving: str, trust: Path, tmp_path: Path
) -> None:
    """Check 23: the list adds up to the figure; the receipt at the end verifies offline."""
    here = window(giving)
    page = here.go("/")
    page.locator('.navbar a[href="/stats"]').click()
    page.locator('main a[href="/stats/notes"]').click()
    page.locator('main a[href="/stats/notes/raised"]').click()
    figure = page.locator("main tbody td.number a")
    expect(figure).to_have_text("25.00")
    here.shoot("drilling-figure")
    figure.click()
    rows = page.locator("main tbody tr")
    expect(rows).to_have_count(len(AMOUNTS))
    said = rows.locator("td:first-child").all_inner_texts()
    assert sum(Decimal(one.split()[-1].removesuffix(".")) for one in said) == Decimal("25.00")
    assert here.axe() == []
    here.shoot("drilling-events")
    rows.first.locator('a[href^="/t/"]').click()
    expect(page.locator("main")).to_contain_text("d4 gave 15.00.")
    with page.expect_download() as kept:
        page.get_by_role("link", name="Receipt", exact=True).first.click()
    receipt = tmp_path / "gift.receipt.json"
    kept.value.save_as(receipt)
    assert verify(receipt, trust=trust).ok


def note(page: Page, step: str) -> None:
    """Choose a step of the work on an alert, and note it."""
    page.locator("#action").select_option(label=step)
    page.get_by_role("button", name="Note this").click()


def test_an_alert_is_worked_on_to_its_end_by_clicks(window: Open, giving: str) -> None:
    """Check 23: acknowledged, assigned, silenced with a reason, closed; each in the history."""
    here = window(giving, reduced_motion="reduce")
    page = here.go("/act-as")
    page.locator("main form button").first.click()
    page.locator('.navbar a[href="/alerts"]').click()
    here.shoot("alerts-new")
    page.locator("#alerts tbody a").click()
    alert = page.url
    handling = page.locator(".datagrid-item").filter(has_text="Handling").locator(".badge")
    expect(handling).to_have_text("new")
    assert here.axe() == []
    note(page, "Acknowledge")
    expect(handling).to_have_text("acknowledged")
    page.locator("#assignee").select_option("clerk")
    note(page, "Assign")
    expect(handling).to_have_text("assigned")
    assert here.axe() == []
    page.locator("#reason").fill("being looked into")
    tomorrow = datetime.now(BEIJING) + timedelta(days=1)
    page.locator("#until").fill(tomorrow.strftime("%Y-%m-%dT%H:%M"))
    note(page, "Silence")
    expect(handling).to_have_text("silenced")
    here.shoot("alert-silenced")
    page.locator('.navbar a[href="/alerts"]').click()
    page.get_by_label("given to me").check()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#alerts tbody tr")).to_contain_text("silenced")
    here.shoot("alerts-mine")
    page.locator("#alerts tbody a").click()
    expect(page).to_have_url(alert)
    page.locator("#reason").fill("an honest gift")
    note(page, "Close")
    expect(handling).to_have_text("closed")
    history = page.locator(".card").filter(has_text="History").locator("li")
    expect(history).to_have_count(4)
    for line, words in enumerate(
        ("Acknowledge", "Assign → ", "being looked into", "an honest gift")
    ):
        expect(history.nth(line)).to_contain_text(words)
    page.locator("main a[href^='/t/']").first.click()
    expect(page.locator("main")).to_contain_text("d4 gave 15.00.")
