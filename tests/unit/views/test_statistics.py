# SPDX-License-Identifier: Apache-2.0
"""Statistics follow from events alone: each kind by hand, hidden cells, replay."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from tallystick.errors import LimitExceeded, NotFound
from tallystick.model import Event
from tallystick.views import Projector, figure_store
from tallystick.views import figure_reading as reading
from tallystick.views.suppression import Weight, suppress
from tests.unit.views.chain import GENESIS, T0, Chain, Deed
from tests.unit.views.dump import dump
from tests.unit.views.figure_chain import (
    DAY,
    MINUTE,
    SPECS,
    World,
    charity,
    donated,
    paid,
    stock,
    valued,
)


@pytest.fixture
def world(url: str) -> World:
    """Return an empty history."""
    return World(url)


def test_a_sum_has_a_cell_for_each_combination_and_a_total(world: World) -> None:
    """Of the values of `by`."""
    world.block(donated(5, "a"), donated(7, "b", "滇"), donated(1, "a"))
    world.project()
    assert world.values("charity.raised") == {("school", "川"): 6, ("school", "滇"): 7}
    assert world.total("charity.raised") == 13


def test_figures_of_nothing_are_zero_or_none(world: World) -> None:
    """A sum of nothing is 0; of no durations there is no median, and no share of nothing."""
    world.block()
    world.project()
    assert world.total("charity.raised") == 0
    assert world.total("charity.import_to_paid") is None
    assert world.total("charity.fee_share") is None


def test_a_sum_outgrows_64_bits_exactly(world: World) -> None:
    """Amounts are of 64 bits, what they add up to need not be."""
    big = 2**63 - 1
    world.block(donated(big, "a"), donated(big, "b"))
    world.project()
    assert world.total("charity.raised") == 2 * big


def test_distinct_minimum_and_maximum(world: World) -> None:
    """Whoever is in two cells is one in the total."""
    world.block(donated(5, "a"), donated(9, "b"), donated(2, "c"))
    world.block(paid("x"), paid("y", province="滇"), paid("x"), paid("x", province="滇"))
    world.project()
    assert world.total("charity.smallest") == 2
    assert world.total("charity.largest") == 9
    assert world.values("charity.beneficiaries") == {("川",): 1, ("滇",): 2}
    assert world.total("charity.beneficiaries") == 2


def test_a_ratio_is_rounded_down_and_none_where_nothing_was_spent(world: World) -> None:
    """In basis points, with its two parts."""
    world.block(paid(fee=1, amount=3), paid(campaign="well", fee=0, amount=0))
    world.project()
    table = world.table("charity.fee_share")
    assert [(one.value, one.numerator, one.denominator) for one in table.cells] == [
        (3333, 1, 3),
        (None, 0, 0),
    ]
    assert table.total.value == 3333


def test_a_duration_runs_from_the_first_start_to_the_end(world: World) -> None:
    """In whole minutes; an end without a start, and a second end, are no samples."""
    world.block(charity("Imported", batch="B1", campaign="c"), paid("z", batch="none"))
    world.block(charity("Imported", batch="B1", campaign="c"), at=MINUTE)
    world.block(paid(batch="B1"), at=3 * MINUTE - 1)
    world.block(paid(batch="B1"), charity("Imported", batch="B2", campaign="c"), at=4 * MINUTE)
    world.block(charity("Imported", batch="B3", campaign="c"), at=4 * MINUTE)
    world.block(paid(batch="B2"), at=5 * MINUTE)
    world.block(paid(batch="B3", province="滇"), at=13 * MINUTE)
    world.project()
    table = world.table("charity.import_to_paid")
    assert table.total.percentiles == {"500": 2, "900": 9}
    assert (table.total.value, table.total.count) == (2, 3)
    assert [one.percentiles for one in table.cells] == [{"500": 1, "900": 2}, {"500": 9, "900": 9}]


def test_refused_calls_are_counted_by_their_code(world: World) -> None:
    """Duplicates that a rule blocked: a refusal has no events, its entry is what is counted."""
    world.block(code="E_DUP")
    world.block(code="E_ROLE")
    world.block(code="E_DUP", contract="inventory")
    world.project()
    assert world.total("charity.duplicates") == 1


def test_a_gauge_is_what_every_key_is_worth_now(world: World) -> None:
    """New values replace old ones; 0 means gone; a day keeps its closing value."""
    world.block(valued("R1", value=100), valued("R2", value=50))
    world.block(valued("R1", value=70), at=DAY)
    world.block(valued("R2", value=0), at=DAY)
    world.project()
    assert world.total("inventory.stock") == 70
    table = world.table("inventory.stock")
    assert table.total.count == 1
    first, second = sorted(table.periods)
    assert world.total("inventory.stock", period=first) == 150
    assert world.total("inventory.stock", period=second) == 70


def test_a_gauge_lets_go_of_what_its_condition_no_longer_holds_for(world: World) -> None:
    """Pledged stock that is pledged no more."""
    world.block(valued("R1", pledged=True), valued("R2", value=300))
    world.project()
    assert world.total("inventory.pledged_share") == 2500
    world.block(valued("R1", pledged=False), at=1)
    world.project()
    assert world.total("inventory.pledged") == 0


def test_a_histogram_with_a_key_moves_it_between_bins(world: World) -> None:
    """Each receipt stands in the bin of its latest ratio, lower bounds included; null leaves."""
    world.block(valued("R1", ltv_bp=5999), valued("R2", ltv_bp=6000), valued("R3", ltv_bp=9000))
    world.block(valued("R1", ltv_bp=7000), valued("R3", ltv_bp=None), at=1)
    world.project()
    cells = world.values("inventory.ltv")
    assert cells == {("..6000",): 0, ("6000..7000",): 1, ("7000..7500",): 1, ("8500..",): 0}
    assert world.total("inventory.ltv") == 2


def test_a_histogram_without_a_key_counts_events(world: World) -> None:
    """Open at both ends."""
    world.block(valued(price_bp=-2000), valued(price_bp=-2000), valued(price_bp=1000))
    world.project()
    assert world.values("inventory.price_drift") == {
        ("spirit", "..-1000"): 2,
        ("spirit", "1000.."): 1,
    }


def test_months_begin_in_the_declared_zone(world: World) -> None:
    """16:00 UTC is midnight in China: the last millisecond before is another month."""
    midnight = 1_793_462_400_000 - T0  # 2026-10-31T16:00:00Z
    world.block(charity("Failed", batch="a"), at=midnight - 1)
    world.block(charity("Failed", batch="b"), at=midnight)
    world.project()
    assert world.table("charity.failed").periods == ("2026-11", "2026-10")
    assert world.total("charity.failed", period="2026-10") == 1


def test_events_of_another_form_change_nothing(world: World) -> None:
    """An event of an older version without the field, or with another type in it, is left out."""
    world.block(
        charity("Donated", campaign="c"),
        charity("Donated", campaign="c", amount="much"),
        valued("R1", value="much"),
        charity("Paid", batch="B1"),
        stock("Valued", value=100),
        charity("Imported"),
    )
    world.project()
    assert world.total("charity.raised") == 0
    assert world.total("inventory.stock") == 0
    assert world.total("charity.beneficiaries") == 0


def test_an_unknown_statistic_is_not_found(world: World) -> None:
    """The error names those that there are."""
    world.project()
    with pytest.raises(NotFound, match="no statistic"):
        world.table("charity.nothing")


def test_a_table_of_too_many_cells_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A door must not read without bound."""
    monkeypatch.setattr(reading, "CELLS_MAX", 1)
    world.block(paid("x"), paid("y", campaign="well"))
    world.project()
    with pytest.raises(LimitExceeded):
        world.table("charity.spent")


