# SPDX-License-Identifier: Apache-2.0
"""Each step after the ruling waits for the one before it, and says which; then it still goes."""

from __future__ import annotations

import pytest

from tallystick.industries.preservation.records import MEASURES_MAX
from tallystick.model import Signer
from tests.unit.industries.preservation import cast
from tests.unit.industries.preservation.stage import (
    AMOUNT,
    DAY_MS,
    HASH,
    SEALED,
    TAG,
    Stage,
    missing,
)

COURT = cast.JUDGE.organization
ORDER = {"registry": cast.REGISTRY.organization, "kind": "DEPOSIT"}


def test_a_measure_is_ordered_once_enforcement_has_started(stage: Stage) -> None:
    """E_STATE before the ruling and before the start; then it goes."""
    case, _letter = stage.secured()
    order = {"application": case, "amount": 1, **ORDER}
    expected = missing(case, "start_execution")
    assert stage.refused("E_STATE", cast.OFFICER, "order_measure", **order) == expected
    stage.ok(cast.JUDGE, "rule", application=case, amount=1, ruling=HASH)
    assert stage.refused("E_STATE", cast.OFFICER, "order_measure", **order) == expected
    stage.ok(cast.OFFICER, "start_execution", application=case)
    stage.ok(cast.OFFICER, "order_measure", **order)


def test_no_measure_is_ordered_for_more_than_was_ruled(stage: Stage) -> None:
    """E_LIMIT for a fen more than the ruling, though less was ruled than asked for."""
    case, _letter = stage.secured()
    stage.ok(cast.JUDGE, "rule", application=case, amount=AMOUNT - 1, ruling=HASH)
    stage.ok(cast.OFFICER, "start_execution", application=case)
    order = {"application": case, **ORDER}
    facts = stage.refused("E_LIMIT", cast.OFFICER, "order_measure", amount=AMOUNT, **order)
    assert facts == {"amount": AMOUNT, "limit": AMOUNT - 1, "rule": "ruling"}
    stage.ok(cast.OFFICER, "order_measure", amount=AMOUNT - 1, **order)


def test_a_case_has_so_many_measures_and_no_more(stage: Stage) -> None:
    """E_LIMIT counts them; another case has room."""
    case, _letter = stage.executing()
    order = {"application": case, "amount": 1, **ORDER}
    for _number in range(MEASURES_MAX):
        stage.ok(cast.OFFICER, "order_measure", **order)
    facts = stage.refused("E_LIMIT", cast.OFFICER, "order_measure", **order)
    assert facts == {"amount": MEASURES_MAX + 1, "limit": MEASURES_MAX, "rule": "measures"}
    stage.measure(stage.executing()[0])


def test_a_measure_is_confirmed_once_its_property_is_sealed(stage: Stage) -> None:
    """PRES-8: E_STATE while the registry cannot know the property; then it goes."""
    case, _letter = stage.executing()
    order = {"application": case, "amount": 1, **ORDER}
    measure = stage.ok(cast.OFFICER, "order_measure", **order)["id"]
    confirm = {"measure": measure, "tag": TAG, "amount": 1, "until": stage.now_ms + DAY_MS}
    facts = stage.refused("E_STATE", cast.REGISTRY, "confirm_measure", **confirm)
    assert facts == missing(measure, "declare_property")
    stage.ok(cast.OFFICER, "declare_property", measure=measure, sealed=SEALED)
    stage.ok(cast.REGISTRY, "confirm_measure", **confirm)


def test_a_measure_expires_in_the_future(stage: Stage) -> None:
    """PRES-6: E_STATE at this very millisecond, one later goes."""
    case, _letter = stage.executing()
    measure = stage.measure(case)
    confirm = {"measure": measure, "tag": TAG, "amount": 1}
    now = stage.now_ms + 1
    facts = stage.refused("E_STATE", cast.REGISTRY, "confirm_measure", until=now, **confirm)
    assert facts == missing(measure, "an expiry in the future")
    later = stage.now_ms + 2
    stage.ok(cast.REGISTRY, "confirm_measure", until=later, **confirm)


