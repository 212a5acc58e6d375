# SPDX-License-Identifier: Apache-2.0
"""What is counted, kept in memory while it is in use and written once for each batch.

A row is read from the database when it is first asked for. What memory holds never decides what is
written, so batches, restarts and rebuilds leave the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import msgspec
from sqlalchemy import Connection, Engine, Table, bindparam, delete, func, select

from tallystick.views.database import Bulk, Lookup, upsert
from tallystick.views.figure_tables import ALERTS, CELLS, FACTS, SAMPLES, WATCHES

ROWS_IN_MEMORY: Final = 200_000
"""Of one table; beyond that they are read again when they are needed."""

ShelfKey: TypeAlias = "str | int"
ShelfRow: TypeAlias = "tuple[Any, ...]"
_to_json = msgspec.json.Encoder().encode
_from_json = msgspec.json.Decoder().decode


class Shelf:
    """The rows of one table, by key; a row is the columns after the key."""

    def __init__(self, engine: Engine, table: Table) -> None:
        """Compile the statements."""
        key = next(iter(table.primary_key.columns))
        others = [column for column in table.columns if column is not key]
        self.table = table
        self._lookup = Lookup(engine, select(*others).where(key == bindparam("key")), "key")
        self._put = upsert(engine, table, key.name, kept=())
        self._remove = Bulk(engine, delete(table).where(key == bindparam("key")), ["key"])
        self._rows: dict[ShelfKey, ShelfRow | None] = {}
        self._changed: dict[ShelfKey, None] = {}

    def get(self, connection: Connection, key: ShelfKey) -> ShelfRow | None:
        """Return the row with a key, or None."""
        if key in self._rows:
            return self._rows[key]
        row = self._rows[key] = self._lookup.row(connection, key)
        return row

    def put(self, key: ShelfKey, row: ShelfRow | None) -> None:
        """Keep a row in place of the one with its key; None removes it."""
        self._rows[key] = row
        self._changed[key] = None

    def write(self, connection: Connection) -> None:
        """Write what changed."""
        rows = [(key, self._rows[key]) for key in self._changed]
        self._remove.run(connection, [(key,) for key, row in rows if row is None])
        self._put.run(connection, [(key, *row) for key, row in rows if row is not None])
        self._changed.clear()
        if len(self._rows) > ROWS_IN_MEMORY:
            self._rows.clear()

    def forget(self) -> None:
        """Drop what memory holds, written or not."""
        self._rows.clear()
        self._changed.clear()


class FigureStore:
    """All that counting needs, during one batch at a time."""

    def __init__(self, engine: Engine) -> None:
        """Compile the statements."""
        self._cells = Shelf(engine, CELLS)
        self._samples = Shelf(engine, SAMPLES)
        self._facts = Shelf(engine, FACTS)
        self._watches = Shelf(engine, WATCHES)
        self._alerts = Shelf(engine, ALERTS)
        self._shelves = (self._cells, self._samples, self._facts, self._watches, self._alerts)
        self._connection: Connection

    def begin(self, connection: Connection) -> None:
        """Use a connection for what must be read."""
        self._connection = connection

    def write(self) -> None:
        """Write everything that changed."""
        for shelf in self._shelves:
            shelf.write(self._connection)

    def forget(self) -> None:
        """Drop what memory holds."""
        for shelf in self._shelves:
            shelf.forget()

    def cell(self, key: str) -> ShelfRow | None:
        """Return a cell: statistic, period, cell, value, count, subjects, first and last leaf."""
        return self._cells.get(self._connection, key)

    def put_cell(self, key: str, row: ShelfRow) -> None:
        """Keep a cell."""
        self._cells.put(key, row)

    def add_sample(self, cell_key: str, value: int) -> None:
        """Count one more occurrence of a duration in a cell."""
        key = key_text(cell_key, value)
        row = self._samples.get(self._connection, key)
        self._samples.put(key, (cell_key, value, 1 if row is None else row[2] + 1))

    def fact(self, key: str) -> Any:  # noqa: ANN401  # whatever was kept
        """Return what is remembered under a key, or None."""
        row = self._facts.get(self._connection, key)
        return None if row is None else _from_json(row[0])

    def keep(self, key: str, fact: object) -> None:
        """Remember something; None forgets it."""
        self._facts.put(key, None if fact is None else (_to_json(fact).decode(),))

    def watch(self, key: str, due: int | None, fact: object = None) -> None:
        """Wait until a time, or, without one, no longer."""
        self._watches.put(key, None if due is None else (due, _to_json(fact).decode()))

    def watched(self, key: str) -> tuple[int, Any] | None:
        """Return until when a key waits and what was kept with it, or None."""
        row = self._watches.get(self._connection, key)
        return None if row is None else (row[0], _from_json(row[1]))

    def watches(self, connection: Connection) -> Iterator[tuple[str, int]]:
        """Yield what was waited for when the last batch was written, with the time it is due."""
        for row in connection.execute(select(WATCHES.c.key, WATCHES.c.due)):
            yield row.key, row.due

    def last_alert(self, connection: Connection) -> int:
        """Return the number of the newest alert that is written; 0 if there is none."""
        return connection.execute(select(func.max(ALERTS.c.number))).scalar_one() or 0

    def alert(self, number: int) -> dict[str, Any]:
        """Return the columns of an alert that was raised, by name."""
        row = self._alerts.get(self._connection, number)
        return dict(zip(_ALERT_NAMES, row or (), strict=True))

    def put_alert(self, number: int, columns: dict[str, Any]) -> None:
        """Keep an alert."""
        self._alerts.put(number, tuple(columns[name] for name in _ALERT_NAMES))


_ALERT_NAMES: Final = tuple(column.name for column in ALERTS.columns if column.name != "number")


def key_text(*parts: object) -> str:
    """Return the key that is made of these parts."""
    return _to_json(parts).decode()
