# SPDX-License-Identifier: Apache-2.0
"""The part of `Views` that counts: which values a table's columns have, and who calls a contract.

Nothing here walks through a table or a log of any length: records are counted up to a limit, from
the newest back, and calls are counted while projecting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, case, func, or_, select

from tallystick.errors import InvalidArguments
from tallystick.model import OK
from tallystick.views.block_views import BlockViews
from tallystick.views.filters import RecordFilter, column_of, leaf_bounds, record_conditions
from tallystick.views.pages import SCAN_ROWS_MAX, Condition
from tallystick.views.results import ColumnCounts, FacetCounts, MethodUse, Page
from tallystick.views.tables import CLASSES, WRITE_PLACE_BITS, RecordTable

COLUMNS_MAX: Final = 6
"""Most columns that are counted at once."""


class FacetViews(BlockViews):
    """Counts values and calls, beside blocks; see `Views`."""

    def count_values(
        self,
        contract: str,
        table: str,
        wanted: RecordFilter | None,
        columns: Sequence[str],
        *,
        rows_max: int = SCAN_ROWS_MAX,
    ) -> FacetCounts:
        """Return how often each value stands in columns, in the records that a filter lets through.

        Args:
            contract: name of the contract.
            table: name of its table.
            wanted: conditions.
            columns: by name or dotted path, at most `COLUMNS_MAX`.
            rows_max: how many records are looked at, the newest ones.

        Raises:
            NotFound: there is no such table.
            InvalidArguments: a wrong column or value.
        """
        if len(columns) > COLUMNS_MAX:
            raise InvalidArguments(
                "too many columns to count", field="columns", expected=f"at most {COLUMNS_MAX}"
            )
        with self._reader.snapshot() as snapshot:
            found = snapshot.table(contract, table)
            wanted = wanted or RecordFilter()
            conditions = record_conditions(
                found, wanted, use_index=True, log_size=snapshot.meta.log_size
            )
            bounds = leaf_bounds(snapshot.connection, wanted.during, found.number, WRITE_PLACE_BITS)
            leading = bounds
            if conditions.alternatives:
                leading = (*leading, or_(*conditions.alternatives))
            others = conditions.others
            first = _first_counted(snapshot.connection, found, leading, rows_max)
            is_whole = first is None
            if first is not None:
                leading = (*leading, found.number >= first)
            counts = _counts(snapshot.connection, found, columns, (*leading, *others))
            return FacetCounts(
                columns=counts,
                sortable=tuple(_sortable(found)),
                rows_max=None if is_whole else rows_max,
                height=snapshot.meta.height,
            )

    def method_use(self, contract: str) -> Page[MethodUse]:
        """Return how often each method of a contract was called, and refused; by method."""
        is_done = case((CLASSES.c.code == OK, CLASSES.c.count), else_=0)
        query = (
            select(
                CLASSES.c.method,
                func.sum(CLASSES.c.count),
                func.sum(is_done),
                func.count(CLASSES.c.organization.distinct()),
            )
            .where(CLASSES.c.contract == contract, CLASSES.c.method.is_not(None))
            .group_by(CLASSES.c.method)
            .order_by(CLASSES.c.method)
        )
        with self._reader.snapshot() as snapshot:
            items = tuple(
                MethodUse(
                    method=method,
                    calls=int(calls),
                    refused=int(calls) - int(done),
                    organizations=organizations,
                )
                for method, calls, done, organizations in snapshot.connection.execute(query)
            )
            return Page(items, None, snapshot.meta.height)


def _sortable(table: RecordTable) -> list[str]:
    """Return the columns by which lists of a table can be ordered, as records call them."""
    key = [] if table.spec.text_key is None else [table.spec.text_key]
    return key + [".".join(column.path) for column in table.columns if column.sortable]


def _first_counted(
    connection: Connection, table: RecordTable, leading: Sequence[Condition], rows_max: int
) -> int | None:
    """Return the number of the oldest record to look at; None if all may be looked at."""
    query = select(table.number).where(*leading).order_by(table.number.desc())
    is_more = connection.scalar(query.limit(1).offset(rows_max))
    return None if is_more is None else connection.scalar(query.limit(1).offset(rows_max - 1))


def _counts(
    connection: Connection,
    table: RecordTable,
    names: Sequence[str],
    conditions: Sequence[Condition],
) -> tuple[ColumnCounts, ...]:
    """Return the counts of all columns, of one walk through the records."""
    if not names:
        return ()
    columns = [column_of(table, name) for name in names]
    sql = [table.sql.c[column.name] for column in columns]
    counted: list[Counter[Any]] = [Counter() for _ in columns]
    query = select(*sql, func.count()).where(*conditions).group_by(*sql)
    for *values, count in connection.execute(query):
        for counter, value in zip(counted, values, strict=True):
            counter[value] += count
    return tuple(
        ColumnCounts(
            name=name,
            values=tuple(sorted(counter.items(), key=lambda one: (-one[1], str(one[0])))),
        )
        for name, counter in zip(names, counted, strict=True)
    )
