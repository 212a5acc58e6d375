# SPDX-License-Identifier: Apache-2.0
"""The console's own records: accounts, sessions, drafts. Nothing here is on the ledger.

One SQLite file in the node's folder, readable by its owner only; backups know it by its name.
Areas declare their tables on `METADATA`; a transaction is a `with records.write()`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

METADATA: Final = MetaData()
"""Every table of the console."""
_PRAGMAS: Final = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")


def records_path(folder: Path) -> Path:
    """Return where a node's folder keeps them."""
    return folder / "console" / "console.sqlite"


def vault_key_path(folder: Path) -> Path:
    """Return where a node's folder keeps the key that opens what lies sealed in them."""
    return folder / "console" / "vault.key"


class Records:
    """The database; its methods are for threads, not for the event loop."""

    def __init__(self, path: Path) -> None:
        """Open the file, and make it and missing tables."""
        self.folder = path.parent
        """What else the console keeps lies here too."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._engine = _open(path)
        METADATA.create_all(self._engine)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose changes are kept together, or not at all."""
        with self._engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # what is read in it stays true
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection to read from."""
        with self._engine.connect() as connection:
            yield connection

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()


def _open(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}")

    def set_up(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine, "connect", set_up)
    return engine
