# SPDX-License-Identifier: Apache-2.0
"""What donor and beneficiary keep: it says what the ledger says, and points at nobody else."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec
import pytest

from tallystick.contracts import ExtractTakeAway, FileTakeAway, digest_of, unlabelled
from tallystick.errors import Refused
from tallystick.industries.charity.exports import TAKE_AWAYS
from tallystick.industries.charity.records import FREE, Donation, Payout
from tests.unit.industries.charity.scene import BANK, FOUNDATION, OFFICER, Scene, person, row
from tests.unit.industries.charity.sequences import Sequence as RandomSequence
from tests.unit.industries.charity.test_exports import SceneTables, paid_lists

TODAY: Final = date(2026, 11, 27)


@pytest.fixture
def scene() -> Scene:
    """Return a scene."""
    return Scene()


def facts(scene: Scene, kind: str, subject: str) -> dict[str, Any]:
    """Return the facts of an extract as its file has them."""
    take_away = TAKE_AWAYS[kind]
    assert isinstance(take_away, ExtractTakeAway)
    made: Mapping[str, Any] = take_away.facts(SceneTables(scene), subject)
    plain: dict[str, Any] = msgspec.to_builtins(dict(made))
    assert unlabelled(take_away.labels, _without_funds(plain)) == [], "every fact has a name"
    return plain


def _without_funds(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts with no restriction: funds are named by the foundation, in its own words."""
    return {**facts, "restriction": FREE} if "restriction" in facts else dict(facts)


def test_the_last_disclosure_and_the_sums_now_are_told_with_their_proof(scene: Scene) -> None:
    """CHAR-2, CHAR-10: of the book and of the last disclosure, none where there was none yet."""
    campaign = scene.campaign()
    said = facts(scene, "disclosure-proof", campaign)
    assert (said["disclosures"], said["last"]) == (0, None)
    assert said["now"]["paid"] == "0.00"
    scene.ok(OFFICER, "disclose", campaign=campaign)
    said = facts(scene, "disclosure-proof", campaign)
    assert said["last"]["number"] == said["disclosures"] == 1
    assert said["last"]["donated"] == said["now"]["donated"]
    state = scene.ledger.state
    key = next(key for key in state.values if b"/disclosures/" in bytes(key))
    del state.values[key]
    with pytest.raises(Refused):
        facts(scene, "disclosure-proof", campaign)


def file(scene: Scene, kind: str, subject: str) -> str:
    """Return a file as text."""
    take_away = TAKE_AWAYS[kind]
    assert isinstance(take_away, FileTakeAway)
    return take_away.make(SceneTables(scene), subject, TODAY).decode("utf-8-sig")


def table(scene: Scene, gift: str) -> list[dict[str, str]]:
    """Return the rows of a gift's trace."""
    return list(csv.DictReader(io.StringIO(file(scene, "trace-csv", gift), newline="")))


def lines(page: str) -> list[str]:
    """Return the lines of a page, Chinese and English."""
    return page.splitlines()


def alter(scene: Scene, table: str, key: str) -> None:
    """Take a record out behind the contract's back."""
    values = scene.ledger.state.values
    del values[f"charity/{table}/{key}".encode()]


def test_a_donor_s_receipt_says_what_the_ledger_says(scene: Scene) -> None:
    """Article 38: who, for what, how much, when; in both languages, the amount in capitals."""
    campaign = scene.campaign(gift=0)
    donation = scene.record("donations", scene.give(campaign, 150_050), Donation)
    said = facts(scene, "donation", donation.id)
    text = said.pop("text")
    assert said == {
        "donation": donation.id,
        "campaign": campaign,
        "title": "新未来高中生",
        "project": "new-future",
        "foundation": FOUNDATION,
        "licence": "53100000500020",
        "amount": "1500.50",
        "amount_in_capitals": "人民币壹仟伍佰元伍角",
        "currency": "CNY",
        "restriction": "free",
        "donations": 1,
        "donor": donation.donor,
        "bank_reference": donation.reference,
        "received_on": "2026-09-21",
    }
    assert lines(text["zh"])[0] == "捐赠收据"
    assert "金额：人民币壹仟伍佰元伍角（CNY 1500.50）" in lines(text["zh"])
    assert "用途限定：无" in lines(text["zh"])
    assert lines(text["en"])[0] == "Receipt for a donation"
    assert "Amount: CNY 1500.50" in lines(text["en"])
    assert "Restriction: none" in lines(text["en"])
    assert file(scene, "donation-text", donation.id) == f"{text['zh']}\n\n{text['en']}\n"


def test_a_receipt_for_many_donations_says_how_many_and_the_restriction(scene: Scene) -> None:
    """A minute's donations under one root, for girls' schooling."""
    campaign = scene.campaign(gift=0)
    many = {"amount": 16_000, "count": 1_600, "root": digest_of("root"), "reference": "MIN-1"}
    donation = str(scene.ok(BANK, "receive_donations", campaign=campaign, fund="girls", **many))
    page = lines(file(scene, "donation-text", donation))
    assert {"笔数：1600", "Donations: 1600", "用途限定：girls", "Restriction: girls"} <= set(page)
    assert f"Merkle root: {digest_of('root')}" in page


