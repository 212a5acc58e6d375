# SPDX-License-Identifier: Apache-2.0
"""Indexes over values that are scattered like hashes, which a plain index is too slow for.

In a plain index the hashes of a block belong to as many places of a tree that grows for ever: every
transaction rewrites a page of its own. Here the tree is cut by age into stretches of the log, and
new values all go into the last one; a look-up asks every stretch, a microsecond each.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, literal, select

STRETCH_BITS: Final = 14
"""A stretch has 2^14 transactions: its index stays in memory, and ten million have 610."""


def stretch(number: ColumnElement[int], place_bits: int = 0) -> ColumnElement[Any]:
    """Return the stretch of a row whose number is its log index times 2^`place_bits`."""
    return number.op(">>")(place_bits + STRETCH_BITS)


def numbers_where(
    number: ColumnElement[int],
    condition: ColumnElement[bool],
    *,
    log_size: int,
    place_bits: int = 0,
) -> Select[Any]:
    """Return the query for the numbers of rows that fulfil a condition on the indexed column.

    Genesis, whose numbers are below zero, is a stretch of its own before the first.
    """
    first = select(literal(-1).label("stretch")).cte(recursive=True)
    last = log_size >> STRETCH_BITS
    stretches: FromClause = first.union_all(
        select(first.c.stretch + 1).where(first.c.stretch < last)
    )
    is_there = stretch(number, place_bits) == stretches.c.stretch
    return select(number).select_from(stretches).where(is_there, condition)
