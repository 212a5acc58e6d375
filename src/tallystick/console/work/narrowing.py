# SPDX-License-Identifier: Apache-2.0
"""Which tasks of an inbox are shown: by system, by when they are due, by amount; pure.

The wishes stand in the address, so a narrowed inbox can be kept as a bookmark.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tallystick.units import DAY_MS

OVERDUE: Final = "overdue"
NO_DATE: Final = "none"
DAYS: Final = (1, 7, 30)
AMOUNTS: Final = (10_000, 100_000, 1_000_000, 10_000_000)
"""In yuan, from which on a task is shown."""
_MINOR: Final = 100


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What somebody wants to see; an empty wish, or one that is not offered, leaves all."""

    system: str = ""
    due: str = ""
    amount: int = 0
    """In yuan; 0: whatever it is, also none."""

    @property
    def is_set(self) -> bool:
        """Whether anything is left out."""
        return self != Narrowing()

    def takes(self, task: Mapping[str, Any], now_ms: int) -> bool:
        """Tell whether a task is shown."""
        return (
            self.system in {"", task["contract"]}
            and self._is_due(task["due_at"], now_ms)
            and (task["amount"] or 0) >= self.amount * _MINOR
        )

    def _is_due(self, due_at: int | None, now_ms: int) -> bool:
        if not self.due:
            return True
        if self.due == NO_DATE or due_at is None:
            return self.due == NO_DATE and due_at is None
        if self.due == OVERDUE:
            return due_at < now_ms
        return due_at < now_ms + int(self.due) * DAY_MS


def narrowing_of(query: Mapping[str, str]) -> Narrowing:
    """Return the wishes of an address."""
    due, amount = query.get("due", ""), query.get("amount", "")
    return Narrowing(
        system=query.get("system", ""),
        due=due if due in {OVERDUE, NO_DATE, *map(str, DAYS)} else "",
        amount=int(amount) if amount in map(str, AMOUNTS) else 0,
    )


def systems_in(tasks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the systems that have tasks, each with how many."""
    found: dict[str, dict[str, Any]] = {}
    for task in tasks:
        name = task["contract"]
        one = found.setdefault(name, {"name": name, "label": task["application"], "count": 0})
        one["count"] += 1
    return sorted(found.values(), key=lambda one: str(one["name"]))
