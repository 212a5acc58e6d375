# SPDX-License-Identifier: Apache-2.0
"""INV-1 to INV-11, each as a claim of its own."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.contracts.parts import fingerprint_of
from tests.unit.industries.inventory import cast, invariants
from tests.unit.industries.inventory.stage import (
    DAY_MS,
    HASH,
    HOUR_MS,
    LIST_PRICE,
    MEDIAN,
    SKU,
    Stage,
)


def state_of(stage: Stage, loan: str) -> str:
    """Return the state of a loan."""
    return str(stage.table("loans")[loan]["state"])


def test_inv_1_a_serial_is_in_one_receipt_whatever_the_warehouse(stage: Stage) -> None:
    """INV-1: neither the same keeper nor another one takes a stored case in again."""
    receipt = stage.receipt(3)
    serial = stage.serials_of(receipt)[0]
    other = stage.license(cast.OTHER_KEEPER)
    terms = stage.terms(warehouse=other, policy=None)
    second = stage.ok(cast.OTHER_KEEPER, "draft_receipt", **terms)["id"]
    stage.refused("E_LOCKED", cast.OTHER_KEEPER, "take_in", receipt=second, serials=[serial])
    invariants.check_all(stage)


@pytest.mark.main_path
def test_inv_1_the_same_stock_is_refused_across_contracts(stage: Stage) -> None:
    """INV-1: what another contract has locked is not taken in, and the other way round."""
    first, second = stage.stated(2)
    taken = {"contract": "elsewhere", "kind": "liquor-case"}
    # Another spelling of the serial is the same case.
    stage.ok(
        cast.OTHER_OFFICER, "take", fingerprint=fingerprint_of("liquor-case", f" {first} "), **taken
    )
    draft = stage.draft()
    facts = stage.refused("E_LOCKED", cast.KEEPER, "take_in", receipt=draft, serials=[first])
    assert facts == {"fingerprint": fingerprint_of("liquor-case", first)}
    stage.ok(cast.KEEPER, "take_in", receipt=draft, serials=[second])
    stage.refused(
        "E_LOCKED",
        cast.OTHER_OFFICER,
        "take",
        fingerprint=fingerprint_of("liquor-case", second),
        **taken,
    )


@pytest.mark.main_path
def test_inv_1_a_receipt_is_pledged_once_also_across_contracts(stage: Stage) -> None:
    """INV-1: a second bank is refused, here and in another contract; after closing it is free."""
    loan, receipt = stage.running(1_000_000, 10)
    stage.refused("E_LOCKED", cast.DEALER, "offer_pledge", loan=loan, receipt=receipt)
    fingerprint = fingerprint_of("warehouse-receipt", receipt)
    args = {"contract": "elsewhere", "fingerprint": fingerprint, "kind": "warehouse-receipt"}
    stage.refused("E_LOCKED", cast.OTHER_OFFICER, "take", **args)
    stage.repay(loan, 1_000_000)
    (pledge,) = stage.table("loans")[loan]["pledges"]
    stage.ok(cast.KEEPER, "discharge_pledge", pledge=pledge)
    stage.ok(cast.OTHER_OFFICER, "take", **args)


def test_inv_1_a_receipt_taken_elsewhere_is_not_pledged_here(stage: Stage) -> None:
    """INV-1: whoever was first in block order has it."""
    receipt, loan = stage.receipt(10), stage.loan(1_000_000)
    fingerprint = fingerprint_of("warehouse-receipt", receipt)
    stage.ok(
        cast.OTHER_OFFICER,
        "take",
        contract="elsewhere",
        fingerprint=fingerprint,
        kind="warehouse-receipt",
    )
    stage.refused("E_LOCKED", cast.DEALER, "offer_pledge", loan=loan, receipt=receipt)


def test_inv_2_a_count_that_differs_opens_an_alert_until_one_fits(stage: Stage) -> None:
    """INV-2: books and count agree, or an alert is open, which blocks lending and release."""
    loan, receipt = stage.running(1_000_000, 10)
    assert stage.count(receipt, 9).code == "ok"
    assert stage.named("AlertChanged")[-1]["alert"] == "count"
    invariants.check_all(stage)
    asked = stage.ok(
        cast.DEALER,
        "ask_redemption",
        loan=loan,
        amount=0,
        receipt=receipt,
        serials=stage.serials_of(receipt)[:1],
    )
    stage.refused("E_STATE", cast.OFFICER, "sign_redemption", redemption=asked["id"])
    stage.refused("E_STATE", cast.AUDITOR, "clear_alert", receipt=receipt)
    assert stage.count(receipt, 10).code == "ok"
    assert stage.named("AlertChanged")[-1]["alert"] == "cleared"
    stage.ok(cast.OFFICER, "sign_redemption", redemption=asked["id"])


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [("mark_pledge", "mark_pledge"), ("register_pledge", "register_pledge")],
)
def test_inv_3_no_pledge_without_mark_and_number(stage: Stage, left_out: str, missing: str) -> None:
    """INV-3: the keeper's mark and the registry number come first."""
    loan, receipt = stage.loan(1_000_000), stage.receipt(10)
    pledge = stage.ok(cast.DEALER, "offer_pledge", loan=loan, receipt=receipt)["id"]
    if left_out != "mark_pledge":
        stage.ok(cast.KEEPER, "mark_pledge", pledge=pledge)
    if left_out != "register_pledge":
        stage.ok(cast.REGISTRY, "register_pledge", pledge=pledge, number="N-1")
    facts = stage.refused("E_STATE", cast.OFFICER, "accept_pledge", pledge=pledge)
    assert facts["missing"] == missing
    stage.refused("E_STATE", cast.OFFICER, "secure_loan", loan=loan)


