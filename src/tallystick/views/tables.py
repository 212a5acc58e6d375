# SPDX-License-Identifier: Apache-2.0
"""The SQL tables of the views, in portable SQLAlchemy Core; docs/spec/views.md lists them.

Texts that repeat in every transaction stand once in small tables of names, numbered in the order
of their first appearance; the SQL views `transactions` and `event_list` put them back for people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    CompoundSelect,
    Connection,
    Index,
    LargeBinary,
    MetaData,
    Select,
    Table,
    bindparam,
    insert,
    inspect,
    literal,
    select,
    union_all,
)
from sqlalchemy.schema import CreateView, DropTable, DropView
from sqlalchemy.types import TypeEngine

from tallystick.views import specs as kinds
from tallystick.views.figure_tables import FIGURES
from tallystick.views.names import index_name
from tallystick.views.scattered import stretch
from tallystick.views.specs import TableSpec, ViewSpecs, columns_of, sql_table_names
from tallystick.views.sql_types import INT, TEXT

EVENT_PLACE_BITS: Final = 16
"""An event's number is its leaf index times 2^16 plus its place in the transaction."""
WRITE_PLACE_BITS: Final = 24
"""A write's number is its leaf index times 2^24 plus its place in the write set."""
_TOGETHER_MAX: Final = 250
"""Queries in one: SQLite takes 500."""
_SQL_TYPES: Final[dict[str, TypeEngine[Any]]] = {
    kinds.TEXT: TEXT,
    kinds.INTEGER: INT,
    kinds.BOOLEAN: Boolean(),
    kinds.BYTES: TEXT,
    kinds.JSON: TEXT,
}


class RecordTable:
    """A contract's table: its spec and its form in SQL."""

    def __init__(self, spec: TableSpec, name: str, metadata: MetaData) -> None:
        """Derive the SQL table from the spec."""
        self.spec = spec
        self.columns = columns_of(spec)
        self.sql = Table(
            name,
            metadata,
            Column(kinds.CREATED, INT, primary_key=True, autoincrement=False),
            Column(kinds.CHANGED, INT, nullable=False),
            Column(kinds.KEY, TEXT, nullable=False, unique=True),
            Column(kinds.EXTRA, TEXT),
            *(Column(column.name, _SQL_TYPES[column.kind]) for column in self.columns),
        )
        self.number = self.sql.c[kinds.CREATED]
        for column in self.columns:
            if column.indexed:
                parts = [stretch(self.number, WRITE_PLACE_BITS)] if column.scattered else []
                Index(index_name(name, column.name), *parts, self.sql.c[column.name])


class Tables:
    """All tables for the given specs."""

    def __init__(self, specs: ViewSpecs) -> None:
        """Describe the tables; nothing is created yet."""
        self.specs = specs
        self.metadata = MetaData()
        names = sql_table_names(specs)
        self.records = {
            (spec.contract, spec.table): RecordTable(
                spec, names[spec.contract, spec.table], self.metadata
            )
            for spec in specs.all_tables()
        }
        self.transactions = _transactions(self.records[kinds.MEMBERSHIP, "keys"].sql)
        self.events = _events()

    @cached_property
    def places_of_key(self) -> tuple[CompoundSelect[Any], ...]:
        """The queries for all tables that have a record of one key, the parameter `key`."""
        asked = [
            select(literal(contract), literal(table)).where(
                one.sql.c[kinds.KEY] == bindparam("key")
            )
            for (contract, table), one in self.records.items()
        ]
        return tuple(
            union_all(*asked[first : first + _TOGETHER_MAX])
            for first in range(0, len(asked), _TOGETHER_MAX)
        )

    def create(self, connection: Connection) -> None:
        """Create everything in an empty place, and write down what was created."""
        INVENTORY.create(connection, checkfirst=True)
        found = (*FIXED.sorted_tables, *FIGURES.sorted_tables, *self.metadata.sorted_tables)
        _create(connection, [table for table in found if table is not INVENTORY])
        created: list[tuple[str, bool]] = []
        for name, query in (("transactions", self.transactions), ("event_list", self.events)):
            connection.execute(CreateView(query, name))
            created.append((name, True))
        _note(connection, created)

    def add_to(self, connection: Connection, before: Tables) -> bool:
        """Create what was not among the tables before; return whether the others stay as they are.

        If not, nothing was created: one of another contract would have to be renamed.
        """
        forms = {key: table.sql.name for key, table in self.records.items()}
        if any(forms.get(key) != table.sql.name for key, table in before.records.items()):
            return False
        fresh = [one.sql for key, one in self.records.items() if key not in before.records]
        _create(connection, fresh)
        return True


