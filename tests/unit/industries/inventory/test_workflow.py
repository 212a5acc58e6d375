# SPDX-License-Identifier: Apache-2.0
"""The eleven steps, the tables of states, and every way a loan and a receipt can go."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tallystick.contracts import Contract, WorkflowSchema, day_of, schema_of
from tallystick.contracts.parts import fingerprint_of
from tallystick.industries.inventory import Inventory
from tests.unit.industries.inventory import cast, invariants
from tests.unit.industries.inventory.stage import DAY_MS, HASH, LIST_PRICE, SKU, Stage

CONTRACT: type[Contract] = Inventory


def loan_state(stage: Stage, loan: str) -> str:
    """Return the state of a loan."""
    return str(stage.table("loans")[loan]["state"])


def receipt_state(stage: Stage, receipt: str) -> str:
    """Return the state of a receipt."""
    return str(stage.table("receipts")[receipt]["state"])


def workflow(name: str) -> WorkflowSchema:
    """Return a declared table of states."""
    return next(one for one in schema_of(CONTRACT).workflows if one.name == name)


def ways(name: str) -> set[tuple[str, str]]:
    """Return from where to where the moves of a table lead."""
    return {(before, one.after) for one in workflow(name).moves for before in one.before}


def test_the_table_of_receipts_is_the_texts() -> None:
    """With an endorsement, a freeze that is lifted, an unpledged surrender, a second release."""
    text = {
        ("DRAFT", "ISSUED"),
        ("ISSUED", "PLEDGED"),
        ("PLEDGED", "PART_RELEASED"),
        ("PART_RELEASED", "DISCHARGED"),
        ("PLEDGED", "DISCHARGED"),
        ("DISCHARGED", "SURRENDERED"),
        ("ISSUED", "FROZEN"),
    }
    besides = {
        ("ISSUED", "ISSUED"),
        ("FROZEN", "ISSUED"),
        ("ISSUED", "SURRENDERED"),
        ("PART_RELEASED", "PART_RELEASED"),
    }
    assert ways("receipt_flow") == text | besides


def test_the_table_of_loans_is_exactly_the_texts() -> None:
    """APPLIED to CLOSED, with each arrow of the text and no other."""
    straight = ["APPLIED", "APPROVED", "SECURED", "DRAWN", "NORMAL", "WARN", "CALLED", "DEFAULT"]
    text = set(pairwise(straight)) | {
        ("WARN", "NORMAL"),
        ("CALLED", "NORMAL"),
        ("DEFAULT", "BUYBACK"),
        ("DEFAULT", "DISPOSAL"),
        ("BUYBACK", "CLOSED"),
        ("DISPOSAL", "CLOSED"),
        ("NORMAL", "REPAID"),
        ("REPAID", "CLOSED"),
    }
    assert ways("loan_flow") == text


@pytest.mark.parametrize(
    ("table", "action", "roles"),
    [
        ("receipt_flow", "issue", {"inventory.keeper"}),
        ("receipt_flow", "release", {"inventory.keeper"}),
        ("receipt_flow", "discharge", {"inventory.keeper"}),
        ("receipt_flow", "endorse", {"inventory.dealer"}),
        ("receipt_flow", "pledge", {"inventory.bank-officer"}),
        ("receipt_flow", "freeze", {"inventory.court"}),
        ("loan_flow", "approve", {"inventory.bank-approver"}),
        ("loan_flow", "draw", {"inventory.bank-approver"}),
        ("loan_flow", "warn", set()),
        ("loan_flow", "call", set()),
        ("loan_flow", "default", set()),
        ("loan_flow", "buy_back", {"inventory.winery"}),
    ],
)
def test_who_moves_is_as_the_text_says(table: str, action: str, roles: set[str]) -> None:
    """No role: the contract itself, by price or clock."""
    (found,) = [one for one in workflow(table).moves if one.name == action]
    assert set(found.roles) == roles


def test_the_eleven_steps_to_a_good_end(stage: Stage) -> None:
    """From the maker's statement to freed goods, with what each step leaves behind."""
    receipt = stage.receipt(20)  # 1 and 2
    assert receipt_state(stage, receipt) == "ISSUED"
    serial = stage.serials_of(receipt)[0]
    assert not stage.ask("check_case", serial=serial)["is_free"]
    loan = stage.loan(4_000_000, rate_bp=435)  # 3
    assert loan_state(stage, loan) == "APPROVED"
    pledge = stage.pledge(loan, receipt)  # 4
    assert receipt_state(stage, receipt) == "PLEDGED"
    stage.ok(cast.OFFICER, "secure_loan", loan=loan)  # 5
    stage.ok(cast.APPROVER, "draw_loan", loan=loan)  # 6
    assert loan_state(stage, loan) == "DRAWN"
    stage.booked()
    assert loan_state(stage, loan) == "NORMAL"
    stage.warp(days=30)  # 7
    assert stage.ok(cast.STRANGER, "tick")["fired"] == 1
    stage.price()
    half = stage.serials_of(receipt)[:10]
    redemption = stage.repay(loan, 2_014_500, receipt, half)  # 8: 14,500 are interest
    stage.ok(cast.KEEPER, "release_goods", redemption=redemption)
    assert stage.table("loans")[loan]["principal"] == 2_000_000
    assert receipt_state(stage, receipt) == "PART_RELEASED"
    drawn = stage.ok(cast.OFFICER, "draw_inspection", receipt=receipt)  # 9
    assert stage.inspect(drawn["id"], drawn["serials"]).code == "ok"
    stage.repay(loan, 2_000_000)  # 10 does not come
    assert loan_state(stage, loan) == "REPAID"
    stage.refused("E_STATE", cast.OFFICER, "close_loan", loan=loan)
    stage.ok(cast.KEEPER, "discharge_pledge", pledge=pledge)  # 11
    stage.refused("E_STATE", cast.OFFICER, "close_loan", loan=loan)
    stage.ok(cast.REGISTRY, "cancel_registration", pledge=pledge)
    stage.ok(cast.OFFICER, "close_loan", loan=loan)
    assert loan_state(stage, loan) == "CLOSED"
    assert stage.ask("show_receipt", receipt=receipt)["is_free"]
    stage.ok(cast.DEALER, "surrender_receipt", receipt=receipt)
    stage.ok(cast.KEEPER, "hand_out", receipt=receipt, serials=stage.serials_of(receipt))
    assert stage.table("locks", "assets") == {}
    assert stage.table("receipts")[receipt]["count"] == 0
    assert stage.ask("show_case", serial=serial)["state"] == "RELEASED"
    invariants.check_all(stage)
    stage.warp(days=400)
    assert stage.ok(cast.STRANGER, "tick")["fired"] == 0


