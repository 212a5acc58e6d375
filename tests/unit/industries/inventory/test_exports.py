# SPDX-License-Identifier: Apache-2.0
"""Files to take away: what they say is what the contract's tables say, or they are not made."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

import msgspec
import pytest

from tallystick.contracts import (
    Contradiction,
    ExtractTakeAway,
    FileTakeAway,
    HistoryTakeAway,
    Record,
    unlabelled,
)
from tallystick.contracts.parts import OrderState
from tallystick.industries.inventory.counting import COUNT_ALERT, INSPECTION_ALERT
from tallystick.industries.inventory.exports import TAKE_AWAYS
from tallystick.industries.inventory.extract_facts import time_of
from tallystick.industries.inventory.loan_facts import percent
from tallystick.industries.inventory.loan_records import LoanState, PledgeState, RedemptionState
from tallystick.industries.inventory.records import InspectionState, ReceiptState
from tallystick.industries.inventory.refusals import StepMissing
from tallystick.industries.inventory.stating import COUNTERFEIT_ALERT
from tests.unit.industries.inventory import cast
from tests.unit.industries.inventory.stage import LIST_PRICE, Stage

R = TypeVar("R", bound=Record)
TODAY = date(2026, 9, 21)


class StageTables:
    """The tables of a stage, as files are made from them."""

    def __init__(self, stage: Stage) -> None:
        """Read from a stage."""
        self.stage = stage

    def rows(self, table: str, kind: type[R], /, **equal: str) -> Sequence[R]:
        """Return the rows that fit."""
        found = self._table(table)
        return [
            msgspec.convert(one, kind)
            for _, one in sorted(found.items())
            if all(one[name] == value for name, value in equal.items())
        ]

    def record(self, table: str, kind: type[R], /, *key: str | int) -> R | None:
        """Return a record by its key."""
        found = self._table(table).get(str(key[0]))
        return None if found is None else msgspec.convert(found, kind)

    def _table(self, name: str) -> dict[str, Any]:
        contract, _, table = name.rpartition(".")
        return self.stage.table(table, contract or "inventory")


def facts(stage: Stage, kind: str, subject: str) -> dict[str, Any]:
    """Return the facts of an extract as its file has them."""
    take_away = TAKE_AWAYS[kind]
    assert isinstance(take_away, ExtractTakeAway)
    plain: dict[str, Any] = msgspec.to_builtins(dict(take_away.facts(StageTables(stage), subject)))
    assert unlabelled(take_away.labels, plain) == [], "every fact has a name for people"
    return plain


def ltv(stage: Stage, bank: str = cast.OFFICER.organization) -> list[dict[str, str]]:
    """Return the rows of the daily list, read by the standard library."""
    take_away = TAKE_AWAYS["ltv"]
    assert isinstance(take_away, FileTakeAway)
    content = take_away.make(StageTables(stage), bank, TODAY).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline=""), strict=True))


def in_table(stage: Stage, table: str, key: str, **changes: Any) -> None:
    """Alter a record behind the contract's back."""
    stage.table(table)[key] |= changes


@pytest.fixture
def stage() -> Stage:
    """A stage on which everything is ready."""
    return Stage().ready()


def test_a_receipt_says_what_the_law_asks_for_and_lists_its_cases(stage: Stage) -> None:
    """Depositor, goods, place, period, fee, insurance, issuer; the serials, and that all hold."""
    receipt = stage.receipt(25, fee=12_345)
    said = facts(stage, "receipt", receipt)
    assert (said["depositor"], said["fee_a_month"]) == (cast.DEALER.organization, "123.45")
    assert said["goods"]["winery"] == cast.WINERY.organization
    assert said["insurance"]["number"] == "P-1"
    serials = [serial for lot in said["lots"] for serial in lot["serials"]]
    assert serials == stage.serials_of(receipt)
    assert said["cases"]["count"] == len(serials) == 25
    looked = said["authenticity"]
    assert (looked["cases_checked"], looked["are_all_genuine"]) == (20, True)
    assert said["register"]["is_free"]
    assert said["serials_digest"] == stage.ask("show_receipt", receipt=receipt)["root"]