def _create(connection: Connection, tables: Iterable[Table]) -> None:
    created: list[tuple[str, bool]] = []
    for table in tables:
        table.create(connection, checkfirst=False)
        created.append((table.name, False))
    _note(connection, created)


def _note(connection: Connection, created: list[tuple[str, bool]]) -> None:
    rows = [{"name": name, "is_view": is_view} for name, is_view in created]
    if rows:
        connection.execute(insert(INVENTORY), rows)


def drop_all(connection: Connection) -> None:
    """Drop what an earlier `Tables.create` created, of whatever version; nothing else."""
    if not inspect(connection).has_table(INVENTORY.name):
        return
    for name, is_view in list(_inventory(connection)):
        table = Table(name, MetaData())
        connection.execute(DropView(table) if is_view else DropTable(table))
    INVENTORY.drop(connection)


def _inventory(connection: Connection) -> Iterator[tuple[str, bool]]:
    for row in connection.execute(select(INVENTORY).order_by(INVENTORY.c.is_view.desc())):
        yield row.name, row.is_view


FIXED: Final = MetaData()

INVENTORY: Final = Table(
    "views_inventory",  # the one table whose form never changes: later versions clear up by it
    FIXED,
    Column("name", TEXT, primary_key=True),
    Column("is_view", Boolean, nullable=False),
)
META: Final = Table(
    "meta",  # one row
    FIXED,
    Column("id", INT, primary_key=True, autoincrement=False),
    Column("schema", TEXT, nullable=False),
    Column("specs", TEXT, nullable=False),
    Column("network", TEXT, nullable=False),
    Column("height", INT, nullable=False),
    Column("block_hash", LargeBinary, nullable=False),
    Column("block_time", INT, nullable=False),
    Column("log_size", INT, nullable=False),
)
BLOCKS: Final = Table(
    "blocks",
    FIXED,
    Column("height", INT, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    Column("parent", LargeBinary, nullable=False),
    Column("time", INT, nullable=False, index=True),
    Column("transaction_count", INT, nullable=False),
    Column("refused_count", INT, nullable=False),
    Column("refused_total", INT, nullable=False),
    Column("log_size", INT, nullable=False),
    Column("log_root", LargeBinary, nullable=False),
    Column("state_root", LargeBinary, nullable=False),
    Column("membership_root", LargeBinary, nullable=False),
    Column("app_hash", LargeBinary, nullable=False),
)
Index("ix_blocks_hash", stretch(BLOCKS.c.height), BLOCKS.c.hash)
CLASSES: Final = Table(
    "classes",  # transactions of one class share all of this; filters of lists are made of it
    FIXED,
    Column("id", INT, primary_key=True, autoincrement=False),
    Column("organization", TEXT),
    Column("contract", TEXT),
    Column("method", TEXT),
    Column("code", TEXT, nullable=False),
    Column("count", INT, nullable=False),
)
SIGNERS: Final = Table(
    "signers",
    FIXED,
    Column("id", INT, primary_key=True, autoincrement=False),
    Column("public_key", TEXT, nullable=False),
)
EVENT_NAMES: Final = Table(
    "event_names",
    FIXED,
    Column("id", INT, primary_key=True, autoincrement=False),
    Column("name", TEXT, nullable=False),
    Column("count", INT, nullable=False),
)
LOG: Final = Table(
    "log",
    FIXED,
    Column("leaf_index", INT, primary_key=True, autoincrement=False),
    Column("id", LargeBinary, nullable=False),
    Column("height", INT, nullable=False),
    Column("class_id", INT, nullable=False, index=True),
    Column("signer_id", INT),
    Column("event_count", INT, nullable=False),
    Column("args", TEXT),
)
Index("ix_log_id", stretch(LOG.c.leaf_index), LOG.c.id)
EVENTS: Final = Table(
    "events",
    FIXED,
    Column("number", INT, primary_key=True, autoincrement=False),
    Column("name_id", INT, nullable=False, index=True),
    Column("fields", TEXT, nullable=False),
)
RECORD_CHANGES: Final = Table(
    "record_changes",  # a chain for each key, from its newest write back to the one that made it
    FIXED,
    Column("number", INT, primary_key=True, autoincrement=False),
    Column("previous", INT, nullable=False),
)
OTHER_KEYS: Final = Table(
    "other_keys",  # of no table of records: series of ids, rules, proposals, and the like
    FIXED,
    Column("key", TEXT, primary_key=True),
    Column("changed", INT, nullable=False),
)
REMOVED_RECORDS: Final = Table(
    "removed_records",  # a row stays when the record is made anew; then nobody asks for it
    FIXED,
    Column("key", TEXT, primary_key=True),
    Column("removed", INT, nullable=False),
)
RECORD_COUNTS: Final = Table(
    "record_counts",
    FIXED,
    Column("contract", TEXT, primary_key=True),
    Column("table", TEXT, primary_key=True),
    Column("count", INT, nullable=False),
)


def removed_name(spec: TableSpec, key: str) -> str:
    """Return what a record of a table is called among those that were removed."""
    return f"{spec.contract}/{spec.table}/{key}"


def _transactions(keys: Table) -> Select[Any]:
    first_leaf = BLOCKS.c.log_size - BLOCKS.c.transaction_count
    return select(
        LOG.c.leaf_index,
        LOG.c.id,
        LOG.c.height,
        (LOG.c.leaf_index - first_leaf).label("position"),
        BLOCKS.c.time,
        CLASSES.c.contract,
        CLASSES.c.method,
        CLASSES.c.organization,
        keys.c.member,
        SIGNERS.c.public_key,
        CLASSES.c.code,
        LOG.c.event_count,
        LOG.c.args,
    ).select_from(
        # Outer joins keep the log in front: the order and the indexes used are the log's.
        LOG.outerjoin(BLOCKS, BLOCKS.c.height == LOG.c.height)
        .outerjoin(CLASSES, CLASSES.c.id == LOG.c.class_id)
        .outerjoin(SIGNERS, SIGNERS.c.id == LOG.c.signer_id)
        .outerjoin(keys, keys.c[kinds.KEY] == SIGNERS.c.public_key)
    )


def _events() -> Select[Any]:
    leaf_index = EVENTS.c.number.op(">>")(EVENT_PLACE_BITS)
    first_leaf = BLOCKS.c.log_size - BLOCKS.c.transaction_count
    return select(
        EVENTS.c.number,
        LOG.c.id,
        LOG.c.height,
        (LOG.c.leaf_index - first_leaf).label("position"),
        EVENTS.c.number.op("&")((1 << EVENT_PLACE_BITS) - 1).label("place"),
        BLOCKS.c.time,
        EVENT_NAMES.c.name,
        EVENTS.c.fields,
    ).select_from(
        EVENTS.outerjoin(LOG, LOG.c.leaf_index == leaf_index)
        .outerjoin(BLOCKS, BLOCKS.c.height == LOG.c.height)
        .outerjoin(EVENT_NAMES, EVENT_NAMES.c.id == EVENTS.c.name_id)
    )
