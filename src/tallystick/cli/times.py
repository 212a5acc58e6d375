# SPDX-License-Identifier: Apache-2.0
"""Times as users write and read them; in the ledger they are unix milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tallystick.cli.catalogue import say
from tallystick.errors import UsageError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MS = 253_402_300_799_999
_MILLISECOND = timedelta(milliseconds=1)
_WAIT_S_MAX = 7 * 24 * 60 * 60


def check_seconds(value: float) -> float:
    """Return a time to wait if it is one; `nan` and the like would wait for ever.

    Raises:
        UsageError: negative, not a number, or more than a week.
    """
    if 0 <= value <= _WAIT_S_MAX:
        return value
    message = say("usage.value", name="--timeout", value=value)
    raise UsageError(message, field="--timeout", expected=f"0 … {_WAIT_S_MAX} s")


def format_time(time_ms: int) -> str:
    """Return unix milliseconds as RFC 3339 in UTC; beyond the year 9999 the last time there is."""
    moment = _EPOCH + min(time_ms, _LATEST_MS) * _MILLISECOND
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(text: str, option: str) -> int:
    """Return unix milliseconds of an RFC 3339 time; without an offset it is this machine's time.

    Raises:
        UsageError: not a time.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            say("usage.time", value=text),
            field=option,
            expected="2026-11-22, 2026-11-22T08:30:00+08:00",
        ) from error
    return (moment.astimezone(UTC) - _EPOCH) // _MILLISECOND