def test_a_measure_that_is_over_is_not_confirmed_again(stage: Stage) -> None:
    """E_STATE names its state, also when its case is over: nothing is too much about it."""
    case, _letter, measure = stage.in_effect()
    stage.released(case, measure)
    again = {"measure": measure, "tag": TAG, "amount": 1, "until": stage.now_ms + DAY_MS}
    facts = stage.refused("E_STATE", cast.REGISTRY, "confirm_measure", **again)
    assert (facts["state"], facts["action"]) == ("RELEASED", "confirm")
    assert stage.table("properties")[f"{cast.REGISTRY.organization}/{TAG}"]["measures"] == [measure]


def test_renewal_is_asked_for_a_measure_in_effect(stage: Stage) -> None:
    """E_STATE before it is confirmed; confirmed, it goes."""
    case, _letter = stage.executing()
    measure = stage.measure(case)
    facts = stage.refused("E_STATE", cast.APPLICANT, "ask_renewal", measure=measure)
    assert facts == missing(measure, "confirm_measure")
    stage.confirm(measure)
    stage.ok(cast.APPLICANT, "ask_renewal", measure=measure)


def granted(stage: Stage, measure: str) -> str:
    """Have a renewal asked for and granted."""
    renewal = str(stage.ok(cast.APPLICANT, "ask_renewal", measure=measure)["id"])
    stage.ok(cast.JUDGE, "grant_renewal", renewal=renewal)
    return renewal


def test_a_renewal_is_confirmed_before_the_measure_expires(stage: Stage) -> None:
    """PRES-6: E_STATE a millisecond after, whether or not a tick found it; on the last it goes."""
    case, _letter = stage.executing()
    first, second = stage.measure(case), stage.measure(case)
    stage.confirm(first, 1, days=20)
    stage.confirm(second, 1, days=21)
    lapsed, renewed = granted(stage, first), granted(stage, second)
    last = stage.table("measures")[first]["expiry"]
    confirm = {"renewal": lapsed, "until": last + 30 * DAY_MS}
    stage.now_ms = last
    expected = missing(first, "a measure in effect")
    assert stage.refused("E_STATE", cast.REGISTRY, "confirm_renewal", **confirm) == expected
    stage.tick()
    assert stage.table("measures")[first]["state"] == "LAPSED"
    stage.now_ms = last - 1
    assert stage.refused("E_STATE", cast.REGISTRY, "confirm_renewal", **confirm) == expected
    stage.now_ms = stage.table("measures")[second]["expiry"] - 1
    stage.ok(cast.REGISTRY, "confirm_renewal", renewal=renewed, until=last + 30 * DAY_MS)


def test_a_renewal_makes_a_measure_last_longer(stage: Stage) -> None:
    """E_STATE for the expiry it has already; a millisecond more goes."""
    _case, _letter, measure = stage.in_effect()
    renewal = granted(stage, measure)
    expiry = stage.table("measures")[measure]["expiry"]
    confirm = {"renewal": renewal, "until": expiry}
    facts = stage.refused("E_STATE", cast.REGISTRY, "confirm_renewal", **confirm)
    assert facts == missing(measure, "a later expiry")
    stage.ok(cast.REGISTRY, "confirm_renewal", **(confirm | {"until": expiry + 1}))


def test_a_respondent_is_served_once_and_after_the_ruling(stage: Stage) -> None:
    """E_STATE before it, E_DUP twice: nobody takes the respondent's place."""
    case, _letter = stage.secured()
    serve = {"application": case, "respondent": cast.RESPONDENT.organization}
    facts = stage.refused("E_STATE", cast.CLERK, "serve_respondent", **serve)
    assert facts == missing(case, "rule")
    stage.ok(cast.JUDGE, "rule", application=case, amount=1, ruling=HASH)
    stage.ok(cast.CLERK, "serve_respondent", **serve)
    other = serve | {"respondent": cast.STRANGER.organization}
    facts = stage.refused("E_DUP", cast.CLERK, "serve_respondent", **other)
    assert facts == {"subject": f"{case}/respondent"}
    kept = stage.table("applications")[case]["respondent"]
    assert kept == cast.RESPONDENT.organization


