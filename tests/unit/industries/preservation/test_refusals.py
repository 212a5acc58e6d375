# SPDX-License-Identifier: Apache-2.0
"""What is refused, with its code; and the right thing after it still goes."""

from __future__ import annotations

import json

import pytest

from tallystick.errors import Refused
from tallystick.industries.preservation import letter_text
from tallystick.industries.preservation.letter_records import PresentedLetter
from tests.unit.industries.preservation import cast
from tests.unit.industries.preservation.stage import HASH, SEALED, Stage


def submit(stage: Stage, code: str, case: str, letter: dict[str, object]) -> dict[str, str]:
    """Submit a letter that must be refused; return the facts."""
    facts: dict[str, str] = stage.refused(
        code, cast.APPLICANT, "submit_letters", application=case, presented=[letter]
    )
    return facts


def test_a_number_that_nobody_issued_is_refused(stage: Stage) -> None:
    """E_MISSING: unknown, or asked for and never issued."""
    case = stage.ordered()
    letter = stage.issued(case)
    assert submit(stage, "E_MISSING", case, stage.presented(letter, number="LG-1")) == {
        "number": "LG-1"
    }
    quoted = stage.chosen(case)
    submit(stage, "E_MISSING", case, stage.presented(letter, number=quoted))


def test_a_letter_under_another_seal_is_not_issued(stage: Stage) -> None:
    """E_SIG: the seal is not the one the regulator registered."""
    letter = stage.chosen(stage.ordered())
    assert stage.issue(letter, seal=cast.FORGER).code == "E_SIG"
    assert stage.issue(letter).code == "ok"


def test_a_presented_letter_without_the_guarantors_seal_is_refused(stage: Stage) -> None:
    """E_SIG: every field is right, and somebody else signed it."""
    case = stage.ordered()
    letter = stage.issued(case)
    forged = cast.sealed("00" * 32, cast.FORGER)
    submit(stage, "E_SIG", case, stage.presented(letter, signature=forged))


def test_a_letter_outside_its_period_is_refused(stage: Stage) -> None:
    """E_EXPIRED: on the last millisecond accepted, on the next refused."""
    case = stage.ordered()
    until = stage.now_ms + 1_000_000
    letter = stage.issued(case, valid_until=until)
    stage.now_ms = until
    assert submit(stage, "E_EXPIRED", case, stage.presented(letter))["letter"] == letter
    stage.now_ms = until - 1
    stage.submitted(case, letter)


def test_a_guarantor_outside_the_panel_or_suspended_is_refused(stage: Stage) -> None:
    """E_ROLE: asked, or submitting a letter it gave before; reinstated, it goes on."""
    case = stage.ordered()
    outside = {"application": case, "guarantor": cast.STRANGER.organization}
    stage.refused("E_ROLE", cast.APPLICANT, "ask_guarantee", **outside)
    letter = stage.issued(case)
    guarantor = cast.SIGNER.organization
    stage.ok(cast.REGULATOR, "suspend_guarantor", guarantor=guarantor)
    submit(stage, "E_ROLE", case, stage.presented(letter))
    stage.ok(cast.REGULATOR, "reinstate_guarantor", guarantor=guarantor)
    stage.submitted(case, letter)


def test_an_altered_scope_clause_is_refused(stage: Stage) -> None:
    """E_HASH: at the issue, because the court published another text."""
    letter = stage.chosen(stage.ordered())
    assert stage.issue(letter, scope_text="00" * 32).code == "E_HASH"


def test_acceptance_is_the_judges_of_this_court(stage: Stage) -> None:
    """E_ROLE: neither clerk nor a judge elsewhere; E_STATE: not before the premium."""
    case = stage.ordered()
    letter = stage.chosen(case)
    assert stage.issue(letter).code == "ok"
    stage.submitted(case, letter)
    accept = {"letter": letter, "document": HASH}
    stage.refused("E_ROLE", cast.CLERK, "accept_letter", **accept)
    stage.refused("E_ROLE", cast.OTHER_JUDGE, "accept_letter", **accept)
    stage.refused("E_STATE", cast.JUDGE, "accept_letter", **accept)