def test_inv_3_no_drawing_without_valid_insurance(stage: Stage) -> None:
    """INV-3: insurance counts at the pledge and again when money moves; a renewal helps."""
    loan, receipt = stage.loan(1_000_000), stage.receipt(10, policy=None)
    pledge = stage.ok(cast.DEALER, "offer_pledge", loan=loan, receipt=receipt)["id"]
    stage.ok(cast.KEEPER, "mark_pledge", pledge=pledge)
    stage.ok(cast.REGISTRY, "register_pledge", pledge=pledge, number="N-1")
    stage.refused("E_STATE", cast.OFFICER, "accept_pledge", pledge=pledge)
    short = stage.insure(stage.warehouse, days=1)
    stage.ok(cast.KEEPER, "set_policy", receipt=receipt, policy=short)
    stage.ok(cast.OFFICER, "accept_pledge", pledge=pledge)
    stage.ok(cast.OFFICER, "secure_loan", loan=loan)
    stage.warp(days=2)
    stage.price()
    stage.refused("E_EXPIRED", cast.APPROVER, "draw_loan", loan=loan)
    stage.ok(cast.KEEPER, "set_policy", receipt=receipt, policy=stage.policy)
    stage.ok(cast.APPROVER, "draw_loan", loan=loan)
    invariants.check_all(stage)


def test_inv_4_not_one_unit_more_than_the_share_of_the_value(stage: Stage) -> None:
    """INV-4: 10 cases at 4,800 carry 28,800.00 and not a fen more."""
    loan, receipt = stage.loan(2_880_001), stage.receipt(10)
    stage.pledge(loan, receipt)
    facts = stage.refused("E_LIMIT", cast.OFFICER, "secure_loan", loan=loan)
    assert facts == {"amount": 2_880_001, "limit": 2_880_000, "rule": "value"}
    exact, _ = stage.running(2_880_000, 10)
    assert stage.ask("show_loan", loan=exact)["valuation"]["ltv_bp"] == 6_000


def test_inv_4_not_more_than_the_line_of_all_loans(stage: Stage) -> None:
    """INV-4: what is drawn on other loans counts; a repayment makes room again."""
    first, _ = stage.running(1_000_000, 10, limit=1_500_000)
    stage.line(10**9)
    second, receipt = stage.loan(600_000), stage.receipt(10)
    stage.pledge(second, receipt)
    stage.ok(cast.OFFICER, "secure_loan", loan=second)
    stage.line(1_500_000)
    facts = stage.refused("E_LIMIT", cast.APPROVER, "draw_loan", loan=second)
    assert facts == {"amount": 600_000, "limit": 500_000, "rule": "line"}
    stage.repay(first, 100_000)
    stage.ok(cast.APPROVER, "draw_loan", loan=second)
    invariants.check_all(stage)


