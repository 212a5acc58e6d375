# SPDX-License-Identifier: Apache-2.0
"""No random sequence of actions breaks an invariant; 10,000 are run by hand (see sequences)."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.unit.industries.justice.invariants import check_all
from tests.unit.industries.justice.sequences import Player
from tests.unit.industries.justice.stage import LESSOR, Stage, lease


def test_no_random_sequence_breaks_an_invariant() -> None:
    """All of them hold after each of forty moves; ticks are idempotent; refusals write nothing."""
    outcomes: Counter[str] = Counter()
    for seed in range(16):
        outcomes += Player(seed).play()
    assert sum(count for name, count in outcomes.items() if name.endswith(" ok")) > 150


def test_sequences_come_to_every_end() -> None:
    """Breach, mediation, decision and enforcement are reached by moves, not only begun with."""
    outcomes: Counter[str] = Counter()
    for seed in range(100, 116):
        outcomes += Player(seed).play()
    reached = {name.removesuffix(" ok") for name in outcomes if name.endswith(" ok")}
    assert {"serve_notice", "take_mediation", "file_case", "accept_case"} <= reached
    assert {"hear_case", "decide_case", "apply_for_enforcement", "close_enforcement"} <= reached


def test_the_invariants_find_a_planted_loss() -> None:
    """A check that cannot fail would be worth nothing: one fen more than was owed is found."""
    player = Player(0)
    player.stage.table("obligations")["AG-2026-000001.rent.1"]["paid"] = 100_001
    with pytest.raises(AssertionError):
        player.play(1)


def test_the_invariants_find_what_was_breached_before_what_it_depends_on() -> None:
    """JUD-3: a thing that was never delivered, planted under a rent that is due, is found."""
    stage = Stage()
    agreement = stage.active()
    check_all(stage)
    rent = stage.table("obligations")[f"{agreement}.rent.1"]
    (needed,) = rent["depends_on"] or (rent["after"],)
    stage.table("obligations")[needed]["state"] = "BREACHED"
    stage.table("obligations")[needed]["breached_at"] = 2**52
    stage.table("agreements")[agreement]["breached"] = 1
    with pytest.raises(AssertionError, match="JUD-3"):
        check_all(stage)


@pytest.mark.parametrize("planted", ["none", "OPEN", "CURED", "later"])
def test_the_invariants_find_a_case_without_a_failed_mediation(planted: str) -> None:
    """JUD-7: none at all, one that goes on, that was cured, or that failed after the filing."""
    stage = Stage()
    agreement, _ = stage.filed()
    check_all(stage)
    name = stage.table("agreements")[agreement]["mediation"]
    mediation = stage.table("mediations")[name]
    if planted == "none":
        del stage.table("mediations")[name]
    elif planted == "later":
        mediation["ended_at"] += 1_000_000_000
    else:
        mediation["state"] = planted
    with pytest.raises(AssertionError, match="JUD-7"):
        check_all(stage)


def test_a_case_whose_mediation_a_clause_waives_is_no_finding() -> None:
    """JUD-7: then nothing failed before it was filed."""
    stage = Stage()
    agreement = stage.served(template=stage.reviewed(lease(waives_mediation=True)))
    stage.warp(days=8)
    stage.ok(LESSOR, "file_case", **stage.filing(agreement))
    check_all(stage)
