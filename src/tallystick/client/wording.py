# SPDX-License-Identifier: Apache-2.0
"""Texts for people from values that strangers wrote: nothing in them can fake a line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_SHOWN_MAX: Final = 120
MESSAGE_MAX: Final = 400
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
TIME_MAX: Final = 253_402_300_799_999
"""Last millisecond of the year 9999."""


def format_time(time_ms: int) -> str:
    """Return unix milliseconds as RFC 3339 in UTC; a number out of range stays a number."""
    if not 0 <= time_ms <= TIME_MAX:
        return f"{time_ms} ms"
    # Integers only: a float of milliseconds would be rounded.
    moment = _EPOCH + timedelta(milliseconds=time_ms)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shown(value: object, *, characters_max: int = _SHOWN_MAX) -> str:
    """Return `value` for display: short, without control and direction characters."""
    text = str(value)
    clean = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[:characters_max])
    return clean + ("…" if len(text) > characters_max else "")