def test_inv_4_the_value_is_looked_at_again_when_money_moves(stage: Stage) -> None:
    """INV-4: a price that fell after the approval counts."""
    loan, receipt = stage.loan(2_880_000), stage.receipt(10)
    stage.pledge(loan, receipt)
    stage.ok(cast.OFFICER, "secure_loan", loan=loan)
    stage.price(LIST_PRICE - 100)
    stage.refused("E_LIMIT", cast.APPROVER, "draw_loan", loan=loan)


@pytest.mark.main_path
def test_inv_5_exactly_the_named_serials_leave_and_only_with_both_signatures(
    stage: Stage,
) -> None:
    """INV-5: bank and keeper sign; each case is free afterwards, all others stay."""
    loan, receipt = stage.running(2_400_000, 10)
    wanted, kept = stage.serials_of(receipt)[:5], stage.serials_of(receipt)[5:]
    args: dict[str, Any] = {"loan": loan, "receipt": receipt, "serials": [*wanted]}
    asked = stage.ok(cast.DEALER, "ask_redemption", amount=1_200_000, **args)["id"]
    stage.refused("E_STATE", cast.KEEPER, "release_goods", redemption=asked)
    stage.refused("E_ROLE", cast.KEEPER, "sign_redemption", redemption=asked)
    stage.ok(cast.OFFICER, "sign_redemption", redemption=asked, reference="R-1")
    stage.refused("E_ROLE", cast.OFFICER, "release_goods", redemption=asked)
    stage.refused("E_ROLE", cast.OTHER_KEEPER, "release_goods", redemption=asked)
    stage.ok(cast.KEEPER, "release_goods", redemption=asked)
    stage.refused("E_STATE", cast.KEEPER, "release_goods", redemption=asked)
    assert stage.serials_of(receipt) == kept
    assert {stage.ask("check_case", serial=one)["is_free"] for one in wanted} == {True}
    assert {stage.ask("check_case", serial=one)["is_free"] for one in kept} == {False}
    assert stage.table("receipts")[receipt]["state"] == "PART_RELEASED"
    invariants.check_all(stage)


def test_inv_5_pledged_goods_do_not_leave_any_other_way(stage: Stage) -> None:
    """INV-5: no surrender, no handing out, no sale, no second receipt."""
    _, receipt = stage.running(1_000_000, 10)
    serials: list[str] = [*stage.serials_of(receipt)[:1]]
    stage.refused("E_STATE", cast.DEALER, "surrender_receipt", receipt=receipt)
    stage.refused("E_STATE", cast.KEEPER, "hand_out", receipt=receipt, serials=serials)
    stage.refused("E_STATE", cast.DEALER, "mark_sold", serials=serials)
    stage.refused("E_STATE", cast.DEALER, "split_receipt", receipt=receipt, serials=serials)


def test_inv_6_a_keeper_is_not_related_to_the_dealer(stage: Stage) -> None:
    """INV-6: no receipt, and no pledge once a relation is declared; its end is an authority's."""
    keeper, dealer = cast.KEEPER.organization, cast.DEALER.organization
    receipt, loan = stage.receipt(10), stage.loan(1_000_000)
    stage.ok(cast.DEALER, "declare_relation", one=keeper, other=dealer, kind="parent")
    facts = stage.refused("E_CONFLICT", cast.KEEPER, "draft_receipt", **stage.terms())
    assert facts == {"organization": keeper, "other": dealer}
    pledge = stage.ok(cast.DEALER, "offer_pledge", loan=loan, receipt=receipt)["id"]
    stage.ok(cast.KEEPER, "mark_pledge", pledge=pledge)
    stage.ok(cast.REGISTRY, "register_pledge", pledge=pledge, number="N-1")
    stage.refused("E_CONFLICT", cast.OFFICER, "accept_pledge", pledge=pledge)
    stage.refused("E_ROLE", cast.DEALER, "end_relation", one=keeper, other=dealer)
    stage.ok(cast.AUDITOR, "end_relation", one=dealer, other=keeper)
    stage.ok(cast.OFFICER, "accept_pledge", pledge=pledge)