def test_a_receipt_of_few_cases_has_all_of_them_looked_at(stage: Stage) -> None:
    """And one that turns out counterfeit makes the whole not genuine; so does one without cover."""
    receipt = stage.receipt(3, policy=None)
    assert facts(stage, "receipt", receipt)["insurance"] is None
    assert facts(stage, "receipt", receipt)["authenticity"]["cases_checked"] == 3
    stage.ok(cast.WINERY, "mark_counterfeit", serials=stage.serials_of(receipt)[:1])
    said = facts(stage, "receipt", receipt)
    assert not said["authenticity"]["are_all_genuine"]
    assert (said["alert"], said["cases"]["counterfeit"]) == ("counterfeit", 1)


def test_a_receipt_whose_serial_list_was_altered_is_not_exported(stage: Stage) -> None:
    """E_HASH: the list does not lead to the digest; or the count is another; or a lot is gone."""
    receipt = stage.receipt(3)
    (lot,) = stage.table("lots")
    serials = stage.table("lots")[lot]["serials"]
    in_table(stage, "lots", lot, serials=serials[:2])
    with pytest.raises(Contradiction):
        facts(stage, "receipt", receipt)
    in_table(stage, "lots", lot, serials=serials)
    in_table(stage, "receipts", receipt, received=4)
    with pytest.raises(Contradiction):
        facts(stage, "receipt", receipt)
    del stage.table("lots")[lot]
    with pytest.raises(Contradiction):
        facts(stage, "receipt", receipt)


def test_a_pledge_is_confirmed_as_long_as_the_register_has_it_for_this_bank(stage: Stage) -> None:
    """With mark and registry number; a lock of somebody else's contradicts it."""
    loan, receipt = stage.running(1_000_000, 10)
    (pledge,) = stage.table("loans")[loan]["pledges"]
    said = facts(stage, "pledge", pledge)
    assert (said["receipt"], said["registry_number"], said["cases"]) == (
        receipt,
        f"ZD-{pledge}",
        10,
    )
    assert (said["register"]["is_free"], said["register"]["is_for_this_pledge"]) == (False, True)
    with pytest.raises(StepMissing):
        facts(stage, "discharge", pledge)
    stage.table("locks", "assets")[said["register"]["fingerprint"]] |= {"claim": "00" * 32}
    with pytest.raises(Contradiction):
        facts(stage, "pledge", pledge)


def test_a_discharge_is_certified_once_the_register_has_let_go(stage: Stage) -> None:
    """Before and after the registry has cancelled; not while a lock is left."""
    loan, receipt = stage.running(1_000_000, 10)
    (pledge,) = stage.table("loans")[loan]["pledges"]
    fingerprint = facts(stage, "pledge", pledge)["register"]["fingerprint"]
    lock = dict(stage.table("locks", "assets")[fingerprint])
    stage.repay(loan, 1_000_000)
    stage.ok(cast.KEEPER, "discharge_pledge", pledge=pledge)
    said = facts(stage, "discharge", pledge)
    assert (said["register"]["is_free"], said["owed"]) == (True, "0.00")
    assert (said["receipt_state"], said["is_registration_cancelled"]) == ("DISCHARGED", False)
    assert not facts(stage, "pledge", pledge)["register"]["is_for_this_pledge"]
    stage.ok(cast.REGISTRY, "cancel_registration", pledge=pledge)
    assert facts(stage, "discharge", pledge)["is_registration_cancelled"]
    stage.table("locks", "assets")[fingerprint] = lock
    with pytest.raises(Contradiction):
        facts(stage, "discharge", pledge)
    assert receipt == said["receipt"]


