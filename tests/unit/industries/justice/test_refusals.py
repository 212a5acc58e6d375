# SPDX-License-Identifier: Apache-2.0
"""Each refusal of JUD, with its code, and nothing changed by it."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.testing import make_signer
from tests.unit.industries.justice import stage as cast
from tests.unit.industries.justice.stage import DAY_MS, HASH, RENT, Stage

OTHER = "cd" * 32


@pytest.fixture
def stage() -> Stage:
    """Return a stage with a reviewed template."""
    return Stage()


def performance(stage: Stage, agreement: str, key: str, **changes: Any) -> dict[str, Any]:
    """Return a report of a paid rent."""
    named = {"obligation": f"{agreement}.{key}", "evidence": "payment_receipt", "amount": RENT}
    return named | {"deposit": stage.deposit(cast.LESSOR)[0]} | changes


def test_a_signature_by_a_revoked_certificate_is_refused(stage: Stage) -> None:
    """E_SIG; also expired, another person's, and over something else."""
    agreement = stage.signing()
    digest = stage.table("agreements")[agreement]["digest"]
    args = {"agreement": agreement, "role": "lessee"}
    swapped = stage.signed("lessee", digest) | {"certificate": stage.certificates["lessor"]}
    stage.refused("E_SIG", cast.LESSEE, "sign_agreement", signed=swapped, **args)
    other = stage.signed("lessee", OTHER)
    stage.refused("E_SIG", cast.LESSEE, "sign_agreement", signed=other, **args)
    stage.ok(cast.AUTHORITY, "revoke_certificate", certificate=stage.certificates["lessee"])
    named = {"certificate": stage.certificates["lessee"]}
    stage.refused("E_STATE", cast.AUTHORITY, "revoke_certificate", **named)
    good = stage.signed("lessee", digest)
    facts = stage.refused("E_SIG", cast.LESSEE, "sign_agreement", signed=good, **args)
    assert facts["why"] == "revoked"
    stage.now_ms += 4_001 * DAY_MS
    late = stage.signed("lessor", digest)
    args = {"agreement": agreement, "role": "lessor"}
    facts = stage.refused("E_SIG", cast.LESSOR, "sign_agreement", signed=late, **args)
    assert facts["why"] == "not in force"


def test_an_identification_serves_once_and_not_for_long(stage: Stage) -> None:
    """E_REPLAY, E_EXPIRED; one of the future is not taken."""
    agreement = stage.signing()
    digest = stage.table("agreements")[agreement]["digest"]
    signed = stage.signed("lessor", digest)
    args = {"agreement": agreement, "role": "lessor", "signed": signed}
    stage.ok(cast.LESSOR, "sign_agreement", **args)
    stage.refused("E_DUP", cast.LESSOR, "sign_agreement", **args)
    other = stage.signing()
    args = {"agreement": other, "role": "lessor", "signed": signed}
    stage.refused("E_REPLAY", cast.LESSOR, "sign_agreement", **args)
    old = stage.signed("lessor", digest, issued_at=stage.now_ms - 25 * cast.HOUR_MS)
    stage.refused("E_EXPIRED", cast.LESSOR, "sign_agreement", **(args | {"signed": old}))
    future = {"subject": HASH, "public_key": HASH, "level": 1, "issued_at": stage.now_ms + 99}
    stage.refused("E_EXPIRED", cast.IDENTITY, "identify", id="f", **future)