def test_inv_6_a_warehouse_of_the_dealer_itself_is_refused(stage: Stage) -> None:
    """INV-6: being the same organisation is the closest relation."""
    terms = stage.terms() | {"depositor": cast.KEEPER.organization}
    stage.refused("E_CONFLICT", cast.KEEPER, "draft_receipt", **terms)
    receipt = stage.receipt(2)
    to = cast.KEEPER.organization
    stage.refused("E_CONFLICT", cast.DEALER, "endorse_receipt", receipt=receipt, to=to)


@pytest.mark.parametrize("other", [cast.KEEPER, cast.DEALER], ids=["keeper", "dealer"])
def test_inv_6_a_valuer_is_related_to_neither(stage: Stage, other: Any) -> None:
    """INV-6: goods that a related valuer priced secure nothing."""
    loan, receipt = stage.loan(1_000_000), stage.receipt(10)
    stage.pledge(loan, receipt)
    stage.ok(
        cast.VALUER,
        "declare_relation",
        one=cast.VALUER.organization,
        other=other.organization,
        kind="shareholder",
    )
    stage.refused("E_CONFLICT", cast.OFFICER, "secure_loan", loan=loan)


def test_inv_7_a_call_is_made_in_the_valuation_that_finds_it(stage: Stage) -> None:
    """INV-7: the daily valuation comes by a tick; at 75 % the call has the same time."""
    loan, _ = stage.running(2_880_000, 10)
    stage.price(LIST_PRICE * 80 // 100)
    assert stage.ok(cast.STRANGER, "tick")["fired"] == 0
    stage.warp(hours=22)
    assert stage.ok(cast.STRANGER, "tick")["fired"] == 1
    shown = stage.ask("show_loan", loan=loan)
    assert shown["loan"]["state"] == "CALLED"
    assert shown["call"]["called_at"] == shown["valuation"]["valued_at"] == stage.now_ms


def test_inv_7_an_unanswered_call_is_a_default_after_three_working_days(stage: Stage) -> None:
    """INV-7: the days off of the calendar do not count; the last millisecond still does."""
    loan, _ = stage.running(2_880_000, 10)
    stage.warp(days=8)  # Tuesday, 29 September; 1, 2 and 5 to 7 October are no working days.
    stage.price(LIST_PRICE * 80 // 100)
    stage.ok(cast.STRANGER, "revalue", loan=loan)
    due = stage.table("calls")[loan]["due"]
    assert stage.table("calls")[loan]["calendar"] == "CN/2026@1"
    assert due == 1_791_561_599_999  # Friday, 9 October, 23:59:59.999 at +08:00
    stage.now_ms = due - 1
    stage.ok(cast.STRANGER, "tick")
    assert state_of(stage, loan) == "CALLED"
    stage.ok(cast.STRANGER, "tick")
    assert state_of(stage, loan) == "DEFAULT"
    assert stage.named("Defaulted")[-1]["owed"] == 2_880_000


def test_inv_7_an_answer_that_comes_late_is_none(stage: Stage) -> None:
    """INV-7: whether a tick has come or not."""
    loan, _ = stage.running(2_880_000, 10)
    stage.price(LIST_PRICE * 80 // 100)
    stage.ok(cast.STRANGER, "revalue", loan=loan)
    stage.now_ms = stage.table("calls")[loan]["due"]
    stage.repay(loan, 1_000_000)
    assert state_of(stage, loan) == "CALLED"
    stage.ok(cast.STRANGER, "tick")
    assert state_of(stage, loan) == "DEFAULT"


def test_inv_7_eighty_five_percent_is_a_default_at_once(stage: Stage) -> None:
    """INV-7: without waiting, step by step of the table in one transaction."""
    loan, _ = stage.running(2_880_000, 10)
    stage.price(LIST_PRICE // 2)
    stage.ok(cast.STRANGER, "revalue", loan=loan)
    assert state_of(stage, loan) == "DEFAULT"
    moves = [one for one in stage.named("StateChanged") if one["subject"] == loan]
    assert [one["after"] for one in moves[-3:]] == ["WARN", "CALLED", "DEFAULT"]


@pytest.mark.parametrize(
    ("unit", "state"), [(338_823, "DEFAULT"), (338_824, "CALLED")], ids=["above", "below"]
)
def test_inv_7_the_line_of_eighty_five_percent_is_exact(
    stage: Stage, unit: int, state: str
) -> None:
    """INV-7: ten cases at 3,388.24 are just enough, at 3,388.23 they are not."""
    loan, _ = stage.running(2_880_000, 10)
    stage.price(LIST_PRICE, median=unit)
    stage.ok(cast.STRANGER, "revalue", loan=loan)
    assert state_of(stage, loan) == state


def test_inv_8_a_stale_price_blocks_drawing_and_release(stage: Stage) -> None:
    """INV-8: a day after either side of the price, to the millisecond."""
    loan, receipt = stage.running(1_000_000, 10)
    serials = stage.serials_of(receipt)[:1]
    stage.price()
    quoted = stage.table("prices")[SKU]["quoted_at"]
    args: dict[str, Any] = {"amount": 0, "receipt": receipt, "serials": [*serials]}
    asked = stage.ok(cast.DEALER, "ask_redemption", loan=loan, **args)["id"]
    stage.now_ms = stage.table("prices")[SKU]["listed_at"] + DAY_MS
    facts = stage.refused("E_EXPIRED", cast.OFFICER, "sign_redemption", redemption=asked)
    assert facts["sku"] == SKU
    second, other = stage.loan(1_000_000), stage.receipt(10)
    stage.pledge(second, other)
    stage.refused("E_EXPIRED", cast.OFFICER, "secure_loan", loan=second)
    stage.ok(cast.WINERY, "publish_list_price", sku=SKU, price=LIST_PRICE)
    assert stage.now_ms > quoted + DAY_MS  # the other side is stale still
    stage.refused("E_EXPIRED", cast.OFFICER, "secure_loan", loan=second)
    stage.ok(cast.VALUER, "quote_price", sku=SKU, price=MEDIAN)
    stage.ok(cast.OFFICER, "secure_loan", loan=second)
    stage.ok(cast.OFFICER, "sign_redemption", redemption=asked)
    stage.warp(days=1)
    stage.refused("E_EXPIRED", cast.APPROVER, "draw_loan", loan=second)
    stage.refused("E_EXPIRED", cast.KEEPER, "release_goods", redemption=asked)


def test_inv_8_sources_that_contradict_each_other_block(stage: Stage) -> None:
    """INV-8: ten percent from the lower one is allowed, a fen more is not."""
    loan, receipt = stage.loan(1_000_000), stage.receipt(10)
    stage.pledge(loan, receipt)
    stage.ok(cast.OTHER_VALUER, "quote_price", sku=SKU, price=MEDIAN * 11 // 10 + 1)
    facts = stage.refused("E_LIMIT", cast.OFFICER, "secure_loan", loan=loan)
    assert facts == {"sku": SKU, "low": MEDIAN, "high": MEDIAN * 11 // 10 + 1}
    stage.ok(cast.OTHER_VALUER, "quote_price", sku=SKU, price=MEDIAN * 11 // 10)
    stage.ok(cast.OFFICER, "secure_loan", loan=loan)


def test_inv_9_split_and_merge_conserve_serials_exactly(stage: Stage) -> None:
    """INV-9: whole lots and single cases; together the two receipts are what was one."""
    receipt = stage.receipt(450)  # lots of 200, 200 and 50
    before = stage.serials_of(receipt)
    lots = [share["lot"] for share in stage.table("receipts")[receipt]["lots"]]
    some: list[str] = [*before[3:6], *before[410:412]]
    new = stage.ok(cast.DEALER, "split_receipt", receipt=receipt, serials=some, lots=[lots[1]])[
        "id"
    ]
    left, gone = stage.serials_of(receipt), stage.serials_of(new)
    assert sorted(left + gone) == sorted(before)
    assert set(gone) == set(before[200:400]) | {*before[3:6], *before[410:412]}
    invariants.check_all(stage)
    merged = stage.ok(cast.DEALER, "merge_receipts", receipt=receipt, absorbed=new)
    assert merged["count"] == 450
    assert sorted(stage.serials_of(receipt)) == sorted(before)
    assert stage.serials_of(new) == []
    assert stage.table("receipts")[new]["state"] == "SURRENDERED"
    invariants.check_all(stage)


def test_inv_10_asking_tells_free_or_taken_and_nothing_else(stage: Stage) -> None:
    """INV-10: neither holder, bank nor case; the register keeps a digest of them only."""
    _, receipt = stage.running(1_000_000, 10)
    fingerprint = fingerprint_of("warehouse-receipt", receipt)
    answer = stage.ask("ask", contract="assets", fingerprint=fingerprint)
    assert answer == {"fingerprint": fingerprint, "availability": "taken"}
    free = stage.ask("ask", contract="assets", fingerprint=fingerprint_of("liquor-case", "ZZ"))
    assert free["availability"] == "free"
    lock = stage.table("locks", "assets")[fingerprint]
    assert set(lock) == {"fingerprint", "kind", "state", "claim", "since"}
    known = {cast.OFFICER.organization, cast.DEALER.organization, receipt}
    assert known.isdisjoint(str(value) for value in lock.values())


def test_inv_10_what_a_winery_follows_has_no_terms_of_a_loan(stage: Stage) -> None:
    """INV-10: it sees volumes and its own money, no rate, principal, limit or ratio."""
    winery = cast.WINERY.organization
    loan, receipt = stage.running(1_000_000, 10, winery=winery, winery_account=HASH)
    stage.repay(loan, 500_000, receipt, stage.serials_of(receipt)[:2])
    terms = {"loan", "principal", "rate_bp", "limit", "ltv_bp", "interest", "value", "bank"}
    followed = ("SupplyStated", "CasesTakenIn", "GoodsLeft", "PrepaymentChanged", "CasesMarked")
    for name in (*followed, "ReceiptsChanged", "GoodsSold"):
        for fields in stage.named(name):
            assert terms.isdisjoint(fields)
    for table in ("agreements", "prepayments", "statements"):
        for record in stage.table(table).values():
            assert terms.isdisjoint(record)


@pytest.mark.parametrize(
    ("proceeds", "costs", "shares"),
    [
        (3_000_000, 50_000, (50_000, 17_408, 2_400_000, 532_592, 0)),
        (2_467_408, 50_000, (50_000, 17_408, 2_400_000, 0, 0)),
        (2_000_000, 50_000, (50_000, 17_408, 1_932_592, 0, 467_408)),
        (60_000, 50_000, (50_000, 10_000, 0, 0, 2_407_408)),
        (40_000, 50_000, (40_000, 0, 0, 0, 2_417_408)),
        (0, 0, (0, 0, 0, 0, 2_417_408)),
    ],
)
def test_inv_11_proceeds_are_divided_in_order_and_to_the_last_unit(
    stage: Stage, proceeds: int, costs: int, shares: tuple[int, ...]
) -> None:
    """INV-11: costs, interest, principal, then the dealer; what is short is claimed."""
    loan, receipt = stage.in_default(2_400_000, 10, rate_bp=4_352)  # 2,901.33 a day
    platform = cast.PLATFORM.organization
    stage.ok(cast.OFFICER, "dispose_of_goods", loan=loan, platform=platform, account=HASH)
    stage.refused("E_STATE", cast.OFFICER, "settle_loan", loan=loan, reference="S-1")
    buyer = cast.OTHER_DEALER.organization
    stage.ok(
        cast.PLATFORM, "sell_goods", receipt=receipt, buyer=buyer, proceeds=proceeds, costs=costs
    )
    settled = stage.ok(cast.OFFICER, "settle_loan", loan=loan, reference="S-1")
    names = ("costs", "interest", "principal", "surplus", "shortfall")
    assert tuple(settled[name] for name in names) == shares
    assert sum(shares[:4]) == proceeds
    stage.booked()
    invariants.check_all(stage)
    assert stage.ask("show_loan", loan=loan)["loan"]["state"] == "DISPOSAL"


def test_inv_2_an_inspection_in_time_changes_nothing(stage: Stage) -> None:
    """INV-2: twenty different cases are drawn, all of the receipt, within two hours."""
    receipt = stage.receipt(250)
    drawn = stage.ok(cast.AUDITOR, "draw_inspection", receipt=receipt)
    assert len(set(drawn["serials"])) == 20
    assert set(drawn["serials"]) <= set(stage.serials_of(receipt))
    assert drawn["due"] == drawn["drawn_at"] + 2 * HOUR_MS
    done = stage.inspect(drawn["id"], drawn["serials"])
    assert done.code == "ok"
    assert stage.table("inspections")[drawn["id"]]["state"] == "PASSED"
    assert stage.table("receipts")[receipt]["alert"] is None