def test_public_figures_suppress_cells_with_fewer_than_5_subjects(world: World) -> None:
    """Four donors are hidden, five are shown; the smallest other cell goes with the hidden one."""
    for number in range(4):
        world.block(donated(10, f"few {number}", "藏"), donated(10, f"few {number}", "藏"))
    for number in range(5):
        world.block(donated(1, f"five {number}", "川"))
    for number in range(6):
        world.block(donated(1, f"six {number}", "滇"))
    world.project()
    public = world.table("charity.raised", full=False)
    assert {tuple(one.cell.values())[1]: (one.value, one.hidden) for one in public.cells} == {
        "川": (None, "withheld"),
        "滇": (6, None),
        "藏": (None, "small"),
    }
    assert public.total.value == 91
    hidden = [one for one in public.cells if one.hidden]
    assert all((one.count, one.subjects, one.percentiles) == (None, None, {}) for one in hidden)
    assert world.values("charity.raised")["school", "藏"] == 80, "supervisors see everything"
    sizes = [one.hidden or one.value for one in world.table("charity.gift_size", full=False).cells]
    assert sizes == ["withheld", 1, "small"], "a ratio is hidden with its parts"


def test_a_statistic_of_periods_publishes_no_sum_over_them(world: World) -> None:
    """Else the days that are shown, taken from the sum, would give the hidden ones away."""
    for number in range(5):
        world.block(donated(1, f"donor {number}"))
    world.block(donated(1, "one"), at=DAY)
    world.project()
    assert world.table("charity.raised_daily", full=False).total.hidden == "withheld"
    newest, oldest = world.table("charity.raised_daily").periods
    assert world.table("charity.raised_daily", full=False, period=oldest).total.value == 5
    assert world.table("charity.raised_daily", full=False, period=newest).total.hidden == "small"


