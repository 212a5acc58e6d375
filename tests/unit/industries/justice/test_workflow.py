# SPDX-License-Identifier: Apache-2.0
"""The ten steps, the table of states, and every way an agreement can go."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.contracts import Contract, schema_of
from tallystick.industries.justice import Justice
from tests.unit.industries.justice import stage as cast
from tests.unit.industries.justice.stage import HASH, RENT, Stage

CONTRACT: type[Contract] = Justice


@pytest.fixture
def stage() -> Stage:
    """Return a stage with a reviewed template."""
    return Stage()


def test_the_table_of_agreements_is_the_texts_with_what_is_named_here() -> None:
    """Besides: late cures, waived mediation, filing again, a debit's return, direct enforcement.

    And an enforcement that goes on.
    """
    (flow,) = [one for one in schema_of(CONTRACT).workflows if one.name == "agreement_flow"]
    found = {(before, one.after) for one in flow.moves for before in one.before}
    text = {
        ("DRAFT", "SIGNING"),
        ("SIGNING", "ACTIVE"),
        ("ACTIVE", "PERFORMED"),
        ("ACTIVE", "BREACHED"),
        ("BREACHED", "ACTIVE"),
        ("BREACHED", "MEDIATION"),
        ("MEDIATION", "SETTLED"),
        ("MEDIATION", "FAILED"),
        ("FAILED", "FILED"),
        ("FILED", "ACCEPTED"),
        ("FILED", "RETURNED"),
        ("ACCEPTED", "HEARD"),
        ("HEARD", "DECIDED"),
        ("DECIDED", "PERFORMED"),
        ("DECIDED", "ENFORCEMENT"),
        ("ENFORCEMENT", "CLOSED"),
    }
    besides = {
        ("MEDIATION", "ACTIVE"),
        ("FAILED", "ACTIVE"),
        ("RETURNED", "ACTIVE"),
        ("BREACHED", "FAILED"),
        ("RETURNED", "FILED"),
        ("PERFORMED", "ACTIVE"),
        ("SETTLED", "ACTIVE"),
        ("PERFORMED", "DECIDED"),
        ("CLOSED", "ENFORCEMENT"),
        ("BREACHED", "ENFORCEMENT"),
    }
    assert found == text | besides


def test_the_steps_to_a_good_end_and_the_credit_of_both(stage: Stage) -> None:
    """Signed, delivered, paid twice, given back: PERFORMED, and the clock has nothing to do."""
    agreement = stage.active()
    words = stage.ask("in_plain_words", agreement=agreement)
    assert any("1000.00" in one["zh"] and "lessee" in one["en"] for one in words)
    stage.pay(agreement, 1)
    stage.pay(agreement, 2, RENT - 1)
    assert stage.obligation(agreement, "rent.2")["state"] == "OPEN"
    stage.pay(agreement, 2, 1)
    assert stage.obligation(agreement, "giveback")["state"] == "OPEN"
    stage.perform(agreement, "giveback", "return_receipt")
    assert stage.state(agreement) == "PERFORMED"
    facts = stage.table("credits")
    assert {(one["role"], one["fact"]) for one in facts.values()} == {
        ("lessor", "kept"),
        ("lessee", "kept"),
    }
    credit = next(iter(facts))
    stage.ok(cast.CREDIT, "note_credit", credit=credit)
    stage.refused("E_STATE", cast.CREDIT, "note_credit", credit=credit)
    stage.warp(days=400)
    assert stage.state(agreement) == "PERFORMED"


@pytest.mark.parametrize("where", ["breached", "served", "failed"])
def test_a_debtor_who_pays_ends_the_dispute(stage: Stage, where: str) -> None:
    """CURED is ACTIVE; later deadlines of the dispute do nothing."""
    agreement = getattr(stage, where)()
    stage.pay(agreement, 1)
    assert stage.state(agreement) == "ACTIVE"
    stage.pay(agreement, 2)
    stage.perform(agreement, "giveback", "return_receipt")
    stage.warp(days=60)
    assert stage.state(agreement) == "PERFORMED"


def test_a_cure_during_mediation_ends_it(stage: Stage) -> None:
    """The mediation is CURED."""
    agreement, mediation = stage.mediated()
    stage.pay(agreement, 1)
    assert stage.state(agreement) == "ACTIVE"
    assert stage.table("mediations")[mediation]["state"] == "CURED"
    stage.refused("E_STATE", cast.MEDIATOR, "fail_mediation", mediation=mediation, reason="x")


def test_mediation_that_runs_out_fails(stage: Stage) -> None:
    """After thirty days, by the clock."""
    agreement, mediation = stage.mediated()
    stage.warp(days=31)
    assert stage.state(agreement) == "FAILED"
    assert stage.table("mediations")[mediation]["reason"] == "time"


def settlement(stage: Stage, agreement: str, mediation: str) -> str:
    """Let the mediator draft a settlement that both sign."""
    sealed = {"ciphertext": HASH, "plaintext": HASH, "size": 9}
    offer = {"mediation": mediation, "role": "lessee", "paper": "O-1", "sealed": sealed}
    stage.ok(cast.LESSEE, "make_offer", **offer)
    new = stage.signing(cast.MEDIATOR, replaces=agreement)
    named = {"mediation": mediation, "settlement": new}
    stage.refused("E_STATE", cast.MEDIATOR, "settle", **named)
    stage.sign(new)
    assert stage.state(new) == "SIGNING"
    stage.ok(cast.MEDIATOR, "settle", **named)
    return new


def test_a_settlement_replaces_what_was_not_done(stage: Stage) -> None:
    """The old agreement is SETTLED, its unmet obligations REPLACED, the new one ACTIVE."""
    agreement, mediation = stage.mediated()
    new = settlement(stage, agreement, mediation)
    assert (stage.state(agreement), stage.state(new)) == ("SETTLED", "ACTIVE")
    states = {
        one["key"]: one["state"]
        for one in stage.table("obligations").values()
        if one["agreement"] == agreement
    }
    assert states == {"deliver": "DISCHARGED", "rent": "REPLACED", "giveback": "REPLACED"}
    stage.warp(days=1)
    assert stage.state(agreement) == "SETTLED"


def test_a_confirmed_settlement_that_is_broken_is_enforced_without_a_case(stage: Stage) -> None:
    """From BREACHED to ENFORCEMENT by one confirmed act."""
    new = settlement(stage, *stage.mediated())
    stage.refused("E_STATE", cast.LESSOR, "apply_for_enforcement", **stage.enforcement(new))
    stage.ok(cast.JUDGE, "confirm_settlement", agreement=new)
    stage.perform(new, "deliver", "courier_sign_off", cast.LESSEE)
    stage.refused("E_STATE", cast.LESSOR, "apply_for_enforcement", **stage.enforcement(new))
    stage.warp(days=20)
    applied = stage.ok(
        cast.LESSOR, "apply_for_enforcement", **stage.enforcement(new, f"{new}.rent.1")
    )
    assert stage.state(new) == "ENFORCEMENT"
    closing = {"enforcement": applied["id"], "collected": 1}
    assert stage.ok(cast.OFFICER, "close_enforcement", **closing)["state"] == "TERMINATED"


def test_a_returned_case_can_be_filed_again(stage: Stage) -> None:
    """What was claimed is free again; the old case is over."""
    agreement, case = stage.filed()
    stage.ok(cast.FILING, "return_case", case=case, reason="address")
    assert stage.state(agreement) == "RETURNED"
    again = stage.ok(cast.LESSOR, "file_case", **stage.filing(agreement))["id"]
    stage.refused("E_STATE", cast.FILING, "accept_case", case=case, docket="1")
    stage.ok(cast.FILING, "accept_case", case=again, docket="1")


def test_a_debtor_who_paid_while_a_case_was_filed_is_cured_when_it_is_returned(
    stage: Stage,
) -> None:
    """Nothing is breached any more, so there is nothing to file again: CURED is ACTIVE."""
    agreement, case = stage.filed()
    stage.pay(agreement, 1)
    assert stage.state(agreement) == "FILED"
    stage.ok(cast.FILING, "return_case", case=case, reason="paid")
    assert stage.state(agreement) == "ACTIVE"


def test_a_decision_that_is_performed_ends_the_matter(stage: Stage) -> None:
    """DECIDED to PERFORMED; the case shows report, items and decision."""
    agreement, decision = stage.decided()
    stage.ok(
        cast.LESSOR,
        "report_performance",
        obligation=f"{decision}.sum",
        evidence="payment_receipt",
        deposit=stage.deposit(cast.LESSOR)[0],
        amount=RENT,
    )
    assert stage.state(agreement) == "PERFORMED"
    shown = stage.ask("show_case", case=stage.table("agreements")[agreement]["case"])
    assert shown["decision"]["id"] == decision
    assert shown["case"]["report"] == HASH
    answer = stage.ask("show_agreement", agreement=agreement)
    assert answer["agreement"]["open"] == answer["agreement"]["breached"] == 0
    sentences = stage.ask("in_plain_words", agreement=agreement)
    assert sentences[-1]["en"].startswith("lessee owes lessor 1000.00")


def test_a_dismissed_case_leaves_nothing_owed(stage: Stage) -> None:
    """No awards: PERFORMED at once."""
    agreement, case = stage.heard()
    named: dict[str, Any] = {"case": case, "deposit": stage.deposit(cast.JUDGE)[0]}
    stage.refused("E_VALUE", cast.JUDGE, "decide_case", outcome="upheld", awards=[], **named)
    stage.ok(cast.JUDGE, "decide_case", outcome="dismissed", awards=[], **named)
    assert stage.state(agreement) == "PERFORMED"


def test_an_unpaid_decision_goes_to_enforcement(stage: Stage) -> None:
    """One confirmed act; the officer closes."""
    agreement, decision = stage.decided()
    stage.warp(days=12)
    filed = stage.enforcement(agreement, f"{decision}.sum")
    applied = stage.ok(cast.LESSOR, "apply_for_enforcement", **filed)
    assert applied["amount"] == RENT
    closing = {"enforcement": applied["id"]}
    stage.refused("E_VALUE", cast.OFFICER, "close_enforcement", collected=RENT + 1, **closing)
    stage.ok(cast.OFFICER, "close_enforcement", collected=RENT, **closing)
    assert stage.state(agreement) == "CLOSED"


def test_a_debit_pays_by_itself_and_its_return_makes_the_debt_new(stage: Stage) -> None:
    """Ordered a day before it is due; booked, discharged; returned, owed again."""
    agreement = stage.active()
    stage.authorized(agreement, 10 * RENT)
    stage.warp(days=9, ms=cast.HOUR_MS)
    (order,) = stage.table("payments_orders")
    with_debit = {"obligation": f"{agreement}.rent.1", "evidence": "payment_receipt"}
    deposit = stage.deposit(cast.LESSOR)[0]
    stage.refused(
        "E_LIMIT", cast.LESSOR, "report_performance", amount=1, deposit=deposit, **with_debit
    )
    assert stage.report(order, "BOOKED") is True
    assert stage.report(order, "BOOKED") is False
    assert stage.obligation(agreement, "rent.1")["state"] == "DISCHARGED"
    stage.report(order, "RETURNED")
    assert stage.obligation(agreement, "rent.1")["state"] == "OPEN"
    stage.ok(cast.BANK, "retry_payment", order=order)
    stage.ok(cast.BANK, "note_sent", orders=[order], file="cd" * 32)
    stage.report(order, "BOOKED", attempt=2, reference="again")
    stage.pay(agreement, 2)
    stage.perform(agreement, "giveback", "return_receipt")
    assert stage.state(agreement) == "PERFORMED"
    stage.report(order, "RETURNED", attempt=2, reference="back")
    assert stage.state(agreement) == "ACTIVE"
    stage.warp(days=5)
    assert stage.state(agreement) == "BREACHED"


def test_a_revoked_leave_orders_nothing_more(stage: Stage) -> None:
    """And what comes back cannot be ordered again; a new leave goes on where it ended."""
    agreement = stage.active()
    stage.authorized(agreement, RENT)
    stage.warp(days=10)
    (order,) = stage.table("payments_orders")
    stage.report(order, "REJECTED")
    named = {"agreement": agreement, "role": "lessee"}
    stage.ok(cast.LESSEE, "revoke_debit", **named)
    stage.refused("E_EXPIRED", cast.LESSEE, "revoke_debit", **named)
    stage.refused("E_EXPIRED", cast.BANK, "retry_payment", order=order)
    stage.authorized(agreement, RENT - 1)
    stage.refused("E_LIMIT", cast.BANK, "retry_payment", order=order)
    assert stage.table("authorizations")[f"{agreement}/lessee"]["used"] == 0


def test_papers_are_erased_when_nothing_is_in_dispute(stage: Stage) -> None:
    """By their owner, leaving a tombstone."""
    agreement = stage.active()
    (*_, shown) = stage.table("agreements")[agreement]["exhibits"]
    sealed = {"ciphertext": HASH, "plaintext": HASH, "size": 9}
    new = {"agreement": agreement, "paper": "P-2", "kind": "party", "sealed": sealed}
    stage.ok(cast.LESSOR, "declare_paper", readers=[], deposit=shown, **new)
    stage.ok(cast.LESSOR, "erase_paper", paper="P-2")
    assert stage.table("papers_records")["P-2"]["erased_at"] == stage.now_ms


def test_an_amendment_may_take_obligations_away_and_add_some(stage: Stage) -> None:
    """Twelve months become one: what is gone is REPLACED, and the count follows."""
    agreement = stage.active()
    kept = stage.table("agreements")[agreement]
    for months, left in ((3, 4), (1, 2)):
        deposit, text = stage.deposit(cast.PLATFORM)
        values = [
            one | {"value": months} if one["name"] == "months" else one for one in kept["values"]
        ]
        named = {"agreement": agreement, "values": values, "text": text, "deposit": deposit}
        made = stage.ok(cast.LESSOR, "propose_amendment", **named)
        for role, who in (("lessor", cast.LESSOR), ("lessee", cast.LESSEE)):
            signed = stage.signed(role, made["digest"])
            stage.ok(who, "sign_amendment", amendment=made["id"], role=role, signed=signed)
        assert stage.table("agreements")[agreement]["open"] == left
    assert stage.obligation(agreement, "rent.3")["state"] == "REPLACED"


def test_an_opinion_is_given_by_who_has_nothing_to_do_with_the_sides(stage: Stage) -> None:
    """A notary and a forensic centre, each once for an item."""
    agreement, case = stage.accepted()
    (shown, *_) = stage.table("agreements")[agreement]["exhibits"]
    for who, kind in ((cast.NOTARY, "notary"), (cast.FORENSIC, "forensic")):
        named = {"case": case, "deposit": shown, "statement": stage.deposit(who)[0]}
        stage.ok(who, "give_opinion", supports=True, **named)
        asked = {"case": case, "deposit": shown, "organization": who.organization}
        assert stage.ask("show_opinion", **asked)["kind"] == kind
