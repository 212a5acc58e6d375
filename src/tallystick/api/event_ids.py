# SPDX-License-Identifier: Apache-2.0
"""Places on the event stream as text: `<height>.<index>.<position>`, or a height alone."""

from __future__ import annotations

import re
from typing import Final

from tallystick.api.view_ports import EventPlace
from tallystick.errors import Rejected

_ID: Final = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,9})\.([0-9]{1,9}))?")
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]*\*?")
LAST: Final = 1_000_000_000
"""Beyond every index and position: a place after all events of its block."""


def parse_place(text: str) -> EventPlace:
    """Return the place after which events are wanted.

    Raises:
        Rejected: not an event id and not a height.
    """
    match = _ID.fullmatch(text)
    if match is None:
        raise Rejected(
            "not a place on the event stream",
            field="since",
            expected="the id of an event, <height>.<index>.<position>, or a height",
            found=text[:60],
        )
    height, index, position = match.groups()
    if index is None:
        return EventPlace(int(height), LAST, LAST)
    return EventPlace(int(height), int(index), int(position))


def format_place(place: EventPlace) -> str:
    """Return the id of the event at a place."""
    return f"{place.height}.{place.index}.{place.position}"


def check_pattern(pattern: str | None) -> str | None:
    """Return a pattern of event names: a name, or the beginning of one with a star.

    Raises:
        Rejected: other characters, or a star in another place.
    """
    if pattern is not None and _NAME.fullmatch(pattern) is None:
        raise Rejected(
            "not a name of events",
            field="name",
            expected="for example evidence.Deposited or evidence.*",
            found=pattern[:80],
        )
    return pattern


def matches(pattern: str | None, name: str) -> bool:
    """Say whether an event's name fits a pattern."""
    if pattern is None:
        return True
    if pattern.endswith("*"):
        return name.startswith(pattern[:-1])
    return name == pattern
