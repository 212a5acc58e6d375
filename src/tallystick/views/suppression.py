# SPDX-License-Identifier: Apache-2.0
"""Which cells of a published table are hidden, so that few people cannot be told from many.

What is promised, for one table (one statistic, one period, its cells and their total):
a cell with fewer subjects than the least number is hidden; and when any cell is hidden, what
subtraction of the cells shown from the total gives covers a cell with at least that many. So where
something is hidden, the smallest of the other cells goes with it, and where there is none the
total does. Not promised: anything about several tables together, tables read at different times,
one subject who makes up most of a cell, or what else is known.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final, NamedTuple, TypeVar

SMALL: Final = "small"
"""Fewer subjects than the least number."""
WITHHELD: Final = "withheld"
"""Enough subjects, but another cell could be worked out from it."""

CellId = TypeVar("CellId", bound=Hashable)


class Weight(NamedTuple):
    """How many stand behind a cell."""

    subjects: int
    events: int

    def is_small(self, least: int) -> bool:
        """Say whether too few stand behind it; nothing at all is not too few."""
        return self.subjects < least and self.events > 0


def suppress(
    cells: Mapping[CellId, Weight], total: Weight, least: int
) -> tuple[dict[CellId, str], str | None]:
    """Return why cells are hidden, by cell, and why the total is, None if it is shown."""
    hidden = {cell: SMALL for cell, weight in cells.items() if weight.is_small(least)}
    if total.is_small(least):
        return {**dict.fromkeys(cells, WITHHELD), **hidden}, SMALL
    if not hidden:
        return {}, None
    others = [cell for cell, weight in cells.items() if weight.events and cell not in hidden]
    if not others:
        return hidden, WITHHELD
    companion = min(others, key=lambda cell: cells[cell].subjects)
    return {**hidden, companion: WITHHELD}, None