def test_a_respondent_that_was_not_served_does_not_act(stage: Stage) -> None:
    """E_ROLE says that it is the court's turn; served, it objects."""
    case, _letter, _measure = stage.in_effect()
    ask = {"application": case, "grounds": HASH}
    facts = stage.refused("E_ROLE", cast.RESPONDENT, "ask_reconsideration", **ask)
    assert facts == {"subject": case, "party": COURT}
    stage.serve(case)
    stage.ok(cast.RESPONDENT, "ask_reconsideration", **ask)


def test_a_reconsideration_is_decided_once(stage: Stage) -> None:
    """E_DUP: a ruling that stands is not revoked by a second decision."""
    case, _letter, _measure = stage.in_effect()
    stage.serve(case)
    asked = stage.ok(cast.RESPONDENT, "ask_reconsideration", application=case, grounds=HASH)["id"]
    decide = {"reconsideration": asked, "is_upheld": True}
    assert stage.ok(cast.JUDGE, "decide_reconsideration", **decide)["is_upheld"] is True
    second = decide | {"is_upheld": False}
    facts = stage.refused("E_DUP", cast.JUDGE, "decide_reconsideration", **second)
    assert facts == {"subject": asked}
    assert stage.table("releases") == {}


@pytest.mark.parametrize(
    "who", [cast.OTHER_APPLICANT, cast.LAWYER, cast.RESPONDENT], ids=lambda one: one.member
)
def test_release_is_asked_for_by_a_party(stage: Stage, who: Signer) -> None:
    """E_ROLE for an applicant elsewhere, a stranger's lawyer, a respondent not served."""
    case, _letter, _measure = stage.in_effect()
    ask = {"application": case, "ground": "PERFORMED"}
    facts = stage.refused("E_ROLE", who, "ask_release", **ask)
    assert facts == {"subject": case, "party": cast.APPLICANT.organization}
    stage.serve(case)
    stage.ok(cast.RESPONDENT, "ask_release", **ask)


def test_release_is_asked_for_after_the_ruling(stage: Stage) -> None:
    """E_STATE before it, and once everything is released; in between it goes."""
    case, _letter = stage.secured()
    ask = {"application": case, "ground": "WITHDRAWN"}
    facts = stage.refused("E_STATE", cast.APPLICANT, "ask_release", **ask)
    assert facts == missing(case, "rule")
    stage.ok(cast.JUDGE, "rule", application=case, amount=1, ruling=HASH)
    stage.released(case)
    assert stage.table("applications")[case]["state"] == "RELEASED"
    stage.refused("E_STATE", cast.APPLICANT, "ask_release", **ask)


def test_no_party_says_that_the_ruling_was_revoked(stage: Stage) -> None:
    """E_STATE: only a reconsideration says so; a task that waits keeps its ground and its term."""
    case, _letter, _measure = stage.in_effect()
    stage.serve(case)
    stage.ok(cast.RESPONDENT, "ask_release", application=case, ground="PERFORMED")
    before = stage.table("releases")[case]
    revoked = {"application": case, "ground": "REVOKED"}
    for party in (cast.RESPONDENT, cast.APPLICANT):
        facts = stage.refused("E_STATE", party, "ask_release", **revoked)
        assert facts == missing(case, "decide_reconsideration")
    assert stage.table("releases")[case] == before
    asked = stage.ok(cast.RESPONDENT, "ask_reconsideration", application=case, grounds=HASH)["id"]
    decide = {"reconsideration": asked, "is_upheld": False}
    stage.ok(cast.JUDGE, "decide_reconsideration", **decide)
    assert stage.table("releases")[case]["ground"] == "REVOKED"


