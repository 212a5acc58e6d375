# SPDX-License-Identifier: Apache-2.0
"""Each step after the ruling waits for the one before it, and says which; then it still goes."""

from __future__ import annotations

from tallystick.industries.preservation.records import MEASURES_MAX
from tests.unit.industries.preservation import cast
from tests.unit.industries.preservation.stage import (
    DAY_MS,
    HASH,
    TAG,
    Stage,
    missing,
)

COURT = cast.JUDGE.organization
ORDER = {"registry": cast.REGISTRY.organization, "kind": "DEPOSIT"}


def test_a_case_has_so_many_measures_and_no_more(stage: Stage) -> None:
    """E_LIMIT counts them; another case has room."""
    case, _letter = stage.executing()
    order = {"application": case, "amount": 1, **ORDER}
    for _number in range(MEASURES_MAX):
        stage.ok(cast.OFFICER, "order_measure", **order)
    facts = stage.refused("E_LIMIT", cast.OFFICER, "order_measure", **order)
    assert facts == {"amount": MEASURES_MAX + 1, "limit": MEASURES_MAX, "rule": "measures"}
    stage.measure(stage.executing()[0])


def test_a_measure_that_is_over_is_not_confirmed_again(stage: Stage) -> None:
    """E_STATE names its state, also when its case is over: nothing is too much about it."""
    case, _letter, measure = stage.in_effect()
    stage.released(case, measure)
    again = {"measure": measure, "tag": TAG, "amount": 1, "until": stage.now_ms + DAY_MS}
    facts = stage.refused("E_STATE", cast.REGISTRY, "confirm_measure", **again)
    assert (facts["state"], facts["action"]) == ("RELEASED", "confirm")
    assert stage.table("properties")[f"{cast.REGISTRY.organization}/{TAG}"]["served"] == 1


def granted(stage: Stage, measure: str) -> str:
    """Have a renewal asked for and granted."""
    renewal = str(stage.ok(cast.APPLICANT, "ask_renewal", measure=measure)["id"])
    stage.ok(cast.JUDGE, "grant_renewal", renewal=renewal)
    return renewal


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


def test_a_ruling_is_not_undone_by_refusing_the_application(stage: Stage) -> None:
    """E_STATE names the state; its measures and letters end by a release, and that goes."""
    case, letter, measure = stage.in_effect()
    refuse = {"application": case, "reason": "撤回"}
    facts = stage.refused("E_STATE", cast.JUDGE, "refuse_application", **refuse)
    assert (facts["state"], facts["action"]) == ("IN_EFFECT", "revoke")
    assert stage.table("letters")[letter]["state"] == "IN_FORCE"
    stage.released(case, measure)
