# SPDX-License-Identifier: Apache-2.0
"""Which transactions made and changed a record; ranges and absence in lists of records."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from tallystick.errors import InvalidArguments, NotFound
from tallystick.views import Bounds, Projector, RecordFilter, Views
from tests.unit.views.chain import COURT, GENESIS, SPECS, Chain, Deed, deeds, item, put, remove

KEY = "IT-0001"
STEPS = st.lists(st.sampled_from(["put", "remove", "other"]), min_size=1, max_size=12)


def leaves(views: Views, key: str = KEY, limit: int = 50) -> list[int]:
    """Return the log indexes of a record's changes, page by page."""
    found: list[int] = []
    cursor: str | None = None
    while True:
        page = views.list_changes("shop", "items", key, cursor=cursor, limit=limit)
        assert len(page.items) <= limit
        found += [row.leaf_index for row in page.items]
        cursor = page.cursor
        if cursor is None:
            return found


def expected(steps: list[str]) -> list[int] | None:
    """Return the same by going through all writes; None if the record never was there."""
    found: list[int] | None = None
    is_there = False
    for leaf, step in enumerate(steps):
        if step == "remove" and is_there:
            found, is_there = [leaf, *(found or [])], False
        elif step == "put":
            found, is_there = [leaf, *(found or [] if is_there else [])], True
    return found


@given(STEPS, st.integers(1, 5), st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=60)
def test_the_history_of_a_record_is_its_writes_since_it_was_made(
    steps: list[str], block_size: int, group: int, limit: int
) -> None:
    """And its removal, if it is no more, however blocks lie and are grouped when projected."""
    writes = {"put": put(item(1)), "remove": remove(KEY), "other": put(item(2))}
    chain = Chain()
    for start in range(0, len(steps), block_size):
        chain.add(*(Deed(writes=writes[step]) for step in steps[start : start + block_size]))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'views.sqlite'}"
        projector, views = Projector(url, GENESIS, SPECS), Views(url)
        for start in range(0, len(chain.blocks), group):
            projector.apply(chain.blocks[start : start + group])
        wanted = expected(steps)
        if wanted is None:
            with pytest.raises(NotFound):
                leaves(views)
        else:
            assert leaves(views, limit=limit) == wanted
        views.close()
        projector.close()


def test_what_genesis_made_has_no_transaction_for_it(projector: Projector, views: Views) -> None:
    """A founding key has no history until it is changed."""
    projector.apply([])
    assert views.list_changes("membership", "organizations", COURT).items == ()
    with pytest.raises(NotFound):
        views.list_changes("shop", "items", "IT-0009")
    with pytest.raises(NotFound):
        views.list_changes("shop", "nothing", "IT-0009")


def test_a_cursor_of_another_record_is_refused(projector: Projector, views: Views) -> None:
    """It would show another record's changes."""
    chain = Chain()
    for _ in range(3):
        chain.add(Deed(writes=put(item(1), item(2))))
    projector.apply(chain.blocks)
    cursor = views.list_changes("shop", "items", KEY, limit=1).cursor
    with pytest.raises(InvalidArguments):
        views.list_changes("shop", "items", "IT-0002", cursor=cursor)
    with pytest.raises(InvalidArguments):
        views.list_changes("shop", "items", KEY, limit=0)


@pytest.fixture
def stock(projector: Projector) -> None:
    """Project four items of which one has a note."""
    chain = Chain()
    chain.add(*deeds(range(3)), Deed(writes=put(item(3, note="b", seal=b"\x01"))))
    projector.apply(chain.blocks)


@pytest.mark.usefixtures("stock")
@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"ranges": {"size": Bounds(ge=1, lt=3)}}, [2, 1]),
        ({"ranges": {"size": Bounds(gt=1, le=3)}}, [3, 2]),
        ({"ranges": {"id": Bounds(ge="IT-0002")}}, [3, 2]),
        ({"ranges": {"origin.version": Bounds(le=0)}}, [0]),
        ({"ranges": {"note": Bounds(ge="a")}}, [3]),
        ({"ranges": {"size": Bounds()}}, [3, 2, 1, 0]),
        ({"empty": {"note": True}}, [2, 1, 0]),
        ({"empty": {"note": False, "seal": False}}, [3]),
        ({"empty": {"is_new": True}}, []),
        ({"where": {"size": 3}, "ranges": {"size": Bounds(gt=0)}, "text": "合同"}, [3]),
    ],
)
@pytest.mark.parametrize("order", ["newest", "-size"])
def test_records_are_filtered_by_ranges_and_absence(
    views: Views, order: str, wanted: dict[str, Any], numbers: list[int]
) -> None:
    """Together with everything else, in every order."""
    page = views.list_records("shop", "items", RecordFilter(**wanted), order=order)
    assert [row.key for row in page.items] == [f"IT-{number:04}" for number in numbers]


@pytest.mark.usefixtures("stock")
@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"ranges": {"is_new": Bounds(ge=1)}}, "is_new"),
        ({"ranges": {"seal": Bounds(ge="00")}}, "seal"),
        ({"ranges": {"size": Bounds(ge="1")}}, "size"),
        ({"ranges": {"size": Bounds(lt=2**63)}}, "size"),
        ({"ranges": {"tags": Bounds(lt="a")}}, "tags"),
        ({"empty": {"tags": True}}, "tags"),
    ],
)
def test_a_range_that_a_column_cannot_have_is_refused(
    views: Views, wanted: dict[str, Any], field: str
) -> None:
    """Without an order, of another type, too large, or not a column to filter by."""
    with pytest.raises(InvalidArguments) as refused:
        views.list_records("shop", "items", RecordFilter(**wanted))
    assert refused.value.field == field
