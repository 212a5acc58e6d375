# SPDX-License-Identifier: Apache-2.0
"""Ninety days of each system, told on a ledger in memory: nothing fails that should not."""

from __future__ import annotations

from random import Random

import pytest

from tallystick.cli.demo import deposits
from tallystick.cli.demo.history import DAYS
from tallystick.cli.demo.working_hours import HOUR_MS, working_time
from tallystick.contracts import DAY_MS, day_of, start_of
from tests.histories import STORIES, MemoryDesk, tell_alone, tell_evidence

ENDS = 1_795_800_000_000
"""A Friday in November 2026."""


def told(name: str, ends: int) -> MemoryDesk:
    """Tell the history of a system."""
    if name == deposits.CONTRACT:
        return tell_evidence(deposits, ends)
    return tell_alone(STORIES[name], ends)


@pytest.mark.parametrize("name", [deposits.CONTRACT, *STORIES])
def test_a_history_happens_without_a_fault(name: str) -> None:
    """Hundreds of transactions, strictly in the past, spread over the days; some are refused."""
    desk = told(name, ENDS)
    assert desk.agenda.faults == []
    assert sum(desk.codes.values()) >= 100
    assert any(code != "ok" for _, code in desk.codes)
    assert desk.times == sorted(set(desk.times))
    assert desk.times[0] > ENDS - DAYS * DAY_MS
    assert desk.times[-1] < ENDS
    assert len({day_of(one) for one in desk.times}) >= DAYS // 3


def test_the_same_end_gives_the_same_history() -> None:
    """By the seed: whom it happens to, and when."""
    one, other = (told("charity", ENDS) for _ in range(2))
    assert (one.times, one.codes) == (other.times, other.codes)
    assert one.chain.state.values == other.chain.state.values


def test_supervisors_of_leases_hear_of_a_clock_whatever_else_happens() -> None:
    """JUD-W2 warns at five seconds: the platform's clock is off by more, once."""
    found = [one for one in told("justice", ENDS).events if one.name == "justice.ClockReported"]
    assert len(found) > DAYS // 14
    assert [one.fields["size_ms"] for one in found if int(str(one.fields["size_ms"])) > 5_000] == [
        6_240
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", [deposits.CONTRACT, *STORIES])
@pytest.mark.parametrize("shift", range(7))
def test_a_history_happens_on_whatever_day_it_ends(name: str, shift: int) -> None:
    """Weekends fall elsewhere, and so does the hour."""
    desk = told(name, ENDS + shift * (DAY_MS + 3 * HOUR_MS))
    assert desk.agenda.faults == []


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("preservation", 1_801_642_680_000),  # a measure lapses before its release is ordered
        ("preservation", 1_824_623_640_000),  # a measure is released before its renewal is entered
        ("charity", 1_818_639_360_000),  # two lists wait for the same money
        ("charity", 1_801_659_300_000),  # a year ends between two fees
    ],
)
def test_what_depends_on_others_waits_for_them_or_ends(name: str, ends: int) -> None:
    """Histories that met a refusal at these ends: a matter looks before it acts."""
    assert told(name, ends).agenda.faults == []


def test_people_work_on_weekdays_from_nine_to_six() -> None:
    """What comes due at night or on a weekend is done in the next morning."""
    chance = Random(1)
    for hour in range(24 * 14):
        time = ENDS + hour * HOUR_MS
        done = working_time(time, chance)
        of_day = done - start_of(day_of(done))
        assert done >= time
        assert day_of(done).weekday() < 5
        assert 9 * HOUR_MS <= of_day < 18 * HOUR_MS + HOUR_MS // 10
