# SPDX-License-Identifier: Apache-2.0
"""Days to come: what contracts call them, and buttons beside a date: in 30, 60 or 90 days; pure.

The buttons are those of the form, so they work without a script too: the form comes back filled in.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tallystick.console.ledger import Json
from tallystick.console.shown import BEIJING

CHOICES: Final = (30, 60, 90)
BUTTON: Final = "in-days"
"""Name of the buttons; the value of one is `widget:days:path of the control`."""
DUE: Final = frozenset(
    {
        *("closes_at", "cure_until", "deadline", "due", "due_at", "ends_at", "expiry"),
        *("grace_until", "respond_by", "sue_by", "until"),
    }
)
"""What contracts call a time by which something is to happen; an amount may be called `due` too."""
_AHEAD: Final = DUE | {"opens_at"}
_MOMENTS: Final = "%Y-%m-%dT%H:%M"


def looks_ahead(field: Json) -> bool:
    """Tell whether a control asks for a day to come, and not for when something happened.

    Contracts call the latter `issued_at` or `captured_at`.
    """
    if field["widget"] not in {"date", "time"}:
        return False
    return field["name"] in _AHEAD or not field["name"].endswith("_at")


def in_days(values: dict[str, str], wish: str, now_ms: int) -> dict[str, str]:
    """Return the controls after a press of such a button; of a wrong one as they were."""
    widget, _, rest = wish.partition(":")
    days, _, path = rest.partition(":")
    if not path or widget not in {"date", "time"} or days not in map(str, CHOICES):
        return values
    moment = datetime.fromtimestamp(now_ms / 1000, BEIJING) + timedelta(days=int(days))
    text = moment.date().isoformat() if widget == "date" else moment.strftime(_MOMENTS)
    return {**values, path: text}
