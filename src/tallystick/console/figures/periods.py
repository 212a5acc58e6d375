# SPDX-License-Identifier: Apache-2.0
"""A period of the regulator's page, and the one before it to compare with; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tallystick.console.shown import BEIJING
from tallystick.errors import InvalidArguments

DAY_MS: Final = 86_400_000
LAST_DAYS: Final = (7, 30, 90)
DEFAULT: Final = "30d"
_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_QUARTER: Final = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)
_MONTHS_SHOWN: Final = 12
_QUARTERS_SHOWN: Final = 5
_YEARS: Final = range(1971, 9_000)
_EXPECTED: Final = "7d, 30d, 90d, a month such as 2026-11 or a quarter such as 2026-Q4"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in Beijing, and as many of those before, as far as the time before has them."""

    name: str
    begin_ms: int
    end_ms: int
    """The end of today at the latest."""
    before_begin_ms: int
    before_end_ms: int

    @property
    def span(self) -> tuple[int, int]:
        """Where it begins and ends."""
        return self.begin_ms, self.end_ms

    @property
    def before_span(self) -> tuple[int, int]:
        """Where the time before begins and ends."""
        return self.before_begin_ms, self.before_end_ms

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end_ms - self.begin_ms) // DAY_MS

    @property
    def before_days(self) -> int:
        """How many days of the time before are compared with."""
        return (self.before_end_ms - self.before_begin_ms) // DAY_MS


def period_of(name: str, now_ms: int) -> Period:
    """Return a period: the last days up to today, or a month or quarter up to today at the latest.

    Raises:
        InvalidArguments: there is no such period, or it is to come.
    """
    tomorrow = _midnight(now_ms) + timedelta(days=1)
    if name in {f"{days}d" for days in LAST_DAYS}:
        length = timedelta(days=int(name[:-1]))
        begin = tomorrow - length
        return _period(name, begin, tomorrow, begin - length)
    month, months = _calendar(name)
    begin, end = _month(month), _month(month + months)
    if begin >= tomorrow:
        raise _no_period(name)
    return _period(name, begin, min(end, tomorrow), _month(month - months))


def period_names(now_ms: int) -> dict[str, list[str]]:
    """Return the months and quarters to choose from, newest first."""
    today = _midnight(now_ms)
    month = 12 * today.year + today.month - 1
    months = [_month(month - place) for place in range(_MONTHS_SHOWN)]
    quarters = [_month(3 * (month // 3 - place)) for place in range(_QUARTERS_SHOWN)]
    return {
        "months": [one.strftime("%Y-%m") for one in months],
        "quarters": [f"{one.year}-Q{one.month // 3 + 1}" for one in quarters],
    }


def day_text(moment_ms: int) -> str:
    """Return the day in Beijing that a moment belongs to."""
    return datetime.fromtimestamp(moment_ms / 1000, BEIJING).strftime("%Y-%m-%d")


def _period(name: str, begin: datetime, end: datetime, before: datetime) -> Period:
    """Return a period with as much of the time before as it has itself."""
    before_end = min(before + (end - begin), begin)
    return Period(name, _ms(begin), _ms(end), _ms(before), _ms(before_end))


def _calendar(name: str) -> tuple[int, int]:
    """Return the number of a period's first month, and how many months it has."""
    if (found := _MONTH.fullmatch(name)) and int(found[1]) in _YEARS:
        return 12 * int(found[1]) + int(found[2]) - 1, 1
    if (found := _QUARTER.fullmatch(name)) and int(found[1]) in _YEARS:
        return 12 * int(found[1]) + 3 * (int(found[2]) - 1), 3
    raise _no_period(name)


def _no_period(name: str) -> InvalidArguments:
    return InvalidArguments(
        "there is no such period", field="period", expected=_EXPECTED, found=name[:20]
    )


def _midnight(moment_ms: int) -> datetime:
    now = datetime.fromtimestamp(moment_ms / 1000, BEIJING)
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _month(number: int) -> datetime:
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=BEIJING)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000
