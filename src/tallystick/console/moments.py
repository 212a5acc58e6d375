# SPDX-License-Identifier: Apache-2.0
"""Moments as people write them in forms and addresses: in the time of the network's users."""

from __future__ import annotations

from datetime import datetime

from tallystick.console.shown import BEIJING
from tallystick.errors import InvalidArguments

WRITTEN = "%Y-%m-%dT%H:%M"


def moment_in(text: str, field: str) -> int | None:
    """Return a date and time as unix milliseconds; None of an empty text.

    Without a zone it is the time in Beijing, as `datetime-local` controls send it.

    Raises:
        InvalidArguments: it is no date and time.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidArguments(
            "not a date and time", field=field, expected="2026-11-22T08:30", found=text[:40]
        ) from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)).timestamp() * 1000)


def written(moment_ms: int) -> str:
    """Return a moment to the minute, as `datetime-local` controls show it."""
    return datetime.fromtimestamp(moment_ms / 1000, BEIJING).strftime(WRITTEN)
