# SPDX-License-Identifier: Apache-2.0
"""A time in equal stretches, as several routes ask for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tallystick.api.asked import Asked
from tallystick.api.parameters import FROM, TO, Kind, Parameter
from tallystick.errors import InvalidArguments

STRETCHES_MAX: Final = 400
STRETCHES_DEFAULT: Final = 24
STRETCHES: Final = (
    replace(FROM, is_required=True),
    replace(TO, is_required=True),
    Parameter(
        name="stretches",
        kind=Kind.INTEGER,
        minimum=1,
        maximum=STRETCHES_MAX,
        default=STRETCHES_DEFAULT,
        description="In how many equal stretches.",
    ),
)
_NAMED: Final = frozenset({"period", "from", "to", "stretches", "cursor", "limit"})
"""Parameters that are no values of a cell."""


def cell_in(asked: Asked) -> dict[str, str]:
    """Return which cell of a statistic is asked for: values by the names of its fields."""
    return {name: text for name, text in asked.extra.items() if name not in _NAMED}


def equal_stretches(asked: Asked) -> list[int]:
    """Return the moments from `from` to `to` at which a stretch begins or the last one ends.

    Raises:
        InvalidArguments: the time is too short for so many.
    """
    begin, end = asked.required_integer("from"), asked.required_integer("to")
    count = asked.required_integer("stretches")
    if end - begin < count:
        raise InvalidArguments(
            "the time asked for is too short for so many stretches",
            field="to",
            expected=f"{count} ms or more after `from`",
            found=f"{end - begin} ms",
        )
    return [begin + (end - begin) * place // count for place in range(count + 1)]
