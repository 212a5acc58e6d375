# SPDX-License-Identifier: Apache-2.0
"""What stands beside controls: amounts in capitals, days to come, and records to choose from."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.console.amounts import entered_in_capitals, written_amounts
from tallystick.console.days import in_days, looks_ahead
from tallystick.console.shown import BEIJING, money
from tallystick.interchange.chinese import amount_in_capitals
from tallystick.interchange.iso20022 import Money
from tests.unit.console.conftest import Reader
from tests.unit.console.system_stage import Actor

OFFICER, CIVIL = "officer-li", "civil-chen"
FOUNDATION = "53110000MADEM1010Y"
REGISTER = "/do/charity/register_campaign"
DAY_MS = 86_400_000
LABEL = {"zh": "金额", "en": "Amount"}


@given(st.integers(1, 10**18 - 1))
def test_an_amount_is_written_in_capitals_as_on_a_receipt(minor: int) -> None:
    """However it was grouped, what stands beside the control is what a certificate says."""
    written = amount_in_capitals(Money(minor=minor, currency="CNY"))
    assert entered_in_capitals(money(minor)) == written
    assert entered_in_capitals(f"¥ {money(minor).replace(',', '')}") == written


@pytest.mark.parametrize("text", ["", "ten", "0", "-5", "1.005", "NaN", "Infinity", "1" * 20])
def test_what_cannot_be_paid_is_not_written(text: str) -> None:
    """Nothing is shown for it: the form says what is wrong when it is sent."""
    assert entered_in_capitals(text) == ""


def test_amounts_are_found_at_any_depth_of_a_call() -> None:
    """Those in records and rows of lists are called within what they stand in."""
    sums = {"name": "amount", "widget": "money", "label": LABEL}
    rows = {"name": "", "widget": "record", "label": {"zh": "行", "en": "Row"}, "fields": [sums]}
    fields = [
        sums,
        {"name": "rows", "widget": "list", "label": {"zh": "行", "en": "Rows"}, "item": rows},
        {"name": "note", "widget": "text", "label": LABEL},
    ]
    args = {"amount": 150_000, "rows": [{"amount": 1}, {"amount": 0}, {}], "note": "x"}
    assert [(one["label"]["en"], one["capitals"]) for one in written_amounts(fields, args)] == [
        ("Amount", "人民币壹仟伍佰元整"),
        ("Rows 1 · Amount", "人民币壹分"),
    ]


@pytest.mark.parametrize(
    ("name", "widget", "is_so"),
    [
        ("due", "time", True),
        ("valid_until", "time", True),
        ("closes_at", "time", True),
        ("day", "date", True),
        ("issued_at", "time", False),
        ("captured_at", "time", False),
        ("due", "money", False),
    ],
)
def test_days_to_come_are_offered_where_one_is_asked_for(
    name: str, widget: str, is_so: bool
) -> None:
    """Not beside a moment that has been, nor beside an amount that is due."""
    assert looks_ahead({"name": name, "widget": widget}) is is_so


def test_a_wrong_button_changes_nothing() -> None:
    """Only the days that are offered count."""
    for wish in ("", "date:31:day", "date:x:day", "text:30:day", "date:30:"):
        assert in_days({"day": "2026-01-01"}, wish, 0) == {"day": "2026-01-01"}
    assert in_days({}, "date:90:rows.0.day", 0) == {"rows.0.day": "1970-04-01"}


def licensed(actor: Actor) -> int:
    """Let the foundation have its licence; return the ledger's time."""
    now = int(actor.shown("/explorer")["status"]["block_time_ms"])
    terms = {
        "organization": FOUNDATION,
        "licence": "53100000500020",
        "valid_until": now + 400 * DAY_MS,
        "may_raise_publicly": True,
    }
    actor.act(CIVIL, "charity/license_foundation", foundation=terms)
    return now


def registered(actor: Actor, title: str, **changes: Any) -> str:
    """Let a campaign be drafted; return its number."""
    now = licensed(actor)
    wanted = {
        "title": title,
        "project": "new-future",
        "plan": sha256(b"a plan").hexdigest(),
        "target": 12_345_600,
        "opens_at": now,
        "closes_at": now + 300 * DAY_MS,
        "fee_cap_basis": 800,
        **changes,
    }
    return str(actor.act(OFFICER, "charity/register_campaign", **wanted))