def test_evidence_of_a_type_that_cannot_discharge_is_refused(stage: Stage) -> None:
    """E_FORMAT; used twice E_DUP; by the debtor E_ROLE; too much E_LIMIT; too early E_EARLY."""
    early = stage.deposit(cast.LESSOR)[0]
    agreement = stage.signing()
    stage.sign(agreement)
    waiting = performance(stage, agreement, "rent.1")
    stage.refused("E_EARLY", cast.LESSOR, "report_performance", **waiting)
    stage.perform(agreement, "deliver", "courier_sign_off", cast.PLATFORM)
    paid = performance(stage, agreement, "rent.1", amount=1)
    wrong = paid | {"evidence": "courier_sign_off"}
    stage.refused("E_FORMAT", cast.LESSOR, "report_performance", **wrong)
    stage.refused("E_ROLE", cast.LESSEE, "report_performance", **paid)
    stage.refused("E_ROLE", cast.PLATFORM, "report_performance", **paid)
    stage.refused("E_LIMIT", cast.LESSOR, "report_performance", **(paid | {"amount": RENT + 1}))
    stage.refused("E_VALUE", cast.LESSOR, "report_performance", **(paid | {"amount": 0}))
    backdated = paid | {"deposit": early}
    stage.refused("E_EARLY", cast.LESSOR, "report_performance", **backdated)
    stage.ok(cast.LESSOR, "report_performance", **paid)
    stage.refused("E_DUP", cast.LESSOR, "report_performance", **paid)
    again = {"obligation": f"{agreement}.deliver", "evidence": "courier_sign_off"}
    again["deposit"] = stage.deposit(cast.LESSEE)[0]
    stage.refused("E_STATE", cast.LESSEE, "report_performance", **again)
    stage.pay(agreement, 1, RENT - 1)
    stage.pay(agreement, 2)
    back = {"obligation": f"{agreement}.giveback", "evidence": "return_receipt", "amount": 1}
    back["deposit"] = stage.deposit(cast.LESSOR)[0]
    stage.refused("E_VALUE", cast.LESSOR, "report_performance", **back)


def test_a_file_of_the_same_name_with_another_hash_is_refused(stage: Stage) -> None:
    """E_HASH, when it is attached and when the court's node presents it."""
    agreement, case = stage.accepted()
    deposit, digest = stage.deposit(cast.LESSEE)
    named = {"agreement": agreement, "deposit": deposit, "file_name": "a.pdf"}
    stage.refused("E_HASH", cast.LESSEE, "attach", sha256=OTHER, **named)
    stage.refused("E_ROLE", cast.BANK, "attach", sha256=digest, **named)
    stage.ok(cast.NOTARY, "attach", sha256=digest, **named)
    stage.refused("E_DUP", cast.LESSEE, "attach", sha256=digest, **named)
    items = stage.findings(agreement)
    items[0]["sha256"] = OTHER
    report = {"case": case, "items": items, "report": HASH}
    stage.refused("E_HASH", cast.COURT_NODE, "record_verification", **report)
    items[0]["findings"] = cast.PASSED | {"file": "failed"}
    items[1]["sha256"], items[1]["findings"] = None, cast.PASSED | {"file": "unknown"}
    stage.ok(cast.COURT_NODE, "record_verification", **report)
    states = [one["state"] for one in stage.table("exhibits").values()]
    assert states.count("INCONSISTENT") == states.count("UNVERIFIABLE") == 1
    stage.refused("E_STATE", cast.COURT_NODE, "record_verification", **report)


def test_claims_before_due_and_twice_are_refused(stage: Stage) -> None:
    """E_EARLY for what is not breached, E_DUP for what is claimed, E_VALUE for another's."""
    agreement = stage.failed()
    early = stage.filing(agreement, "giveback")
    stage.refused("E_EARLY", cast.LESSOR, "file_case", **early)
    stage.refused("E_VALUE", cast.LESSOR, "file_case", **stage.filing(agreement, "deliver"))
    twice = stage.filing(agreement, "rent.1", "rent.1")
    stage.refused("E_VALUE", cast.LESSOR, "file_case", **twice)
    filing = stage.filing(agreement)
    stage.refused("E_ROLE", cast.LESSEE, "file_case", **filing)
    stage.ok(cast.LESSOR, "file_case", **filing)
    stage.refused("E_DUP", cast.LESSOR, "file_case", **stage.filing(agreement))


def test_a_penalty_over_the_cap_is_refused(stage: Stage) -> None:
    """E_LIMIT: 12.01 % when four times the prime rate is 12 %; in an award too."""
    new = stage.new_agreement()
    for one in new["values"]:
        one["value"] = 1_201 if one["name"] == "penalty" else one["value"]
    facts = stage.refused("E_LIMIT", cast.PLATFORM, "draft_agreement", **new)
    assert (facts["rate_bp"], facts["cap_bp"]) == (1_201, 1_200)
    _, case = stage.heard()
    text = stage.deposit(cast.JUDGE)[0]
    named: dict[str, Any] = {"case": case, "outcome": "in_part", "deposit": text}
    over = stage.award(penalty_bp=1_201)
    stage.refused("E_LIMIT", cast.JUDGE, "decide_case", awards=[over], **named)
    much = stage.award(10 * RENT)
    stage.refused("E_LIMIT", cast.JUDGE, "decide_case", awards=[much], **named)
    for bad in ({"creditor": "lessee"}, {"debtor": "nobody"}, {"due": 1}):
        stage.refused("E_VALUE", cast.JUDGE, "decide_case", awards=[stage.award(**bad)], **named)


