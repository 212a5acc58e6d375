# SPDX-License-Identifier: Apache-2.0
"""What is refused, with its code: the list of the system's text, and what else goes wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.contracts import CLOCK_AHEAD_MS, Contract, schema_of
from tallystick.industries.inventory import Inventory, count_digest, inspection_digest
from tallystick.testing import make_signer
from tests.unit.industries.inventory import cast, invariants
from tests.unit.industries.inventory.stage import DAY_MS, HASH, HOUR_MS, SKU, Stage

# --- the list of the text -----------------------------------------------------------------------


def test_a_counterfeit_sold_or_unstated_serial_is_refused(stage: Stage) -> None:
    """E_STATE: the maker's word decides what a warehouse may take in."""
    fake, sold, good = stage.stated(3)
    stage.ok(cast.WINERY, "mark_counterfeit", serials=[fake])
    stage.ok(cast.DEALER, "mark_sold", serials=[sold])
    draft = stage.draft()
    for serial, state in ((fake, "COUNTERFEIT"), (sold, "SOLD")):
        facts = stage.refused(
            "E_STATE", cast.KEEPER, "take_in", receipt=draft, serials=[good, serial]
        )
        assert facts["case_state"] == state
    facts = stage.refused("E_STATE", cast.KEEPER, "take_in", receipt=draft, serials=["LZ-999999"])
    assert facts == {"serial": "LZ999999"}


def test_a_double_receipt_is_refused(stage: Stage) -> None:
    """E_LOCKED, by the register that all contracts share."""
    receipt = stage.receipt(2)
    again: list[str] = stage.serials_of(receipt)
    stage.refused("E_LOCKED", cast.KEEPER, "take_in", receipt=stage.draft(), serials=again)


def test_a_receipt_by_an_unlicensed_keeper_is_refused(stage: Stage) -> None:
    """E_ROLE: another's warehouse, or a licence that has ended."""
    stage.refused("E_ROLE", cast.OTHER_KEEPER, "draft_receipt", **stage.terms())
    short = stage.license(cast.KEEPER, days=1)
    stage.warp(days=2)
    terms = stage.terms(warehouse=short, policy=None)
    facts = stage.refused("E_ROLE", cast.KEEPER, "draft_receipt", **terms)
    assert facts["warehouse"] == short


def test_a_release_without_repayment_is_refused(stage: Stage) -> None:
    """E_LIMIT: at 60 % no case goes without money; the facts say how many could."""
    loan, receipt = stage.running(2_880_000, 10)
    serials: list[str] = [*stage.serials_of(receipt)[:3]]
    args: dict[str, Any] = {"loan": loan, "receipt": receipt, "serials": serials}
    asked = stage.ok(cast.DEALER, "ask_redemption", amount=0, **args)["id"]
    facts = stage.refused("E_LIMIT", cast.OFFICER, "sign_redemption", redemption=asked)
    assert facts == {"cases": 3, "allowed": 0}
    asked = stage.ok(cast.DEALER, "ask_redemption", amount=864_000 - 1, **args)["id"]
    sign = {"redemption": asked, "reference": "R-1"}
    facts = stage.refused("E_LIMIT", cast.OFFICER, "sign_redemption", **sign)
    assert facts == {"cases": 3, "allowed": 2}
    asked = stage.ok(cast.DEALER, "ask_redemption", amount=864_000, **args)["id"]
    stage.ok(cast.OFFICER, "sign_redemption", redemption=asked, reference="R-1")
    stage.ok(cast.KEEPER, "release_goods", redemption=asked)
    assert stage.ask("show_loan", loan=loan)["valuation"]["ltv_bp"] == 6_000


def test_a_release_is_checked_again_at_the_gate(stage: Stage) -> None:
    """E_LIMIT: between the bank's signature and the gate the price has fallen."""
    loan, receipt = stage.running(1_440_000, 10)
    serials: list[str] = [*stage.serials_of(receipt)[:5]]
    args: dict[str, Any] = {"loan": loan, "receipt": receipt, "serials": serials}
    asked = stage.ok(cast.DEALER, "ask_redemption", amount=0, **args)["id"]
    stage.ok(cast.OFFICER, "sign_redemption", redemption=asked)
    stage.price(599_999)
    facts = stage.refused("E_LIMIT", cast.KEEPER, "release_goods", redemption=asked)
    assert facts == {"cases": 5, "allowed": 4}


