# SPDX-License-Identifier: Apache-2.0
"""The section's workload runs to its end, and the ledger says what was done (JUD-4, JUD-5)."""

from __future__ import annotations

import pytest

from tests.unit.industries.justice.workload import Workload, said_by_the_ledger


def test_a_small_workload_balances() -> None:
    """Every kind of life once or more; money, matters and items are those that were counted."""
    workload = Workload(scale=0.01, days=1, seed=5)
    totals = workload.run()
    assert totals.agreements > 10
    assert totals.filed == 4
    assert 20 * totals.filed <= totals.items <= 60 * totals.filed
    assert totals.agreements == totals.performed + totals.settled + totals.closed
    assert totals.agreed == totals.paid + totals.replaced + totals.uncollected


def test_a_workload_that_does_not_balance_is_found() -> None:
    """One fen that nobody paid makes another sum."""
    workload = Workload(scale=0.01, days=1, seed=5)
    totals = workload.run()
    paid = next(one for one in workload.stage.table("obligations").values() if one["kind"] == "PAY")
    paid["paid"] -= 1
    assert said_by_the_ledger(workload.stage) != totals


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_a_whole_day_of_the_section_balances() -> None:
    """1,000 agreements, 100 breaches at first, 20 filings of 20 to 60 items, 50,000 deposits."""
    totals = Workload(scale=1, days=1, seed=5).run()
    assert (totals.batched, totals.filed) == (50_000, 20)
    assert totals.agreements == 1_000 + totals.settled
    assert totals.agreed == totals.paid + totals.replaced + totals.uncollected
