# SPDX-License-Identifier: Apache-2.0
"""Days and working days, counted in whole days of one time zone; numbers only, no clock.

A time is Unix milliseconds. A day begins at midnight of a zone with a fixed offset from UTC, which
is +08:00 unless another is given.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from tallystick.units import DAY_MS

CHINA_OFFSET_MINUTES: Final = 8 * 60
_MINUTE_MS: Final = 60_000
_EPOCH: Final = date(1970, 1, 1)

SEARCH_DAYS_MAX: Final = 366
"""How far the next working day may be; a calendar without one would never end a period."""


def day_of(time_ms: int, offset_minutes: int = CHINA_OFFSET_MINUTES) -> date:
    """Return the day on which a time falls."""
    days = (time_ms + offset_minutes * _MINUTE_MS) // DAY_MS
    return _EPOCH + timedelta(days=days)


def start_of(day: date, offset_minutes: int = CHINA_OFFSET_MINUTES) -> int:
    """Return the first millisecond of a day."""
    return (day - _EPOCH).days * DAY_MS - offset_minutes * _MINUTE_MS


def end_of(day: date, offset_minutes: int = CHINA_OFFSET_MINUTES) -> int:
    """Return the last millisecond of a day."""
    return start_of(day, offset_minutes) + DAY_MS - 1


def nth_working_day(start: date, count: int, is_working: Callable[[date], bool]) -> date:
    """Return the `count`-th working day after `start`, which itself does not count.

    Raises:
        ValueError: `count` is below 1, or no working day comes within `SEARCH_DAYS_MAX` days.
    """
    if count < 1:
        raise ValueError("count at least one working day")
    day = start
    for _ in range(count):
        day = _next_working_day(day, is_working)
    return day


def _next_working_day(start: date, is_working: Callable[[date], bool]) -> date:
    for distance in range(1, SEARCH_DAYS_MAX + 1):
        day = start + timedelta(days=distance)
        if is_working(day):
            return day
    raise ValueError(f"no working day within {SEARCH_DAYS_MAX} days after {start}")