def test_a_forged_count_is_refused(stage: Stage) -> None:
    """E_SIG: another device, other figures, or another receipt than was signed."""
    receipt, other = stage.receipt(2), stage.receipt(2)
    now = stage.now_ms
    for digest, scanner in (
        (count_digest(receipt, 2, now), cast.OTHER_SCANNER),
        (count_digest(receipt, 1, now), cast.SCANNER),
        (count_digest(other, 2, now), cast.SCANNER),
    ):
        args: dict[str, Any] = {"receipt": receipt, "counted": 2, "scanned_at": now}
        args["signature"] = cast.signed(digest, scanner)
        facts = stage.refused("E_SIG", cast.KEEPER, "count_stock", **args)
        assert facts == {"warehouse": stage.warehouse}


def test_a_forged_inspection_is_refused(stage: Stage) -> None:
    """E_SIG: scans are signed by the warehouse's scanner."""
    drawn = stage.ok(cast.AUDITOR, "draw_inspection", receipt=stage.receipt(2))
    digest = inspection_digest(drawn["id"], drawn["serials"], stage.now_ms)
    args: dict[str, Any] = {"inspection": drawn["id"], "scanned_at": stage.now_ms}
    args |= {"found": drawn["serials"], "signature": cast.signed(digest, cast.OTHER_SCANNER)}
    stage.refused("E_SIG", cast.KEEPER, "report_inspection", **args)


@pytest.mark.parametrize("is_ticked", [True, False])
def test_a_late_inspection_is_refused(stage: Stage, *, is_ticked: bool) -> None:
    """E_LATE: two hours to the millisecond, whether a tick has come or not."""
    drawn = stage.ok(cast.AUDITOR, "draw_inspection", receipt=stage.receipt(2))
    stage.warp(hours=2)
    if is_ticked:
        stage.ok(cast.STRANGER, "tick")
        assert stage.table("inspections")[drawn["id"]]["state"] == "LATE"
        assert stage.named("AlertChanged")[-1]["alert"] == "inspection"
    assert stage.inspect(drawn["id"], drawn["serials"]).code == "E_LATE"


def test_an_inspection_on_its_last_millisecond_is_in_time(stage: Stage) -> None:
    """The last second is accepted; a case that is missing fails it and is alerted."""
    receipt = stage.receipt(3)
    drawn = stage.ok(cast.AUDITOR, "draw_inspection", receipt=receipt)
    stage.now_ms = drawn["due"] - 1
    assert stage.inspect(drawn["id"], drawn["serials"][1:]).code == "ok"
    ended = stage.table("inspections")[drawn["id"]]
    assert (ended["state"], ended["missing"]) == ("FAILED", 1)
    assert stage.table("receipts")[receipt]["alert"] == "inspection"
    stage.ok(cast.AUDITOR, "clear_alert", receipt=receipt)
    assert stage.table("receipts")[receipt]["alert"] is None


def test_a_backdated_scan_is_refused(stage: Stage) -> None:
    """E_LATE: a scan says a time before the draw, or one that has not come.

    The ledger's time may be a minute behind the scanner's.
    """
    stage.warp(hours=1)
    receipt = stage.receipt(2)
    drawn = stage.ok(cast.AUDITOR, "draw_inspection", receipt=receipt)
    for at in (drawn["drawn_at"] - 1, stage.now_ms + HOUR_MS):
        digest = inspection_digest(drawn["id"], drawn["serials"], at)
        args: dict[str, Any] = {"inspection": drawn["id"], "scanned_at": at}
        args |= {"found": drawn["serials"], "signature": cast.signed(digest)}
        facts = stage.refused("E_LATE", cast.KEEPER, "report_inspection", **args)
        assert facts["scanned_at"] == at
    ahead = stage.now_ms + CLOCK_AHEAD_MS
    assert stage.inspect(drawn["id"], drawn["serials"], at=ahead).code == "ok"
    old = drawn["drawn_at"] - HOUR_MS
    args = {"receipt": receipt, "counted": 2, "scanned_at": old}
    args["signature"] = cast.signed(count_digest(receipt, 2, old))
    stage.refused("E_LATE", cast.KEEPER, "count_stock", **args)