def test_the_applicant_agrees_to_a_substitution_that_waits(stage: Stage) -> None:
    """E_STATE for another ground and for one that was ordered already; one that waits goes."""
    step = "a substitution that is asked for"
    withdrawn, _letter, _measure = stage.in_effect()
    stage.ok(cast.APPLICANT, "ask_release", application=withdrawn, ground="WITHDRAWN")
    facts = stage.refused("E_STATE", cast.APPLICANT, "agree_substitution", application=withdrawn)
    assert facts == missing(withdrawn, step)
    case, _letter, _measure = stage.in_effect()
    stage.serve(case)
    security = {"security": HASH, "security_amount": AMOUNT}
    swap = {"application": case, "ground": "SUBSTITUTED", **security}
    stage.ok(cast.RESPONDENT, "ask_release", **swap)
    stage.ok(cast.APPLICANT, "agree_substitution", application=case)
    stage.ok(cast.JUDGE, "order_release", application=case, order=HASH)
    facts = stage.refused("E_STATE", cast.APPLICANT, "agree_substitution", application=case)
    assert facts == missing(case, step)


def test_a_registry_releases_what_the_court_ordered_to_release(stage: Stage) -> None:
    """E_STATE without a task, and while it waits, also for one of several measures."""
    case, _letter = stage.executing()
    first, second = stage.measure(case), stage.measure(case)
    stage.confirm(first, 1)
    stage.confirm(second, 1)
    expected = missing(first, "order_release")
    facts = stage.refused("E_STATE", cast.REGISTRY, "confirm_release", measure=first)
    assert facts == expected
    stage.ok(cast.APPLICANT, "ask_release", application=case, ground="WITHDRAWN")
    facts = stage.refused("E_STATE", cast.REGISTRY, "confirm_release", measure=first)
    assert facts == expected
    assert stage.table("applications")[case]["frozen"] == 2
    stage.ok(cast.JUDGE, "order_release", application=case, order=HASH)
    stage.ok(cast.REGISTRY, "confirm_release", measure=first)
    assert stage.table("applications")[case]["frozen"] == 1


def test_a_ruling_is_not_undone_by_refusing_the_application(stage: Stage) -> None:
    """E_STATE names the state; its measures and letters end by a release, and that goes."""
    case, letter, measure = stage.in_effect()
    refuse = {"application": case, "reason": "撤回"}
    facts = stage.refused("E_STATE", cast.JUDGE, "refuse_application", **refuse)
    assert (facts["state"], facts["action"]) == ("IN_EFFECT", "revoke")
    assert stage.table("letters")[letter]["state"] == "IN_FORCE"
    stage.released(case, measure)


def test_a_loss_is_claimed_from_a_letter_in_force(stage: Stage) -> None:
    """E_STATE for a letter that never secured the case; the one that does takes the claim."""
    case = stage.ordered()
    used, spare = stage.issued(case), stage.issued(case)
    stage.submitted(case, used)
    stage.ok(cast.JUDGE, "accept_letter", letter=used, document=HASH)
    stage.ok(cast.JUDGE, "rule", application=case, amount=AMOUNT, ruling=HASH)
    stage.serve(case)
    loss = {"letter": spare, "claimed": 5, "payee": HASH}
    facts = stage.refused("E_STATE", cast.RESPONDENT, "file_claim", **loss)
    assert facts == missing(spare, "a letter in force")
    stage.claim(used)


def test_a_letter_is_discharged_once_no_claim_is_open(stage: Stage) -> None:
    """E_STATE: one claim was denied and another is filed; decided too, the letter ends."""
    case, letter, _measure = stage.in_effect()
    stage.serve(case)
    stage.decide(stage.claim(letter), 0)
    assert stage.table("letters")[letter]["state"] == "DENIED"
    second = stage.claim(letter)
    facts = stage.refused("E_STATE", cast.JUDGE, "discharge_letter", letter=letter)
    assert facts == missing(letter, "decide_claim")
    stage.decide(second, 0)
    stage.ok(cast.JUDGE, "discharge_letter", letter=letter)