def test_who_is_related_to_a_side_neither_mediates_nor_judges(stage: Stage) -> None:
    """E_CONFLICT; a relation that a court has ended is none."""
    agreement = stage.served()
    stage.warp(days=8)
    mediation = stage.table("agreements")[agreement]["mediation"]
    sides = {"one": cast.MEDIATOR.organization, "other": cast.LESSEE.organization}
    stage.ok(cast.LESSEE, "declare_relation", kind="owner", **sides)
    stage.refused("E_CONFLICT", cast.MEDIATOR, "take_mediation", mediation=mediation)
    stage.ok(cast.JUDGE, "end_relation", **sides)
    stage.ok(cast.MEDIATOR, "take_mediation", mediation=mediation)
    stage.refused("E_STATE", cast.MEDIATOR, "take_mediation", mediation=mediation)
    same = {"one": sides["one"], "other": sides["one"], "kind": "x"}
    stage.refused("E_VALUE", cast.LESSEE, "declare_relation", **same)
    stage.refused("E_ROLE", cast.LESSOR, "declare_relation", kind="x", **sides)
    stage.ok(cast.JUDGE, "declare_relation", kind="x", **sides)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"parties": ["lessor", "lessor"]}, "parties"),
        ({"parties": ["lessor", "other"]}, "deliver"),
        ({"parameters": []}, "rent"),
    ],
    ids=["party twice", "no such party", "no such parameter"],
)
def test_a_template_that_does_not_hold_together_is_refused(
    stage: Stage, changes: dict[str, Any], part: str
) -> None:
    """E_FORMAT, and which part."""
    facts = stage.refused("E_FORMAT", cast.PLATFORM, "draft_template", **cast.lease(**changes))
    assert facts["subject"] == part


@pytest.mark.parametrize(
    "due",
    [
        {"kind": "date"},
        {"kind": "event", "after": "rent"},
        {"kind": "recurring", "after": "deliver"},
        {"kind": "event", "at": "grace"},
        {"kind": "date", "at": "grace"},
    ],
    ids=["date without", "waits for itself", "recurring after", "event at", "no time"],
)
def test_a_due_rule_that_says_nothing_clear_is_refused(stage: Stage, due: Any) -> None:
    """E_FORMAT for the obligation that has it."""
    template = cast.lease()
    template["obligations"][1]["due"] = due
    facts = stage.refused("E_FORMAT", cast.PLATFORM, "draft_template", **template)
    assert facts["subject"] == "rent"


def test_a_range_that_is_none_is_refused(stage: Stage) -> None:
    """Lowest above highest."""
    template = cast.lease()
    template["parameters"][0]["lowest"] = 10**10
    stage.refused("E_FORMAT", cast.PLATFORM, "draft_template", **template)


def test_values_are_one_for_each_blank_in_its_range(stage: Stage) -> None:
    """E_FORMAT for too much, one missing, one too many; E_VALUE for parties and text."""
    new = stage.new_agreement()
    for values in (new["values"][1:], [*new["values"], {"name": "x", "value": 1}]):
        stage.refused("E_FORMAT", cast.PLATFORM, "draft_agreement", **(new | {"values": values}))
    high = [one | {"value": 13} if one["name"] == "months" else one for one in new["values"]]
    facts = stage.refused("E_FORMAT", cast.PLATFORM, "draft_agreement", **(new | {"values": high}))
    assert (facts["parameter"], facts["highest"]) == ("months", 12)
    swapped = new | {"parties": new["parties"][::-1]}
    stage.refused("E_VALUE", cast.PLATFORM, "draft_agreement", **swapped)
    stage.refused("E_VALUE", cast.PLATFORM, "draft_agreement", **(new | {"text": OTHER}))
    replaces = new | {"replaces": stage.active()}
    stage.refused("E_STATE", cast.PLATFORM, "draft_agreement", **replaces)


