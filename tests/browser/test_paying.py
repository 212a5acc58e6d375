# SPDX-License-Identifier: Apache-2.0
"""Payments in a real browser: the bank's file is taken, noted, and its answers are reported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tallystick.cli.demo.stand_in_bank import StandInBank
from tallystick.cli.payments.parties import payees_file
from tallystick.industries.custody import demo
from tallystick.industries.custody.demo_cast import OPERATORS, TELLER
from tests.browser.conftest import Open
from tests.browser.test_sealing import Office
from tests.browser.walking import too_wide
from tests.console_theatre import found_with_seal, open_console_theatre
from tests.unit.cli.paying import a_payee, payer_fields

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PLACE: Final = "/bank/custody"


def confirm(page: Page) -> None:
    """Confirm a batch whose rows were tried, wait for its end, and go back."""
    page.locator("form[action^='/batch/'] button").click()
    expect(page.locator("[data-state=done]")).to_be_visible()
    page.locator(f"a[href^='{PLACE}']").first.click()


def test_a_teller_pays_and_reads_the_answer(window: Open, tmp_path: Path) -> None:
    """With nothing but the pages: private files, the file, its note, the bank's two answers."""
    folder, bank = tmp_path / "node", tmp_path / "bank"
    for name in ("outbox", "inbox"):
        (bank / name).mkdir(parents=True)
    wang = a_payee()
    private = {"payer": tmp_path / "payer.json", "payees": tmp_path / "payees.json"}
    private["payer"].write_text(json.dumps(payer_fields()))
    private["payees"].write_bytes(payees_file([wang]))
    found_with_seal(folder, demo)
    with open_console_theatre(folder, demo, Office) as stage:
        stage.act(TELLER, "open_money", currency="EUR")
        code, operator, _ = OPERATORS[0]
        money = {"currency": "EUR", "amount": 50_000}
        stage.act(TELLER, "receive_deposit", organization=code, reference="D1", **money)
        order = stage.act(operator, "withdraw", payee=wang.digest, **money)["id"]
        here = window(str(stage.client.base_url).rstrip("/"), locale="zh-CN")
        page = here.page
        stage.enter(here, TELLER)
        page.goto(f"{here.base}{PLACE}")
        expect(page.locator("#ready tbody")).to_contain_text(order)
        for name, path in private.items():
            page.locator(f"#make-{name}").set_input_files(path)
        assert [*here.axe(), *too_wide(here)] == []
        with page.expect_download() as taken:
            page.locator("button[value=make]").click()
        taken.value.save_as(bank / "outbox" / taken.value.suggested_filename)
        page.goto(f"{here.base}{PLACE}")
        assert [*here.axe(), *too_wide(here)] == []
        here.shoot("paying-file-on-its-way")
        page.locator("button[value=note]").click()
        confirm(page)
        assert StandInBank(bank, ()).answer() == (1, 0)
        page.locator("#answers").set_input_files(sorted((bank / "inbox").iterdir()))
        page.locator("button[value=read]").click()
        confirm(page)
        expect(page.locator("[data-stage=booked]")).to_contain_text("1")
        assert [*here.axe(), *too_wide(here)] == []
        here.shoot("paying-booked")
