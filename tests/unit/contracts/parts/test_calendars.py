# SPDX-License-Identifier: Apache-2.0
"""Working days are counted with a published, versioned calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.contracts import (
    ANY_MEMBER,
    CHINA_OFFSET_MINUTES,
    Context,
    Contract,
    Label,
    Timestamp,
    action,
    day_of,
    end_of,
    nth_working_day,
    start_of,
)
from tallystick.contracts.parts import CalendarMissing, Calendars, WorkingPeriod
from tallystick.contracts.registers import WorkingDays
from tallystick.encoding import Value
from tallystick.execution import ContractRunner
from tallystick.testing import LedgerHarness, make_signer
from tallystick.testing.harness import make_invocation

KEEPER = make_signer("calendar.keeper", member="cal")
OCTOBER_2026 = tuple(f"2026-10-0{day}" for day in (1, 2, 5, 6, 7))


class Court(Contract, name="court", version=1):
    """A contract that counts working days with the shared calendars."""

    calendars = Calendars()

    @action(role=ANY_MEMBER, label=Label(zh="算", en="Count"))
    def count(self, ctx: Context, start: Timestamp, days: int) -> WorkingPeriod:
        """Return a period."""
        return self.calendars.period(start, days)


@pytest.fixture
def calendars() -> LedgerHarness:
    """Return the register with the week of National Day 2026 free and one Saturday worked."""
    ledger = LedgerHarness(WorkingDays)
    ledger.run(
        "publish",
        KEEPER,
        calendar="CN",
        year=2026,
        days_off=list(OCTOBER_2026),
        working_weekends=["2026-10-10"],
    )
    return ledger


def period(ledger: LedgerHarness, start: date, days: int) -> tuple[str, object]:
    """Count in another contract, on the state of the register; return code and result."""
    args = {"start": start_of(start) + 5, "days": days}
    call = make_invocation(Court, "count", make_signer(), args)
    done = ContractRunner([Court]).execute(call, ledger.state)
    return done.code, done.result


def test_days_off_are_skipped_and_worked_weekends_counted(calendars: LedgerHarness) -> None:
    """From 30 September the first working day is 8 October, the third the Saturday after."""
    code, result = period(calendars, date(2026, 9, 30), 3)
    assert code == "ok"
    assert result == {"until": end_of(date(2026, 10, 10)), "calendar": "CN/2026@1"}


def test_a_new_version_counts_from_then_on_and_old_ones_stay(calendars: LedgerHarness) -> None:
    """The calendar is a versioned record: each period says which version it was counted with."""
    again = calendars.run("publish", KEEPER, calendar="CN", year=2026, days_off=["2026-10-01"])
    assert again.code == "ok"
    code, result = period(calendars, date(2026, 9, 30), 1)
    assert (code, result) == ("ok", {"until": end_of(date(2026, 10, 2)), "calendar": "CN/2026@2"})
    versions = calendars.state.records("calendars", "years")
    assert list(versions) == ["CN/2026/1", "CN/2026/2"]
    shown = calendars.query("show", calendar="CN", year=2026)
    assert isinstance(shown, dict)
    assert shown["version"] == 2


def test_a_period_into_a_year_without_calendar_is_refused(calendars: LedgerHarness) -> None:
    """Nobody guesses holidays: E_MISSING names the year."""
    code, result = period(calendars, date(2026, 12, 31), 1)
    assert (code, result) == ("E_MISSING", {"calendar": "CN", "year": 2027})
    calendars.run("publish", KEEPER, calendar="CN", year=2027, days_off=["2027-01-01"])
    _, result = period(calendars, date(2026, 12, 30), 2)
    assert result == {"until": end_of(date(2027, 1, 4)), "calendar": "CN/2026@1 CN/2027@1"}


@pytest.mark.parametrize(
    ("field", "day"),
    [
        ("days_off", "2026-10-03"),
        ("days_off", "2027-10-01"),
        ("working_weekends", "2026-10-01"),
    ],
)
def test_days_that_say_nothing_are_refused(calendars: LedgerHarness, field: str, day: str) -> None:
    """A free Saturday, a worked Thursday and a day of another year are mistakes."""
    days: dict[str, Value] = {field: [day]}
    refused = calendars.run("publish", KEEPER, calendar="CN", year=2026, **days)
    assert (refused.code, refused.result) == ("E_VALUE", {"day": day, "year": 2026})


def test_only_the_keeper_publishes(calendars: LedgerHarness) -> None:
    """The role is the network's to give."""
    assert calendars.run("publish", make_signer(), calendar="CN", year=2026).code == "E_ROLE"
    with pytest.raises(CalendarMissing):
        calendars.query("show", calendar="CN", year=1999)


@given(st.dates(date(1971, 1, 1), date(9000, 1, 1)), st.integers(-720, 840))
def test_a_day_is_from_its_start_to_its_end(day: date, offset: int) -> None:
    """Every millisecond belongs to one day, in every zone."""
    start, end = start_of(day, offset), end_of(day, offset)
    assert day_of(start, offset) == day_of(end, offset) == day
    assert day_of(start - 1, offset) == day - timedelta(days=1)
    assert day_of(end + 1, offset) == day + timedelta(days=1)


@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.integers(1, 30),
    st.sets(st.integers(0, 60)),
)
def test_the_nth_working_day_has_n_working_days_up_to_it(
    start: date, count: int, free: set[int]
) -> None:
    """Counted one by one, as a person would with a calendar on the wall."""
    off = {start + timedelta(days=distance) for distance in free}
    last = nth_working_day(start, count, lambda day: day not in off)
    passed = [start + timedelta(days=n) for n in range(1, (last - start).days + 1)]
    assert sum(day not in off for day in passed) == count
    assert last not in off


def test_no_period_of_no_days_and_no_endless_search() -> None:
    """A calendar without working days ends the search."""
    with pytest.raises(ValueError, match="at least one"):
        nth_working_day(date(2026, 1, 1), 0, lambda _day: True)
    with pytest.raises(ValueError, match="no working day"):
        nth_working_day(date(2026, 1, 1), 1, lambda _day: False)
    assert CHINA_OFFSET_MINUTES == 480
