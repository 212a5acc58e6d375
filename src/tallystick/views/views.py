# SPDX-License-Identifier: Apache-2.0
"""`Views`: what doors ask of the read models. Read-only, and safe for many threads."""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import Row, select

from tallystick.errors import NotFound, Unavailable
from tallystick.views import specs as kinds
from tallystick.views.counting import read_counts
from tallystick.views.cursors import check_limit
from tallystick.views.event_views import (
    LIMIT_DEFAULT,
    NEWEST,
    OLDEST,
    EventViews,
    wrong_order,
)
from tallystick.views.facet_views import FacetViews
from tallystick.views.figure_views import FigureViews
from tallystick.views.filters import (
    RecordFilter,
    TransactionFilter,
    column_of,
    leaf_bounds,
    record_conditions,
    transaction_conditions,
)
from tallystick.views.pages import Condition, Listing
from tallystick.views.register_views import RegisterViews
from tallystick.views.results import (
    Counts,
    EarlierWrite,
    Page,
    Place,
    RecordRow,
    TransactionRow,
)
from tallystick.views.scattered import numbers_where
from tallystick.views.shapes import (
    record_row,
    transaction_row,
)
from tallystick.views.snapshot import Reader, Snapshot
from tallystick.views.specs import Column, TableSpec
from tallystick.views.tables import (
    BLOCKS,
    CLASSES,
    LOG,
    WRITE_PLACE_BITS,
    RecordTable,
)

_POLL_S: Final = 0.005


class Views(EventViews, FacetViews, FigureViews, RegisterViews):
    """Reads the views of a node.

    Lists come newest first and in pages: give a page's cursor back for the next one. Every answer
    comes from one state of the views. While there are none, or they cannot be read, every method
    but `height` and `wait_for` raises `Unavailable`.
    """

    def __init__(self, url: str) -> None:
        """Prepare to read; the database may be made later.

        Raises:
            UsageError: not a database URL that can be used.
        """
        self._reader = Reader(url)

    def close(self) -> None:
        """Close all connections."""
        self._reader.close()

    def height(self) -> int:
        """Return the height of the newest block in the views; 0 while there is none."""
        return max(0, self._height())

    def wait_for(self, height: int, timeout_s: float) -> bool:
        """Wait until the views can be read and hold block `height`; say whether they do."""
        end = time.monotonic() + timeout_s
        while self._height() < height:
            if time.monotonic() >= end:
                return False
            time.sleep(_POLL_S)
        return True

    def list_transactions(
        self,
        wanted: TransactionFilter | None = None,
        *,
        cursor: str | None = None,
        limit: int = LIMIT_DEFAULT,
    ) -> Page[TransactionRow]:
        """Return transactions, refused ones too.

        Raises:
            InvalidArguments: a wrong cursor, limit or text.
        """
        check_limit(limit)
        wanted = wanted or TransactionFilter()
        with self._reader.snapshot() as snapshot:
            log_size = snapshot.meta.log_size
            conditions = transaction_conditions(snapshot.connection, wanted, log_size=log_size)
            listing = Listing(
                query=snapshot.form.tables.transactions,
                number=LOG.c.leaf_index,
                bounds=leaf_bounds(snapshot.connection, wanted.during, LOG.c.leaf_index),
                alternatives=conditions.alternatives,
                others=conditions.others,
            )
            rows, after = snapshot.page("transactions", listing, cursor, limit)
            return Page(_transaction_rows(snapshot, rows), after, snapshot.meta.height)

    def get_transaction(self, transaction_id: bytes) -> TransactionRow | None:
        """Return the transaction with this id, or None.

        The same bytes may be logged again, refused as a replay; the first time is what counts.
        """
        with self._reader.snapshot() as snapshot:
            is_it = _has_id(snapshot, transaction_id)
            query = snapshot.form.tables.transactions.where(is_it)
            query = query.order_by(LOG.c.leaf_index).limit(1)
            rows = list(snapshot.connection.execute(query))
            return next(iter(_transaction_rows(snapshot, rows)), None)

    def find_transaction(self, transaction_id: bytes) -> Place | None:
        """Return where the transaction with this id stands, or None; see `get_transaction`."""
        first_leaf = BLOCKS.c.log_size - BLOCKS.c.transaction_count
        query = (
            select(LOG.c.height, LOG.c.leaf_index - first_leaf, LOG.c.leaf_index, CLASSES.c.code)
            .join_from(LOG, BLOCKS, BLOCKS.c.height == LOG.c.height)
            .join(CLASSES, CLASSES.c.id == LOG.c.class_id)
            .order_by(LOG.c.leaf_index)
            .limit(1)
        )
        with self._reader.snapshot() as snapshot:
            is_it = _has_id(snapshot, transaction_id)
            row = snapshot.connection.execute(query.where(is_it)).first()
            return None if row is None else Place(*row)

    def tables(self) -> tuple[TableSpec, ...]:
        """Return the tables of contracts that there are, the register of members among them."""
        with self._reader.snapshot() as snapshot:
            return snapshot.form.tables.specs.all_tables()

    def columns(self, contract: str, table: str) -> tuple[Column, ...]:
        """Return the columns of a table: what it can be filtered by, and sorted by if indexed.

        Raises:
            NotFound: there is no such table.
        """
        with self._reader.snapshot() as snapshot:
            return snapshot.table(contract, table).columns

    def list_records(
        self,
        contract: str,
        table: str,
        wanted: RecordFilter | None = None,
        *,
        order: str = NEWEST,
        cursor: str | None = None,
        limit: int = LIMIT_DEFAULT,
    ) -> Page[RecordRow]:
        """Return records of a contract's table as they are now.

        Args:
            contract: name of the contract.
            table: name of its table.
            wanted: conditions.
            order: by their making, `newest` or `oldest` first; or an indexed column, `-column` for
                falling values. Records without a value in that column are then left out.
            cursor: of the page before.
            limit: rows wanted.

        Raises:
            NotFound: there is no such table.
            InvalidArguments: a wrong column, value, order, cursor or limit.
        """
        check_limit(limit)
        with self._reader.snapshot() as snapshot:
            found = snapshot.table(contract, table)
            listing = _record_listing(snapshot, found, wanted or RecordFilter(), order)
            name = f"{contract}.{table} {order}"
            rows, after = snapshot.page(name, listing, cursor, limit)
            items = tuple(record_row(row, found) for row in rows)
            return Page(items, after, snapshot.meta.height)

    def get_record(self, contract: str, table: str, *key: str | int) -> RecordRow | None:
        """Return the record with this primary key, or None.

        Raises:
            NotFound: there is no such table.
        """
        with self._reader.snapshot() as snapshot:
            found = snapshot.table(contract, table)
            query = select(found.sql).where(found.sql.c[kinds.KEY] == _key_text(key))
            row = snapshot.connection.execute(query).first()
            return None if row is None else record_row(row, found)

    def places_of_key(self, *key: str | int) -> tuple[tuple[str, str], ...]:
        """Return contract and name of every table that has a record with this primary key."""
        with self._reader.snapshot() as snapshot:
            return tuple(
                (row[0], row[1])
                for query in snapshot.form.tables.places_of_key
                for row in snapshot.connection.execute(query, {"key": _key_text(key)})
            )

    def list_changes(
        self,
        contract: str,
        table: str,
        *key: str | int,
        cursor: str | None = None,
        limit: int = LIMIT_DEFAULT,
    ) -> Page[TransactionRow]:
        """Return the transactions that made and changed a record, newest first.

        Of one that was removed its removal comes first. What a record was before it was made anew
        is not in it.

        Raises:
            NotFound: there is no such table, or there never was such a record.
            InvalidArguments: a wrong cursor or limit.
        """
        check_limit(limit)
        with self._reader.snapshot() as snapshot:
            found = snapshot.table(contract, table)
            newest = snapshot.newest_write(found, _key_text(key))
            if newest is None:
                raise NotFound(
                    f"{found.spec.name} has no such record",
                    field="key",
                    found=_key_text(key)[:80],
                )
            name = f"{contract}.{table} changes {_key_text(key)[:200]}"
            leaves, after = snapshot.changes(name, newest, cursor, limit)
            query = snapshot.form.tables.transactions.where(LOG.c.leaf_index.in_(leaves))
            query = query.order_by(LOG.c.leaf_index.desc())
            rows = list(snapshot.connection.execute(query))
            return Page(_transaction_rows(snapshot, rows), after, snapshot.meta.height)

    def previous_writes(self, leaf_index: int) -> dict[int, EarlierWrite]:
        """Return which earlier write of the same key each write of a transaction follows.

        By place in its write set. A write that is not here made its key, or follows what genesis
        founded.
        """
        with self._reader.snapshot() as snapshot:
            return snapshot.previous(leaf_index)

    def counts(self) -> Counts:
        """Return how much there is of everything; counted while projecting, so it costs little."""
        with self._reader.snapshot() as snapshot:
            return read_counts(snapshot)

    def _height(self) -> int:
        """Return the height of the views; -1 while they cannot be read."""
        try:
            return self._reader.height()
        except Unavailable:
            return -1


