# SPDX-License-Identifier: Apache-2.0
"""Records of contracts' tables: read back as written, filtered, ordered, and of any form."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.encoding import Value, encode
from tallystick.errors import InvalidArguments, NotFound
from tallystick.model import Block
from tallystick.views import NEWEST, OLDEST, Projector, RecordFilter, TimeRange, Views
from tests.unit.views.chain import T0, Chain, Deed, deeds, item, put, remove

MISSING = "no such field"


def records(views: Views, order: str = NEWEST, **wanted: Any) -> list[str]:
    """Return the keys of items that a filter lets through."""
    page = views.list_records("shop", "items", RecordFilter(**wanted), order=order)
    assert page.cursor is None
    return [row.key for row in page.items]


@pytest.fixture
def stock(projector: Projector) -> list[Block]:
    """Project six items in three blocks, of which one is changed and one removed later."""
    chain = Chain()
    chain.add(*deeds(range(3)))
    chain.add(*deeds(range(3, 6)))
    chain.add(Deed(writes={**remove("IT-0004"), **put(item(0, title="Repair 维修", size=9))}))
    projector.apply(chain.blocks)
    return chain.blocks


@pytest.mark.usefixtures("stock")
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [5, 3, 2, 1, 0]),
        ({"where": {"id": "IT-0002"}}, [2]),
        ({"where": {"digest": item(3)["digest"]}}, [3]),
        ({"where": {"digest": (item(3)["digest"], item(5)["digest"], "x")}}, [5, 3]),
        ({"where": {"origin.device": "dev-0"}}, [3, 0]),
        ({"where": {"origin_device": "dev-2", "size": 5}}, [5]),
        ({"where": {"size": 9}}, [0]),
        ({"where": {"is_new": True}}, [2, 0]),
        ({"where": {"is_new": True, "digest": item(2)["digest"]}}, [2]),
        ({"where": {"title": "借款合同 3"}}, [3]),
        ({"text": "合同"}, [5, 3, 2, 1]),
        ({"text": "REPAIR"}, [0]),
        ({"text": "dev-1"}, []),
        ({"during": TimeRange(T0 + 20_000)}, [5, 3]),
        ({"during": TimeRange(None, T0 + 20_000)}, [2, 1, 0]),
        ({"during": TimeRange(T0 + 20_000), "text": "合同 3"}, [3]),
    ],
)
def test_records_are_filtered(views: Views, wanted: dict[str, Any], expected: list[int]) -> None:
    """By columns with and without an index, by nested fields, by time and by text."""
    keys = [f"IT-{number:04}" for number in expected]
    assert records(views, **wanted) == keys
    assert records(views, OLDEST, **wanted) == keys[::-1]


@pytest.mark.usefixtures("stock")
def test_records_are_ordered_by_indexed_columns(views: Views) -> None:
    """Either way round; filters may be combined with it."""
    assert records(views, "size") == ["IT-0001", "IT-0002", "IT-0003", "IT-0005", "IT-0000"]
    assert records(views, "-size")[0] == "IT-0000"
    assert records(views, "-id")[0] == "IT-0005"
    assert records(views, "size", where={"is_new": True}) == ["IT-0002", "IT-0000"]
    assert records(views, "size", where={"origin.device": "dev-0"}) == ["IT-0003", "IT-0000"]
    assert records(views, "-size", where={"size": (1, 2)}) == ["IT-0002", "IT-0001"]
    assert records(views, "size", text="合同 5") == ["IT-0005"]
    for order in ("title", "digest", "tags", "unknown", "", "-", "newest first"):
        with pytest.raises(InvalidArguments):
            records(views, order)
    with pytest.raises(InvalidArguments):
        views.list_events(order="size")


@pytest.mark.usefixtures("stock")
@pytest.mark.parametrize(
    "wanted",
    [
        {"where": {"unknown": "x"}},
        {"where": {"tags": "x"}},
        {"where": {"_created": 1}},
        {"where": {"size": "1"}},
        {"where": {"size": True}},
        {"where": {"size": 2**63}},
        {"where": {"digest": 1}},
        {"where": {"is_new": 1}},
        {"where": {"digest": ()}},
        {"where": {"digest": ("x",) * 501}},
        {"text": ""},
        {"text": "x" * 201},
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(views: Views, wanted: dict[str, Any]) -> None:
    """The caller learns which field is wrong instead of finding nothing."""
    with pytest.raises(InvalidArguments):
        records(views, **wanted)


def test_a_record_is_read_back_as_it_was_written(projector: Projector, views: Views) -> None:
    """Nested records, lists, bytes as hexadecimal, absent values."""
    chain = Chain()
    tags: Value = ["a", {"b": [b"\x01", 1, None]}]
    whole = item(1, seal=b"\x00\xff", tags=tags, note="注")
    bare = item(2, origin=None)
    chain.add(Deed(), Deed(writes=put(whole, bare)), Deed(writes=put(item(2, origin=None, size=3))))
    projector.apply(chain.blocks)
    row = views.get_record("shop", "items", "IT-0001")
    assert row is not None
    shown: dict[str, Value] = {"seal": "00ff", "tags": ["a", {"b": ["01", 1, None]}]}
    assert row.fields == {**whole, **shown}
    assert (row.created_leaf, row.changed_leaf) == (1, 1)
    row = views.get_record("shop", "items", "IT-0002")
    assert row is not None
    assert row.fields == {**bare, "size": 3}
    assert (row.created_leaf, row.changed_leaf) == (1, 2)
    assert views.get_record("shop", "items", "IT-0003") is None


@pytest.mark.parametrize(
    "changed",
    [
        {"size": "large"},
        {"size": 2**63},
        {"size": "x", "origin": None, "tags": ["a"]},
        {"is_new": 1},
        {"surplus": {"a": [b"\x01"]}},
        {"origin": "nowhere"},
        {"origin": {"device": 5, "version": None, "place": "x"}},
        {"origin": {"device": "d"}},
        {"id": "IT-9999"},
        {"title": MISSING, "heading": "x"},
        {"id": MISSING, "label": 5},
        {"origin": [1]},
        {"tags": 5, "title": None},
    ],
)
def test_a_record_of_another_form_loses_nothing(
    projector: Projector, views: Views, changed: dict[str, Value]
) -> None:
    """What does not fit its column is kept beside the columns."""
    chain = Chain()
    whole = item(1, **changed)
    record = {name: value for name, value in whole.items() if value != MISSING}
    chain.add(Deed(writes={b"shop/items/IT-0001": encode(record)}))
    projector.apply(chain.blocks)
    row = views.get_record("shop", "items", "IT-0001")
    assert row is not None
    plain = _shown(record)
    assert {name: row.fields[name] for name in plain} == plain


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        shown = {name: _shown(child) for name, child in value.items()}
        return {"device": None, "version": None, **shown} if "device" in shown else shown
    if isinstance(value, list):
        return [_shown(child) for child in value]
    return value.hex() if isinstance(value, bytes) else value


def test_a_value_that_is_no_record_is_shown_all_the_same(
    projector: Projector, views: Views
) -> None:
    """Bytes that are not canonical, and values that are not maps."""
    chain = Chain()
    writes = {b"shop/items/a": b"\xff\x00", b"shop/items/b": encode([1, 2])}
    chain.add(Deed(writes=dict(writes)))
    projector.apply(chain.blocks)
    shown = {row.key: row.fields[""] for row in views.list_records("shop", "items").items}
    assert shown == {"a": "ff00", "b": [1, 2]}


def test_keys_of_several_parts_and_keys_that_are_not_text(
    projector: Projector, views: Views
) -> None:
    """A key is given part by part, as to the contract's table."""
    chain = Chain()
    pair = encode({"left": "a/b%", "right": 7})
    odd = b"\xff\x00"
    chain.add(
        Deed(
            writes={
                b"shop/pairs/a%2Fb%25/7": pair,
                b"shop/pairs/" + odd: pair,
                b"shop/pairs/nul\0": pair,
            }
        )
    )
    projector.apply(chain.blocks)
    row = views.get_record("shop", "pairs", "a/b%", 7)
    assert row is not None
    assert row.fields == {"left": "a/b%", "right": 7}
    keys = {one.key for one in views.list_records("shop", "pairs").items}
    assert keys == {"a%2Fb%25/7", odd.hex(), b"nul\0".hex()}


def test_unknown_tables_are_not_found(views: Views) -> None:
    """The message names the tables that there are."""
    with pytest.raises(NotFound):
        views.list_records("shop", "nothing")
    with pytest.raises(NotFound):
        views.get_record("nothing", "items", "x")
    with pytest.raises(NotFound):
        views.columns("shop", "nothing")


def test_tables_and_columns_describe_themselves(views: Views) -> None:
    """Doors learn from the views what can be filtered."""
    names = [spec.name for spec in views.tables()]
    assert names == [
        *("membership.organizations", "membership.members", "membership.keys"),
        *("shop.items", "shop.pairs"),
    ]
    columns = {column.name: column for column in views.columns("shop", "items")}
    assert "id" not in columns
    assert columns["origin_device"].path == ("origin", "device")
    assert columns["origin_device"].indexed
    assert columns["origin_device"].optional
    assert not columns["title"].indexed