def test_only_a_reviewed_template_makes_agreements(stage: Stage) -> None:
    """Drafted or withdrawn: E_STATE; reviewed by its own drafter's organisation: E_CONFLICT."""
    drafted = stage.ok(cast.PLATFORM, "draft_template", **cast.lease())["id"]
    new = stage.new_agreement(template=drafted)
    stage.refused("E_STATE", cast.PLATFORM, "draft_agreement", **new)
    own = cast.person("reviewer", 202)
    stage.refused("E_CONFLICT", own, "review_template", template=drafted, review=HASH)
    stage.ok(cast.REVIEWER, "withdraw_template", template=stage.template)
    stage.refused("E_STATE", cast.PLATFORM, "draft_agreement", **stage.new_agreement())


def test_too_many_obligations_are_refused(stage: Stage) -> None:
    """E_LIMIT: 61 rents."""
    template = cast.lease()
    template["obligations"][1]["due"]["times"] = {"fixed": 61}
    kept = stage.reviewed(template)
    new = stage.new_agreement(template=kept)
    assert stage.refused("E_LIMIT", cast.PLATFORM, "draft_agreement", **new)["limit"] == 60


def test_a_draft_is_its_drafters_and_a_dated_obligation_is_due_then(stage: Stage) -> None:
    """E_ROLE for another; a revision counts; E_STATE for a signature before it is opened."""
    due = stage.now_ms + 5 * DAY_MS
    template = cast.lease(
        parameters=[
            *cast.lease()["parameters"],
            {
                "name": "day",
                "kind": "time",
                "lowest": 0,
                "highest": 10**13,
                "zh": "日",
                "en": "day",
            },
        ]
    )
    template["obligations"][1]["due"] = {"kind": "date", "at": "day"}
    new = stage.new_agreement(template=stage.reviewed(template))
    new["values"].append({"name": "day", "value": 1})
    agreement = stage.ok(cast.PLATFORM, "draft_agreement", **new)["id"]
    new["values"][-1]["value"] = due
    revision = {name: new[name] for name in ("parties", "values", "text", "deposit")}
    named = {"agreement": agreement, "revision": revision}
    stage.refused("E_ROLE", cast.LESSOR, "revise_draft", **named)
    revised = stage.ok(cast.PLATFORM, "revise_draft", **named)
    signed = stage.signed("lessor", revised["digest"])
    args = {"agreement": agreement, "role": "lessor", "signed": signed}
    stage.refused("E_STATE", cast.LESSOR, "sign_agreement", **args)
    stage.ok(cast.PLATFORM, "open_signing", agreement=agreement)
    stage.sign(agreement)
    stage.perform(agreement, "deliver", "courier_sign_off", cast.PLATFORM)
    assert stage.obligation(agreement, "rent")["due"] == due


def test_periods_that_end_before_they_begin_are_refused(stage: Stage) -> None:
    """Of certificates and of time authorities; a good one is published."""
    period = {"valid_from": 2, "valid_until": 1}
    key = {"subject": HASH, "public_key": HASH}
    stage.refused("E_VALUE", cast.AUTHORITY, "issue_certificate", **key, **period)
    named = {"certificate": HASH, "name": "NTSC"}
    stage.refused("E_VALUE", cast.TIME, "publish_authority", **named, **period)
    stage.ok(cast.TIME, "publish_authority", valid_from=1, valid_until=2, **named)


