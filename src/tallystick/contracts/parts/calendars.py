# SPDX-License-Identifier: Apache-2.0
"""Working-day calendars: one versioned record for each calendar and year, shared by all contracts.

A new version counts for periods that begin after it; what was computed before stays, because the
deadline keeps its date and says which version it came from.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, TypeAlias

from msgspec import Meta

from tallystick.contracts.context import Context
from tallystick.contracts.label import Label
from tallystick.contracts.part import Part
from tallystick.contracts.records import Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.tables import Table
from tallystick.contracts.values import Count, Identifier, OrganizationCode, Timestamp
from tallystick.contracts.workdays import CHINA_OFFSET_MINUTES, day_of, end_of, nth_working_day

CALENDARS_CONTRACT: Final = "calendars"
_WEEKEND: Final = frozenset({6, 7})

Days: TypeAlias = Annotated[tuple[date, ...], Meta(max_length=366)]
Year: TypeAlias = Annotated[int, Meta(ge=1970, le=9999)]


class YearCalendar(Record):
    """The days of one year that are not what their weekday says."""

    id: Identifier
    year: Year
    version: Count
    days_off: Days
    """Monday to Friday without work."""
    working_weekends: Days
    """Saturdays and Sundays that are worked, to make up for days off."""
    organization: OrganizationCode
    """Who published this version."""
    published_at: Timestamp


class NewestCalendar(Record):
    """Which version of a year counts now."""

    id: Identifier
    year: Year
    version: Count


class CalendarPublished(Event):
    """en: {organization} published version {version} of the calendar {id} for {year}.

    zh: {organization} 发布了 {year} 年日历 {id} 的第 {version} 版。
    """

    id: Identifier
    year: Year
    version: Count
    organization: OrganizationCode


class CalendarMissing(Refusal, code="E_MISSING"):
    """en: There is no calendar {calendar} for {year}.

    zh: 没有 {year} 年的日历 {calendar}。
    """

    calendar: Identifier
    year: Year


class DayOfOtherYear(Refusal, code="E_VALUE"):
    """en: {day} is not a day of {year} that the list may name.

    zh: {day} 不是该清单在 {year} 年可列的日期。
    """

    day: date
    year: Year


class WorkingPeriod(Record):
    """Until when a period of working days lasts, and what it was counted with."""

    until: Timestamp
    """The last millisecond of the last day."""
    calendar: str
    """For example `CN/2026@1`; the versions of all years the period touches."""


class Calendars(Part):
    """The shared calendars: `calendars = Calendars()`."""

    home = CALENDARS_CONTRACT
    events = (CalendarPublished,)
    refusals = (CalendarMissing, DayOfOtherYear)

    years = Table(
        YearCalendar, key=("id", "year", "version"), label=Label(zh="日历", en="Calendars")
    )
    newest = Table(NewestCalendar, key=("id", "year"), label=Label(zh="现行版", en="In force"))

    def publish(
        self, ctx: Context, calendar: str, year: int, days_off: Days, working_weekends: Days
    ) -> YearCalendar:
        """Publish a year, or its next version.

        Raises:
            DayOfOtherYear: a day off on a weekend or a working weekend on a weekday, or a day of
                another year.
        """
        for days, is_weekend in ((days_off, False), (working_weekends, True)):
            for day in days:
                if day.year != year or (day.isoweekday() in _WEEKEND) is not is_weekend:
                    raise DayOfOtherYear(day=day, year=year)
        before = self.newest.get(calendar, year)
        published = YearCalendar(
            id=calendar,
            year=year,
            version=1 if before is None else before.version + 1,
            days_off=tuple(sorted(set(days_off))),
            working_weekends=tuple(sorted(set(working_weekends))),
            organization=ctx.signer.organization,
            published_at=ctx.block_time_ms,
        )
        self.newest.put(NewestCalendar(id=calendar, year=year, version=published.version))
        self.announce(
            CalendarPublished(
                id=calendar,
                year=year,
                version=published.version,
                organization=published.organization,
            )
        )
        return self.years.add(published)

    def year(self, calendar: str, year: int) -> YearCalendar:
        """Return the version of a year that counts now.

        Raises:
            CalendarMissing: nobody has published it.
        """
        newest = self.newest.get(calendar, year)
        if newest is None:
            raise CalendarMissing(calendar=calendar, year=year)
        return self.years.require(calendar, year, newest.version)

    def period(
        self,
        start_ms: int,
        working_days: int,
        *,
        calendar: str = "CN",
        offset_minutes: int = CHINA_OFFSET_MINUTES,
    ) -> WorkingPeriod:
        """Return the period of so many working days after the day of `start_ms`.

        Raises:
            CalendarMissing: a year that it touches has not been published.
        """
        used: dict[int, YearCalendar] = {}

        def is_working(day: date) -> bool:
            if day.year not in used:
                used[day.year] = self.year(calendar, day.year)
            return is_working_day(day, used[day.year])

        last = nth_working_day(day_of(start_ms, offset_minutes), working_days, is_working)
        versions = [f"{calendar}/{year}@{used[year].version}" for year in sorted(used)]
        return WorkingPeriod(until=end_of(last, offset_minutes), calendar=" ".join(versions))


def is_working_day(day: date, year: YearCalendar) -> bool:
    """Return whether a day of the calendar's year is worked."""
    if day.isoweekday() in _WEEKEND:
        return day in year.working_weekends
    return day not in year.days_off