def test_a_beneficiary_s_receipt_says_when_the_bank_paid_and_what_was_confirmed(
    scene: Scene,
) -> None:
    """It comes with the payment, goes with its return, and tells of the beneficiary's word."""
    batch = scene.approved(scene.campaign(), [row("li"), row("wang")])
    entitlement = f"{batch}-00001"
    order = scene.claimed(entitlement, "li")
    with pytest.raises(Refused, match="its receipt comes with the payment"):
        facts(scene, "payment", entitlement)
    scene.report(order, "BOOKED")
    said = facts(scene, "payment", entitlement)
    assert (said["amount_in_capitals"], said["period"]) == ("人民币壹仟伍佰元整", "2026-A")
    assert (said["payment_order"], said["paid_on"]) == (f"{order}-1", "2026-09-21")
    assert (said["confirmed_on"], said["beneficiary"]) == (None, person("li"))
    assert "本人确认收款：尚未" in lines(said["text"]["zh"])
    assert person("wang") not in str(said)
    assert scene.confirm(entitlement, "li").code == "ok"
    page = lines(file(scene, "payment-text", entitlement))
    assert "Confirmed by the beneficiary: 2026-09-21" in page
    scene.report(order, "RETURNED", reason="AC04")
    with pytest.raises(Refused, match="FAILED"):
        facts(scene, "payment", entitlement)


def test_char_8_a_trace_names_no_group_under_five(scene: Scene) -> None:
    """CHAR-8: lists of six, two and three: the small ones together, with nothing of a person."""
    campaign = scene.campaign(gift=0)
    gift = scene.give(campaign, 20_000)
    large, *small = paid_lists(scene, campaign, 6, 2, 3)
    page = lines(file(scene, "trace", gift))
    assert {f"名单 {large}：6 笔，CNY 60.06", "其他名单合计：5 笔，CNY 50.05"} <= set(page)
    assert f"List {large}: 6 payments, CNY 60.06" in page
    assert "Not paid out yet: CNY 89.89" in page
    assert [(one["list"], one["payments"], one["amount"]) for one in table(scene, gift)] == [
        (large, "6", "60.06"),
        ("", "5", "50.05"),
    ]
    for kind in ("trace", "trace-csv", "donation-text"):
        text = file(scene, kind, gift)
        assert not any(batch in text for batch in small)
        assert not any(str(key) in text for key in scene.ledger.state.records("charity", "claims"))


def test_char_8_a_gift_that_reached_fewer_than_five_tells_the_sum_alone(scene: Scene) -> None:
    """CHAR-8: not even how many they are."""
    campaign = scene.campaign(gift=0)
    gift = scene.give(campaign, 20_000)
    paid_lists(scene, campaign, 3)
    assert "Other lists together: CNY 30.03" in lines(file(scene, "trace", gift))
    (only,) = table(scene, gift)
    assert (only["list"], only["payments"], only["amount"]) == ("", "", "30.03")


@pytest.mark.parametrize("seed", range(4))
def test_a_trace_is_the_contract_s_own_after_any_sequence(seed: int) -> None:
    """The file and the query follow a gift to the same lists and sums."""
    scene = Scene()
    RandomSequence(seed, scene).run(100)
    for donation in scene.all("donations", Donation):
        asked = scene.ledger.query("trace", donation=donation.id)
        assert isinstance(asked, dict)
        rows = table(scene, donation.id)
        slices: Any = asked["slices"]
        assert [(one["list"], one["amount"]) for one in rows] == [
            (one["batch"], f"{one['amount'] // 100}.{one['amount'] % 100:02d}") for one in slices
        ]


def test_altered_tables_give_no_receipt_and_no_trace(scene: Scene) -> None:
    """A payment that is missing, an order or a campaign that is gone: E_HASH."""
    campaign = scene.campaign(gift=0)
    gift = scene.give(campaign, 20_000)
    (batch,) = paid_lists(scene, campaign, 1)
    entitlement = f"{batch}-00001"
    assert len(scene.all("payouts", Payout)) == 1
    for table, key, kind, subject in (
        ("payouts", f"{campaign}/free/1", "trace", gift),
        ("payments_orders", f"P-{entitlement}", "payment-text", entitlement),
        ("campaigns", campaign, "donation-text", gift),
        ("funds", f"{campaign}/free", "trace", gift),
    ):
        before = dict(scene.ledger.state.values)
        alter(scene, table, key)
        with pytest.raises(Refused) as caught:
            file(scene, kind, subject)
        assert caught.value.code == "E_HASH"
        scene.ledger.state.values.clear()
        scene.ledger.state.values.update(before)


def test_an_order_that_is_not_booked_contradicts_a_payment(scene: Scene) -> None:
    """The bank's word and the entitlement's state must agree."""
    (batch,) = paid_lists(scene, scene.campaign(), 1)
    entitlement = f"{batch}-00001"
    tables = SceneTables(scene)
    order: Any = scene.ledger.state.records("charity", "payments_orders")[f"P-{entitlement}"]

    class Altered(SceneTables):
        def record(self, table: str, kind: type[Any], /, *key: str | int) -> Any:
            if table == "payments_orders":
                return msgspec.convert(order | {"amount": 5}, kind)
            return tables.record(table, kind, *key)

    take_away = TAKE_AWAYS["payment"]
    assert isinstance(take_away, ExtractTakeAway)
    with pytest.raises(Refused, match="contradict each other"):
        take_away.facts(Altered(scene), entitlement)