def test_steps_out_of_order_are_refused(stage: Stage) -> None:
    """Notices, offers, settlements, rulings and decisions before their time: E_STATE, E_ROLE."""
    old = stage.deposit(cast.PLATFORM)[0]
    agreement = stage.breached()
    notice = {"agreement": agreement, "service": "courier"}
    stage.refused("E_EARLY", cast.PLATFORM, "serve_notice", proof=old, **notice)
    proof = stage.deposit(cast.PLATFORM)[0]
    stage.ok(cast.PLATFORM, "serve_notice", proof=proof, **notice)
    stage.refused("E_STATE", cast.PLATFORM, "serve_notice", proof=proof, **notice)
    stage.warp(days=8)
    mediation = stage.table("agreements")[agreement]["mediation"]
    sealed = {"ciphertext": HASH, "plaintext": HASH, "size": 9}
    offer = {"mediation": mediation, "role": "lessee", "paper": "O-1", "sealed": sealed}
    stage.refused("E_STATE", cast.LESSEE, "make_offer", **offer)
    stage.ok(cast.MEDIATOR, "take_mediation", mediation=mediation)
    wrong = {"mediation": mediation, "settlement": agreement}
    stage.refused("E_VALUE", cast.MEDIATOR, "settle", **wrong)
    stage.refused("E_STATE", cast.JUDGE, "confirm_settlement", agreement=agreement)
    other = {"agreement": agreement, "paper": "P", "kind": "party", "sealed": sealed}
    stage.refused("E_ROLE", cast.person("party", 277), "declare_paper", readers=[], **other)
    stray = other | {"readers": [], "deposit": old}
    stage.refused("E_VALUE", cast.LESSOR, "declare_paper", **stray)
    stage.refused("E_STATE", cast.LESSOR, "apply_for_enforcement", **stage.enforcement(agreement))


def test_a_court_acts_in_its_own_cases_in_order(stage: Stage) -> None:
    """Another court's judge E_ROLE; before acceptance E_STATE; the same person twice E_CONFLICT."""
    agreement, case = stage.filed()
    items = stage.findings(agreement)
    report = {"case": case, "items": items, "report": HASH}
    stage.refused("E_STATE", cast.COURT_NODE, "record_verification", **report)
    stage.refused("E_ROLE", cast.person("filing-judge", 288), "accept_case", case=case, docket="1")
    stage.ok(cast.FILING, "accept_case", case=case, docket="1")
    ruling = {"deposit": items[0]["deposit"], "is_admitted": True, "before": "NOT_SHOWN"}
    ruling |= {"considerations": cast.TRUE_ALL, "reasons": HASH}
    args = {"case": case, "rulings": [ruling]}
    stage.refused("E_STATE", cast.JUDGE, "rule_on_evidence", **args)
    both = make_signer("justice.judge", organization=cast.COURT, member="filing-judge")
    stage.refused("E_CONFLICT", both, "hear_case", case=case)
    stage.ok(cast.JUDGE, "hear_case", case=case)
    stage.refused("E_STATE", cast.JUDGE, "rule_on_evidence", **args)
    another = make_signer("justice.judge", organization=cast.COURT, member="another")
    stage.refused("E_ROLE", another, "rule_on_evidence", **args)


def test_leave_to_debit_is_one_for_each_debtor_and_can_end(stage: Stage) -> None:
    """A second one E_VALUE; after its end nothing is ordered; without an account neither."""
    agreement = stage.active()
    stage.authorized(agreement, RENT, valid_until=stage.now_ms + DAY_MS)
    with pytest.raises(AssertionError, match="E_VALUE"):
        stage.authorized(agreement, RENT)
    stage.warp(days=10)
    assert stage.table("payments_orders") == {}


def test_what_a_debit_will_pay_must_be_known_before_it_is_replaced(stage: Stage) -> None:
    """E_STATE: the bank has not said what became of it; then the amendment can replace."""
    agreement = stage.active()
    stage.authorized(agreement, RENT)
    stage.warp(days=14)
    proof = stage.deposit(cast.PLATFORM)[0]
    named = {"agreement": agreement, "service": "notary", "proof": proof}
    stage.ok(cast.PLATFORM, "serve_notice", **named)
    stage.warp(days=8)
    mediation = stage.table("agreements")[agreement]["mediation"]
    stage.ok(cast.MEDIATOR, "take_mediation", mediation=mediation)
    new = stage.signing(cast.MEDIATOR, replaces=agreement)
    stage.sign(new)
    settle = {"mediation": mediation, "settlement": new}
    stage.refused("E_STATE", cast.MEDIATOR, "settle", **settle)
    (order,) = stage.table("payments_orders")
    stage.report(order, "REJECTED")
    stage.ok(cast.MEDIATOR, "settle", **settle)
