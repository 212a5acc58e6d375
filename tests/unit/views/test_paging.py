# SPDX-License-Identifier: Apache-2.0
"""Keyset paging: every row exactly once, whatever is added meanwhile."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from tallystick.encoding import encode, format_base64url
from tallystick.errors import InvalidArguments
from tallystick.views import (
    NEWEST,
    OLDEST,
    Page,
    Projector,
    RecordFilter,
    TransactionFilter,
    Views,
    pages,
)
from tallystick.views import cursors as cursors_file
from tests.unit.views.chain import BANK, GENESIS, SPECS, TELLER, Chain, Deed, deeds, item, put

List = Callable[[Views, str | None, int], Page[Any]]

LISTS: dict[str, List] = {
    "blocks": lambda v, c, n: v.list_blocks(cursor=c, limit=n),
    "transactions": lambda v, c, n: v.list_transactions(cursor=c, limit=n),
    "one method": lambda v, c, n: v.list_transactions(
        TransactionFilter(method="buy"), cursor=c, limit=n
    ),
    "several classes": lambda v, c, n: v.list_transactions(
        TransactionFilter(contract="shop", code="ok"), cursor=c, limit=n
    ),
    "text": lambda v, c, n: v.list_transactions(
        TransactionFilter(text='"number":1'), cursor=c, limit=n
    ),
    "text in several classes": lambda v, c, n: v.list_transactions(
        TransactionFilter(contract="shop", text='"number":1'), cursor=c, limit=n
    ),
    "events": lambda v, c, n: v.list_events(cursor=c, limit=n),
    "newest events": lambda v, c, n: v.list_events(order=NEWEST, cursor=c, limit=n),
    "records": lambda v, c, n: v.list_records("shop", "items", cursor=c, limit=n),
    "oldest records": lambda v, c, n: v.list_records(
        "shop", "items", order=OLDEST, cursor=c, limit=n
    ),
    "records by size": lambda v, c, n: v.list_records(
        "shop", "items", order="size", cursor=c, limit=n
    ),
    "records by falling key": lambda v, c, n: v.list_records(
        "shop", "items", order="-id", cursor=c, limit=n
    ),
    "records by device with text": lambda v, c, n: v.list_records(
        "shop", "items", RecordFilter(text="1"), order="-origin.device", cursor=c, limit=n
    ),
    "records of some devices": lambda v, c, n: v.list_records(
        "shop",
        "items",
        RecordFilter(where={"origin.device": ("dev-0", "dev-2")}),
        cursor=c,
        limit=n,
    ),
    "new records": lambda v, c, n: v.list_records(
        "shop", "items", RecordFilter(where={"is_new": True}), cursor=c, limit=n
    ),
}


def sales(chain: Chain, count: int) -> None:
    """Append a block of sales and purchases."""
    first = chain.nonce
    chain.add(
        *deeds(range(first, first + count)),
        Deed(args={"number": first}, method="buy", signer=TELLER, organization=BANK),
        Deed(args={"number": first}, method="buy", code="E_DUP"),
    )


def key_of(row: Any) -> object:
    """Return what tells a row from the others."""
    for name in ("key", "leaf_index", "id", "height"):
        if hasattr(row, name):
            return getattr(row, name)
    raise AssertionError(row)


def all_keys(views: Views, rows: List) -> list[object]:
    """Return the keys of the whole list, in large pages."""
    found: list[object] = []
    cursor: str | None = None
    while True:
        page = rows(views, cursor, 500)
        found += map(key_of, page.items)
        cursor = page.cursor
        if cursor is None:
            return found


@pytest.mark.parametrize("name", LISTS)
@settings(max_examples=settings().max_examples // 10)
@given(
    limits=st.lists(st.integers(1, 5), min_size=1, max_size=5),
    growth=st.lists(st.integers(0, 2), min_size=1, max_size=4),
    scan=st.sampled_from([1, 3, 20_000]),
)
def test_every_row_comes_exactly_once_while_rows_are_added(
    name: str, limits: list[int], growth: list[int], scan: int
) -> None:
    """What was there at the first page is listed once, in order; what is added repeats nothing."""
    rows = LISTS[name]
    chain = Chain()
    for _ in range(4):
        sales(chain, 3)
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        Projector(f"sqlite:///{Path(folder) / 'views'}", GENESIS, SPECS) as projector,
        closing(Views(f"sqlite:///{Path(folder) / 'views'}")) as views,
    ):
        patch.setattr(pages, "SCAN_ROWS_MAX", scan)
        projector.apply(chain.blocks)
        expected = all_keys(views, rows)
        found: list[object] = []
        cursor: str | None = None
        for turn in range(1_000):
            limit = limits[turn % len(limits)]
            page = rows(views, cursor, limit)
            assert len(page.items) <= limit
            found += map(key_of, page.items)
            cursor = page.cursor
            if cursor is None:
                break
            if turn < len(growth) and growth[turn]:
                sales(chain, growth[turn])
                projector.apply(chain.blocks[-1:])
        assert cursor is None
        assert len(set(found)) == len(found)
        assert [key for key in found if key in set(expected)] == expected
        assert expected


@pytest.fixture
def filled(projector: Projector, views: Views) -> Views:
    """Return views with two blocks in them."""
    chain = Chain()
    sales(chain, 3)
    sales(chain, 3)
    projector.apply(chain.blocks)
    return views


WRONG_CURSORS = [
    "",
    "x",
    "===",
    "中文",
    "A" * 2_000,
    format_base64url(b"\xff"),
    format_base64url(encode(["blocks", None])),
    format_base64url(encode(["blocks", None, "1"])),
    format_base64url(encode(["blocks", None, True])),
    format_base64url(encode(["blocks", 5, 1])),
    format_base64url(encode(["blocks", None, -(2**63)])),
    format_base64url(encode({"blocks": 1})),
    cursors_file.format_cursor("transactions", (None, 1)),
]


@pytest.mark.parametrize("cursor", WRONG_CURSORS)
def test_a_wrong_cursor_is_refused(filled: Views, cursor: str) -> None:
    """It names the field, so that the door can answer 400."""
    with pytest.raises(InvalidArguments) as caught:
        filled.list_blocks(cursor=cursor)
    assert caught.value.field == "cursor"
    assert caught.value.code == "E_ARGUMENT"


def test_a_cursor_of_another_order_is_refused(filled: Views) -> None:
    """Turning the order in the middle would skip rows."""
    newest = filled.list_records("shop", "items", limit=1).cursor
    with pytest.raises(InvalidArguments):
        filled.list_records("shop", "items", order=OLDEST, cursor=newest)
    by_size = filled.list_records("shop", "items", order="size", limit=1).cursor
    assert by_size is not None
    filled.list_records("shop", "items", order="size", cursor=by_size)
    with pytest.raises(InvalidArguments):
        filled.list_records("shop", "items", order="-size", cursor=by_size)


def test_a_value_of_another_type_in_a_cursor_is_refused(filled: Views) -> None:
    """Whoever makes cursors up gets an error of his own, not one of the database."""
    for value in (2**63, "text", True, b"bytes"):
        parts = encode(["shop.items size", value, 1])
        with pytest.raises(InvalidArguments):
            filled.list_records(
                "shop", "items", order="size", cursor=format_base64url(parts), limit=1
            )


@pytest.mark.parametrize("limit", [0, -1, 501, 2**70])
def test_a_limit_out_of_range_is_refused(filled: Views, limit: int) -> None:
    """Pages have from 1 to 500 rows."""
    for rows in LISTS.values():
        with pytest.raises(InvalidArguments) as caught:
            rows(filled, None, limit)
        assert caught.value.field == "limit"


def test_many_classes_are_looked_through_in_order(
    projector: Projector, views: Views, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With more alternatives than index look-ups, the answer is the same."""
    chain = Chain()
    methods = [f"m{number}" for number in range(pages.ALTERNATIVES_MAX + 1)]
    chain.add(*[Deed(method=method) for method in methods], Deed(contract="other"))
    projector.apply(chain.blocks)
    page = views.list_transactions(TransactionFilter(contract="shop"))
    assert [row.method for row in page.items] == methods[::-1]
    monkeypatch.setattr(pages, "SCAN_ROWS_MAX", 2)
    page = views.list_transactions(TransactionFilter(contract="shop"))
    assert [row.method for row in page.items] == methods[:-2:-1]
    assert page.cursor is not None


