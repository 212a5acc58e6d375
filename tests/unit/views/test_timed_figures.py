# SPDX-License-Identifier: Apache-2.0
"""A statistic over any time is what its kept tables would say, had they that period."""

from __future__ import annotations

from contextlib import closing

import pytest

from tallystick.errors import InvalidArguments, LimitExceeded, NotFound, Withheld
from tallystick.views import CellFilter, EventFilter, TimedFigure, TimeRange, Views, timed_figures
from tests.unit.views.chain import T0
from tests.unit.views.figure_chain import DAY, HOUR, World, charity, donated, paid, valued

DAYS = [T0 + DAY * place for place in range(6)]


@pytest.fixture
def world(url: str) -> World:
    """Return payouts, disclosures and valuations of four days."""
    world = World(url)
    world.block(donated(3, "a"))
    world.block(charity("Imported", batch="B1", campaign="school"), at=HOUR)
    world.block(charity("Imported", batch="B2", campaign="school"), at=HOUR)
    world.block(paid("x", fee=2), paid("y", "B2", province="滇", fee=5), at=DAY)
    world.block(paid("z", "B3", fee=9), at=DAY + HOUR)
    for place, on_time in enumerate((True, False, True)):
        world.block(charity("Disclosed", campaign="school", on_time=on_time), at=(2 + place) * DAY)
    world.project()
    return world


def timed(world: World, name: str, moments: list[int] | None = None, **cell: str) -> TimedFigure:
    """Return a statistic over stretches of time."""
    contract, _, statistic = name.partition(".")
    with closing(Views(world.url)) as views:
        return views.timed_figure(contract, statistic, moments or DAYS, cell)


def values(figure: TimedFigure) -> list[int | None]:
    """Return the figure of each stretch."""
    return [one.value for one in figure.rows]


def test_sums_counts_and_ratios_are_those_of_each_stretch(world: World) -> None:
    """Counted by hand: three payouts on the second day, a disclosure on each of three others."""
    assert values(timed(world, "charity.spent")) == [0, 30_000, 0, 0, 0]
    on_time = timed(world, "charity.disclosures_on_time")
    assert values(on_time) == [0, 0, 1, 0, 1]
    assert on_time.total.value == 2
    punctuality = timed(world, "charity.punctuality")
    assert [one.denominator for one in punctuality.rows] == [0, 0, 1, 1, 1]
    assert [one.numerator for one in punctuality.rows] == [0, 0, 1, 0, 1]
    assert (punctuality.total.numerator, punctuality.total.denominator) == (2, 3)


def test_a_stretch_begins_at_its_moment_and_ends_before_the_next(world: World) -> None:
    """An event at a moment belongs to the stretch that begins there."""
    moment = T0 + DAY
    assert values(timed(world, "charity.spent", [moment, moment + 1])) == [20_000]
    assert values(timed(world, "charity.spent", [moment - 1, moment])) == [0]
    assert values(timed(world, "charity.spent", [moment + 1, moment + DAY])) == [10_000]


def test_a_cell_and_its_filter_count_the_same(world: World) -> None:
    """The cells add up to the total, and each asked for alone is what it was among the others."""
    whole = timed(world, "charity.beneficiaries")
    assert {one.cell["province"]: one.value for one in whole.cells} == {"川": 2, "滇": 1}
    assert values(timed(world, "charity.beneficiaries", province="川")) == [0, 2, 0, 0, 0]
    assert values(timed(world, "charity.beneficiaries", province="滇")) == [0, 1, 0, 0, 0]


def test_a_duration_that_began_before_the_time_counts_where_it_ended(world: World) -> None:
    """Both lists were imported the day before they were paid; the third never was."""
    figure = timed(world, "charity.import_to_paid", DAYS[1:])
    assert values(figure) == [23 * 60, None, None, None]
    assert [one.count for one in figure.rows] == [2, 0, 0, 0]
    assert figure.total.percentiles == {"500": 23 * 60, "900": 23 * 60}


