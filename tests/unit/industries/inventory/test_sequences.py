# SPDX-License-Identifier: Apache-2.0
"""No random sequence of actions breaks an invariant; 10,000 are run by hand (see player)."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.unit.industries.inventory import cast
from tests.unit.industries.inventory.player import Player
from tests.unit.industries.inventory.stage import Stage
from tests.unit.industries.inventory.workload import Workload


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_no_random_sequence_breaks_an_invariant(first: int) -> None:
    """All of them hold after each of forty moves; ticks are idempotent; refusals write nothing."""
    outcomes: Counter[str] = Counter()
    for seed in range(first, first + 10):
        outcomes += Player(seed).play()
    assert sum(count for name, count in outcomes.items() if name.endswith(" ok")) > 300


def test_a_seed_gives_the_same_sequence_twice() -> None:
    """So a broken one can be looked at."""
    one, other = Player(7), Player(7)
    assert one.play() == other.play()
    assert one.stage.state.values == other.stage.state.values


def test_the_invariants_find_a_planted_loss() -> None:
    """A check that cannot fail would be worth nothing: one lock taken away, one fen added."""
    player = Player(0)
    lock = next(iter(player.stage.table("locks", "assets")))
    kept = player.stage.table("locks", "assets").pop(lock)
    with pytest.raises(AssertionError):
        player.play(1)
    player.stage.table("locks", "assets")[lock] = kept
    stage = Stage().ready()
    loan, _ = stage.running(1_000_000, 10)
    stage.repay(loan, 500)
    stage.table("money_assets")[f"CNY.{cast.OFFICER.organization}"]["outstanding"] += 1
    player.stage = stage
    with pytest.raises(AssertionError):
        player.play(1)


def test_the_sections_workload_runs_to_its_end_with_totals_that_balance() -> None:
    """Some dealers, warehouses and days of the section's, in the same proportions."""
    totals = Workload(scale=0.002, days=2, seed=1).run()
    assert totals.dealers == 4
    assert totals.cases_in == totals.cases_out + totals.cases_stored
    assert totals.lent == totals.repaid + totals.owed
    assert totals.redemptions > 0
    assert totals.valuations > 0
