# SPDX-License-Identifier: Apache-2.0
"""When people work: on weekdays, from nine to six in Beijing."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Final

from tallystick.contracts import day_of, start_of

HOUR_MS: Final = 3_600_000
MINUTE_MS: Final = 60_000
_OPENS: Final = 9 * HOUR_MS
_CLOSES: Final = 18 * HOUR_MS
_SATURDAY: Final = 5


def working_time(time_ms: int, chance: Random) -> int:
    """Return a moment at which somebody does what is due at a time: not before, and not at night.

    What comes due at night or on a weekend is done some time in the next morning.
    """
    day = day_of(time_ms)
    of_day = time_ms - start_of(day)
    if day.weekday() < _SATURDAY and _OPENS <= of_day < _CLOSES:
        return time_ms + chance.randrange(5 * MINUTE_MS)
    if of_day >= _CLOSES:
        day += timedelta(days=1)
    return start_of(_weekday(day)) + _OPENS + chance.randrange(3 * HOUR_MS)


def _weekday(day: date) -> date:
    """Return a day, or the Monday after it."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= _SATURDAY else day
