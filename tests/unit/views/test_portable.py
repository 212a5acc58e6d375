# SPDX-License-Identifier: Apache-2.0
"""The same statements compile for PostgreSQL; they are run on SQLite only."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable, CreateView

from tallystick.errors import UsageError
from tallystick.views import specs as specs_file
from tallystick.views import tables
from tallystick.views.database import Bulk, open_reader, open_writer, upsert
from tallystick.views.filters import contains
from tallystick.views.pages import Listing, _beyond
from tests.unit.views.chain import SPECS

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


class FakeEngine:
    """An engine of PostgreSQL without its driver: enough to compile for."""

    dialect = DIALECT


class Recorder:
    """A connection that remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []

    def exec_driver_sql(self, sql: str, values: Any) -> Any:
        self.told.append((sql, values))
        return type("Result", (), {"rowcount": len(values)})


def test_tables_indexes_and_views_can_be_made() -> None:
    """Wide integers, texts compared by bytes, and names that PostgreSQL keeps whole."""
    described = tables.Tables(SPECS)
    for metadata in (tables.FIXED, described.metadata):
        for table in metadata.sorted_tables:
            text = str(CreateTable(table).compile(dialect=DIALECT))
            assert "BIGINT" in text or table.name == "views_inventory"
            assert len(table.name) <= 63
            for index in table.indexes:
                assert len(str(index.name)) <= 63
                assert str(CreateIndex(index).compile(dialect=DIALECT))
    assert 'COLLATE "C"' in str(CreateTable(tables.CLASSES).compile(dialect=DIALECT))
    for name, query in (("transactions", described.transactions), ("events", described.events)):
        assert str(CreateView(query, name).compile(dialect=DIALECT))


def test_rows_are_given_by_name_where_the_driver_wants_names() -> None:
    """PostgreSQL's driver takes named values."""
    engine: Any = FakeEngine()
    names = [column.name for column in tables.EVENTS.columns]
    bulk = Bulk(engine, insert(tables.EVENTS), names)
    recorder: Any = Recorder()
    assert bulk.run(recorder, [(1, 2, "{}")]) == 1
    ((sql, values),) = recorder.told
    assert "%(number)s" in sql
    assert values == [{"number": 1, "name_id": 2, "fields": "{}"}]


def test_an_upsert_keeps_the_number_of_the_first_row() -> None:
    """Both databases know the same clause."""
    engine: Any = FakeEngine()
    table = tables.Tables(SPECS).records["shop", "items"].sql
    bulk = upsert(engine, table, specs_file.KEY, kept={specs_file.CREATED})
    recorder: Any = Recorder()
    bulk.run(recorder, [tuple(range(len(table.columns)))])
    sql = recorder.told[0][0]
    assert "ON CONFLICT (_key) DO UPDATE" in sql
    assert "_changed = excluded._changed" in sql
    assert "_created = excluded" not in sql


def test_conditions_compile() -> None:
    """Text is searched without regard to case, pages begin behind a pair of values."""
    described = tables.Tables(SPECS)
    table = described.records["shop", "items"].sql
    by_size = Listing(query=select(table), number=table.c[specs_file.CREATED], sort=table.c["size"])
    query = select(table).where(contains([table.c.title], "100%"), _beyond(by_size, (1, 2)))
    text = str(query.compile(dialect=DIALECT))
    assert "ILIKE" in text
    assert "(shop__items.size, shop__items._created) <" in text


def test_a_database_whose_driver_is_missing_is_a_mistake_of_usage() -> None:
    """The hint says what to install."""
    with pytest.raises(UsageError, match="postgresql"):
        open_writer("postgresql+psycopg://localhost/views")


def test_values_are_put_into_the_order_of_the_statement() -> None:
    """SQLite takes them by place, which need not be the order they are given in."""
    from sqlalchemy import bindparam, update

    engine: Engine = create_engine("sqlite://")
    statement = (
        update(tables.CLASSES)
        .where(tables.CLASSES.c.id == bindparam("number"))
        .values(count=bindparam("difference"))
    )
    recorder: Any = Recorder()
    Bulk(engine, statement, ["number", "difference"]).run(recorder, [(7, 100)])
    assert recorder.told[0][1] == [(100, 7)]
    engine.dispose()


def test_views_in_memory_are_good_for_experiments() -> None:
    """A SQLite without a file has nothing to protect from being made."""
    engine = open_reader("sqlite://")
    assert engine.url.database in {None, ":memory:"}
    engine.dispose()