def test_a_statement_adds_up_to_what_is_owed(stage: Stage) -> None:
    """Drawn = principal paid + owed; paid in = principal + interest + what went back."""
    loan, receipt = stage.running(2_880_000, 10, rate_bp=3_600)
    stage.warp(days=10)
    stage.price()
    stage.repay(loan, 900_000, receipt, stage.serials_of(receipt)[:3])
    stage.ok(cast.DEALER, "ask_redemption", loan=loan, amount=77)
    said = facts(stage, "loan", loan)
    sums = said["sums"]
    assert sums == {
        "drawn": "28800.00",
        "paid_in": "9000.00",
        "used_for_principal": "8712.00",
        "used_for_interest": "288.00",
        "paid_back_as_surplus": "0.00",
        "principal_owed": "20088.00",
    }
    assert [one["amount"] for one in said["payments_in"]] == ["9000.00"]
    assert [one["is_booked"] for one in said["payments_out"]] == [True]
    owed = stage.table("loans")[loan]["principal"]
    assert f"{owed // 100}.{owed % 100:02d}" == sums["principal_owed"]


def test_what_was_paid_too_much_is_in_the_statement_as_going_back(stage: Stage) -> None:
    """An order of its own to the dealer; it is no interest."""
    loan, _ = stage.running(1_000_000, 10)
    stage.repay(loan, 1_000_050)
    said = facts(stage, "loan", loan)
    assert said["sums"]["paid_back_as_surplus"] == "0.50"
    assert said["sums"]["used_for_interest"] == "0.00"
    assert [one["is_booked"] for one in said["payments_out"]] == [True, False]


def test_an_application_has_a_statement_too(stage: Stage) -> None:
    """Nothing is drawn, nothing is owed, nothing has been valued."""
    loan = stage.loan(1_000_000)
    said = facts(stage, "loan", loan)
    assert (said["sums"]["drawn"], said["valuation"], said["call"]) == ("0.00", None, None)


