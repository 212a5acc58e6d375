# SPDX-License-Identifier: Apache-2.0
"""Write collected rows with a handful of statements, each executed once for many rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Engine,
    Insert,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from tallystick.encoding import encode
from tallystick.model import GenesisDocument, to_value
from tallystick.views import specs as kinds
from tallystick.views.batch import Batch, OtherChanges, RecordChanges, SqlRow
from tallystick.views.database import Bulk, Finder, upsert
from tallystick.views.numbering import Numbering
from tallystick.views.records import RecordReader
from tallystick.views.specs import TableSpec
from tallystick.views.sql_types import INT
from tallystick.views.tables import (
    BLOCKS,
    CLASSES,
    EVENT_NAMES,
    EVENTS,
    LOG,
    META,
    OTHER_KEYS,
    RECORD_CHANGES,
    RECORD_COUNTS,
    REMOVED_RECORDS,
    SIGNERS,
    RecordTable,
    Tables,
    removed_name,
)

_IDENTITY: Final = frozenset({kinds.CREATED, kinds.KEY})
"""What stays as it is for as long as a record exists."""
_CHANGED_PLACE: Final = 1
_KEY_PLACE: Final = 2
"""Columns of a record's table, in its order; `_extra` and the fields follow."""


class RecordWriter:
    """The statements of one contract table."""

    def __init__(self, engine: Engine, table: RecordTable) -> None:
        """Compile the statements."""
        sql = table.sql
        key, number = sql.c[kinds.KEY], sql.c[kinds.CREATED]
        names = [column.name for column in sql.columns]
        changed: dict[str, Any] = {name: bindparam(name) for name in names if name not in _IDENTITY}
        is_it = number == bindparam("number")
        self._table = table
        self._find = Finder(engine, [key, number, sql.c[kinds.CHANGED]])
        self._link = Bulk(engine, insert(RECORD_CHANGES), ["number", "previous"])
        self._remove = Bulk(engine, delete(sql).where(is_it), ["number"])
        self._put = Bulk(engine, insert(sql), names)
        self._note_removed = upsert(engine, REMOVED_RECORDS, "key", kept=set())
        self._replace = Bulk(engine, update(sql).where(is_it).values(changed), [*changed, "number"])

    def write(self, connection: Connection, changes: RecordChanges) -> None:
        """Write changes, and keep count of the records.

        Which records are there is asked for once and for many together: then each is put or
        replaced by its number, without looking for its key again.
        """
        by_key = changes.by_key
        found = {row[0]: row for row in self._find.rows(connection, list(by_key))}
        links = [(by_key[key].first, changed) for key, _, changed in found.values()]
        removed = [(number,) for key, number, _ in found.values() if by_key[key].is_new]
        fresh: list[SqlRow] = []
        replaced: list[SqlRow] = []
        for row in changes.rows():
            before = found.get(row[_KEY_PLACE])
            if before is None or by_key[before[0]].is_new:
                fresh.append(row)
            else:
                replaced.append((row[_CHANGED_PLACE], *row[_KEY_PLACE + 1 :], before[1]))
        self._link.run(connection, links)
        self._link.run(connection, changes.links)
        self._note_removed.run(
            connection,
            [
                (removed_name(self._table.spec, key), one.removed)
                for key, one in by_key.items()
                if one.removed is not None and (one.removed != one.first or key in found)
            ],
        )
        self._remove.run(connection, removed)
        self._put.run(connection, fresh)
        self._replace.run(connection, replaced)
        _count_records(connection, self._table.spec, len(fresh) - len(removed))


class OtherWriter:
    """The statements for keys that belong to no table of records."""

    def __init__(self, engine: Engine) -> None:
        """Compile the statements."""
        key = delete(OTHER_KEYS).where(OTHER_KEYS.c.key == bindparam("name"))
        self._follow = Bulk(engine, _follow(OTHER_KEYS), ["number", "key"])
        self._link = Bulk(engine, insert(RECORD_CHANGES), ["number", "previous"])
        self._remove = Bulk(engine, key, ["name"])
        self._put = upsert(engine, OTHER_KEYS, "key", kept=set())

    def write(self, connection: Connection, changes: OtherChanges) -> None:
        """Write where these keys were written last, and what each write follows."""
        self._follow.run(connection, changes.firsts)
        self._link.run(connection, changes.links)
        self._remove.run(connection, changes.deleted())
        self._put.run(connection, changes.rows())


