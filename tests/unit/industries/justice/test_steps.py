# SPDX-License-Identifier: Apache-2.0
"""Steps that are refused at one place only: what is missing is named, and the right one goes."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.industries.justice import authorization_digest
from tallystick.model import Signer
from tests.unit.industries.justice import stage as cast
from tests.unit.industries.justice.invariants import check_all
from tests.unit.industries.justice.stage import DAY_MS, HASH, RENT, SUBJECTS, Stage

SEALED = {"ciphertext": HASH, "plaintext": HASH, "size": 9}
SIDES = (("lessor", cast.LESSOR), ("lessee", cast.LESSEE))


@pytest.fixture
def stage() -> Stage:
    """Return a stage with a reviewed template."""
    return Stage()


def proposed(stage: Stage, agreement: str, **values: int) -> dict[str, Any]:
    """Return an amendment that fills the agreement in with other values."""
    deposit, text = stage.deposit(cast.PLATFORM)
    kept = stage.table("agreements")[agreement]["values"]
    filled = [{"name": one["name"], "value": values.get(one["name"], one["value"])} for one in kept]
    named = {"agreement": agreement, "values": filled, "text": text, "deposit": deposit}
    return dict(stage.ok(cast.LESSOR, "propose_amendment", **named))


def signature(stage: Stage, amendment: dict[str, Any], role: str) -> dict[str, Any]:
    """Return what a party signs an amendment with."""
    signed = stage.signed(role, amendment["digest"])
    return {"amendment": amendment["id"], "role": role, "signed": signed}


def amend(stage: Stage, agreement: str, **values: int) -> None:
    """Let all parties sign an amendment."""
    amendment = proposed(stage, agreement, **values)
    for role, who in SIDES:
        stage.ok(who, "sign_amendment", **signature(stage, amendment, role))


def settled(stage: Stage) -> str:
    """Return a settlement in force."""
    agreement, mediation = stage.mediated()
    new = stage.signing(cast.MEDIATOR, replaces=agreement)
    stage.sign(new)
    stage.ok(cast.MEDIATOR, "settle", mediation=mediation, settlement=new)
    return new


def test_only_what_a_judge_confirmed_or_decided_is_enforced(stage: Stage) -> None:
    """A breached agreement is not: E_STATE, and the missing step is the decision."""
    agreement = stage.breached()
    breached = stage.enforcement(agreement, f"{agreement}.rent.1")
    facts = stage.refused("E_STATE", cast.LESSOR, "apply_for_enforcement", **breached)
    assert facts["missing"] == "decide_case"
    decided, decision = stage.decided()
    stage.warp(days=12)
    right = stage.enforcement(decided, f"{decision}.sum")
    stage.ok(cast.LESSOR, "apply_for_enforcement", **right)


def test_nothing_is_enforced_for_whom_nothing_is_owed(stage: Stage) -> None:
    """Neither before the decided sum is breached, nor for the debtor itself: E_STATE."""
    agreement, decision = stage.decided()
    early = stage.enforcement(agreement)
    facts = stage.refused("E_STATE", cast.LESSOR, "apply_for_enforcement", **early)
    assert facts == {"subject": agreement, "missing": "BREACHED"}
    stage.warp(days=12)
    debtor = early | {"creditor": "lessee"}
    facts = stage.refused("E_STATE", cast.LESSEE, "apply_for_enforcement", **debtor)
    assert facts["missing"] == "BREACHED"
    right = stage.enforcement(agreement, f"{decision}.sum")
    stage.ok(cast.LESSOR, "apply_for_enforcement", **right)


def test_a_mediation_that_is_over_takes_no_step_more(stage: Stage) -> None:
    """Failed: no mediator, no offer, no settlement, no second failure; the paper is for filing."""
    agreement, mediation = stage.mediated()
    offer = {"mediation": mediation, "role": "lessee", "sealed": SEALED}
    stage.ok(cast.LESSEE, "make_offer", paper="O-1", **offer)
    new = stage.signing(cast.MEDIATOR, replaces=agreement)
    stage.ok(cast.MEDIATOR, "fail_mediation", mediation=mediation, reason="none")
    steps: tuple[tuple[Signer, str, dict[str, Any]], ...] = (
        (cast.MEDIATOR, "take_mediation", {"mediation": mediation}),
        (cast.LESSEE, "make_offer", offer | {"paper": "O-2"}),
        (cast.MEDIATOR, "settle", {"mediation": mediation, "settlement": new}),
        (cast.MEDIATOR, "fail_mediation", {"mediation": mediation, "reason": "again"}),
    )
    for who, step, args in steps:
        facts = stage.refused("E_STATE", who, step, **args)
        assert facts == {"subject": mediation, "missing": "OPEN"}, step
    stage.ok(cast.LESSOR, "file_case", **stage.filing(agreement))


def test_a_mediation_has_at_most_a_hundred_offers(stage: Stage) -> None:
    """The next is E_LIMIT and leaves no paper; the mediation can still be ended."""
    _, mediation = stage.mediated()
    offer = {"mediation": mediation, "role": "lessee", "sealed": SEALED}
    for number in range(100):
        stage.ok(cast.LESSEE, "make_offer", paper=f"O-{number}", **offer)
    facts = stage.refused("E_LIMIT", cast.LESSEE, "make_offer", paper="O-100", **offer)
    assert facts == {"amount": 101, "limit": 100, "rule": "offers"}
    stage.ok(cast.MEDIATOR, "fail_mediation", mediation=mediation, reason="none")


def test_evidence_serves_once_for_an_obligation_and_once_in_a_matter(stage: Stage) -> None:
    """E_DUP says of what it is the evidence already; for another obligation it may serve."""
    agreement = stage.active()
    deposit, digest = stage.deposit(cast.LESSOR)
    paid = {"evidence": "payment_receipt", "deposit": deposit, "amount": 1}
    first = paid | {"obligation": f"{agreement}.rent.1"}
    stage.ok(cast.LESSOR, "report_performance", **first)
    facts = stage.refused("E_DUP", cast.LESSOR, "report_performance", **first)
    assert facts == {"deposit": deposit, "subject": f"{agreement}.rent.1"}
    named = {"agreement": agreement, "file_name": "receipt.pdf"}
    shown = {"deposit": deposit, "sha256": digest}
    facts = stage.refused("E_DUP", cast.LESSEE, "attach", **named, **shown)
    assert facts == {"deposit": deposit, "subject": agreement}
    second = paid | {"obligation": f"{agreement}.rent.2"}
    assert stage.ok(cast.LESSOR, "report_performance", **second)["paid"] == 1
    other, digest = stage.deposit(cast.LESSEE)
    stage.ok(cast.LESSEE, "attach", deposit=other, sha256=digest, **named)


def test_what_is_paid_or_replaced_is_not_performed_again(stage: Stage) -> None:
    """E_STATE names the obligation; what is left of the agreement goes on."""
    agreement = stage.active()
    stage.pay(agreement, 1)
    amend(stage, agreement, months=1)
    for key in ("rent.1", "rent.2"):
        again = {"obligation": f"{agreement}.{key}", "evidence": "payment_receipt", "amount": 1}
        again["deposit"] = stage.deposit(cast.LESSOR)[0]
        facts = stage.refused("E_STATE", cast.LESSOR, "report_performance", **again)
        assert facts == {"obligation": f"{agreement}.{key}"}
    back = {"obligation": f"{agreement}.deliver", "evidence": "courier_sign_off"}
    back["deposit"] = stage.deposit(cast.LESSEE)[0]
    facts = stage.refused("E_STATE", cast.LESSEE, "report_performance", **back)
    assert facts == {"obligation": f"{agreement}.deliver"}
    stage.perform(agreement, "giveback", "return_receipt")
    assert stage.state(agreement) == "PERFORMED"


def test_a_matter_has_at_most_two_hundred_exhibits_of_which_some_are_for_its_steps(
    stage: Stage,
) -> None:
    """E_LIMIT: by hand after 150, so that nobody fills a matter up; for a payment after 200."""
    agreement = stage.active()
    named = {"agreement": agreement, "file_name": "a.pdf"}
    deposits = [stage.deposit(cast.LESSOR) for _ in range(148)]
    for deposit, digest in deposits:
        stage.ok(cast.LESSOR, "attach", deposit=deposit, sha256=digest, **named)
    more, digest = stage.deposit(cast.LESSEE)
    shown = {"deposit": more, "sha256": digest}
    facts = stage.refused("E_LIMIT", cast.LESSEE, "attach", **named, **shown)
    assert facts == {"amount": 151, "limit": 150, "rule": "exhibits"}
    for _ in range(50):
        stage.pay(agreement, 1, 1)
    paid = {"obligation": f"{agreement}.rent.1", "evidence": "payment_receipt"}
    new = {"deposit": stage.deposit(cast.LESSOR)[0], "amount": 1}
    facts = stage.refused("E_LIMIT", cast.LESSOR, "report_performance", **new, **paid)
    assert facts == {"amount": 201, "limit": 200, "rule": "exhibits"}
    old = {"deposit": deposits[0][0], "amount": RENT - 50}
    stage.ok(cast.LESSOR, "report_performance", **old, **paid)
    assert stage.obligation(agreement, "rent.1")["state"] == "DISCHARGED"


def test_an_agreement_has_at_most_two_hundred_obligations_over_all_amendments(
    stage: Stage,
) -> None:
    """Five rents in turn of 45 months: the fifth is E_LIMIT; the amendment of fewer goes."""
    template = cast.lease()
    deliver, rent, _ = template["obligations"]
    keys = [f"rent_{number}" for number in range(5)]
    template["parameters"] = template["parameters"][:1] + [
        {"name": key, "kind": "count", "lowest": 0, "highest": 60, "zh": key, "en": key}
        for key in keys
    ]
    free = {"grace": {"fixed": 0}, "penalty": {"fixed": 0}}
    template["obligations"] = [deliver] + [
        rent | free | {"key": key, "due": rent["due"] | {"times": cast.figure(key)}} for key in keys
    ]
    none = dict.fromkeys(keys, 0)
    values = [{"name": "rent", "value": RENT}]
    values += [{"name": name, "value": value} for name, value in (none | {"rent_0": 45}).items()]
    agreement = stage.active(template=stage.reviewed(template), values=values)
    for key in keys[1:4]:
        amend(stage, agreement, **(none | {key: 45}))
    amendment = proposed(stage, agreement, **(none | {"rent_4": 45}))
    stage.ok(cast.LESSOR, "sign_amendment", **signature(stage, amendment, "lessor"))
    last = signature(stage, amendment, "lessee")
    facts = stage.refused("E_LIMIT", cast.LESSEE, "sign_amendment", **last)
    assert facts == {"amount": 226, "limit": 200, "rule": "obligations"}
    amend(stage, agreement, **(none | {"rent_4": 19}))
    assert len(stage.table("agreements")[agreement]["obligations"]) == 200


def test_an_amendment_is_signed_only_as_the_next_version(stage: Stage) -> None:
    """Of two proposals one comes into force; the other, and itself again: E_STATE."""
    agreement = stage.active()
    first, second = (proposed(stage, agreement, grace=days) for days in (4, 5))
    for role, who in SIDES:
        stage.ok(who, "sign_amendment", **signature(stage, second, role))
    for stale in (first, second):
        facts = stage.refused(
            "E_STATE", cast.LESSEE, "sign_amendment", **signature(stage, stale, "lessee")
        )
        assert facts == {"subject": stale["id"], "missing": "propose_amendment"}
    assert stage.obligation(agreement, "rent.1")["grace_days"] == 5
    amend(stage, agreement, grace=6)
    assert stage.table("agreements")[agreement]["version"] == 3


def test_an_amendment_waits_while_the_agreement_is_in_breach(stage: Stage) -> None:
    """E_STATE for the last signature and for a new proposal; after the cure both go."""
    agreement = stage.active()
    amendment = proposed(stage, agreement, grace=9)
    stage.ok(cast.LESSOR, "sign_amendment", **signature(stage, amendment, "lessor"))
    stage.warp(days=14)
    last = signature(stage, amendment, "lessee")
    facts = stage.refused("E_STATE", cast.LESSEE, "sign_amendment", **last)
    assert facts == {"subject": amendment["id"], "missing": "propose_amendment"}
    text = {name: amendment[name] for name in ("agreement", "values", "text", "deposit")}
    stage.refused("E_STATE", cast.LESSOR, "propose_amendment", **text)
    stage.pay(agreement, 1)
    stage.ok(cast.LESSEE, "sign_amendment", **last)
    assert stage.obligation(agreement, "rent.2")["grace_days"] == 9


def test_what_an_amendment_took_out_a_later_one_brings_back(stage: Stage) -> None:
    """JUD-6: two months, one, two again, as all have signed: the second rent is owed and due."""
    agreement = stage.active()
    amend(stage, agreement, months=1)
    assert stage.obligation(agreement, "rent.2")["state"] == "REPLACED"
    amend(stage, agreement, months=2, grace=5)
    rent = stage.obligation(agreement, "rent.2")
    assert (rent["state"], rent["grace_days"]) == ("OPEN", 5)
    check_all(stage)
    stage.pay(agreement, 1)
    assert stage.obligation(agreement, "giveback")["state"] == "WAITING"
    stage.pay(agreement, 2)
    stage.perform(agreement, "giveback", "return_receipt")
    assert stage.state(agreement) == "PERFORMED"


def test_what_a_decision_replaced_no_amendment_brings_back(stage: Stage) -> None:
    """A debit that came back makes the agreement active again; the judged rent stays replaced."""
    agreement = stage.active()
    stage.authorized(agreement, RENT)
    stage.warp(days=10)
    (order,) = stage.table("payments_orders")
    stage.report(order, "BOOKED")
    stage.warp(days=34)
    assert stage.state(agreement) == "BREACHED"
    notice = {"agreement": agreement, "service": "electronic"}
    stage.ok(cast.PLATFORM, "serve_notice", proof=stage.deposit(cast.PLATFORM)[0], **notice)
    stage.warp(days=8)
    stage.warp(days=31)
    assert stage.state(agreement) == "FAILED"
    case = stage.ok(cast.LESSOR, "file_case", **stage.filing(agreement, "rent.2"))["id"]
    stage.ok(cast.FILING, "accept_case", case=case, docket="1")
    stage.ok(cast.JUDGE, "hear_case", case=case)
    text = stage.deposit(cast.JUDGE)[0]
    decision = {"case": case, "outcome": "upheld", "deposit": text, "awards": [stage.award()]}
    paid = stage.ok(cast.JUDGE, "decide_case", **decision)["id"] + ".sum"
    receipt = {"evidence": "payment_receipt", "deposit": stage.deposit(cast.LESSOR)[0]}
    stage.ok(cast.LESSOR, "report_performance", obligation=paid, amount=RENT, **receipt)
    stage.report(order, "RETURNED")
    assert stage.state(agreement) == "ACTIVE"
    amend(stage, agreement, grace=5)
    assert stage.obligation(agreement, "rent.1")["grace_days"] == 5
    assert stage.obligation(agreement, "rent.2")["state"] == "REPLACED"
    check_all(stage)


@pytest.mark.parametrize(
    "change",
    [{"organization": cast.BANK.organization}, {"subject": SUBJECTS["lessor"]}],
    ids=["other organisation", "other person"],
)
def test_a_settlement_is_between_the_parties_to_the_dispute(
    stage: Stage, change: dict[str, str]
) -> None:
    """E_VALUE when one of them is somebody else; the same two can draft it."""
    agreement, _ = stage.mediated()
    new = stage.new_agreement(cast.MEDIATOR, replaces=agreement)
    lessor, lessee = new["parties"]
    other = new | {"parties": [lessor, lessee | change]}
    facts = stage.refused("E_VALUE", cast.MEDIATOR, "draft_agreement", **other)
    assert facts == {"subject": agreement, "what": "parties"}
    stage.ok(cast.MEDIATOR, "draft_agreement", **new)


def test_a_confirmed_settlement_is_the_confirming_courts(stage: Stage) -> None:
    """Another court's confirmation is E_ROLE; the same court's, after an amendment, counts."""
    settlement = settled(stage)
    stage.ok(cast.JUDGE, "confirm_settlement", agreement=settlement)
    other = cast.person("judge", 288)
    facts = stage.refused("E_ROLE", other, "confirm_settlement", agreement=settlement)
    assert facts == {"subject": settlement, "party": cast.COURT}
    amend(stage, settlement, grace=5)
    assert not stage.obligation(settlement, "rent.1")["is_enforceable"]
    stage.ok(cast.JUDGE, "confirm_settlement", agreement=settlement)
    assert stage.obligation(settlement, "rent.1")["is_enforceable"]


def test_a_debit_on_its_way_stays_its_banks_when_a_new_leave_names_another(stage: Stage) -> None:
    """The new bank neither sends nor reports it, E_ROLE; the old one reports, and retries not."""
    agreement = stage.active()
    stage.authorized(agreement, 3 * RENT)
    stage.warp(days=9, ms=cast.HOUR_MS)
    (order,) = stage.table("payments_orders")
    stage.ok(cast.LESSEE, "revoke_debit", agreement=agreement, role="lessee")
    new_bank = cast.person("bank", 289)
    stage.authorized(agreement, 3 * RENT, bank=new_bank.organization)
    report = {"order": order, "state": "BOOKED", "attempt": 1, "reference": "R-1"}
    old = {"subject": order, "party": cast.BANK.organization}
    assert stage.refused("E_ROLE", new_bank, "note_sent", orders=[order], file=HASH) == old
    assert stage.refused("E_ROLE", new_bank, "report_payment", **report) == old
    stage.report(order, "REJECTED")
    facts = stage.refused("E_ROLE", cast.BANK, "retry_payment", order=order)
    assert facts == {"subject": order, "party": new_bank.organization}
    assert stage.table("authorizations")[f"{agreement}/lessee"]["used"] == 0


def test_a_leave_that_has_run_out_makes_room_for_the_next(stage: Stage) -> None:
    """E_VALUE while it is in force; one day later the new one holds, and what was used stays."""
    agreement = stage.active()
    stage.authorized(agreement, 3 * RENT, valid_until=stage.now_ms + 10 * DAY_MS)
    stage.warp(days=9, ms=cast.HOUR_MS)
    with pytest.raises(AssertionError, match="E_VALUE"):
        stage.authorized(agreement, 2 * RENT)
    stage.warp(days=1)
    stage.authorized(agreement, 2 * RENT)
    assert stage.table("authorizations")[f"{agreement}/lessee"]["used"] == RENT


def test_a_new_leave_covers_what_debits_have_used(stage: Stage) -> None:
    """JUD-10: a cap under it is E_LIMIT, one that is just it holds."""
    agreement = stage.active()
    stage.authorized(agreement, 3 * RENT)
    stage.warp(days=9, ms=cast.HOUR_MS)
    stage.ok(cast.LESSEE, "revoke_debit", agreement=agreement, role="lessee")
    with pytest.raises(AssertionError, match=f"E_LIMIT.*{RENT}.*{RENT - 1}"):
        stage.authorized(agreement, RENT - 1)
    stage.authorized(agreement, RENT)
    check_all(stage)


def test_a_debtors_own_word_discharges_nothing(stage: Stage) -> None:
    """E_ROLE with evidence of its own; a notary, or the creditor, may report the same payment."""
    agreement = stage.active()
    paid = {"obligation": f"{agreement}.rent.1", "evidence": "payment_receipt", "amount": 1}
    own = paid | {"deposit": stage.deposit(cast.LESSEE)[0]}
    facts = stage.refused("E_ROLE", cast.LESSEE, "report_performance", **own)
    assert facts == {"subject": f"{agreement}.rent.1", "party": cast.LESSOR.organization}
    for who in (cast.NOTARY, cast.LESSOR, cast.PLATFORM):
        stage.ok(who, "report_performance", **(paid | {"deposit": stage.deposit(who)[0]}))
    assert stage.obligation(agreement, "rent.1")["paid"] == 3


def test_another_party_takes_no_step_of_an_agreement_that_is_not_its(stage: Stage) -> None:
    """E_ROLE for opening, signing, leave to debit, amendments and notice; the right side goes."""
    other = cast.person("party", 277)
    named = {"agreement": stage.ok(cast.PLATFORM, "draft_agreement", **stage.new_agreement())["id"]}
    agreement = named["agreement"]
    stage.refused("E_ROLE", other, "open_signing", **named)
    stage.ok(cast.PLATFORM, "open_signing", **named)
    digest = stage.table("agreements")[agreement]["digest"]
    signed = named | {"role": "lessee", "signed": stage.signed("lessee", digest)}
    stage.refused("E_ROLE", cast.LESSOR, "sign_agreement", **signed)
    stage.ok(cast.LESSEE, "sign_agreement", **signed)
    stage.sign(agreement, "lessor")
    stage.authorized(agreement, RENT)
    leave = named | {"role": "lessee"}
    stage.refused("E_ROLE", cast.LESSOR, "revoke_debit", **leave)
    stage.ok(cast.LESSEE, "revoke_debit", **leave)
    amendment = proposed(stage, agreement, grace=5)
    text = {name: amendment[name] for name in ("agreement", "values", "text", "deposit")}
    stage.refused("E_ROLE", other, "propose_amendment", **text)
    signed = signature(stage, amendment, "lessee")
    stage.refused("E_ROLE", cast.LESSOR, "sign_amendment", **signed)
    stage.ok(cast.LESSEE, "sign_amendment", **signed)
    stage.perform(agreement, "deliver", "courier_sign_off", cast.PLATFORM)
    stage.warp(days=14)
    proof = {"service": "courier", "proof": stage.deposit(other)[0]}
    stage.refused("E_ROLE", other, "serve_notice", **named, **proof)
    proof["proof"] = stage.deposit(cast.LESSOR)[0]
    stage.ok(cast.LESSOR, "serve_notice", **named, **proof)


def test_leave_to_debit_is_given_by_the_debtor_or_its_platform(stage: Stage) -> None:
    """E_ROLE for the creditor, even with the debtor's signature in hand."""
    agreement = stage.active()
    new: dict[str, Any] = {"agreement": agreement, "role": "lessee", "account": HASH}
    new |= {"bank": cast.BANK.organization, "cap": RENT, "valid_until": stage.now_ms + DAY_MS}
    document = authorization_digest(agreement, "lessee", HASH, RENT, new["valid_until"])
    leave = {"new": new, "signed": stage.signed("lessee", document)}
    stage.refused("E_ROLE", cast.LESSOR, "authorize_debit", **leave)
    stage.ok(cast.PLATFORM, "authorize_debit", **leave)


