# SPDX-License-Identifier: Apache-2.0
"""The section's workload runs to its end and its totals balance, small here and whole if asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.unit.industries.preservation.workload import Workload, check


def test_a_small_workload_balances() -> None:
    """Premiums, frozen amounts and claims come out even, and every kind of day has come."""
    workload = Workload(scale=0.002, days=45, seed=9)
    did = workload.run()
    check(workload)
    happened = (did.accepted, did.rejected, did.refused, did.surplus_freed, did.released)
    assert all(happened)
    assert all((did.lapsed, did.notices, did.renewals, did.unsued, did.claims_paid))
    assert did.live_measures_most >= 200


@pytest.mark.parametrize(
    "lose",
    [
        lambda run: run.stage.table("measures").popitem(),
        lambda run: run.stage.table("letters").popitem(),
        lambda run: run.stage.table("deadlines_deadlines").clear(),
        lambda run: run.stage.table("payments_orders").popitem(),
    ],
    ids=["a measure", "a letter", "the timers", "a payment"],
)
def test_a_ledger_that_lost_something_does_not_balance(lose: Callable[[Workload], object]) -> None:
    """A check that cannot fail would be worth nothing."""
    workload = Workload(scale=0.0002, days=2, seed=9)
    workload.run()
    check(workload)
    lose(workload)
    with pytest.raises((AssertionError, KeyError)):
        check(workload)


def test_the_same_seed_gives_the_same_state() -> None:
    """So that what one run finds another can look at."""
    states = []
    for _ in range(2):
        workload = Workload(scale=0.0002, days=2, seed=3)
        workload.run()
        states.append(workload.stage.state.values)
    assert states[0] == states[1]


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_a_large_citys_workload_balances() -> None:
    """Twenty guarantors, 100,000 live measures with timers, a week of up to 300 cases a day."""
    workload = Workload(scale=1, days=7, seed=6)
    did = workload.run()
    check(workload)
    assert len(workload.stage.table("guarantors")) >= 20
    assert did.live_measures_most >= 100_000
