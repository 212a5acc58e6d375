# SPDX-License-Identifier: Apache-2.0
"""Every published figure leads to the events that it counted, and no hidden one does."""

from __future__ import annotations

from contextlib import closing

import pytest

from tallystick.errors import InvalidArguments, NotFound, Withheld
from tallystick.views import CellFilter, EventFilter, EventRow, TimeRange, Views
from tallystick.views.counted_events import as_text
from tests.unit.views.chain import T0
from tests.unit.views.figure_chain import DAY, World, charity, donated, paid, valued


@pytest.fixture
def world(url: str) -> World:
    """Return gifts of two days, payouts, valuations and disclosures."""
    world = World(url)
    donors = "abcdef"
    world.block(*(donated(number, who) for number, who in enumerate(donors, 1)))
    world.block(*(donated(9, who, "滇", 'a "b" 50%_') for who in donors), at=DAY)
    world.block(charity("Imported", batch="B1", campaign="school"), at=DAY)
    world.block(paid("x", fee=2), paid("y", "B2", province="滇"), at=2 * DAY)
    for on_time in (True, False):
        world.block(charity("Disclosed", campaign="school", on_time=on_time), at=3 * DAY)
    receipts = [valued(f"R{number}") for number in range(6)]
    world.block(*receipts, contract="inventory", at=4 * DAY)
    world.project()
    return world


def behind(world: World, name: str, period: str = "", **cell: str) -> list[EventRow]:
    """Return the events behind a cell, all pages together."""
    contract, _, statistic = name.partition(".")
    found: list[EventRow] = []
    cursor = None
    with closing(Views(world.url)) as views:
        while True:
            wanted = CellFilter(cell=cell, period=period)
            page = views.list_counted(contract, statistic, wanted, cursor=cursor, limit=2)
            found += page.items
            cursor = page.cursor
            if cursor is None:
                return found


@pytest.mark.parametrize(
    "name",
    [
        *("charity.raised", "charity.gifts", "charity.raised_daily", "charity.spent"),
        *("charity.disclosures_on_time", "charity.beneficiaries", "charity.largest"),
        "charity.failed",
    ],
)
def test_a_cell_has_as_many_events_as_it_counted(world: World, name: str) -> None:
    """In every period, for every cell and the total, whatever stands in the values."""
    for period in ("", *world.table(name).periods):
        table = world.table(name, period=period, full=False)
        for one in (*table.cells, table.total):
            cell = {key: as_text(value) for key, value in one.cell.items()}
            if one.hidden is None:
                assert len(behind(world, name, period, **cell)) == (one.count or 0)


def test_a_sum_is_the_sum_of_its_events(world: World) -> None:
    """Newest first, each with its transaction."""
    events = behind(world, "charity.raised", campaign="school", province="川")
    amounts = [one.fields["amount"] for one in events if isinstance(one.fields, dict)]
    assert amounts == [6, 5, 4, 3, 2, 1]
    assert len({one.transaction_id for one in events}) == 6


def test_bins_are_cells_too(world: World) -> None:
    """What a histogram sorts by size leads to what has that size."""
    (one,) = world.table("inventory.ltv").cells
    assert len(behind(world, "inventory.ltv", bin=str(one.cell["bin"]))) == 6


def test_a_duration_leads_to_what_ended_it(world: World) -> None:
    """Of all endings the list has those of the cell; which began long before is not asked."""
    (event,) = behind(world, "charity.import_to_paid", province="川")
    assert event.name == "charity.Paid"


def test_what_a_field_lacks_is_an_empty_text() -> None:
    """As addresses write it."""
    assert [as_text(one) for one in (None, True, False, 7, "川")] == [
        "",
        "true",
        "false",
        "7",
        "川",
    ]


def test_what_is_hidden_as_a_figure_has_no_list(world: World) -> None:
    """Neither the cell of two donors, nor the total from which it could be worked out."""
    world.block(donated(1, "a", "藏"), donated(1, "b", "藏"), at=5 * DAY)
    world.project()
    hidden = world.table("charity.raised", full=False)
    assert any(one.hidden for one in hidden.cells)
    for cell in ({"campaign": "school", "province": "藏"}, {}):
        with pytest.raises(Withheld):
            behind(world, "charity.raised", **cell)


@pytest.mark.parametrize(
    ("name", "period", "cell"),
    [
        ("charity.fee_share", "", {}),
        ("charity.duplicates", "", {}),
        ("charity.spent", "", {"campaign": "none"}),
        ("charity.spent", "", {"province": "川"}),
        ("charity.spent", "2026-11", {}),
        ("charity.raised_daily", "2026-11", {}),
        ("charity.failed", "November", {}),
    ],
)
def test_what_is_no_cell_is_refused(
    world: World, name: str, period: str, cell: dict[str, str]
) -> None:
    """A ratio, refused calls, a cell or a period that there is not: the error names what is."""
    with pytest.raises(InvalidArguments) as refused:
        behind(world, name, period, **cell)
    assert refused.value.expected


def test_a_statistic_that_is_not_there_is_not_found(world: World) -> None:
    """As for its table."""
    with pytest.raises(NotFound):
        behind(world, "charity.nothing")


def test_events_are_listed_by_organization_and_time(world: World) -> None:
    """Both together with a name, and in pages."""
    with closing(Views(world.url)) as views:
        everything = views.list_events(limit=500).items
        (organization,) = {
            one.organization for one in views.list_transactions(limit=500).items if one.event_count
        }
        mine = views.list_events(wanted=EventFilter(organization=organization), limit=500)
        assert mine.items == everything
        assert views.list_events("charity.*", wanted=EventFilter(organization="x")).items == ()
        during = TimeRange(T0 + DAY, T0 + 2 * DAY)
        day = views.list_events("charity.*", wanted=EventFilter(during=during)).items
        assert {one.time for one in day} == {T0 + DAY}
