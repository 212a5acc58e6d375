# SPDX-License-Identifier: Apache-2.0
"""Lengths of time in milliseconds, the unit of block time."""

from __future__ import annotations

from typing import Final

from tallystick.units import DAY_MS

CLOCK_AHEAD_MS: Final = 60_000
"""How far a right clock may be ahead of block time.

Between several organisations, a block has the time of the votes for the block before it, and an
idle network makes a block every 30 s. What a device says it did "now" lies that far ahead.
"""


def seconds(number: int) -> int:
    """Return seconds in milliseconds, the unit of block time."""
    return number * 1_000


def minutes(number: int) -> int:
    """Return minutes in milliseconds."""
    return number * 60_000


def hours(number: int) -> int:
    """Return hours in milliseconds."""
    return number * 3_600_000


def days(number: int) -> int:
    """Return days of 24 hours in milliseconds."""
    return number * DAY_MS
