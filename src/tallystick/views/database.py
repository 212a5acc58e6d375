# SPDX-License-Identifier: Apache-2.0
"""Connections to the views' database: one writer, many readers, and fast lists of rows.

SQLite runs in write-ahead mode, so readers never wait for the writer nor the writer for them.
`synchronous=NORMAL` may lose the newest rows in a power cut but never mixes them up: the cursor
goes back with them, and the projector reads the same blocks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Delete,
    Engine,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    create_engine,
    event,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from tallystick.errors import InvalidArguments, StorageFailed, Unavailable, UsageError

BUSY_MS: Final = 10_000
"""How long a writer waits for another one, which there should not be."""
_WRITER_PRAGMAS: Final = (
    f"busy_timeout={BUSY_MS}",
    "page_size=4096",
    "journal_mode=WAL",
    "journal_size_limit=67108864",
    "synchronous=NORMAL",
    "cache_size=-65536",
    "wal_autocheckpoint=4000",
    "secure_delete=OFF",
    "temp_store=MEMORY",
)
_READER_PRAGMAS: Final = ("query_only=ON", f"busy_timeout={BUSY_MS}", "cache_size=-16384")
_FOUND_TOGETHER: Final = (256, 16, 1)
"""Keys looked for with one statement; the sizes are few, so that statements stay prepared."""
_READERS_MAX: Final = 16
_READER_WAIT_S: Final = 10.0


def open_writer(url: str) -> Engine:
    """Return the engine through which the one projector writes; creates a SQLite file.

    Raises:
        UsageError: not a database URL that SQLAlchemy can use.
    """
    parsed = _parse(url)
    return _engine(parsed, parsed, _WRITER_PRAGMAS, begin="BEGIN IMMEDIATE")


def open_reader(url: str) -> Engine:
    """Return the engine for readers: it changes nothing and creates no file.

    Raises:
        UsageError: not a database URL that SQLAlchemy can use.
    """
    parsed = _parse(url)
    target = parsed
    if _is_sqlite(parsed) and parsed.database:
        # Mode `rw` because a reader of a write-ahead log writes its own marks beside the file.
        query = {"mode": "rw", "uri": "true"}
        target = parsed.set(database=f"file:{_quoted(parsed.database)}", query=query)
    return _engine(parsed, target, _READER_PRAGMAS, begin="BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one unchanging state of the views.

    Raises:
        Unavailable: there are no views yet, they are being rebuilt, or the database is down.
        InvalidArguments: a text to look for is not Unicode.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise Unavailable(
            "the views cannot be read now",
            hint="They are being built, or their database is down: retry in a moment.",
        ) from error
    except UnicodeEncodeError as error:
        raise InvalidArguments(
            "a text to look for is not Unicode", found=ascii(error.object)[:80]
        ) from error


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose changes become visible together at the end, or not at all.

    Raises:
        StorageFailed: the database refused, for example because the disk is full.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise _cannot_write(error) from error


class Bulk:
    """A statement that takes many rows at once, compiled once for the database in use."""

    def __init__(
        self, engine: Engine, statement: Insert | Update | Delete, names: list[str]
    ) -> None:
        """Compile a statement whose values come as tuples in the order of `names`."""
        compiled = statement.compile(dialect=engine.dialect, column_keys=names)
        self._sql = str(compiled)
        self._names = names
        # Drivers want their values by place (SQLite) or by name (PostgreSQL).
        self._places = (
            [names.index(name) for name in compiled.positiontup]
            if compiled.positional and compiled.positiontup is not None
            else None
        )
        self._is_plain = self._places == list(range(len(names)))

    def run(self, connection: Connection, rows: Sequence[tuple[object, ...]]) -> int:
        """Execute the statement for each row; returns how many rows of the table it touched."""
        if not rows:
            return 0
        if self._is_plain:
            values: Any = rows
        elif self._places is not None:
            values = [tuple(row[place] for place in self._places) for row in rows]
        else:
            values = [dict(zip(self._names, row, strict=True)) for row in rows]
        return connection.exec_driver_sql(self._sql, values).rowcount


class Lookup:
    """A query for the row with one key, compiled once for the database in use.

    It asks the driver itself: what SQLAlchemy does for each answer costs ten times the look-up.
    """

    def __init__(self, engine: Engine, query: Select[Any], name: str) -> None:
        """Compile a query whose one parameter is called `name`."""
        compiled = query.compile(dialect=engine.dialect)
        self._sql = str(compiled)
        self._name = name
        self._is_positional = compiled.positional
        self._failure: type[Exception] = engine.dialect.loaded_dbapi.Error

    def row(self, connection: Connection, key: object) -> tuple[Any, ...] | None:
        """Return the row, or None.

        Raises:
            StorageFailed: the database refused.
        """
        values: Any = (key,) if self._is_positional else {self._name: key}
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self._sql, values)
            found = cursor.fetchone()
        except self._failure as error:
            raise _cannot_write(error) from error
        finally:
            cursor.close()
        return None if found is None else tuple(found)


class Finder:
    """A query for the rows with any of many keys, compiled once for the database in use.

    A statement for each key costs more than looking for it does.
    """

    def __init__(self, engine: Engine, columns: Sequence[Column[Any]]) -> None:
        """Compile a query for `columns`, of which the first holds the keys."""
        self._queries = [_for_keys(engine, columns, size) for size in _FOUND_TOGETHER]

    def rows(self, connection: Connection, keys: Sequence[object]) -> list[tuple[Any, ...]]:
        """Return the rows there are, in no particular order."""
        found: list[tuple[Any, ...]] = []
        place = 0
        for (sql, names), size in zip(self._queries, _FOUND_TOGETHER, strict=True):
            while len(keys) - place >= size:
                some = tuple(keys[place : place + size])
                values: Any = some if names is None else dict(zip(names, some, strict=True))
                answer = connection.exec_driver_sql(sql, values)
                found += answer.cursor.fetchall()  # not rows of SQLAlchemy
                answer.close()
                place += size
        return found


def upsert(engine: Engine, table: Table, key: str, kept: Iterable[str]) -> Bulk:
    """Return an insert that, where the key exists, replaces the row except the `kept` columns."""
    build = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
    statement = build(table)
    names = [column.name for column in table.columns]
    changed = {name: statement.excluded[name] for name in names if name != key and name not in kept}
    conflict = statement.on_conflict_do_update(index_elements=[key], set_=changed)
    return Bulk(engine, conflict, names)


def _for_keys(
    engine: Engine, columns: Sequence[Column[Any]], size: int
) -> tuple[str, list[str] | None]:
    """Return a query for so many keys, and the names of its parameters if they have some."""
    names = [f"key_{number}" for number in range(size)]
    query = select(*columns).where(columns[0].in_([bindparam(name) for name in names]))
    compiled = query.compile(dialect=engine.dialect)
    return str(compiled), None if compiled.positional else names


def _cannot_write(error: Exception) -> StorageFailed:
    return StorageFailed(
        f"the views cannot be written: {type(error).__name__}",
        hint="Check the disk; the ledger itself is not affected. `tally views rebuild`.",
    )


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except SQLAlchemyError as error:
        raise UsageError(
            "the address of the views' database is not a URL",
            field="views",
            expected="sqlite:///PATH or postgresql+psycopg://HOST/NAME",
        ) from error


def _engine(shown: URL, target: URL, pragmas: Iterable[str], *, begin: str) -> Engine:
    options: dict[str, Any] = {}
    if _is_sqlite(shown):
        options = {"connect_args": {"check_same_thread": False}}
    try:
        engine = create_engine(
            target,
            poolclass=QueuePool,
            pool_size=_READERS_MAX,
            max_overflow=0,
            pool_timeout=_READER_WAIT_S,
            **options,
        )
    except (SQLAlchemyError, ImportError) as error:
        raise UsageError(
            f"the views' database {shown.get_backend_name()!r} cannot be used: {error}",
            field="views",
            hint="Install the database's driver, or leave the address out to use SQLite.",
        ) from error
    if _is_sqlite(shown):
        _set_up_sqlite(engine, tuple(pragmas), begin)
    return engine


def _set_up_sqlite(engine: Engine, pragmas: tuple[str, ...], begin: str) -> None:
    def connect(connection: DBAPIConnection, _record: object) -> None:
        # The driver's own idea of transactions leaves reads outside them; SQLAlchemy begins ours.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", begin_transaction)


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _quoted(path: str) -> str:
    """Return a path as it stands in a file: URL; only these three characters mean something."""
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
