# SPDX-License-Identifier: Apache-2.0
"""What is counted of alerts and of the work on them, in a period and in the one before; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tallystick.console.figures.notes import Handling, state_after
from tallystick.console.figures.periods import Period

Alerts = Sequence[tuple[dict[str, Any], Handling]]
"""Alerts as the node tells them, each with what people did about it."""


def raised_between(alerts: Alerts, begin_ms: int, end_ms: int) -> int:
    """Return how many alerts were raised in a time."""
    return sum(begin_ms <= alert["time_ms"] < end_ms for alert, _ in alerts)


def untouched_at(alerts: Alerts, moment_ms: int) -> int:
    """Return how many alerts were open at a moment that nobody had done anything about."""
    return sum(
        alert["time_ms"] < moment_ms
        and (alert["closed_time_ms"] is None or alert["closed_time_ms"] >= moment_ms)
        and _state_at(handling, moment_ms) == "new"
        for alert, handling in alerts
    )


def handled_between(alerts: Alerts, begin_ms: int, end_ms: int) -> list[int]:
    """Return how long each alert that people closed in a time took them, in milliseconds.

    One that was closed, opened again and closed again took until it was closed for good.
    """
    found = []
    for alert, handling in alerts:
        closed_at = closed_by_people(handling)
        if closed_at is not None and begin_ms <= closed_at < end_ms:
            found.append(max(0, closed_at - alert["time_ms"]))
    return found


def closed_by_people(handling: Handling) -> int | None:
    """Return when people closed an alert, if it stands closed."""
    if handling.state != "closed":
        return None
    return next(int(one["at"]) for one in reversed(handling.history) if one["action"] == "close")


def mean(times: Sequence[int]) -> int | None:
    """Return the mean, rounded down; None of nothing."""
    return sum(times) // len(times) if times else None


def alert_figures(alerts: Alerts, period: Period, now_ms: int) -> dict[str, dict[str, int | None]]:
    """Return each figure with that of the time before.

    What nobody has touched is that of now, beside that of when the period began.
    """
    here, before = period.span, period.before_span
    return {
        "raised": {
            "value": raised_between(alerts, *here),
            "before": raised_between(alerts, *before),
        },
        "untouched": {
            "value": untouched_at(alerts, now_ms + 1),
            "before": untouched_at(alerts, period.begin_ms),
        },
        "handling_ms": {
            "value": mean(handled_between(alerts, *here)),
            "before": mean(handled_between(alerts, *before)),
        },
    }


def _state_at(handling: Handling, moment_ms: int) -> str:
    return state_after([one for one in handling.history if one["at"] < moment_ms], moment_ms)
