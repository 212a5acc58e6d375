# SPDX-License-Identifier: Apache-2.0
"""Each step after the ruling waits for the one before it, and says which; then it still goes."""

from __future__ import annotations

from tests.unit.industries.preservation import cast
from tests.unit.industries.preservation.stage import (
    HASH,
    Stage,
    missing,
)

COURT = cast.JUDGE.organization
ORDER = {"registry": cast.REGISTRY.organization, "kind": "DEPOSIT"}


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
