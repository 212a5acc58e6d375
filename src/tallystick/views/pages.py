# SPDX-License-Identifier: Apache-2.0
"""Read one page of a long list without ever walking through all of it.

Every list is ordered by a number that is given once and never changes, or by an indexed column
and that number; a page begins after the key of the last row before it (keyset paging), so rows
that are added meanwhile neither repeat others nor push them out.

A condition with an index costs what the page costs. Any other condition is tried on at most
`SCAN_ROWS_MAX` rows for one page; the page may then be short, and its cursor goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, Select, null, select, tuple_, union_all

from tallystick.views.cursors import SortKey

SCAN_ROWS_MAX: Final = 20_000
"""Rows that one page may look at in vain: some 50 ms."""
ALTERNATIVES_MAX: Final = 32
"""Most index lookups for one page; with more the rows are looked through in order."""

Condition: TypeAlias = ColumnElement[bool]
Rows: TypeAlias = "list[Row[Any]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What to list and in which order."""

    query: Select[Any]
    """Selects the columns, without conditions."""
    number: ColumnElement[int]
    """The unique number of a row."""
    sort: ColumnElement[Any] | None = None
    """Column to order by, before the number."""
    descending: bool = True
    bounds: tuple[Condition, ...] = ()
    """Ranges of the number: they cost nothing."""
    alternatives: tuple[Condition, ...] = ()
    """Conditions of which one holds for each row, each served by an index; none: all rows.
    At most one where there is a column to sort by."""
    others: tuple[Condition, ...] = ()
    """Conditions without an index."""


def read_page(
    connection: Connection, listing: Listing, after: SortKey | None, limit: int
) -> tuple[Rows, SortKey | None]:
    """Return up to `limit` rows that follow `after`, and where the next page begins."""
    start = () if after is None else (_beyond(listing, after),)
    stop = _scan_end(connection, listing, start) if listing.others else None
    end = () if stop is None else (_up_to(listing, stop),)
    conditions = (*start, *end, *listing.others)
    rows = _rows(connection, listing, conditions, limit + 1)
    if len(rows) > limit:
        last = rows[limit - 1]
        return rows[:limit], (last.sort_value, last.sort_number)
    return rows, stop


def _rows(
    connection: Connection, listing: Listing, conditions: Sequence[Condition], limit: int
) -> Rows:
    if len(listing.alternatives) > 1:
        # Each alternative gives its first rows through its own index; the first of all are wanted.
        numbers = _merged(listing, conditions, limit).limit(limit)
        found = [row.sort_number for row in connection.execute(numbers)]
        conditions = (listing.number.in_(found),)
    else:
        conditions = (*listing.bounds, *listing.alternatives, *conditions)
    query = _ordered(listing, listing.query.add_columns(*_key(listing)).where(*conditions))
    return list(connection.execute(query.limit(limit)))


def _scan_end(
    connection: Connection, listing: Listing, start: tuple[Condition, ...]
) -> SortKey | None:
    """Return the key of the last row to look at, or None if all that follow may be looked at.

    Of several alternatives each may be looked at for its share; the share that ends first counts.
    """
    share = max(1, SCAN_ROWS_MAX // max(1, len(listing.alternatives)))
    if len(listing.alternatives) > 1:
        keys = _merged(listing, start, 1, offset=share - 1).limit(1)
    else:
        keys = _ordered(listing, _keys(listing, (*listing.alternatives, *start)))
        keys = keys.limit(1).offset(share - 1)
    row = connection.execute(keys).first()
    return None if row is None else (row.sort_value, row.sort_number)


def _merged(
    listing: Listing, conditions: Sequence[Condition], limit: int, *, offset: int = 0
) -> Select[Any]:
    """Return the keys of some rows of every alternative, in order."""
    parts = [
        _ordered(listing, _keys(listing, (alternative, *conditions)))
        .limit(limit)
        .offset(offset)
        .subquery()
        for alternative in listing.alternatives
    ]
    merged = union_all(*(select(part) for part in parts)).subquery()
    number = merged.c.sort_number
    return select(merged).order_by(number.desc() if listing.descending else number.asc())


def _keys(listing: Listing, conditions: Sequence[Condition]) -> Select[Any]:
    return select(*_key(listing)).where(*listing.bounds, *conditions)


def _key(listing: Listing) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    value = null() if listing.sort is None else listing.sort
    return value.label("sort_value"), listing.number.label("sort_number")


def _ordered(listing: Listing, query: Select[Any]) -> Select[Any]:
    columns = (listing.number,) if listing.sort is None else (listing.sort, listing.number)
    return query.order_by(*(c.desc() if listing.descending else c.asc() for c in columns))


def _beyond(listing: Listing, key: SortKey) -> Condition:
    """Return the condition for rows after `key` in the order of the list."""
    value, number = key
    if listing.sort is None:
        return listing.number < number if listing.descending else listing.number > number
    place, found = tuple_(listing.sort, listing.number), tuple_(value, number)
    return place < found if listing.descending else place > found


def _up_to(listing: Listing, key: SortKey) -> Condition:
    """Return the condition for rows up to and including `key`."""
    value, number = key
    if listing.sort is None:
        return listing.number >= number if listing.descending else listing.number <= number
    place, found = tuple_(listing.sort, listing.number), tuple_(value, number)
    return place >= found if listing.descending else place <= found


def between(number: ColumnElement[int], low: int | None, high: int | None) -> tuple[Condition, ...]:
    """Return the bounds for low <= number < high, each side optional."""
    bounds: list[Condition] = []
    if low is not None:
        bounds.append(number >= low)
    if high is not None:
        bounds.append(number < high)
    return tuple(bounds)