class Writer:
    """Writes batches into tables that exist."""

    def __init__(self, engine: Engine, tables: Tables) -> None:
        """Compile the statements; those of a contract's table when it is first written to."""
        self._engine = engine
        self._inserts = {
            table.name: Bulk(engine, insert(table), [column.name for column in table.columns])
            for table in (BLOCKS, LOG, EVENTS, CLASSES, SIGNERS, EVENT_NAMES, META)
        }
        self._counters = {
            table.name: Bulk(engine, _add(table), ["difference", "number"])
            for table in (CLASSES, EVENT_NAMES)
        }
        self._tables = {table.spec.prefix: table for table in tables.records.values()}
        self._records: dict[bytes, RecordWriter] = {}
        self._others = OtherWriter(engine)
        self.readers = {prefix: RecordReader(table.spec) for prefix, table in self._tables.items()}

    def write(
        self, connection: Connection, batch: Batch, numbering: Numbering, first_leaf: int
    ) -> None:
        """Write a batch whose first transaction is `first_leaf`."""
        self._insert(connection, BLOCKS, batch.blocks)
        self._insert(connection, LOG, batch.log)
        self._insert(connection, EVENTS, batch.events)
        self._write_numbers(connection, numbering)
        self._count_more(connection, CLASSES, batch.class_counts)
        self._count_more(connection, EVENT_NAMES, batch.name_counts)
        for prefix, changes in batch.records.items():
            self._record(prefix).write(connection, changes)
        self._others.write(connection, batch.others)

    def write_meta(self, connection: Connection, row: SqlRow) -> None:
        """Write the one row about the views themselves."""
        self._insert(connection, META, [row])

    def write_founders(self, connection: Connection, genesis: GenesisDocument) -> None:
        """Write the register of members as genesis founds it.

        The numbers of these records lie below zero, before those of every transaction.
        """
        records = {
            b"organizations": [(one.id.encode(), to_value(one)) for one in genesis.organizations],
            b"members": [
                (f"{one.organization}/{one.id}".encode(), to_value(one)) for one in genesis.members
            ],
            b"keys": [(one.public_key, to_value(one)) for one in genesis.keys],
        }
        for name, found in records.items():
            prefix = kinds.MEMBERSHIP.encode() + b"/" + name
            changes = RecordChanges(self.readers[prefix])
            for number, (key, value) in enumerate(found, -len(found)):
                changes.write(number, key, encode(value))
            self._record(prefix).write(connection, changes)

    def _record(self, prefix: bytes) -> RecordWriter:
        writer = self._records.get(prefix)
        if writer is None:
            writer = self._records[prefix] = RecordWriter(self._engine, self._tables[prefix])
        return writer

    def _insert(self, connection: Connection, table: Table, rows: Sequence[SqlRow]) -> None:
        self._inserts[table.name].run(connection, rows)

    def _write_numbers(self, connection: Connection, numbering: Numbering) -> None:
        classes = [(number, *parts, 0) for number, parts in numbering.classes.take_fresh()]
        signers = [(number, key.hex()) for number, key in numbering.signers.take_fresh()]
        names = [(number, name, 0) for number, name in numbering.event_names.take_fresh()]
        self._insert(connection, CLASSES, classes)
        self._insert(connection, SIGNERS, signers)
        self._insert(connection, EVENT_NAMES, names)

    def _count_more(self, connection: Connection, table: Table, counts: Counter[int]) -> None:
        rows = [(count, number) for number, count in counts.items()]
        self._counters[table.name].run(connection, rows)


def _follow(table: Table) -> Insert:
    """Return the statement that links a write to the one before it of the same key, if any."""
    before = select(bindparam("number", type_=INT), table.c.changed)
    is_it = table.c.key == bindparam("key")
    return insert(RECORD_CHANGES).from_select(["number", "previous"], before.where(is_it))


def _count_records(connection: Connection, spec: TableSpec, difference: int) -> None:
    """Add `difference` to the count of a table's records."""
    table = RECORD_COUNTS
    is_it = and_(table.c.contract == spec.contract, table.c.table == spec.table)
    more = update(table).where(is_it).values(count=table.c["count"] + difference)
    if connection.execute(more).rowcount == 0:
        row = {"contract": spec.contract, "table": spec.table, "count": difference}
        connection.execute(insert(table).values(row))


def _add(table: Table) -> Update:
    """Return the statement that adds to the count of a numbered row."""
    more = table.c["count"] + bindparam("difference")
    return update(table).where(table.c.id == bindparam("number")).values(count=more)