def test_cases_that_left_can_be_stored_again_by_their_owner(stage: Stage) -> None:
    """They are genuine and unsold; the new receipt locks them again."""
    receipt = stage.receipt(2)
    serials: list[str] = stage.serials_of(receipt)
    stage.ok(cast.DEALER, "surrender_receipt", receipt=receipt)
    stage.refused("E_VALUE", cast.KEEPER, "hand_out", receipt=receipt, serials=stage.stated(1))
    stage.ok(cast.KEEPER, "hand_out", receipt=receipt, serials=serials)
    stage.ok(cast.KEEPER, "take_in", receipt=stage.draft(), serials=serials)
    invariants.check_all(stage)


def test_an_endorsement_passes_a_receipt_when_the_keeper_seals_it(stage: Stage) -> None:
    """Before, the old holder is holder; after, the goods that leave belong to the new one."""
    receipt, to = stage.receipt(2), cast.OTHER_DEALER.organization
    stage.ok(cast.DEALER, "endorse_receipt", receipt=receipt, to=to)
    stage.refused("E_ROLE", cast.OTHER_DEALER, "surrender_receipt", receipt=receipt)
    stage.ok(cast.KEEPER, "seal_endorsement", receipt=receipt)
    stage.refused("E_ROLE", cast.DEALER, "surrender_receipt", receipt=receipt)
    stage.ok(cast.OTHER_DEALER, "surrender_receipt", receipt=receipt)
    serials = stage.serials_of(receipt)
    stage.ok(cast.KEEPER, "hand_out", receipt=receipt, serials=[*serials])
    assert stage.ask("show_case", serial=serials[0])["owner"] == to
    assert stage.named("ReceiptTransferred")[-1]["holder"] == to


def test_an_offer_can_be_taken_back_until_the_bank_accepts(stage: Stage) -> None:
    """The receipt is free again, also for another contract."""
    loan, receipt = stage.loan(1_000_000), stage.receipt(10)
    pledge = stage.ok(cast.DEALER, "offer_pledge", loan=loan, receipt=receipt)["id"]
    stage.ok(cast.DEALER, "withdraw_pledge", pledge=pledge)
    assert stage.ask("show_receipt", receipt=receipt)["is_free"]
    stage.refused("E_STATE", cast.KEEPER, "mark_pledge", pledge=pledge)
    again = stage.pledge(loan, receipt)
    stage.refused("E_STATE", cast.DEALER, "withdraw_pledge", pledge=again)
    invariants.check_all(stage)