def test_a_level_is_that_at_the_end_of_each_stretch(url: str) -> None:
    """It stands where nothing happens, begins with what was before, and is the kept one by day."""
    world = World(url)
    world.block(valued("A", value=5), valued("B", value=7), contract="inventory")
    world.block(valued("A", value=1), contract="inventory", at=2 * DAY)
    world.block(valued("B", value=0), contract="inventory", at=3 * DAY)
    world.project()
    assert values(timed(world, "inventory.stock")) == [12, 12, 8, 1, 1]
    later = timed(world, "inventory.stock", [T0 + DAY + 1, T0 + DAY + 2, T0 + 2 * DAY + 1])
    assert values(later) == [12, 8]
    assert values(timed(world, "inventory.stock_by_sku", sku="spirit")) == [12, 12, 8, 1, 1]
    assert values(timed(world, "inventory.stock_by_sku", sku="beer")) == [0] * 5


def test_whole_days_are_those_of_the_kept_tables(url: str) -> None:
    """Where a statistic has a table of each day, counting that day anew gives the same."""
    world = World(url)
    for place in range(4):
        world.block(valued(f"R{place % 3}", value=place + 1), contract="inventory", at=place * DAY)
    world.project()
    midnight = T0 - (T0 + 8 * HOUR) % DAY
    for place, day in enumerate(reversed(world.table("inventory.stock").periods)):
        moments = [midnight + place * DAY, midnight + (place + 1) * DAY]
        kept = world.table("inventory.stock", period=day)
        anew = timed(world, "inventory.stock", moments)
        assert (anew.total.value, anew.total.count) == (kept.total.value, kept.total.count)


def test_the_events_of_a_time_are_as_many_as_were_counted(world: World) -> None:
    """The list behind a figure of any time has what the figure counted, and nothing else."""
    during = TimeRange(T0 + DAY, T0 + DAY + 1)
    with closing(Views(world.url)) as views:
        for cell in ({}, {"province": "川"}, {"province": "滇"}):
            wanted = CellFilter(cell=cell, during=during)
            page = views.list_counted("charity", "beneficiaries", wanted)
            counted = views.timed_figure("charity", "beneficiaries", [T0 + DAY, T0 + DAY + 1], cell)
            assert len(page.items) == counted.total.count == (1 if cell else 2)
        everything = views.list_events("charity.Paid", wanted=EventFilter(during=during))
        assert len(everything.items) == 2


@pytest.mark.parametrize(
    ("name", "cell", "error"),
    [
        ("charity.raised", {}, Withheld),
        ("charity.gift_size", {}, Withheld),
        ("charity.duplicates", {}, InvalidArguments),
        ("charity.spent", {"province": "川"}, InvalidArguments),
        ("charity.nothing", {}, NotFound),
    ],
)
def test_what_cannot_be_counted_is_refused(
    world: World, name: str, cell: dict[str, str], error: type[Exception]
) -> None:
    """Where people are counted, overlapping times would give single ones away."""
    with pytest.raises(error):
        timed(world, name, DAYS, **cell)


def test_a_list_of_a_time_is_refused_where_its_figure_is(world: World) -> None:
    """A list would count what no figure may; a period beside a time has no meaning."""
    during = TimeRange(DAYS[0], DAYS[-1])
    with closing(Views(world.url)) as views:
        with pytest.raises(Withheld):
            views.list_counted("charity", "raised", CellFilter(during=during))
        with pytest.raises(InvalidArguments):
            views.list_counted("charity", "punctuality", CellFilter(during=during))
        with pytest.raises(InvalidArguments):
            views.list_counted("charity", "failed", CellFilter(during=during, period="2026-11"))
        wanted = CellFilter(during=during, cell={"province": "nowhere"})
        with pytest.raises(InvalidArguments):
            views.list_counted("charity", "beneficiaries", wanted)


def test_moments_that_do_not_rise_and_too_many_events_are_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One question has an end."""
    with pytest.raises(InvalidArguments):
        timed(world, "charity.spent", [T0, T0])
    monkeypatch.setattr(timed_figures, "EVENTS_MAX", 2)
    with pytest.raises(LimitExceeded):
        timed(world, "charity.spent")
