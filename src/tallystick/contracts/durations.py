# SPDX-License-Identifier: Apache-2.0
"""Lengths of time in milliseconds, the unit of block time."""

from __future__ import annotations


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
    return number * 86_400_000