def test_a_price_by_the_borrower_is_refused(stage: Stage) -> None:
    """E_ROLE; and who is dealer and valuer at once may do neither's work (E_CONFLICT)."""
    stage.refused("E_ROLE", cast.DEALER, "quote_price", sku=SKU, price=900_000)
    stage.refused("E_ROLE", cast.DEALER, "publish_list_price", sku=SKU, price=900_000)
    both = make_signer(
        "inventory.dealer", "inventory.valuer", organization=cast.DEALER.organization
    )
    stage.refused("E_CONFLICT", both, "quote_price", sku=SKU, price=900_000)
    stage.refused("E_ROLE", cast.OTHER_WINERY, "publish_list_price", sku=SKU, price=900_000)


def test_a_pledge_after_a_court_freeze_is_refused(stage: Stage) -> None:
    """E_FROZEN at every step of a pledge, also one that was offered before; no transfer either."""
    loan = stage.loan(1_000_000)
    offered, frozen = stage.receipt(10), stage.receipt(10)
    pledge = stage.ok(cast.DEALER, "offer_pledge", loan=loan, receipt=offered)["id"]
    stage.ok(cast.KEEPER, "mark_pledge", pledge=pledge)
    stage.ok(cast.REGISTRY, "register_pledge", pledge=pledge, number="N-1")
    stage.ok(cast.DEALER, "endorse_receipt", receipt=frozen, to=cast.OTHER_DEALER.organization)
    for receipt in (offered, frozen):
        stage.ok(cast.COURT, "freeze_receipt", receipt=receipt)
    stage.refused("E_FROZEN", cast.DEALER, "offer_pledge", loan=loan, receipt=frozen)
    stage.refused("E_FROZEN", cast.KEEPER, "mark_pledge", pledge=pledge)
    stage.refused("E_FROZEN", cast.REGISTRY, "register_pledge", pledge=pledge, number="N-2")
    stage.refused("E_FROZEN", cast.OFFICER, "accept_pledge", pledge=pledge)
    stage.refused("E_FROZEN", cast.KEEPER, "seal_endorsement", receipt=frozen)
    stage.refused("E_FROZEN", cast.DEALER, "surrender_receipt", receipt=frozen)
    stage.refused("E_FROZEN", cast.COURT, "freeze_receipt", receipt=frozen)
    stage.ok(cast.COURT, "unfreeze_receipt", receipt=offered)
    stage.ok(cast.OFFICER, "accept_pledge", pledge=pledge)
    stage.refused("E_STATE", cast.COURT, "freeze_receipt", receipt=offered)
    invariants.check_all(stage)


def test_an_expired_insurance_is_refused(stage: Stage) -> None:
    """E_EXPIRED: the day after the policy ends it secures nothing."""
    short = stage.insure(stage.warehouse, days=1)
    loan, receipt = stage.loan(1_000_000), stage.receipt(10, policy=short)
    pledge = stage.ok(cast.DEALER, "offer_pledge", loan=loan, receipt=receipt)["id"]
    stage.ok(cast.KEEPER, "mark_pledge", pledge=pledge)
    stage.ok(cast.REGISTRY, "register_pledge", pledge=pledge, number="N-1")
    stage.warp(days=2)
    facts = stage.refused("E_EXPIRED", cast.OFFICER, "accept_pledge", pledge=pledge)
    assert facts["receipt"] == receipt


# --- what else goes wrong -----------------------------------------------------------------------


def test_every_code_of_the_text_is_declared() -> None:
    """Doors and documents know each refusal of the list."""
    contract: type[Contract] = Inventory
    codes = {refusal.code for refusal in schema_of(contract).refusals}
    text = {"E_STATE", "E_LOCKED", "E_ROLE", "E_LIMIT", "E_SIG", "E_LATE", "E_FROZEN", "E_EXPIRED"}
    assert text <= codes