def test_a_statistic_without_subjects_hides_nothing(world: World) -> None:
    """Who is counted is for the author to say."""
    world.block(paid())
    world.project()
    assert world.table("charity.spent", full=False).total.value == 10_000


CELLS = st.sampled_from("abcdef")
ENTRIES = st.lists(st.tuples(CELLS, st.integers(0, 30)), max_size=60)


@given(entries=ENTRIES, least=st.integers(1, 8))
def test_subtraction_never_reaches_fewer_subjects_than_the_least(
    entries: list[tuple[str, int]], least: int
) -> None:
    """What is not shown, taken together as subtraction gives it, covers enough subjects."""
    members: defaultdict[str, set[int]] = defaultdict(set)
    for cell, subject in entries:
        members[cell].add(subject)
    everyone = set().union(*members.values())
    weights = {cell: Weight(len(found), len(found)) for cell, found in sorted(members.items())}
    hidden, total = suppress(weights, Weight(len(everyone), len(entries)), least)
    assert all(cell in hidden for cell, found in members.items() if len(found) < least)
    if total is None and hidden:
        behind = set().union(*(members[cell] for cell in hidden))
        assert len(behind) >= least
        assert len(hidden) > 1
    if everyone and len(everyone) < least:
        assert total == "small"
        assert set(hidden) == set(members)


def test_nothing_is_not_too_few() -> None:
    """An empty cell beside full ones is shown: that nobody is there tells of nobody."""
    assert suppress({"a": Weight(0, 0), "b": Weight(9, 9)}, Weight(9, 9), 5) == ({}, None)


def test_without_another_cell_the_total_is_withheld() -> None:
    """Else the total would tell of four people what three do not."""
    cells = {"a": Weight(3, 3), "b": Weight(4, 4)}
    assert suppress(cells, Weight(7, 7), 5) == ({"a": "small", "b": "small"}, "withheld")


@st.composite
def any_event(draw: st.DrawFn) -> Event:
    """Return an event that statistics and rules look at."""
    key = draw(st.sampled_from(["1", "2", "3"]))
    amount = draw(st.integers(0, 9_999))
    kind = draw(st.integers(0, 7))
    made = (
        donated(amount, key, draw(st.sampled_from("川滇"))),
        charity("Imported", batch=key, campaign=key),
        charity("Approved", batch=key),
        paid(key, batch=key, account=draw(st.sampled_from("xy")), device="d", fee=amount),
        charity("LimitSet", fee_bp=amount),
        valued(key, value=amount, ltv_bp=draw(st.one_of(st.none(), st.just(amount)))),
        stock("Inspected", inspection=key, counted=amount % 2, booked=1),
        stock(draw(st.sampled_from(["Drawn", "Scanned"])), inspection=key, warehouse=key),
    )
    return made[kind]


STEPS = st.sampled_from([0, 1, MINUTE, 60 * MINUTE, 120 * MINUTE, DAY])
HISTORIES = st.lists(st.tuples(st.lists(any_event(), max_size=3), STEPS), max_size=8)


@settings(max_examples=settings().max_examples // 3)
@given(history=HISTORIES, cuts=st.sets(st.integers(1, 7)), forgets=st.booleans())
def test_statistics_are_rebuildable_by_replay_to_the_same_numbers(
    history: list[tuple[list[Event], int]], cuts: set[int], forgets: bool
) -> None:
    """Any grouping of blocks, any restart, any loss of memory, and a rebuild give equal rows."""
    chain, time = Chain(), T0
    for events, step in history:
        time += step
        chain.add(*(Deed(contract="charity", events=(event,)) for event in events), time=time)
    edges = [0, *sorted(cut for cut in cuts if cut < len(history)), len(history)]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        grouped, whole = (f"sqlite:///{Path(folder) / name}" for name in ("a", "b"))
        with Projector(whole, GENESIS, SPECS) as projector:
            projector.apply(chain.blocks)
        expected = dump(whole)
        if forgets:
            patch.setattr(figure_store, "ROWS_IN_MEMORY", 0)
        for first, last in pairwise(edges):
            with Projector(grouped, GENESIS, SPECS) as projector:
                projector.apply(chain.blocks[first:last])
        assert dump(grouped) == expected
        with Projector(grouped, GENESIS, SPECS) as projector:
            projector.reset()
            projector.apply(chain.blocks)
        assert dump(grouped) == expected