def test_a_mediation_is_its_mediators_and_its_sides(stage: Stage) -> None:
    """E_ROLE for another mediator, and for an offer in the other side's name."""
    agreement, mediation = stage.mediated()
    other = cast.person("mediator", 278)
    offer = {"mediation": mediation, "role": "lessee", "paper": "O-1", "sealed": SEALED}
    stage.refused("E_ROLE", cast.LESSOR, "make_offer", **offer)
    stage.ok(cast.LESSEE, "make_offer", **offer)
    new = stage.signing(cast.MEDIATOR, replaces=agreement)
    stage.sign(new)
    settle = {"mediation": mediation, "settlement": new}
    failed = {"mediation": mediation, "reason": "mine"}
    stage.refused("E_ROLE", other, "settle", **settle)
    stage.refused("E_ROLE", other, "fail_mediation", **failed)
    stage.ok(cast.MEDIATOR, "settle", **settle)


def test_an_enforcement_is_its_creditors_and_its_courts(stage: Stage) -> None:
    """E_ROLE for the debtor who applies in the creditor's name, and for another court's officer."""
    agreement, decision = stage.decided()
    stage.warp(days=12)
    right = stage.enforcement(agreement, f"{decision}.sum")
    stage.refused("E_ROLE", cast.LESSEE, "apply_for_enforcement", **right)
    applied = stage.ok(cast.LESSOR, "apply_for_enforcement", **right)
    closing = {"enforcement": applied["id"], "collected": RENT}
    other = cast.person("enforcement-officer", 288)
    stage.refused("E_ROLE", other, "close_enforcement", **closing)
    stage.ok(cast.OFFICER, "close_enforcement", **closing)