@pytest.mark.parametrize(
    "figures",
    [
        {"warn_bp": 6_000},
        {"call_bp": 8_500},
        {"lend_bp": 0},
        {"list_bp": 0},
        {"median_days": 0},
    ],
)
def test_figures_that_contradict_each_other_are_refused(figures: dict[str, Any]) -> None:
    """0 < lend < warn < call < default."""
    Stage().refused("E_VALUE", cast.RULES, "change_parameters", parameters=figures)


def test_a_loan_keeps_the_figures_it_was_approved_under(stage: Stage) -> None:
    """A new version counts for what begins after it."""
    loan, _ = stage.running(2_880_000, 10)
    strict: dict[str, Any] = {"lend_bp": 4_000, "warn_bp": 5_000, "call_bp": 5_500}
    assert stage.ok(cast.RULES, "change_parameters", parameters=strict)["version"] == 1
    stage.ok(cast.STRANGER, "revalue", loan=loan)
    assert stage.table("loans")[loan]["state"] == "NORMAL"
    later, receipt = stage.loan(2_880_000), stage.receipt(10)
    stage.pledge(later, receipt)
    stage.refused("E_LIMIT", cast.OFFICER, "secure_loan", loan=later)


def test_a_serial_is_stated_once_in_any_spelling(stage: Stage) -> None:
    """E_DUP; a name without letter or digit is none."""
    (serial,) = stage.stated(1)
    args: dict[str, Any] = {"dealer": cast.DEALER.organization, "sku": SKU, "delivery_note": "D"}
    state = (cast.WINERY, "state_supply")
    stage.refused("E_DUP", *state, serials=[serial.lower().replace("-", ".")], **args)
    stage.refused("E_DUP", *state, serials=["AB-1", "ab1"], **args)
    stage.refused("E_ROLE", cast.OTHER_WINERY, "state_supply", serials=["AB-1"], **args)


def test_cases_of_another_owner_or_product_are_not_taken_in(stage: Stage) -> None:
    """E_VALUE: the statement says whose they are."""
    (serial,) = stage.stated(1, cast.OTHER_DEALER)
    facts = stage.refused(
        "E_VALUE", cast.KEEPER, "take_in", receipt=stage.draft(), serials=[serial]
    )
    assert facts["what"] == "owner or product"


def test_only_owner_and_maker_mark_cases_as_sold(stage: Stage) -> None:
    """E_ROLE; a case is sold or counterfeit once."""
    (serial,) = stage.stated(1)
    stage.refused("E_ROLE", cast.OTHER_DEALER, "mark_sold", serials=[serial])
    stage.ok(cast.DEALER, "mark_sold", serials=[serial])
    stage.refused("E_STATE", cast.DEALER, "mark_sold", serials=[serial])
    stage.ok(cast.WINERY, "mark_counterfeit", serials=[serial])
    stage.refused("E_STATE", cast.WINERY, "mark_counterfeit", serials=[serial])


def test_a_receipt_fits_its_warehouse_and_insurance(stage: Stage) -> None:
    """E_VALUE: a zone that is not there, a period that is over, another warehouse's policy."""
    other = stage.insure(stage.license(cast.KEEPER))
    for wrong in ({"zone": "Z"}, {"stored_until": stage.now_ms}, {"policy": other}):
        more: dict[str, Any] = wrong
        stage.refused("E_VALUE", cast.KEEPER, "draft_receipt", **stage.terms(**more))
    receipt = stage.receipt(1)
    stage.refused("E_VALUE", cast.KEEPER, "set_policy", receipt=receipt, policy=other)


def test_an_insurer_is_not_the_keeper(stage: Stage) -> None:
    """E_CONFLICT: nobody insures its own warehouse."""
    keeper = make_signer("inventory.insurer", organization=cast.KEEPER.organization)
    args: dict[str, Any] = {"number": "P", "sum_insured": 1, "valid_until": 2 * 10**12}
    stage.refused("E_CONFLICT", keeper, "insure", warehouse=stage.warehouse, **args)


