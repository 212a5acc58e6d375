# SPDX-License-Identifier: Apache-2.0
"""The tables of states are the section's: every move of the text, and none else."""

from __future__ import annotations

import pytest

from tallystick.contracts import Contract, schema_of
from tallystick.industries.preservation import Preservation
from tests.unit.industries.preservation import cast
from tests.unit.industries.preservation.invariants import check_all
from tests.unit.industries.preservation.stage import HASH, REQUIRED, Stage

CONTRACT: type[Contract] = Preservation


def ways(name: str) -> set[tuple[str, str]]:
    """Return from where to where the moves of a table lead."""
    flow = next(one for one in schema_of(CONTRACT).workflows if one.name == name)
    return {(before, one.after) for one in flow.moves for before in one.before}


def test_the_table_of_preservations_is_the_texts() -> None:
    """The chain of the text; besides, each state that freezes can be released or revoked."""
    text = {
        ("FILED", "SECURITY_ORDERED"),
        ("SECURITY_ORDERED", "SECURED"),
        ("SECURED", "RULED"),
        ("RULED", "EXECUTING"),
        ("EXECUTING", "IN_EFFECT"),
        ("IN_EFFECT", "RENEWED"),
        *(("RENEWED", end) for end in ("RELEASED", "LAPSED", "REVOKED")),
    }
    live = ("RULED", "EXECUTING", "IN_EFFECT")
    besides = {
        ("RENEWED", "RENEWED"),
        ("IN_EFFECT", "LAPSED"),
        *((state, end) for state in live for end in ("RELEASED", "REVOKED")),
        *((state, "REVOKED") for state in ("FILED", "SECURITY_ORDERED", "SECURED")),
    }
    assert ways("preservation_flow") == text | besides


def test_the_table_of_letters_is_the_texts() -> None:
    """Besides: declined before the issue, released unused, and claimed on again after a claim."""
    text = {
        ("APPLIED", "QUOTED"),
        ("QUOTED", "ISSUED"),
        ("ISSUED", "SUBMITTED"),
        ("SUBMITTED", "ACCEPTED"),
        ("SUBMITTED", "REJECTED"),
        ("ISSUED", "CANCELLED"),
        ("ACCEPTED", "IN_FORCE"),
        ("IN_FORCE", "RELEASED"),
        ("IN_FORCE", "CLAIMED"),
        ("CLAIMED", "PAID"),
        ("CLAIMED", "DENIED"),
        ("PAID", "DISCHARGED"),
        ("DENIED", "DISCHARGED"),
    }
    besides = {
        ("APPLIED", "CANCELLED"),
        ("QUOTED", "CANCELLED"),
        ("ACCEPTED", "RELEASED"),
        ("PAID", "CLAIMED"),
        ("DENIED", "CLAIMED"),
    }
    assert ways("letter_flow") == text | besides


def test_the_smaller_tables_lead_one_way() -> None:
    """Measures, renewals, releases and claims never go back."""
    assert ways("measure_flow") == {
        ("ORDERED", "IN_EFFECT"),
        ("ORDERED", "FAILED"),
        ("ORDERED", "RELEASED"),
        ("IN_EFFECT", "RELEASED"),
        ("IN_EFFECT", "LAPSED"),
    }
    assert ways("renewal_flow") == {
        ("ASKED", "GRANTED"),
        ("ASKED", "REFUSED"),
        ("GRANTED", "DONE"),
    }
    assert ways("release_flow") == {
        ("DUE", "ORDERED"),
        ("DUE", "DECLINED"),
        ("ORDERED", "DONE"),
    }
    assert ways("claim_flow") == {("FILED", "AWARDED"), ("FILED", "DENIED"), ("AWARDED", "PAID")}


@pytest.mark.main_path
def test_a_case_goes_from_the_application_to_the_end_of_its_letter(stage: Stage) -> None:
    """Applied, secured, ruled, frozen, released; then no claim in three years: RELEASED."""
    case, letter, measure = stage.in_effect()
    stage.serve(case)
    stage.released(case, measure)
    stage.booked()
    assert stage.table("applications")[case]["state"] == "RELEASED"
    assert stage.table("letters")[letter]["state"] == "IN_FORCE"
    check_all(stage)
    stage.warp(days=1_096)
    stage.tick()
    assert stage.table("letters")[letter]["state"] == "RELEASED"
    check_all(stage)


def test_a_letter_is_claimed_paid_and_discharged(stage: Stage) -> None:
    """CLAIMED by the decision, PAID by the bank, DISCHARGED by the court; no exposure is left."""
    case, letter, measure = stage.in_effect()
    stage.serve(case)
    stage.released(case, measure)
    claim = stage.claim(letter)
    stage.decide(claim, REQUIRED)
    assert stage.table("letters")[letter]["state"] == "CLAIMED"
    money = {"claim": claim, "amount": REQUIRED, "reference": "R-1"}
    stage.ok(cast.TELLER, "receive_payout", **money)
    assert stage.table("letters")[letter]["state"] == "PAID"
    stage.ok(cast.JUDGE, "discharge_letter", letter=letter)
    stage.booked()
    assert stage.table("letters")[letter]["state"] == "DISCHARGED"
    assert stage.table("guarantors")[cast.SIGNER.organization]["exposure"] == 0
    check_all(stage)