def test_a_certificate_is_revoked_by_who_issued_it(stage: Stage) -> None:
    """E_ROLE for another authority."""
    named = {"certificate": stage.certificates["lessee"]}
    other = cast.person("certificate-authority", 276)
    stage.refused("E_ROLE", other, "revoke_certificate", **named)
    stage.ok(cast.AUTHORITY, "revoke_certificate", **named)


@pytest.mark.parametrize(
    "side", [cast.LESSOR, cast.LESSEE, cast.PLATFORM], ids=["lessor", "lessee", "platform"]
)
def test_nobody_related_to_a_side_or_the_platform_acts_in_a_case(
    stage: Stage, side: Signer
) -> None:
    """E_CONFLICT for court and notary until the relation has ended; no opinion on an old case."""
    agreement, case = stage.filed()
    (shown, *_) = stage.table("agreements")[agreement]["exhibits"]
    given = {"deposit": shown, "statement": stage.deposit(cast.NOTARY)[0], "supports": True}
    of_court, of_notary = (
        {"one": own, "other": side.organization} for own in (cast.COURT, cast.NOTARY.organization)
    )
    for relation in (of_court, of_notary):
        stage.ok(side, "declare_relation", kind="owner", **relation)
    back = {"case": case, "reason": "address"}
    stage.refused("E_CONFLICT", cast.FILING, "return_case", **back)
    stage.ok(cast.JUDGE, "end_relation", **of_court)
    stage.ok(cast.FILING, "return_case", **back)
    again = stage.ok(cast.LESSOR, "file_case", **stage.filing(agreement))["id"]
    stage.ok(cast.FILING, "accept_case", case=again, docket="1")
    stage.refused("E_CONFLICT", cast.NOTARY, "give_opinion", case=again, **given)
    stage.ok(cast.JUDGE, "end_relation", **of_notary)
    facts = stage.refused("E_STATE", cast.NOTARY, "give_opinion", case=case, **given)
    assert facts == {"subject": case, "missing": "accept_case"}
    stage.ok(cast.NOTARY, "give_opinion", case=again, **given)