def test_a_form_without_a_script_writes_amounts_and_fills_in_days(actor: Actor) -> None:
    """A press of a date's button brings the form back, with everything that was entered."""
    actor.be(OFFICER)
    sent = {"title": "第一项", "target": "1,000,000", "in-days": "time:60:closes_at"}
    page = actor.send(REGISTER, sent)
    assert page.status_code == 200
    assert "人民币壹佰万元整" in page.text
    assert 'value="第一项"' in page.text
    shown = actor.reader.post(f"{REGISTER}.json", data={"form_key": actor.key, **sent}).json()[
        "values"
    ]["closes_at"]
    wanted = datetime.now(BEIJING) + timedelta(days=60)
    assert abs(datetime.fromisoformat(shown).replace(tzinfo=BEIJING) - wanted) < timedelta(hours=1)
    assert 'value="time:30:opens_at"' in page.text


def test_a_preview_says_amounts_in_capitals(actor: Actor) -> None:
    """Before anything is signed, figures and capitals stand side by side."""
    now = licensed(actor)
    actor.be(OFFICER)
    moment = datetime.fromtimestamp(now / 1000, BEIJING)
    sent = actor.send(
        REGISTER,
        {
            "title": "大写",
            "project": "new-future",
            "plan": sha256(b"a plan").hexdigest(),
            "target": "6,007.14",
            "opens_at": moment.strftime("%Y-%m-%dT%H:%M"),
            "closes_at": (moment + timedelta(days=90)).strftime("%Y-%m-%dT%H:%M"),
            "fee_cap_basis": "800",
            "needs_school": "",
        },
    )
    assert sent.status_code == 303, sent.text
    place = sent.headers["location"]
    assert "人民币陆仟零柒元壹角肆分" in actor.reader.get(place).text
    assert [one["figures"] for one in actor.shown(place)["amounts"]] == ["6,007.14"]


def test_a_control_that_names_a_record_offers_those_there_are(actor: Actor) -> None:
    """With what each is called, for how much and where it stands; strangers are told as much."""
    number = registered(actor, "查找项目")
    page = actor.reader.get("/do/charity/file_campaign").text
    assert 'list="campaign-records"' in page
    assert f'<option value="{number}">查找项目 · ¥123,456.00 · ' in page
    filled = actor.reader.get("/do/charity/file_campaign", params={"campaign": number}).text
    assert 'data-chosen="campaign" data-list="campaign-records">查找项目 ·' in filled
    asked = actor.reader.get("/ask/charity/show_campaign").text
    assert f'<option value="{number}">' in asked


def test_the_form_for_several_records_fills_in_days_too(actor: Actor) -> None:
    """What is the same for all is asked as in any form, a press of its buttons signs nothing."""
    number = registered(actor, "多个项目")
    place = f"/several?step=charity/campaigns/file_campaign&record=charity/campaigns/{number}"
    actor.be(OFFICER)
    page = actor.send(place, {"in-days": "date:30:day"})
    assert (page.status_code, number in page.text) == (200, True)


def test_a_look_up_finds_records_by_words(actor: Actor) -> None:
    """What a control sends under its own name is looked for; no such table is 404."""
    number = registered(actor, "海上灯塔")
    for place in ("/look-up/charity/campaigns?q=灯塔", "/look-up/charity/campaigns?of=x&x=灯塔"):
        assert [one["value"] for one in actor.shown(place)["options"]] == [number]
    assert actor.shown("/look-up/charity/campaigns?q=nowhere")["options"] == []
    assert actor.reader.get("/look-up/charity/nothing").status_code == 404
    assert actor.reader.get("/look-up/nobody/campaigns").status_code == 404


def test_a_deposit_that_an_argument_names_is_looked_up_where_deposits_are(reader: Reader) -> None:
    """The control for an earlier deposit offers those on record, by their titles or numbers."""
    offered = reader.get("/do/evidence/deposit.json").json()["look_ups"]["previous"]
    kept = reader.get("/state/evidence/deposits.json").json()["rows"]["items"]
    assert offered["address"] == "/look-up/evidence/deposits"
    assert {one["value"] for one in offered["options"]} == {row["_key"] for row in kept}
