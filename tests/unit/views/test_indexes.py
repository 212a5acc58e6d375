# SPDX-License-Identifier: Apache-2.0
"""Long lists are read through indexes: how the database goes about it is part of the promise."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Connection, event

from tallystick.crypto import sha256
from tallystick.encoding import encode
from tallystick.views import (
    EventFilter,
    Projector,
    RecordFilter,
    TimeRange,
    TransactionFilter,
    Views,
)
from tallystick.views.scattered import STRETCH_BITS
from tests.unit.views.chain import COURT, T0, Chain, Deed, deeds, item, put

STRETCH = 1 << STRETCH_BITS


@pytest.fixture
def chain(projector: Projector) -> Chain:
    """Project a history with gaps of several stretches between its blocks."""
    made = Chain()
    made.add(*deeds([1]))
    made.add(Deed(), skipped=STRETCH - 2)
    made.add(*deeds([2, 3]), skipped=2 * STRETCH)
    made.add(Deed(code="E_DUP", writes=put(item(4))), skipped=STRETCH)
    projector.apply(made.blocks)
    return made


def test_transactions_are_found_in_every_stretch(views: Views, chain: Chain) -> None:
    """The oldest, the newest, and those beside the borders."""
    leaves = []
    for block in chain.blocks:
        for raw in block.transactions:
            place = views.find_transaction(sha256(raw))
            assert place is not None
            leaves.append(place.leaf_index)
            found = views.get_transaction(sha256(raw))
            assert found is not None
            assert found.leaf_index == place.leaf_index
    assert leaves == [0, STRETCH - 1, 3 * STRETCH, 3 * STRETCH + 1, 4 * STRETCH + 2]


@pytest.mark.usefixtures("chain")
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_records_are_found_by_hash_in_every_stretch(views: Views, number: int) -> None:
    """A deposit of years ago is found as fast as one of today."""
    wanted = RecordFilter(where={"digest": item(number)["digest"]})  # type: ignore[dict-item]
    page = views.list_records("shop", "items", wanted)
    assert [row.key for row in page.items] == [f"IT-{number:04}"]
    wanted = RecordFilter(where={**wanted.where, "size": number + 1})
    assert views.list_records("shop", "items", wanted).items == ()


@pytest.mark.usefixtures("chain")
def test_hundreds_of_hashes_are_asked_at_once(views: Views) -> None:
    """A batch client asks which of its files are there."""
    digests = tuple(sha256(str(number).encode()).hex() for number in range(3, 503))
    page = views.list_records("shop", "items", RecordFilter(where={"digest": digests}))
    assert [row.key for row in page.items] == ["IT-0004", "IT-0003"]
    assert page.cursor is None


def test_records_of_genesis_are_in_a_stretch_before_the_first(views: Views) -> None:
    """Numbers below zero have a place too."""
    assert [row.key for row in views.list_records("membership", "organizations").items][1] == COURT


Question = Callable[[Views], object]
QUESTIONS: dict[str, Question] = {
    "find": lambda v: v.find_transaction(b"x" * 32),
    "get": lambda v: v.get_transaction(b"x" * 32),
    "newest": lambda v: v.list_transactions(),
    "code": lambda v: v.list_transactions(TransactionFilter(code="E_DUP")),
    "organisation": lambda v: v.list_transactions(TransactionFilter(organization=COURT)),
    "id": lambda v: v.list_transactions(TransactionFilter(id="0" * 8)),
    "times": lambda v: v.list_transactions(TransactionFilter(during=TimeRange(T0 + 1))),
    "events": lambda v: v.list_events("shop.Sold"),
    "events of one": lambda v: v.list_events(wanted=EventFilter(organization=COURT)),
    "hash": lambda v: v.list_records("shop", "items", RecordFilter(where={"digest": "x"})),
    "device": lambda v: v.list_records(
        "shop", "items", RecordFilter(where={"origin.device": "dev-1"})
    ),
    "sorted": lambda v: v.list_records("shop", "items", order="-size"),
    "sorted and filtered": lambda v: v.list_records(
        "shop", "items", RecordFilter(where={"origin.device": "dev-1"}), order="size"
    ),
    "record": lambda v: v.get_record("shop", "items", "x"),
    "blocks": lambda v: v.list_blocks(during=TimeRange(0, T0)),
    "activity": lambda v: v.activity([0, T0, 2 * T0]),
    "block hash": lambda v: v.list_blocks(beginning="0" * 8),
}
SMALL = ("meta", "classes", "event_names", "signers", "stretch", "CONSTANT", "LIST", "anon")


@pytest.mark.usefixtures("chain")
@pytest.mark.parametrize("name", QUESTIONS)
def test_no_question_walks_through_a_table_or_sorts_one(views: Views, url: str, name: str) -> None:
    """SQLite's own plan has no scan of a long table but in the order of the list, and no sort."""
    asked: list[tuple[str, Any]] = []
    engine = views._reader._engine

    def note(_connection: Connection, _cursor: object, sql: str, values: Any, *_: object) -> None:
        if sql.startswith(("SELECT", "WITH")):
            asked.append((sql, values))

    event.listen(engine, "before_cursor_execute", note)
    QUESTIONS[name](views)
    assert asked
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        for sql, values in asked:
            explained = connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)
            plan = [row[3] for row in explained]
            scans = [step for step in plan if step.startswith("SCAN") and not _is_small(step)]
            sorts = [step for step in plan if "TEMP B-TREE" in step]
            is_in_order = "ORDER BY" in sql and not sorts and "LIMIT" in sql
            assert is_in_order or not scans, plan
            # A union sorts no more than the first rows of each of its parts.
            assert not sorts or any(word in sql for word in ("UNION", "stretch", "classes")), plan


def _is_small(step: str) -> bool:
    return any(name in step for name in SMALL)


def test_an_index_of_hashes_grows_at_one_place(projector: Projector, url: str) -> None:
    """That is what the stretches are for: equal pages for equal work, however long the log is."""
    chain = Chain()
    chain.add(Deed(writes={b"shop/items/x": encode(item(1, id="x"))}), skipped=5 * STRETCH)
    projector.apply(chain.blocks)
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        sql = "SELECT sql FROM sqlite_master WHERE name = 'ix_shop__items__digest'"
        ((text,),) = connection.execute(sql)
        assert "_created >> 38" in text