def _has_id(snapshot: Snapshot, transaction_id: bytes) -> Condition:
    """Return the condition that picks the transactions with an id."""
    number, log_size = LOG.c.leaf_index, snapshot.meta.log_size
    return number.in_(numbers_where(number, LOG.c.id == transaction_id, log_size=log_size))


def _transaction_rows(
    snapshot: Snapshot, rows: list[Row[tuple[object, ...]]]
) -> tuple[TransactionRow, ...]:
    firsts, texts = snapshot.first_events(rows), snapshot.form.sentences
    return tuple(transaction_row(row, firsts.get(row.leaf_index), texts) for row in rows)


def _record_listing(
    snapshot: Snapshot, table: RecordTable, wanted: RecordFilter, order: str
) -> Listing:
    is_by_time = order in {NEWEST, OLDEST}
    sort = None
    if not is_by_time:
        column = column_of(table, order.removeprefix("-"))
        if not column.sortable:
            known = ", ".join(one.name for one in table.columns if one.sortable)
            raise wrong_order(order, f"{NEWEST}, {OLDEST}, or {known or 'no column'}")
        sort = table.sql.c[column.name]
    conditions = record_conditions(
        table, wanted, use_index=is_by_time, log_size=snapshot.meta.log_size
    )
    return Listing(
        query=select(table.sql),
        number=table.number,
        sort=sort,
        descending=order == NEWEST or order.startswith("-"),
        bounds=leaf_bounds(snapshot.connection, wanted.during, table.number, WRITE_PLACE_BITS),
        alternatives=conditions.alternatives if sort is None else (sort.is_not(None),),
        others=conditions.others
        if sort is None
        else (*conditions.alternatives, *conditions.others),
    )


def _key_text(key: tuple[str | int, ...]) -> str:
    """Return a primary key as the state writes it (docs/spec: tables of contracts)."""
    if len(key) == 1:
        return str(key[0])
    return "/".join(str(part).replace("%", "%25").replace("/", "%2F") for part in key)