def test_a_claim_is_paid_after_a_final_decision_only(stage: Stage) -> None:
    """E_STATE: and a stranger to the case does not claim at all (E_ROLE)."""
    case, letter, _measure = stage.in_effect()
    loss = {"letter": letter, "claimed": 5, "payee": HASH}
    stage.refused("E_ROLE", cast.RESPONDENT, "file_claim", **loss)
    stage.serve(case)
    claim = stage.claim(letter)
    pay = {"claim": claim, "amount": 1, "reference": "R"}
    stage.refused("E_STATE", cast.TELLER, "receive_payout", **pay)
    stage.refused("E_STATE", cast.JUDGE, "discharge_letter", letter=letter)
    stage.decide(claim, 1)
    stage.ok(cast.TELLER, "receive_payout", **pay)


def test_a_claim_is_decided_once(stage: Stage) -> None:
    """E_STATE: neither a denied nor an awarded claim is decided again, and the letter stands."""
    case, letter, _measure = stage.in_effect()
    stage.serve(case)
    denied, awarded = stage.claim(letter), stage.claim(letter)
    stage.decide(denied, 0)
    stage.decide(awarded, 5)
    for claim in (denied, awarded):
        again = {"claim": claim, "awarded": 7, "decision": HASH}
        stage.refused("E_STATE", cast.JUDGE, "decide_claim", **again)
    assert stage.table("letters")[letter]["awarded"] == 5


def test_quote_and_issue_are_two_people_and_a_premium_is_exact(stage: Stage) -> None:
    """E_CONFLICT if one person does both; E_LIMIT for a fen more or less; E_DUP twice."""
    case = stage.ordered()
    letter = stage.chosen(case, cast.BANK_1)
    assert stage.issue(letter, cast.BANK_2).code == "E_CONFLICT"
    assert stage.issue(letter, cast.BANK_1).code == "ok"
    for wrong in (149_999, 150_001):
        more = {"letter": letter, "amount": wrong, "reference": "R"}
        stage.refused("E_LIMIT", cast.TELLER, "receive_premium", **more)
    right = {"letter": letter, "amount": 150_000, "reference": "R"}
    stage.refused("E_ROLE", cast.OTHER_TELLER, "receive_premium", **right)
    stage.ok(cast.TELLER, "receive_premium", **right)
    stage.refused("E_DUP", cast.TELLER, "receive_premium", **right)


def test_a_cancelled_letter_gives_its_premium_back(stage: Stage) -> None:
    """Money in is money out once the bank has booked; nothing stays on hold."""
    letter = stage.issued(stage.ordered())
    stage.ok(cast.SIGNER, "cancel_letter", letter=letter)
    stage.booked()
    accounts = stage.table("money_accounts").values()
    assert all((one["available"], one["held"]) == (0, 0) for one in accounts)


def test_feedback_and_premium_come_in_the_block_of_the_acceptance(stage: Stage) -> None:
    """One transaction has the event for the guarantor, and the order that pays it."""
    case = stage.ordered()
    letter = stage.issued(case)
    stage.submitted(case, letter)
    done = stage.do(cast.JUDGE, "accept_letter", letter=letter, document=HASH)
    names = [one.name.removeprefix("preservation.") for one in done.events]
    assert {"LetterAccepted", "PaymentOrdered", "ExposureChanged"} <= set(names)


def test_the_disputed_thing_is_replaced_with_the_applicants_consent_only(stage: Stage) -> None:
    """E_STATE without it; too little security is E_LIMIT; with it the release goes its way."""
    case, _letter, measure = stage.in_effect(is_disputed_thing=True)
    stage.serve(case)
    swap = {"application": case, "ground": "SUBSTITUTED", "security": HASH}
    stage.refused("E_LIMIT", cast.RESPONDENT, "ask_release", security_amount=1, **swap)
    stage.ok(cast.RESPONDENT, "ask_release", security_amount=10**9, **swap)
    order = {"application": case, "order": HASH}
    stage.refused("E_STATE", cast.JUDGE, "order_release", **order)
    stage.ok(cast.APPLICANT, "agree_substitution", application=case)
    stage.refused("E_STATE", cast.REGISTRY, "confirm_release", measure=measure)
    stage.ok(cast.JUDGE, "order_release", **order)
    stage.ok(cast.REGISTRY, "confirm_release", measure=measure)
    assert stage.table("applications")[case]["state"] == "RELEASED"