def test_a_search_that_finds_nothing_goes_step_by_step(
    projector: Projector, views: Views, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page looks at a bounded number of rows; its cursor goes on behind them."""
    monkeypatch.setattr(pages, "SCAN_ROWS_MAX", 4)
    chain = Chain()
    chain.add(*[Deed(args={"n": number}) for number in range(10)])
    projector.apply(chain.blocks)
    wanted = TransactionFilter(text='"n":1')
    sizes, cursor = [], None
    while True:
        page = views.list_transactions(wanted, cursor=cursor)
        sizes.append(len(page.items))
        cursor = page.cursor
        if cursor is None:
            break
    assert sizes == [0, 0, 1]


def test_deleting_a_record_between_pages_drops_only_that_record(
    projector: Projector, views: Views
) -> None:
    """The place of a page is a number, so a row that is gone takes none with it."""
    chain = Chain()
    chain.add(*deeds(range(6)))
    projector.apply(chain.blocks)
    first = views.list_records("shop", "items", limit=2)
    chain.add(Deed(writes={b"shop/items/IT-0004": None, b"shop/items/IT-0003": None}))
    chain.add(Deed(writes=put(item(3, note="back again"))))
    projector.apply(chain.blocks[1:])
    rest = views.list_records("shop", "items", cursor=first.cursor)
    keys = [row.key for row in (*first.items, *rest.items)]
    assert keys == ["IT-0005", "IT-0004", "IT-0002", "IT-0001", "IT-0000"]