def test_a_sale_after_a_default_is_in_the_statement(stage: Stage) -> None:
    """Its proceeds without the costs are what came in."""
    loan, receipt = stage.running(2_880_000, 10)
    promise = {"receipt": receipt, "price": 300_000, "valid_until": stage.now_ms + 10**9}
    stage.ok(cast.WINERY, "promise_buy_back", **promise)
    stage.price(LIST_PRICE // 2)
    stage.ok(cast.STRANGER, "revalue", loan=loan)
    stage.warp(days=6)
    stage.ok(cast.WINERY, "buy_back", receipt=receipt)
    stage.ok(cast.OFFICER, "settle_loan", loan=loan, reference="S-1")
    said = facts(stage, "loan", loan)
    (settled,) = stage.table("settlements").values()
    assert said["sums"]["paid_in"] == f"{(settled['proceeds'] - settled['costs']) / 100:.2f}"
    assert said["sums"]["used_for_interest"] == f"{settled['interest'] / 100:.2f}"
    assert said["sums"]["paid_back_as_surplus"] == f"{settled['surplus'] / 100:.2f}"


def test_a_refund_by_the_winery_is_in_the_statement(stage: Stage) -> None:
    """Under the number of the prepayment; before that it is not."""
    winery = {"winery": cast.WINERY.organization, "winery_account": "cd" * 32}
    loan, _ = stage.running(1_000_000, 10, **winery)
    assert facts(stage, "loan", loan)["payments_in"] == []
    stage.warp(days=11)
    stage.price()
    stage.ok(cast.STRANGER, "tick")
    stage.ok(cast.OFFICER, "take_refund", loan=loan, reference="F-1")
    (paid,) = facts(stage, "loan", loan)["payments_in"]
    assert (paid["number"][:2], paid["amount"], paid["asked_at"]) == ("PP", "10000.00", None)


def test_a_statement_that_does_not_add_up_is_not_made(stage: Stage) -> None:
    """E_HASH: more was used than came in."""
    loan, _ = stage.running(1_000_000, 10)
    in_table(stage, "loans", loan, principal=1)
    with pytest.raises(Contradiction):
        facts(stage, "loan", loan)


def test_an_order_to_release_names_the_cases_and_who_signed(stage: Stage) -> None:
    """In the form that the gate reads; one without cases has no warehouse."""
    loan, receipt = stage.running(2_880_000, 10)
    serials = stage.serials_of(receipt)[:2]
    order = stage.repay(loan, 600_000, receipt, serials)
    said = facts(stage, "redemption", order)
    assert (said["serials"], said["cases"], said["cases_allowed"]) == (serials, 2, 2)
    assert said["signed_by"] == f"{cast.OFFICER.organization}/{cast.OFFICER.member}"
    assert (said["state"], said["released_at"]) == ("SIGNED", None)
    money = facts(stage, "redemption", stage.repay(loan, 1))
    assert (money["warehouse"], money["keeper"], money["state"]) == (None, None, "DONE")


def test_an_inspection_is_reported_with_what_is_missing(stage: Stage) -> None:
    """Found and missing are all that was drawn; the draw names its transaction."""
    receipt = stage.receipt(5)
    drawn = stage.ok(cast.AUDITOR, "draw_inspection", receipt=receipt)
    assert stage.inspect(drawn["id"], drawn["serials"][1:]).code == "ok"
    said = facts(stage, "inspection", drawn["id"])
    assert (said["result"], said["alert"]) == ("FAILED", "inspection")
    assert (said["cases_drawn"], said["cases_found"], said["cases_missing"]) == (5, 4, 1)
    assert said["drawn_by_transaction"] == drawn["seed"]


def test_the_daily_list_has_every_loan_that_is_owed_and_its_call(stage: Stage) -> None:
    """Its principals are what the lines have as drawn; other banks' loans are not in it."""
    assert ltv(stage) == []
    called, _ = stage.running(2_880_000, 10)
    drawn, _ = stage.drawn(100_000, 10)
    stage.loan(100_000)
    stage.price(LIST_PRICE * 80 // 100)
    stage.ok(cast.STRANGER, "revalue", loan=called)
    first, second = ltv(stage)
    assert (first["loan"], first["state"], first["ltv_percent"]) == (called, "CALLED", "75.00")
    assert (first["call_repay"], first["call_add_cases"]) == ("5760.00", "3")
    assert (first["day"], first["is_price_doubtful"]) == ("2026-09-21", "no")
    assert (second["loan"], second["state"], second["value"]) == (drawn, "DRAWN", "")
    (line,) = stage.table("lines").values()
    listed = sum(round(float(one["principal"]) * 100) for one in (first, second))
    assert listed == line["drawn"]
    assert ltv(stage, cast.OTHER_OFFICER.organization) == []
    stage.warp(days=2)
    stage.ok(cast.STRANGER, "revalue", loan=called)
    assert ltv(stage)[0]["is_price_doubtful"] == "yes"
    in_table(stage, "loans", drawn, principal=1)
    with pytest.raises(Contradiction):
        ltv(stage)


def test_a_loan_s_history_is_that_of_its_money_its_pledges_and_their_receipts(
    stage: Stage,
) -> None:
    """Each record by table and key."""
    loan, receipt = stage.running(1_000_000, 10)
    order = stage.repay(loan, 1)
    take_away = TAKE_AWAYS["audit"]
    assert isinstance(take_away, HistoryTakeAway)
    named = list(take_away.records(StageTables(stage), loan))
    (pledge,) = stage.table("loans")[loan]["pledges"]
    assert named == [
        ("loans", loan),
        ("redemptions", order),
        ("pledges", pledge),
        ("receipts", receipt),
    ]


@pytest.mark.parametrize("kind", sorted(TAKE_AWAYS))
def test_words_for_states_are_those_that_there_are(kind: str) -> None:
    """Each state that a record can be in has its words, and no other; so have the alerts."""
    take_away = TAKE_AWAYS[kind]
    known = [
        set(one)
        for one in (
            ReceiptState,
            LoanState,
            PledgeState,
            RedemptionState,
            InspectionState,
            OrderState,
            (COUNT_ALERT, INSPECTION_ALERT, COUNTERFEIT_ALERT),
        )
    ]
    for one in take_away.labels.values() if isinstance(take_away, ExtractTakeAway) else ():
        assert not one.words or set(one.words) in known


def test_times_and_shares_are_exact() -> None:
    """At +08:00, to the millisecond; hundredths of a percent."""
    assert time_of(1_790_000_000_007) == "2026-09-21T22:13:20.007+08:00"
    assert time_of(None) is None
    assert [percent(one) for one in (0, 5, 7_059, 10_000)] == ["0.00", "0.05", "70.59", "100.00"]
    assert LoanState.APPLIED == "APPLIED"
