# SPDX-License-Identifier: Apache-2.0
"""No random sequence of actions breaks an invariant; 10,000 are run by hand (see sequences)."""

from __future__ import annotations

import pytest

from tests.unit.industries.preservation.invariants import check_all
from tests.unit.industries.preservation.sequences import Sequence
from tests.unit.industries.preservation.stage import Stage


@pytest.mark.parametrize("seed", range(12))
def test_no_random_sequence_breaks_an_invariant(seed: int) -> None:
    """PRES-1, 2, 3, 5, 6, 7, 9, 10, exposure and money after each of fifty steps."""
    assert Sequence(seed).run() > 0


@pytest.mark.parametrize(
    ("table", "field", "value"),
    [
        ("applications", "required", 10**9),
        ("applications", "letters", ()),
        ("applications", "frozen", 1),
        ("letters", "paid", 1),
        ("letters", "state", "CANCELLED"),
        ("measures", "expiry", 10**14),
        ("measures", "priority", 2),
        ("guarantors", "exposure", 0),
        ("letters", "is_paid", False),
    ],
)
def test_the_invariants_find_a_planted_fault(
    stage: Stage, table: str, field: str, value: object
) -> None:
    """A check that cannot fail would be worth nothing: one field of the state is altered."""
    stage.in_effect()
    check_all(stage)
    name, kept = next(iter(stage.table(table).items()))
    stage.table(table)[name] = kept | {field: value}
    with pytest.raises(AssertionError):
        check_all(stage)


def test_the_sequences_reach_every_end_of_a_case() -> None:
    """What is held in none of them would not be tested: renewal, lapse, release, paid claims."""
    reached = set()
    for seed in range(12):
        sequence = Sequence(seed)
        sequence.run()
        reached |= {event.name.partition(".")[2] for event in sequence.stage.events}
        reached |= {one["after"] for one in sequence.stage.named("StateChanged")}
    assert reached >= {"DONE", "REFUSED", "MeasureLapsed", "Released", "SurplusFound", "ClaimPaid"}
    assert reached >= {"ACCEPTED", "REJECTED", "IN_FORCE", "CANCELLED", "DENIED", "DISCHARGED"}