def test_a_relation_is_declared_by_one_of_the_two_or_an_authority(stage: Stage) -> None:
    """E_ROLE for a third; E_VALUE for an organisation and itself."""
    one, other = cast.DEALER.organization, cast.OTHER_DEALER.organization
    args: dict[str, Any] = {"one": one, "other": other, "kind": "parent"}
    stage.refused("E_ROLE", cast.KEEPER, "declare_relation", **args)
    stage.refused("E_VALUE", cast.DEALER, "declare_relation", **(args | {"other": one}))
    stage.ok(cast.AUDITOR, "declare_relation", **args)


def test_an_empty_draft_is_not_issued_and_an_issued_one_takes_nothing_in(stage: Stage) -> None:
    """E_STATE: the steps of a receipt have an order."""
    draft = stage.draft()
    stage.refused("E_STATE", cast.KEEPER, "issue_receipt", receipt=draft)
    to = cast.OTHER_DEALER.organization
    stage.refused("E_STATE", cast.DEALER, "endorse_receipt", receipt=draft, to=to)
    receipt, more = stage.receipt(1), stage.stated(1)
    stage.refused("E_STATE", cast.KEEPER, "take_in", receipt=receipt, serials=[*more])
    stage.refused("E_STATE", cast.KEEPER, "seal_endorsement", receipt=receipt)
    stage.refused("E_STATE", cast.AUDITOR, "draw_inspection", receipt=draft)
    assert stage.count(draft, 0).code == "E_STATE"


def test_a_receipt_names_at_most_fifty_lots(stage: Stage) -> None:
    """E_LIMIT: what one call has to look at stays bounded."""
    draft = stage.draft()
    for serial in stage.stated(50):
        stage.ok(cast.KEEPER, "take_in", receipt=draft, serials=[serial])
    more = stage.stated(1)
    facts = stage.refused("E_LIMIT", cast.KEEPER, "take_in", receipt=draft, serials=[*more])
    assert facts["rule"] == "lots of a receipt"


def test_a_split_leaves_and_takes_something(stage: Stage) -> None:
    """E_VALUE: all, nothing, another receipt's lot or case."""
    receipt, other = stage.receipt(3), stage.receipt(3)
    split = ("E_VALUE", cast.DEALER, "split_receipt")
    stage.refused(*split, receipt=receipt)
    stage.refused(*split, receipt=receipt, serials=stage.serials_of(receipt))
    stage.refused(*split, receipt=receipt, serials=[stage.serials_of(other)[0]])
    lot = stage.table("receipts")[other]["lots"][0]["lot"]
    stage.refused(*split, receipt=receipt, lots=[lot])
    stage.refused("E_ROLE", cast.OTHER_DEALER, "split_receipt", receipt=receipt, lots=[lot])


def test_receipts_of_other_terms_are_not_merged(stage: Stage) -> None:
    """E_VALUE: zone, quality, insurance; nor a receipt with itself."""
    receipt, other = stage.receipt(2), stage.receipt(2, zone="B")
    for absorbed in (other, receipt):
        stage.refused("E_VALUE", cast.DEALER, "merge_receipts", receipt=receipt, absorbed=absorbed)


def test_the_assessor_does_not_approve(stage: Stage) -> None:
    """E_CONFLICT for the person, and for who holds both roles; E_STATE without an assessment."""
    stage.line(10**9)
    bank = cast.OFFICER.organization
    args: dict[str, Any] = {"bank": bank, "amount": 1_000, "payee": HASH}
    loan = stage.ok(cast.DEALER, "apply_for_loan", **args)["id"]
    due = stage.now_ms + DAY_MS
    approval: dict[str, Any] = {"loan": loan, "amount": 1_000, "rate_bp": 0, "due": due}
    stage.refused("E_STATE", cast.APPROVER, "approve_loan", **approval)
    both = make_signer("inventory.bank-officer", "inventory.bank-approver", organization=bank)
    stage.refused("E_CONFLICT", both, "approve_loan", **approval)
    stage.ok(
        make_signer("inventory.bank-officer", organization=bank, member="li"),
        "assess_loan",
        loan=loan,
    )
    li = make_signer("inventory.bank-approver", organization=bank, member="li")
    stage.refused("E_CONFLICT", li, "approve_loan", **approval)
    stage.refused("E_ROLE", cast.OTHER_APPROVER, "approve_loan", **approval)
    stage.refused("E_LIMIT", cast.APPROVER, "approve_loan", **(approval | {"amount": 1_001}))
    stage.refused("E_VALUE", cast.APPROVER, "approve_loan", **(approval | {"due": 1}))
    stage.ok(cast.APPROVER, "approve_loan", **approval)