def test_a_counter_sees_which_field_of_a_letter_was_altered(stage: Stage) -> None:
    """By the line of the QR code, or JSON; an unknown number is said to be unknown."""
    letter = stage.issued(stage.ordered())
    text = letter_text(PresentedLetter(**stage.presented(letter)))
    seen = stage.ask("check_letter", text=text)
    assert (seen["is_known"], seen["is_unaltered"], seen["state"]) == (True, True, "ISSUED")
    altered = stage.ask("check_letter", text=text.replace("limit=30000000", "limit=90000000"))
    (differs,) = altered["differs"]
    assert (differs["field_name"], differs["presented"], differs["kept"]) == (
        "limit",
        "90000000",
        "30000000",
    )
    forged = stage.presented(letter, number="LG-2026-999999")
    content = json.dumps({"facts": {"letter": forged}}).encode()
    assert not stage.ask("check_letter", file=content)["is_known"]
    assert stage.ask("check_letter", file=json.dumps(stage.presented(letter)).encode())[
        "is_unaltered"
    ]


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"{", b"{}", b"tally:preservation/letter;x", b'{"a": 1}', b"[" * 9]
)
def test_what_is_no_letter_is_refused_at_the_counter(stage: Stage, content: bytes) -> None:
    """E_VALUE, whatever it is."""
    with pytest.raises(Refused) as caught:
        stage.ask("check_letter", file=content)
    assert caught.value.code == "E_VALUE"


def test_steps_come_in_their_order(stage: Stage) -> None:
    """Clerk before judge, security before ruling, ruling before enforcement."""
    case = stage.filed()
    order = {"application": case, "required": 1}
    stage.refused("E_STATE", cast.JUDGE, "order_security", **order)
    stage.refused("E_VALUE", cast.CLERK, "check_application", application=case)
    number = {"application": case, "case_number": "1"}
    stage.refused("E_ROLE", cast.OTHER_CLERK, "check_application", **number)
    stage.ok(cast.CLERK, "check_application", **number)
    stage.refused("E_DUP", cast.CLERK, "check_application", **number)
    stage.ok(cast.JUDGE, "exempt_security", application=case, exemption="MAINTENANCE")
    again = {"application": case, "contents": "GROUNDS", "sealed": SEALED}
    stage.refused("E_ROLE", cast.OTHER_APPLICANT, "declare_contents", **again)
    over = {"application": case, "amount": 10**12, "ruling": HASH}
    stage.refused("E_LIMIT", cast.JUDGE, "rule", **over)
    stage.refused("E_STATE", cast.OFFICER, "start_execution", application=case)


def test_a_revoked_ruling_ends_everything_it_froze(stage: Stage) -> None:
    """Asked within five days, decided against the ruling: release, REVOKED, nothing frozen."""
    case, letter, measure = stage.in_effect()
    stage.serve(case)
    ask = {"application": case, "grounds": HASH}
    found = stage.ok(cast.RESPONDENT, "ask_reconsideration", **ask)
    stage.refused("E_DUP", cast.RESPONDENT, "ask_reconsideration", **ask)
    decide = {"reconsideration": found["id"], "is_upheld": False}
    stage.ok(cast.JUDGE, "decide_reconsideration", **decide)
    stage.ok(cast.JUDGE, "order_release", application=case, order=HASH)
    stage.ok(cast.REGISTRY, "confirm_release", measure=measure)
    kept = stage.table("applications")[case]
    assert (kept["state"], kept["frozen"]) == ("REVOKED", 0)
    stage.warp(days=1_096)
    while stage.tick()["is_more_due"]:
        pass
    assert stage.table("letters")[letter]["state"] == "RELEASED"
    assert stage.table("guarantors")[cast.SIGNER.organization]["exposure"] == 0


def test_a_measure_lapses_unless_it_is_renewed(stage: Stage) -> None:
    """Two notices, a renewal that is confirmed, then none: LAPSED, and a live case is said so."""
    case, _letter, measure = stage.in_effect(days=40)
    stage.warp(days=31)
    stage.tick()
    assert len(stage.named("ExpiryNotice")) == 2
    renewal = stage.ok(cast.APPLICANT, "ask_renewal", measure=measure)["id"]
    stage.ok(cast.JUDGE, "grant_renewal", renewal=renewal)
    until = stage.now_ms + 40 * 86_400_000
    stage.ok(cast.REGISTRY, "confirm_renewal", renewal=renewal, until=until)
    assert stage.table("applications")[case]["state"] == "RENEWED"
    stage.warp(days=41)
    stage.tick()
    assert stage.table("applications")[case]["state"] == "LAPSED"
    assert stage.named("MeasureLapsed")[0]["is_case_live"]
