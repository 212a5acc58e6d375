# SPDX-License-Identifier: Apache-2.0
"""After a default: the promise to buy back, the winery's purchase, the platform's sale, the end."""

from __future__ import annotations

from typing import Any

from tests.unit.industries.inventory import cast, invariants
from tests.unit.industries.inventory.stage import DAY_MS, HASH, LIST_PRICE, Stage


def loan_state(stage: Stage, loan: str) -> str:
    """Return the state of a loan."""
    return str(stage.table("loans")[loan]["state"])


def promised(stage: Stage, receipt: str, price: int = 300_000, days: int = 100) -> None:
    """Have the winery promise to buy a receipt's goods back."""
    stage.ok(
        cast.WINERY,
        "promise_buy_back",
        receipt=receipt,
        price=price,
        valid_until=stage.now_ms + days * DAY_MS,
    )


def test_a_winery_buys_back_after_the_grace_and_becomes_holder(stage: Stage) -> None:
    """DEFAULT, BUYBACK, CLOSED; before the grace is over: E_EARLY, to the millisecond."""
    loan, receipt = stage.running(2_880_000, 10)
    promised(stage, receipt)
    stage.price(LIST_PRICE // 2)
    stage.ok(cast.STRANGER, "revalue", loan=loan)
    stage.now_ms = stage.table("loans")[loan]["grace_until"] - 1
    facts = stage.refused("E_EARLY", cast.WINERY, "buy_back", receipt=receipt)
    assert facts["subject"] == loan
    (sale,) = stage.ok(cast.WINERY, "buy_back", receipt=receipt)
    assert (sale["proceeds"], sale["costs"]) == (3_000_000, 0)
    (pledge,) = stage.table("loans")[loan]["pledges"]
    stage.refused("E_STATE", cast.KEEPER, "discharge_pledge", pledge=pledge)
    stage.refused("E_STATE", cast.OFFICER, "settle_loan", loan=loan)
    settled = stage.ok(cast.OFFICER, "settle_loan", loan=loan, reference="S-1")
    assert (settled["principal"], settled["surplus"]) == (2_880_000, 120_000)
    stage.refused("E_DUP", cast.OFFICER, "settle_loan", loan=loan, reference="S-2")
    stage.ok(cast.KEEPER, "discharge_pledge", pledge=pledge)
    stage.ok(cast.REGISTRY, "cancel_registration", pledge=pledge)
    stage.ok(cast.OFFICER, "close_loan", loan=loan)
    assert stage.table("receipts")[receipt]["holder"] == cast.WINERY.organization
    stage.ok(cast.WINERY, "surrender_receipt", receipt=receipt)
    invariants.check_all(stage)


def test_a_promise_to_buy_back_is_kept_for_its_time_and_not_lowered(stage: Stage) -> None:
    """E_VALUE for less, E_EXPIRED after its end, E_MISSING without one."""
    loan, receipt = stage.in_default(2_880_000, 10)
    stage.refused("E_MISSING", cast.WINERY, "buy_back", receipt=receipt)
    promised(stage, receipt, days=1)
    later = stage.now_ms + 2 * DAY_MS
    less: dict[str, Any] = {"receipt": receipt, "price": 299_999, "valid_until": later}
    stage.refused("E_VALUE", cast.WINERY, "promise_buy_back", **less)
    stage.warp(days=2)
    stage.refused("E_EXPIRED", cast.WINERY, "buy_back", receipt=receipt)
    promised(stage, receipt)
    stage.ok(cast.WINERY, "buy_back", receipt=receipt)
    assert loan_state(stage, loan) == "BUYBACK"


def test_a_promise_to_buy_back_is_for_the_cases_there_were(stage: Stage) -> None:
    """E_VALUE: a receipt that has grown by a merger is more than was promised."""
    receipt, more = stage.receipt(6), stage.receipt(4)
    promised(stage, receipt)
    stage.ok(cast.DEALER, "merge_receipts", receipt=receipt, absorbed=more)
    loan = stage.loan(2_880_000)
    stage.pledge(loan, receipt)
    stage.ok(cast.OFFICER, "secure_loan", loan=loan)
    stage.ok(cast.APPROVER, "draw_loan", loan=loan)
    stage.booked()
    stage.price(LIST_PRICE // 2)
    stage.ok(cast.STRANGER, "revalue", loan=loan)
    stage.warp(days=6)
    stage.refused("E_VALUE", cast.WINERY, "buy_back", receipt=receipt)
    promised(stage, receipt)
    stage.ok(cast.WINERY, "buy_back", receipt=receipt)


def test_a_loan_in_good_order_is_not_settled(stage: Stage) -> None:
    """E_STATE: nothing was sold for it."""
    loan, _ = stage.running(1_000_000, 10)
    stage.refused("E_STATE", cast.OFFICER, "settle_loan", loan=loan, reference="S-1")


def test_a_receipt_that_secures_nothing_is_not_sold(stage: Stage) -> None:
    """E_STATE for who wants to buy back or sell; and a promise is for receipts in use."""
    receipt = stage.receipt(2)
    stage.refused("E_STATE", cast.WINERY, "buy_back", receipt=receipt)
    buyer = cast.DEALER.organization
    sale: dict[str, Any] = {"receipt": receipt, "buyer": buyer, "proceeds": 1, "costs": 0}
    stage.refused("E_STATE", cast.PLATFORM, "sell_goods", **sale)
    stage.ok(cast.DEALER, "surrender_receipt", receipt=receipt)
    promise: dict[str, Any] = {"receipt": receipt, "price": 1, "valid_until": 1}
    stage.refused("E_STATE", cast.WINERY, "promise_buy_back", **promise)


def test_a_platform_sells_after_the_grace_and_the_buyer_becomes_holder(stage: Stage) -> None:
    """DEFAULT, DISPOSAL, CLOSED; the platform is named by the bank and not the dealer's."""
    loan, receipt = stage.running(2_880_000, 10)
    stage.price(LIST_PRICE // 2)
    stage.ok(cast.STRANGER, "revalue", loan=loan)
    dispose: dict[str, Any] = {"loan": loan, "account": HASH}
    dispose["platform"] = cast.PLATFORM.organization
    stage.refused("E_EARLY", cast.OFFICER, "dispose_of_goods", **dispose)
    stage.warp(days=6)
    own = dispose | {"platform": cast.DEALER.organization}
    stage.refused("E_CONFLICT", cast.OFFICER, "dispose_of_goods", **own)
    buyer = cast.OTHER_DEALER.organization
    sale: dict[str, Any] = {"receipt": receipt, "buyer": buyer, "proceeds": 2_500_000}
    stage.refused("E_STATE", cast.PLATFORM, "sell_goods", costs=9_000, **sale)
    stage.ok(cast.OFFICER, "dispose_of_goods", **dispose)
    other = cast.person("disposal-platform", 77)
    stage.refused("E_ROLE", other, "sell_goods", costs=9_000, **sale)
    stage.ok(cast.PLATFORM, "sell_goods", costs=9_000, **sale)
    stage.refused("E_DUP", cast.PLATFORM, "sell_goods", costs=9_000, **sale)
    settled = stage.ok(cast.OFFICER, "settle_loan", loan=loan, reference="S-1")
    assert settled["shortfall"] == 2_880_000 - (2_500_000 - 9_000)
    assert stage.named("Settled")[-1]["shortfall"] == settled["shortfall"]
    (pledge,) = stage.table("loans")[loan]["pledges"]
    stage.ok(cast.KEEPER, "discharge_pledge", pledge=pledge)
    assert stage.table("receipts")[receipt]["holder"] == buyer
    stage.booked()
    invariants.check_all(stage)
    # The shortfall is still owed, so the line has it.
    (line,) = stage.table("lines").values()
    assert line["drawn"] == settled["shortfall"]


def test_a_dealer_that_pays_all_in_the_grace_keeps_the_goods(stage: Stage) -> None:
    """Nothing is sold, nothing is owed; the receipt is discharged to the dealer."""
    loan, receipt = stage.in_default(2_880_000, 10)
    stage.repay(loan, 2_880_000)
    serials: list[str] = [*stage.serials_of(receipt)[:1]]
    args: dict[str, Any] = {"loan": loan, "receipt": receipt, "serials": serials}
    asked = stage.ok(cast.DEALER, "ask_redemption", amount=0, **args)["id"]
    stage.price()
    stage.refused("E_STATE", cast.OFFICER, "sign_redemption", redemption=asked)
    platform = cast.PLATFORM.organization
    stage.ok(cast.OFFICER, "dispose_of_goods", loan=loan, platform=platform, account=HASH)
    settled = stage.ok(cast.OFFICER, "settle_loan", loan=loan)
    assert (settled["proceeds"], settled["shortfall"]) == (0, 0)
    stage.refused("E_STATE", cast.DEALER, "ask_redemption", amount=1, loan=loan)
    stage.refused("E_STATE", cast.OFFICER, "sign_redemption", redemption=asked)
    (pledge,) = stage.table("loans")[loan]["pledges"]
    stage.ok(cast.KEEPER, "discharge_pledge", pledge=pledge)
    assert stage.table("receipts")[receipt]["holder"] == cast.DEALER.organization
