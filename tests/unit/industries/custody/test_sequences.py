# SPDX-License-Identifier: Apache-2.0
"""No random sequence of actions breaks an invariant; 10,000 are run by hand (see sequences)."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.unit.industries.custody.invariants import check_all
from tests.unit.industries.custody.scene import Scene
from tests.unit.industries.custody.sequences import REACHED, Sequence


def test_no_random_sequence_breaks_an_invariant_and_they_come_to_everything() -> None:
    """AFC-2, 4, 5, 6, 7, 10, checks and money after each of fifty steps, many of them refused."""
    reached: Counter[str] = Counter()
    for seed in range(14):
        sequence = Sequence(seed)
        assert sequence.run() > 0, seed
        reached += sequence.reached()
    assert set(reached) == set(REACHED), "each of what sequences are for has happened"


def test_the_invariants_find_a_planted_loss() -> None:
    """A check that cannot fail would be worth nothing: one copy taken out of the state."""
    scene = Scene()
    scene.stored()
    check_all(scene)
    del scene.ledger.state.values[b"custody/placements/o1/n0"]
    with pytest.raises(AssertionError):
        check_all(scene)
