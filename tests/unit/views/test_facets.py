# SPDX-License-Identifier: Apache-2.0
"""Counting: values of columns, calls of methods, one contract's transactions, one key's."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.errors import InvalidArguments, LimitExceeded, NotFound
from tallystick.views import Projector, RecordFilter, TimeRange, TransactionFilter, Views
from tallystick.views import block_views as limits
from tests.unit.views.chain import BANK, T0, TELLER, Chain, Deed, deeds, item, put, remove

HOUR = 3_600_000


@pytest.fixture
def stock(projector: Projector) -> None:
    """Project six items, of which one is changed and one removed later."""
    chain = Chain()
    chain.add(*deeds(range(3)))
    chain.add(*deeds(range(3, 6)))
    chain.add(Deed(writes={**remove("IT-0004"), **put(item(0, title="Repair", size=9))}))
    projector.apply(chain.blocks)


def counts(views: Views, *columns: str, **wanted: Any) -> list[dict[Any, int]]:
    """Return the counts of columns among the items that a filter lets through."""
    found = views.count_values("shop", "items", RecordFilter(**wanted), columns)
    assert [one.name for one in found.columns] == list(columns)
    return [dict(one.values) for one in found.columns]


@pytest.mark.usefixtures("stock")
def test_values_are_counted_as_they_stand_now(views: Views) -> None:
    """What was removed does not count, what is not set counts as such, filters narrow all."""
    assert counts(views, "is_new", "origin.device") == [
        {False: 3, True: 2},
        {"dev-0": 2, "dev-1": 1, "dev-2": 2},
    ]
    assert counts(views, "note") == [{None: 5}]
    assert counts(views, "is_new", where={"origin.device": "dev-0"}) == [{True: 1, False: 1}]
    assert counts(views, "is_new", where={"digest": item(3)["digest"]}) == [{False: 1}]
    assert counts(views, "is_new", where={"size": (1, 2)}) == [{False: 1, True: 1}]
    assert counts(views, "is_new", text="Repair") == [{True: 1}]
    assert counts(views, "is_new", during=TimeRange(T0 + 20_000)) == [{False: 2}]
    assert counts(views, "is_new", where={"size": 77}) == [{}]


@pytest.mark.usefixtures("stock")
def test_the_most_frequent_value_comes_first(views: Views) -> None:
    """As pages show them; equal ones by their text."""
    (column,) = views.count_values("shop", "items", None, ["origin.device"]).columns
    assert column.values == (("dev-0", 2), ("dev-2", 2), ("dev-1", 1))


@pytest.mark.usefixtures("stock")
def test_only_so_many_records_are_looked_at(views: Views) -> None:
    """The newest ones, and the answer says so; a table that is not longer is counted whole."""
    part = views.count_values("shop", "items", None, ["is_new"], rows_max=2)
    assert part.rows_max == 2
    assert dict(part.columns[0].values) == {False: 2}  # IT-0005 and IT-0003
    exact = views.count_values("shop", "items", None, ["is_new"], rows_max=5)
    assert exact.rows_max is None
    assert sum(dict(exact.columns[0].values).values()) == 5


@pytest.mark.usefixtures("stock")
def test_what_can_be_ordered_by_is_told(views: Views) -> None:
    """What is told there is taken as an order, and nothing else is."""
    sortable = views.count_values("shop", "items", None, []).sortable
    assert sortable == ("id", "size", "origin.device")
    for name in sortable:
        assert views.list_records("shop", "items", order=f"-{name}").items
    with pytest.raises(InvalidArguments):
        views.list_records("shop", "items", order="title")


@pytest.mark.usefixtures("stock")
def test_columns_that_cannot_be_counted_are_refused(views: Views) -> None:
    """Lists have no column of values, and there is a limit to what is counted at once."""
    for columns in (["tags"], ["nothing"], ["size"] * 7):
        with pytest.raises(InvalidArguments):
            views.count_values("shop", "items", None, columns)
    with pytest.raises(NotFound):
        views.count_values("shop", "nothing", None, [])


def visited() -> Chain:
    """Return three hours in which two organisations call two contracts."""
    chain = Chain()
    chain.add(*deeds(range(2)), Deed(method="buy", code="E_DUP"), time=T0)
    chain.add(Deed(contract="fair"), Deed(method="buy"), time=T0 + HOUR)
    other = Deed(method="buy", signer=TELLER, organization=BANK)
    chain.add(other, Deed(contract="fair", code="E_ROLE"), time=T0 + 2 * HOUR)
    return chain


def test_calls_are_counted_by_method(views: Views, projector: Projector) -> None:
    """Refused ones too, with how many organisations called; what nobody called has none."""
    projector.apply(visited().blocks)
    found = [
        (one.method, one.calls, one.refused, one.organizations)
        for one in views.method_use("shop").items
    ]
    assert found == [("buy", 3, 1, 2), ("sell", 2, 0, 1)]
    assert views.method_use("nothing").items == ()


def test_one_contracts_transactions_are_counted_over_time(
    views: Views, projector: Projector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks are all there were; a time with too many transactions is refused."""
    projector.apply(visited().blocks)
    hours = [T0 + HOUR * place for place in range(4)]

    def figures(contract: str, moments: list[int]) -> list[tuple[int, int, int]]:
        items = views.activity(moments, contract=contract).items
        return [(one.blocks, one.transactions, one.refused) for one in items]

    assert figures("shop", hours) == [(1, 3, 1), (1, 1, 0), (1, 1, 0)]
    assert figures("fair", hours) == [(1, 0, 0), (1, 1, 0), (1, 1, 1)]
    assert figures("nothing", hours) == [(1, 0, 0)] * 3
    assert figures("shop", hours[1:]) == [(1, 1, 0), (1, 1, 0)]
    monkeypatch.setattr(limits, "COUNTED_MAX", 4)
    assert figures("fair", hours)[2] == (1, 1, 1)
    assert figures("shop", hours[1:])
    with pytest.raises(LimitExceeded):
        figures("shop", hours)


def test_transactions_are_found_by_who_signed(views: Views, projector: Projector) -> None:
    """One of several keys; a key that signed nothing finds nothing."""
    projector.apply(visited().blocks)

    def signed_by(*keys: str) -> int:
        return len(views.list_transactions(TransactionFilter(signers=keys)).items)

    teller = TELLER.public_key.hex()
    assert signed_by(teller) == 1
    assert signed_by(teller, "ab" * 32) == 1
    assert signed_by() == signed_by("ab" * 32) == 0
    assert len(views.list_transactions(TransactionFilter()).items) == 7
