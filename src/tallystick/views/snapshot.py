# SPDX-License-Identifier: Apache-2.0
"""One unchanging state of the views, to answer one question from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, literal, select

from tallystick.views import specs as kinds
from tallystick.views.cursors import format_cursor, parse_cursor
from tallystick.views.database import open_reader, reading
from tallystick.views.pages import Listing, Rows, read_page
from tallystick.views.results import EarlierWrite, RecordRow
from tallystick.views.shapes import Sentences, record_row
from tallystick.views.specs import decode_specs
from tallystick.views.tables import (
    EVENT_PLACE_BITS,
    EVENTS,
    LOG,
    META,
    RECORD_CHANGES,
    REMOVED_RECORDS,
    WRITE_PLACE_BITS,
    RecordTable,
    Tables,
    removed_name,
)

_STATE: Final[Select[Any]] = select(
    META.c.schema, META.c.height, META.c.block_time, META.c.log_size
)
"""Where the views are; their specs are long, and read only when another form is found."""
_SPECS: Final = select(META.c.specs)


@dataclass(frozen=True, slots=True)
class Form:
    """The tables that there are; a rebuild by another version gives them another form."""

    digest: str
    tables: Tables
    sentences: Sentences


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A connection inside a transaction, and what it reads."""

    connection: Connection
    meta: Row[Any]
    form: Form

    def table(self, contract: str, table: str) -> RecordTable:
        """Return a contract's table.

        Raises:
            NotFound: there is none.
        """
        spec = self.form.tables.specs.table(contract, table)
        return self.form.tables.records[spec.contract, spec.table]

    def page(
        self, name: str, listing: Listing, cursor: str | None, limit: int
    ) -> tuple[Rows, str | None]:
        """Return a page of the list `name` and the cursor of the next one."""
        value_type = None if listing.sort is None else listing.sort.type.python_type
        after = parse_cursor(name, cursor, value_type=value_type)
        rows, end = read_page(self.connection, listing, after, limit)
        return rows, None if end is None else format_cursor(name, end)

    def newest_write(self, table: RecordTable, key: str) -> int | None:
        """Return the number of the write that made, changed or removed a record last.

        None if there never was one.
        """
        there = select(table.sql.c[kinds.CHANGED]).where(table.sql.c[kinds.KEY] == key)
        name = removed_name(table.spec, key)
        gone = select(REMOVED_RECORDS.c.removed).where(REMOVED_RECORDS.c.key == name)
        found: int | None = self.connection.scalar(there)
        return self.connection.scalar(gone) if found is None else found

    def changes(
        self, name: str, newest: int, cursor: str | None, limit: int
    ) -> tuple[list[int], str | None]:
        """Return log indexes of a record's changes from `newest` back, and the next page's cursor.

        Two writes of one record are never of one transaction.
        """
        after = parse_cursor(name, cursor, value_type=None)
        chain = select(literal(newest if after is None else after[1]).label("number"))
        steps = chain.cte(recursive=True)
        link = RECORD_CHANGES.c
        steps = steps.union_all(select(link.previous).where(link.number == steps.c.number))
        numbers = list(self.connection.scalars(select(steps.c.number).limit(limit + 2)))
        # The cursor is the last change of the page before, which is not shown again.
        found = [number for number in numbers[after is not None :] if number >= 0]
        shown = found[:limit]
        end = None if len(found) <= limit else format_cursor(name, (None, shown[-1]))
        return [number >> WRITE_PLACE_BITS for number in shown], end

    def previous(self, leaf_index: int) -> dict[int, EarlierWrite]:
        """Return which write each write of a transaction follows, by place in its write set."""
        link, first = RECORD_CHANGES.c, leaf_index << WRITE_PLACE_BITS
        earlier = LOG.c.leaf_index == link.previous.op(">>")(WRITE_PLACE_BITS)
        query = (
            select(link.number, link.previous, LOG.c.height)
            .join_from(RECORD_CHANGES, LOG, earlier)
            .where(link.number >= first, link.number < first + (1 << WRITE_PLACE_BITS))
        )
        places = (1 << WRITE_PLACE_BITS) - 1
        return {
            row.number - first: EarlierWrite(
                row.height, row.previous >> WRITE_PLACE_BITS, row.previous & places
            )
            for row in self.connection.execute(query)
        }

    def members_table(self, table: str, **where: str | None) -> list[RecordRow]:
        """Return the records of a table of the register, by key."""
        found = self.table(kinds.MEMBERSHIP, table)
        query = select(found.sql).order_by(found.sql.c[kinds.KEY])
        for name, value in where.items():
            if value is not None:
                query = query.where(found.sql.c[name] == value)
        return [record_row(row, found) for row in self.connection.execute(query)]

    def first_events(self, rows: Rows) -> dict[int, Row[Any]]:
        """Return the first event of each transaction that has one, by log index."""
        numbers = [row.leaf_index << EVENT_PLACE_BITS for row in rows if row.event_count]
        query = self.form.tables.events.where(EVENTS.c.number.in_(numbers))
        found = self.connection.execute(query) if numbers else ()
        return {row.number >> EVENT_PLACE_BITS: row for row in found}


class Reader:
    """Opens snapshots; knows the form of the views between them."""

    def __init__(self, url: str) -> None:
        """Prepare to read."""
        self._engine = open_reader(url)
        self._form: Form | None = None

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def height(self) -> int:
        """Return the height of the views.

        Raises:
            Unavailable: there are none.
        """
        with reading(self._engine) as connection:
            height: int = connection.execute(select(META.c.height)).scalar_one()
        return height

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Give one unchanging state of the views.

        Raises:
            Unavailable: there are none.
        """
        with reading(self._engine) as connection:
            meta = connection.execute(_STATE).one()
            form = self._form
            if form is None or form.digest != meta.schema:
                specs = decode_specs(connection.scalars(_SPECS).one())
                form = self._form = Form(meta.schema, Tables(specs), Sentences(specs.events))
            yield Snapshot(connection, meta, form)