def test_a_line_has_an_end_and_one_currency(stage: Stage) -> None:
    """E_EXPIRED, E_VALUE, E_LIMIT; and without a line nothing is assessed (E_MISSING)."""
    args: dict[str, Any] = {"bank": cast.OFFICER.organization, "amount": 1_000, "payee": HASH}
    loan = stage.ok(cast.DEALER, "apply_for_loan", **args)["id"]
    dollars = stage.ok(cast.DEALER, "apply_for_loan", currency="USD", **args)["id"]
    stage.refused("E_MISSING", cast.OFFICER, "assess_loan", loan=loan)
    stage.line(10**9, days=1)
    stage.refused("E_LIMIT", cast.OFFICER, "assess_loan", loan=dollars)
    line: dict[str, Any] = {"dealer": cast.DEALER.organization, "limit": 5, "checks": HASH}
    line |= {"valid_until": stage.now_ms, "currency": "USD", "grant": stage.grant()}
    stage.refused("E_VALUE", cast.RISK, "set_line", **line)
    stage.warp(days=2)
    stage.refused("E_EXPIRED", cast.OFFICER, "assess_loan", loan=loan)


def test_a_line_needs_the_dealers_own_grant_for_this_bank_each_time(stage: Stage) -> None:
    """E_VALUE, E_ROLE, E_LIMIT, E_EXPIRED: the use is recorded, and within the grant's bounds."""
    line: dict[str, Any] = {"dealer": cast.DEALER.organization, "limit": 5, "checks": HASH}
    line |= {"valid_until": stage.now_ms + DAY_MS, "grant": stage.grant(cast.OTHER_DEALER)}
    stage.refused("E_VALUE", cast.RISK, "set_line", **line)
    line["grant"] = stage.grant()
    stage.refused("E_ROLE", cast.OTHER_RISK, "set_line", **line)
    stage.ok(cast.RISK, "set_line", **line)
    (access,) = stage.table("grants_accesses").values()
    assert (access["purpose"], access["organization"]) == ("credit", cast.RISK.organization)
    stage.refused("E_LIMIT", cast.RISK, "set_line", **line)
    line["grant"] = stage.grant()
    stage.refused("E_ROLE", cast.OTHER_DEALER, "revoke_grant", grant=line["grant"])
    stage.ok(cast.DEALER, "revoke_grant", grant=line["grant"])
    stage.refused("E_EXPIRED", cast.RISK, "set_line", **line)


def test_a_loan_in_another_currency_takes_no_such_goods(stage: Stage) -> None:
    """E_VALUE: value and principal are in one currency."""
    args: dict[str, Any] = {"bank": cast.OFFICER.organization, "amount": 1_000, "payee": HASH}
    loan = stage.ok(cast.DEALER, "apply_for_loan", currency="USD", **args)["id"]
    receipt = stage.receipt(2)
    stage.refused("E_VALUE", cast.DEALER, "offer_pledge", loan=loan, receipt=receipt)


def test_a_payment_in_advance_names_winery_and_account(stage: Stage) -> None:
    """E_VALUE: one without the other pays nobody."""
    args: dict[str, Any] = {"bank": cast.OFFICER.organization, "amount": 1_000, "payee": HASH}
    winery = cast.WINERY.organization
    stage.refused("E_VALUE", cast.DEALER, "apply_for_loan", winery=winery, **args)