def test_a_court_related_to_a_side_confirms_no_settlement(stage: Stage) -> None:
    """E_CONFLICT; when the relation has ended it may."""
    settlement = settled(stage)
    sides = {"one": cast.COURT, "other": cast.LESSEE.organization}
    stage.ok(cast.LESSEE, "declare_relation", kind="owner", **sides)
    stage.refused("E_CONFLICT", cast.JUDGE, "confirm_settlement", agreement=settlement)
    stage.ok(cast.JUDGE, "end_relation", **sides)
    stage.ok(cast.JUDGE, "confirm_settlement", agreement=settlement)


def test_text_and_notice_are_evidence_by_themselves(stage: Stage) -> None:
    """What was signed, what amended it, and the proof of the notice are in the index of a case."""
    agreement = stage.active()
    first = stage.table("agreements")[agreement]["deposit"]
    amend(stage, agreement, grace=4)
    second = stage.table("agreements")[agreement]["deposit"]
    stage.warp(days=15)
    proof = stage.deposit(cast.PLATFORM)[0]
    notice = {"agreement": agreement, "service": "courier", "proof": proof}
    stage.ok(cast.PLATFORM, "serve_notice", **notice)
    exhibits = stage.table("agreements")[agreement]["exhibits"]
    assert [exhibits[0], *exhibits[2:]] == [first, second, proof]
