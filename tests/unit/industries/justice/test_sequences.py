# SPDX-License-Identifier: Apache-2.0
"""No random sequence of actions breaks an invariant; 10,000 are run by hand (see sequences)."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.unit.industries.justice.sequences import Player


def test_no_random_sequence_breaks_an_invariant() -> None:
    """All of them hold after each of forty moves; ticks are idempotent; refusals write nothing."""
    outcomes: Counter[str] = Counter()
    for seed in range(12):
        outcomes += Player(seed).play()
    assert sum(count for name, count in outcomes.items() if name.endswith(" ok")) > 50


def test_the_invariants_find_a_planted_loss() -> None:
    """A check that cannot fail would be worth nothing: one fen more than was owed is found."""
    player = Player(0)
    player.stage.table("obligations")["AG-2026-000001.rent.1"]["paid"] = 100_001
    with pytest.raises(AssertionError):
        player.play(1)