def test_a_registry_number_stands_for_one_pledge(stage: Stage) -> None:
    """E_DUP names the other one; the same number again for the same pledge is no matter."""
    loan = stage.loan(1_000_000)
    first, second = (
        stage.ok(cast.DEALER, "offer_pledge", loan=loan, receipt=stage.receipt(2))["id"]
        for _ in range(2)
    )
    for _ in range(2):
        stage.ok(cast.REGISTRY, "register_pledge", pledge=first, number="N-1")
    facts = stage.refused("E_DUP", cast.REGISTRY, "register_pledge", pledge=second, number="N-1")
    assert facts == {"number": "N-1", "pledge": first}


def test_a_loan_is_secured_by_at_most_twenty_receipts(stage: Stage) -> None:
    """E_LIMIT: what one valuation has to look at stays bounded."""
    loan = stage.loan(1_000_000)
    for _ in range(20):
        stage.pledge(loan, stage.receipt(1))
    receipt = stage.receipt(1)
    facts = stage.refused("E_LIMIT", cast.DEALER, "offer_pledge", loan=loan, receipt=receipt)
    assert facts["rule"] == "pledges of a loan"


def test_strangers_to_a_case_are_refused(stage: Stage) -> None:
    """E_ROLE: another bank, dealer, keeper, winery, platform or monitor."""
    loan, receipt = stage.running(1_000_000, 10)
    order = next(iter(stage.table("payments_orders")))
    (pledge,) = stage.table("loans")[loan]["pledges"]
    calls: list[tuple[Any, str, dict[str, Any]]] = [
        (cast.OTHER_OFFICER, "secure_loan", {"loan": loan}),
        (cast.OTHER_OFFICER, "note_sent", {"orders": [order], "file": HASH}),
        (cast.OTHER_OFFICER, "retry_payment", {"order": order}),
        (cast.OTHER_OFFICER, "report_payment", {"order": order, "state": "BOOKED", "attempt": 1}),
        (cast.OTHER_OFFICER, "close_loan", {"loan": loan}),
        (cast.OTHER_OFFICER, "settle_loan", {"loan": loan}),
        (cast.OTHER_OFFICER, "take_refund", {"loan": loan, "reference": "F"}),
        (cast.OTHER_DEALER, "ask_redemption", {"loan": loan, "amount": 1}),
        (cast.OTHER_DEALER, "withdraw_pledge", {"pledge": pledge}),
        (cast.OTHER_KEEPER, "discharge_pledge", {"pledge": pledge}),
        (cast.OTHER_KEEPER, "hand_out", {"receipt": receipt, "serials": ["A"]}),
        (
            cast.OTHER_WINERY,
            "promise_buy_back",
            {"receipt": receipt, "price": 1, "valid_until": 1},
        ),
        (
            make_signer("inventory.monitor", organization=cast.DEALER.organization),
            "report_sensors",
            {"warehouse": stage.warehouse, "cameras": 1, "sensors": 1},
        ),
    ]
    for who, method, args in calls:
        stage.refused("E_ROLE", who, method, **args)


def test_a_redemption_is_money_or_cases_of_a_pledged_receipt(stage: Stage) -> None:
    """E_VALUE for neither or half of it; money needs the bank's reference (E_STATE), once."""
    loan, _ = stage.running(1_000_000, 10)
    other = stage.receipt(2)
    ask = ("E_VALUE", cast.DEALER, "ask_redemption")
    stage.refused(*ask, loan=loan, amount=0)
    stage.refused(*ask, loan=loan, amount=1, receipt=other)
    stage.refused(*ask, loan=loan, amount=1, receipt=other, serials=stage.serials_of(other))
    asked = [stage.ok(cast.DEALER, "ask_redemption", loan=loan, amount=5)["id"] for _ in range(2)]
    sign = (cast.OFFICER, "sign_redemption")
    stage.refused("E_STATE", *sign, redemption=asked[0])
    stage.ok(*sign, redemption=asked[0], reference="R-1")
    facts = stage.refused("E_DUP", *sign, redemption=asked[1], reference="R-1")
    assert facts == {"reference": "R-1"}


def test_an_inspection_names_only_what_was_drawn(stage: Stage) -> None:
    """E_VALUE: other cases prove nothing."""
    drawn = stage.ok(cast.AUDITOR, "draw_inspection", receipt=stage.receipt(2))
    assert stage.inspect(drawn["id"], ["ZZ1"]).code == "E_VALUE"