def test_a_warning_ends_when_the_price_recovers(stage: Stage) -> None:
    """WARN back to NORMAL, below 70 % exactly."""
    loan, _ = stage.running(2_880_000, 10)
    stage.price(LIST_PRICE * 85 // 100)
    stage.ok(cast.STRANGER, "revalue", loan=loan)
    assert loan_state(stage, loan) == "WARN"
    stage.price(LIST_PRICE * 86 // 100)
    stage.ok(cast.STRANGER, "revalue", loan=loan)
    assert loan_state(stage, loan) == "NORMAL"


def test_a_loan_that_is_not_repaid_on_its_day_is_called_as_a_whole(stage: Stage) -> None:
    """By the clock; then the working days of a call, and default. Only all of it is an answer."""
    loan, _ = stage.running(1_000_000, 10, rate_bp=360)
    stage.warp(days=181)
    while stage.ok(cast.STRANGER, "tick")["is_more_due"]:
        pass
    assert loan_state(stage, loan) == "CALLED"
    call = stage.table("calls")[loan]
    interest = 1_000_000 * 360 * 181 // 3_600_000
    assert (call["repay"], call["add_cases"]) == (1_000_000 + interest, 0)
    stage.repay(loan, 500_000)
    assert loan_state(stage, loan) == "CALLED"
    stage.now_ms = call["due"]
    stage.ok(cast.STRANGER, "tick")
    assert loan_state(stage, loan) == "DEFAULT"


def test_a_full_repayment_ends_a_called_loan_and_the_rest_goes_back(stage: Stage) -> None:
    """CALLED, NORMAL, REPAID in one step; what was too much is ordered back to the dealer."""
    loan, _ = stage.running(2_880_000, 10)
    stage.price(LIST_PRICE * 80 // 100)
    stage.ok(cast.STRANGER, "revalue", loan=loan)
    stage.repay(loan, 2_880_007)
    assert loan_state(stage, loan) == "REPAID"
    order = list(stage.table("payments_orders").values())[-1]
    assert (order["amount"], order["payee"], order["state"]) == (7, HASH, "READY")
    stage.booked()
    invariants.check_all(stage)
    stage.refused("E_STATE", cast.STRANGER, "revalue", loan=loan)


def test_a_full_repayment_ends_a_warning(stage: Stage) -> None:
    """WARN, NORMAL, REPAID."""
    loan, _ = stage.running(2_880_000, 10)
    stage.price(LIST_PRICE * 85 // 100)
    stage.ok(cast.STRANGER, "revalue", loan=loan)
    stage.repay(loan, 2_880_000)
    assert loan_state(stage, loan) == "REPAID"


def test_a_payment_that_is_rejected_or_returned_is_paid_again_once(stage: Stage) -> None:
    """The bank's books hold the money meanwhile; a repeated report changes nothing."""
    loan, _ = stage.drawn(1_000_000, 10)
    (order,) = stage.table("payments_orders")
    report: dict[str, Any] = {"order": order, "attempt": 1}
    stage.ok(cast.OFFICER, "note_sent", orders=[order], file=HASH)
    stage.ok(cast.OFFICER, "report_payment", state="REJECTED", reason="AC01", **report)
    assert loan_state(stage, loan) == "DRAWN"
    invariants.check_all(stage)
    stage.ok(cast.OFFICER, "retry_payment", order=order)
    stage.booked()
    assert loan_state(stage, loan) == "NORMAL"
    returned: dict[str, Any] = {"order": order, "attempt": 2, "state": "RETURNED"}
    for _ in range(2):
        stage.ok(cast.OFFICER, "report_payment", reference="RET-1", **returned)
        invariants.check_all(stage)
    assert (
        stage.table("money_accounts")[f"payable%2F{loan}/CNY.{cast.OFFICER.organization}"][
            "available"
        ]
        == 1_000_000
    )
    stage.ok(cast.OFFICER, "retry_payment", order=order)
    stage.booked()
    invariants.check_all(stage)
    assert loan_state(stage, loan) == "NORMAL"


def advance(stage: Stage) -> tuple[str, str]:
    """Return a loan that was paid to the winery in advance, and the prepayment."""
    winery = cast.WINERY.organization
    loan, _ = stage.running(1_000_000, 10, winery=winery, winery_account="cd" * 32)
    return loan, str(stage.table("loans")[loan]["prepayment"])


def test_money_in_advance_goes_to_the_winery_which_ships(stage: Stage) -> None:
    """The order's payee is the winery; a statement of supply in time is the answer."""
    _, prepayment = advance(stage)
    (order,) = stage.table("payments_orders").values()
    assert order["payee"] == "cd" * 32
    stage.stated(3, cast.OTHER_DEALER)
    stage.stated(3)
    *_, wrong, right = stage.table("statements")
    ship: dict[str, Any] = {"prepayment": prepayment, "statement": right}
    stage.refused("E_ROLE", cast.OTHER_WINERY, "ship_prepaid", **ship)
    stage.refused("E_VALUE", cast.WINERY, "ship_prepaid", **(ship | {"statement": wrong}))
    stage.now_ms = stage.table("prepayments")[prepayment]["ship_by"] - 1
    shipped = stage.ok(cast.WINERY, "ship_prepaid", **ship)
    assert (shipped["state"], shipped["statement"]) == ("SHIPPED", right)
    stage.refused("E_STATE", cast.WINERY, "ship_prepaid", **ship)


def test_a_winery_that_does_not_ship_in_time_refunds_the_bank(stage: Stage) -> None:
    """E_LATE from the next millisecond; the refund repays the loan, once."""
    loan, prepayment = advance(stage)
    stage.stated(3)
    (*_, statement) = stage.table("statements")
    refund: dict[str, Any] = {"loan": loan, "reference": "F-1"}
    stage.refused("E_STATE", cast.OFFICER, "take_refund", **refund)
    stage.now_ms = stage.table("prepayments")[prepayment]["ship_by"]
    ship: dict[str, Any] = {"prepayment": prepayment, "statement": statement}
    stage.refused("E_LATE", cast.WINERY, "ship_prepaid", **ship)
    stage.ok(cast.STRANGER, "tick")
    assert stage.table("prepayments")[prepayment]["state"] == "REFUND_DUE"
    stage.ok(cast.OFFICER, "take_refund", **refund)
    assert loan_state(stage, loan) == "REPAID"
    stage.refused("E_STATE", cast.OFFICER, "take_refund", loan=loan, reference="F-2")
    invariants.check_all(stage)


def test_a_loan_without_advance_has_nothing_to_refund(stage: Stage) -> None:
    """E_MISSING."""
    loan, _ = stage.running(1_000_000, 10)
    stage.refused("E_MISSING", cast.OFFICER, "take_refund", loan=loan, reference="F-1")


def test_a_split_ends_an_endorsement_that_was_not_sealed(stage: Stage) -> None:
    """What was endorsed is not there any more; neither part passes by it."""
    receipt = stage.receipt(4)
    to = cast.OTHER_DEALER.organization
    stage.ok(cast.DEALER, "endorse_receipt", receipt=receipt, to=to)
    serials = stage.serials_of(receipt)[:1]
    new = stage.ok(cast.DEALER, "split_receipt", receipt=receipt, serials=serials)["id"]
    for one in (receipt, new):
        stage.refused("E_STATE", cast.KEEPER, "seal_endorsement", receipt=one)


def test_pledges_tell_what_they_hold(stage: Stage) -> None:
    """For the pledged share: cases, product, warehouse and unit value, at both ends."""
    loan, _ = stage.running(1_000_000, 10)
    stage.repay(loan, 1_000_000)
    (pledge,) = stage.table("loans")[loan]["pledges"]
    stage.ok(cast.KEEPER, "discharge_pledge", pledge=pledge)
    issued, pledged, freed = stage.named("StockHeld")
    assert [one["cases"] for one in (issued, pledged, freed)] == [10, 10, 10]
    assert issued["value"] == pledged["value"] == pledged["pledged_value"] == 4_800_000
    assert (issued["pledged_value"], freed["pledged_value"], issued["sku"]) == (0, 0, SKU)


def test_a_loan_whose_money_arrives_after_its_day_is_called_at_once(stage: Stage) -> None:
    """Whether it is due is decided by the block's time, not by when a tick came."""
    loan, _ = stage.drawn(1_000_000, 10)
    stage.warp(days=181)
    while stage.ok(cast.STRANGER, "tick")["is_more_due"]:
        pass
    stage.booked()
    assert loan_state(stage, loan) == "CALLED"


def test_counterfeit_cases_in_store_count_for_nothing(stage: Stage) -> None:
    """The alert is open until an auditor has looked; the value is without them; they leave."""
    loan, receipt = stage.running(1_000_000, 10)
    fake = stage.serials_of(receipt)[0]
    stage.ok(cast.WINERY, "mark_counterfeit", serials=[fake])
    alerts = len(stage.named("AlertChanged"))
    stage.ok(cast.WINERY, "mark_counterfeit", serials=stage.serials_of(receipt)[1:2])
    assert len(stage.named("AlertChanged")) == alerts
    stage.ok(cast.STRANGER, "revalue", loan=loan)
    assert stage.ask("show_loan", loan=loan)["valuation"]["value"] == 8 * 480_000
    asked = stage.ok(
        cast.DEALER, "ask_redemption", loan=loan, amount=0, receipt=receipt, serials=[fake]
    )["id"]
    stage.refused("E_STATE", cast.OFFICER, "sign_redemption", redemption=asked)
    stage.ok(cast.AUDITOR, "clear_alert", receipt=receipt)
    stage.ok(cast.OFFICER, "sign_redemption", redemption=asked)
    stage.ok(cast.KEEPER, "release_goods", redemption=asked)
    assert stage.ask("show_case", serial=fake)["state"] == "COUNTERFEIT"
    assert stage.table("receipts")[receipt]["excluded"] == 1
    stage.refused("E_STATE", cast.KEEPER, "take_in", receipt=stage.draft(), serials=[fake])
    invariants.check_all(stage)


def test_counterfeit_cases_go_with_a_split_that_names_them(stage: Stage) -> None:
    """By their serials; whole lots are not taken then, for they would have to be looked through."""
    receipt = stage.receipt(5)
    serials = stage.serials_of(receipt)
    stage.ok(cast.WINERY, "mark_counterfeit", serials=[serials[0]])
    split = (cast.DEALER, "split_receipt")
    stage.refused("E_STATE", *split, receipt=receipt, serials=[*serials[:2]])
    stage.ok(cast.AUDITOR, "clear_alert", receipt=receipt)
    lot = stage.table("receipts")[receipt]["lots"][0]["lot"]
    stage.refused("E_VALUE", *split, receipt=receipt, lots=[lot])
    new = stage.ok(*split, receipt=receipt, serials=[*serials[:2]])
    assert (new["excluded"], stage.table("receipts")[receipt]["excluded"]) == (1, 0)
    merged = stage.ok(cast.DEALER, "merge_receipts", receipt=receipt, absorbed=new["id"])
    assert merged["excluded"] == 1
    invariants.check_all(stage)


def test_sensors_and_photos_leave_what_warnings_need(stage: Stage) -> None:
    """How long a warehouse was silent, and that a photo was shown before."""
    stage.warp(hours=3)
    args: dict[str, Any] = {"warehouse": stage.warehouse, "cameras": 8, "sensors": 4}
    stage.ok(cast.MONITOR, "report_sensors", evidence=HASH, **args)
    assert stage.named("SensorsReported")[-1]["silent_s"] >= 3 * 3_600
    draft = stage.draft()
    for _ in range(2):
        stage.ok(cast.KEEPER, "take_in", receipt=draft, serials=stage.stated(1), photo=HASH)
    (repeated,) = stage.named("PhotoRepeated")
    assert repeated["first"] != repeated["lot"]


def test_goods_that_leave_carry_their_hour_and_how_long_they_waited(stage: Stage) -> None:
    """For the release time, and for releases at night."""
    loan, receipt = stage.running(1_000_000, 10)
    redemption = stage.repay(loan, 500_000, receipt, stage.serials_of(receipt)[:2])
    stage.warp(hours=3)
    stage.ok(cast.KEEPER, "release_goods", redemption=redemption)
    left = stage.named("GoodsLeft")[-1]
    assert (left["waited_s"], left["minute_of_day"] // 60) == (3 * 3_600, 1)
    assert (left["count"], left["left"], left["sku"]) == (2, 8, SKU)


@pytest.mark.main_path
def test_a_tick_twice_is_a_tick_once(stage: Stage) -> None:
    """Nothing is due any more, so nothing is written and nothing announced."""
    loan, _ = stage.running(1_000_000, 10)
    stage.warp(days=3)
    assert stage.ok(cast.STRANGER, "tick")["fired"] == 1
    again = stage.do(cast.STRANGER, "tick")
    assert (again.code, again.writes, again.events) == ("ok", {}, ())
    assert loan_state(stage, loan) == "NORMAL"


def test_the_last_day_of_a_median_window_leaves_it(stage: Stage) -> None:
    """Thirty days back and no further; of an even number of quotes the lower mean counts."""
    stage.warp(days=29)
    stage.ok(cast.VALUER, "quote_price", sku=SKU, price=400_001)
    assert stage.table("prices")[SKU]["median"] == 450_000
    stage.warp(days=1)
    stage.ok(cast.VALUER, "quote_price", sku=SKU, price=300_000)
    assert stage.table("prices")[SKU]["median"] == 350_000
    stage.warp(days=1)
    stage.ok(cast.OTHER_VALUER, "quote_price", sku=SKU, price=320_000)
    assert stage.table("prices")[SKU]["median"] == 320_000


def test_a_quote_leaves_the_median_after_thirty_days_to_the_millisecond(stage: Stage) -> None:
    """At thirty days exactly it is gone; one millisecond before it still counts."""
    quoted = stage.table("prices")[SKU]["quoted_at"]
    for late, median in ((0, 450_000), (1, 400_000)):
        later = stage.copy()
        later.now_ms = quoted + 30 * DAY_MS - 2 + late
        later.ok(cast.OTHER_VALUER, "quote_price", sku=SKU, price=400_000)
        assert later.table("prices")[SKU]["median"] == median


def test_the_bank_checks_a_receipt_from_its_root_and_lock(stage: Stage) -> None:
    """What a bank sees of a receipt: its terms, the root of its serials, and that it is free."""
    receipt = stage.receipt(3)
    shown = stage.ask("show_receipt", receipt=receipt)
    assert shown["fingerprint"] == fingerprint_of("warehouse-receipt", receipt)
    assert shown["is_free"]
    assert stage.ask("serials_of", receipt=receipt, index=1) == []
    unknown = stage.ask("check_case", serial="ZZ-1")
    assert unknown == {
        "serial": "ZZ1",
        "is_stated": False,
        "is_genuine": False,
        "is_free": True,
    }


def test_a_pledge_does_not_come_to_a_loan_that_takes_none(stage: Stage) -> None:
    """Offered while approved, accepted after the drawing began: E_STATE, and nothing moved."""
    loan, receipt, late = stage.loan(1_000_000), stage.receipt(10), stage.receipt(10)
    pledge = stage.ok(cast.DEALER, "offer_pledge", loan=loan, receipt=late)["id"]
    stage.ok(cast.KEEPER, "mark_pledge", pledge=pledge)
    stage.ok(cast.REGISTRY, "register_pledge", pledge=pledge, number="N-9")
    stage.pledge(loan, receipt)
    stage.ok(cast.OFFICER, "secure_loan", loan=loan)
    stage.refused("E_STATE", cast.OFFICER, "accept_pledge", pledge=pledge)
    third = stage.receipt(1)
    stage.refused("E_STATE", cast.DEALER, "offer_pledge", loan=loan, receipt=third)
    stage.refused("E_ROLE", cast.OTHER_DEALER, "offer_pledge", loan=loan, receipt=third)


def test_a_valuation_without_a_calendar_is_made_when_there_is_one(stage: Stage) -> None:
    """A call needs working days: the deadline is kept, and a later tick or anybody tries again."""
    loan, _ = stage.running(2_880_000, 10)
    stage.warp(days=1_200)
    stage.price(LIST_PRICE * 80 // 100)
    while stage.ok(cast.STRANGER, "tick")["is_more_due"]:
        pass
    failed = [one for one in stage.named("DeadlineFailed") if one["case"] == loan]
    assert {one["code"] for one in failed} == {"E_MISSING"}
    assert loan_state(stage, loan) == "NORMAL"
    stage.refused("E_MISSING", cast.STRANGER, "revalue", loan=loan)
    again = {"case": loan, "name": "valuation"}
    stage.refused("E_MISSING", cast.STRANGER, "retry_deadline", **again)
    for year in (day_of(stage.now_ms).year, day_of(stage.now_ms).year + 1):
        stage.publish_calendar(year)
    by_hand = stage.copy()
    assert stage.ok(cast.STRANGER, "tick")["fired"] == 0
    stage.warp(days=1)
    stage.ok(cast.STRANGER, "tick")
    by_hand.ok(cast.STRANGER, "retry_deadline", **again)
    for one in (stage, by_hand):
        assert loan_state(one, loan) == "CALLED"
