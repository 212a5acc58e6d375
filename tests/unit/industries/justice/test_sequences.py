# SPDX-License-Identifier: Apache-2.0
"""No random sequence of actions breaks an invariant; 10,000 are run by hand (see sequences)."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.unit.industries.justice.sequences import Player


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
