# SPDX-License-Identifier: Apache-2.0
"""No random sequence of actions breaks an invariant; 10,000 are run by hand (see sequences)."""

from __future__ import annotations

import pytest

from tests.unit.industries.custody.invariants import check_all
from tests.unit.industries.custody.scene import Scene
from tests.unit.industries.custody.sequences import Sequence


@pytest.mark.parametrize("seed", range(12))
def test_no_random_sequence_breaks_an_invariant(seed: int) -> None:
    """AFC-2, 4, 5 and the money after each of forty steps, many of them refused."""
    assert Sequence(seed).run() > 0


def test_the_invariants_find_a_planted_loss() -> None:
    """A check that cannot fail would be worth nothing: one copy taken out of the state."""
    scene = Scene()
    scene.stored()
    check_all(scene)
    del scene.ledger.state.values[b"custody/placements/o1/n0"]
    with pytest.raises(AssertionError):
        check_all(scene)
