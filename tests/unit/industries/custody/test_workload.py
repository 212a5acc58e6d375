# SPDX-License-Identifier: Apache-2.0
"""The bank's workload runs to its end and its totals balance; a whole day of it is run by hand."""

from __future__ import annotations

import pytest

from tests.unit.industries.custody import whole_day
from tests.unit.industries.custody.workload import Totals, Workload, check


def run(**size: int) -> Totals:
    """Run a workload, hold it against the ledger, return what was done."""
    workload = Workload(**size)
    done = workload.run()
    check(workload)
    return done


def test_a_small_archive_balances_to_its_end() -> None:
    """AFC-2, 4, 5, 7: every line archived, every answer paid, every lost copy made anew."""
    done = run(branches=2, vouchers=30, videos=1, seed=4)
    assert (done.objects, done.lines) == (61, 61)
    assert done.destroyed + done.released == 1
    assert done.repairs > 0
    assert done.silent >= 2 * done.repairs
    assert done.paid > 0


def test_the_same_seed_gives_the_same_state() -> None:
    """So that what one run finds another can look at."""
    states = []
    for _ in range(2):
        workload = Workload(branches=1, vouchers=5, videos=0, seed=3)
        workload.run()
        states.append(workload.scene.ledger.state.values)
    assert states[0] == states[1]


def test_the_check_finds_what_the_ledger_does_not_say() -> None:
    """A check that cannot fail would be worth nothing: one answer more than there was."""
    workload = Workload(branches=1, vouchers=2, videos=0)
    workload.run()
    workload.done.answers += 1
    with pytest.raises(AssertionError, match="the ledger says"):
        check(workload)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_ten_thousand_objects_on_five_nodes_balance() -> None:
    """The size that the section names for a demonstration: a fortieth of the bank's day."""
    done = run(branches=5, vouchers=1_900, videos=500)
    assert done.objects == 10_000
    assert done.repairs > 100
    assert done.destroyed + done.released == 500


def test_a_days_directory_holds_every_line_under_one_root() -> None:
    """AFC-7: numbers go on without a hole, and any line is found by chance or by its key."""
    scene = whole_day.run(branches=3, lines=40)
    (day,) = scene.table("manifests").values()
    assert (day["entries"], len(day["terminals"])) == (120, 3)
    assert len(scene.named("SequenceGap")) == 3
