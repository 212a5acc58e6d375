# SPDX-License-Identifier: Apache-2.0
"""The generated workload runs to its end and its totals balance; larger ones are run by hand."""

from __future__ import annotations

from tests.unit.industries.charity.workload import Workload, check


def test_a_small_workload_balances() -> None:
    """Every gift is paid out or in the pool, and the books say what was done."""
    workload = Workload(seed=8, projects=3, payouts=240)
    expected = workload.run()
    assert expected.payouts + expected.unclaimed == 240
    assert expected.unclaimed > 0
    assert expected.failed > 0
    assert check(workload)["payouts"] == expected.payouts


def test_the_same_seed_gives_the_same_state() -> None:
    """So that what one run finds another can look at."""
    states = []
    for _ in range(2):
        workload = Workload(seed=3, projects=1, payouts=50)
        workload.run()
        states.append(workload.scene.ledger.state.values)
    assert states[0] == states[1]