def test_of_two_claims_the_paid_one_decides_how_the_letter_stands(stage: Stage) -> None:
    """The first is paid, then the last is denied: PAID, not DENIED; alone it would be DENIED."""
    case, letter, _measure = stage.in_effect()
    stage.serve(case)
    first, second = stage.claim(letter), stage.claim(letter)
    stage.decide(first, 5)
    stage.ok(cast.TELLER, "receive_payout", claim=first, amount=5, reference="R-1")
    assert stage.table("letters")[letter]["state"] == "CLAIMED"
    stage.decide(second, 0)
    assert stage.table("letters")[letter]["state"] == "PAID"
    stage.decide(stage.claim(letter), 0)
    assert stage.table("letters")[letter]["state"] == "PAID"
    check_all(stage)


def test_a_rejected_letter_and_a_declined_quote_give_the_premium_back(stage: Stage) -> None:
    """REJECTED: refunded to the applicant; an offer declined before the issue had none."""
    case = stage.ordered()
    letter = stage.issued(case)
    stage.submitted(case, letter)
    stage.ok(cast.JUDGE, "reject_letter", letter=letter, reason="印章不清")
    quoted = stage.chosen(case)
    stage.ok(cast.SIGNER, "cancel_letter", letter=quoted)
    stage.booked()
    assert {one["state"] for one in stage.table("letters").values()} == {"REJECTED", "CANCELLED"}
    check_all(stage)


def test_a_renewal_is_asked_granted_and_confirmed_or_refused(stage: Stage) -> None:
    """After a refusal it can be asked for again; a second one while one is open is E_DUP."""
    case, _letter, measure = stage.in_effect(days=40)
    ask = {"measure": measure}
    first = stage.ok(cast.APPLICANT, "ask_renewal", **ask)["id"]
    stage.refused("E_DUP", cast.APPLICANT, "ask_renewal", **ask)
    stage.ok(cast.JUDGE, "refuse_renewal", renewal=first)
    second = stage.ok(cast.APPLICANT, "ask_renewal", **ask)["id"]
    confirm = {"renewal": second, "until": stage.now_ms + 300 * 86_400_000}
    stage.refused("E_STATE", cast.REGISTRY, "confirm_renewal", **confirm)
    stage.ok(cast.JUDGE, "grant_renewal", renewal=second)
    stage.ok(cast.REGISTRY, "confirm_renewal", **confirm)
    assert stage.table("applications")[case]["state"] == "RENEWED"
    check_all(stage)


def test_a_declined_release_can_be_asked_for_again(stage: Stage) -> None:
    """DECLINED lets the measures stand; a new task takes its place; nothing there is FAILED."""
    case, _letter = stage.executing()
    empty, measure = stage.measure(case), stage.measure(case)
    stage.ok(cast.REGISTRY, "fail_measure", measure=empty)
    stage.confirm(measure)
    ask = {"application": case, "ground": "PERFORMED"}
    stage.ok(cast.APPLICANT, "ask_release", **ask)
    stage.refused("E_DUP", cast.APPLICANT, "ask_release", **ask)
    stage.ok(cast.JUDGE, "decline_release", application=case, reason="未履行")
    assert stage.table("applications")[case]["frozen"] > 0
    stage.released(case, measure, ground="PERFORMED")
    assert stage.table("releases")[case]["state"] == "DONE"
    assert stage.table("measures")[empty]["state"] == "FAILED"
    check_all(stage)


def test_before_a_ruling_the_court_lets_it_go(stage: Stage) -> None:
    """FILED, ordered and secured alike become REVOKED; after the ruling it is E_STATE."""
    secured, letter = stage.secured()
    for case in (stage.filed(), stage.ordered(), secured):
        stage.ok(cast.JUDGE, "refuse_application", application=case, reason="撤回")
        assert stage.table("applications")[case]["state"] == "REVOKED"
    assert stage.table("letters")[letter]["state"] == "RELEASED"
    ruled, _other = stage.executing()
    late = {"application": ruled, "reason": "x"}
    stage.refused("E_STATE", cast.JUDGE, "refuse_application", **late)
    check_all(stage)


def test_a_tick_twice_is_a_tick_once(stage: Stage) -> None:
    """Nothing is due any more, so nothing is written and nothing announced."""
    stage.in_effect(days=40)
    stage.warp(days=41)
    assert stage.tick()["fired"] > 0
    again = stage.do(cast.STRANGER, "tick")
    assert (again.code, again.writes, again.events) == ("ok", {}, ())


def test_the_accounts_of_a_returned_payment_are_paid_again(stage: Stage) -> None:
    """BOOKED, RETURNED, tried again and booked: paid once in the end."""
    case = stage.ordered()
    letter = stage.issued(case)
    stage.submitted(case, letter)
    stage.ok(cast.JUDGE, "accept_letter", letter=letter, document=HASH)
    stage.booked()
    (order,) = stage.table("payments_orders")
    stage.report(order, "RETURNED")
    check_all(stage)
    stage.ok(cast.TELLER, "retry_payment", order=order)
    stage.booked()
    check_all(stage)
    assert all(one["available"] == 0 for one in stage.table("money_accounts").values())
