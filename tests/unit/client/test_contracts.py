# SPDX-License-Identifier: Apache-2.0
"""Any contract from Python, by the schema that its node offers: through the real HTTP door."""

from __future__ import annotations

import asyncio
import inspect
import json
import pydoc
import sys
import time
import types
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tallystick.api import HttpServer, Limits, create_app
from tallystick.client import (
    ActionResult,
    AsyncNet,
    AsyncPendingAction,
    Identity,
    Money,
    Net,
    PendingAction,
    Result,
    TypedItem,
    connect,
    connect_async,
)
from tallystick.errors import (
    Duplicate,
    InvalidArguments,
    NotFound,
    Refused,
    UnknownContract,
    UnknownRecord,
    UsageError,
)
from tests.factories import CLERK, COURT
from tests.unit.api.fake_node import FakeNode
from tests.unit.api.fund import GENESIS_BYTES, Fund

ME = Identity(COURT, "clerk", CLERK)
DUE = date(2026, 12, 31)


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[FakeNode]:
    """Return a node with the fund contract, whose clock is this machine's."""
    (tmp_path / "node").mkdir()
    node = FakeNode(tmp_path / "node", GENESIS_BYTES, contracts=(Fund,))
    node.now = time.time_ns() // 1_000_000
    yield node
    node.close()


@pytest.fixture
def net(backend: FakeNode) -> Iterator[Net]:
    """Return a net with blocking calls, over a real socket."""
    with (
        HttpServer(backend, port=0) as server,
        connect(f"http://localhost:{server.port}", identity=ME) as net,
    ):
        yield net


def run(node: FakeNode, work: Callable[[AsyncNet], Awaitable[None]]) -> None:
    """Run asynchronous work over HTTP in this process."""

    async def whole() -> None:
        http = httpx.ASGITransport(app=create_app(node, limits=Limits()))
        async with connect_async("http://localhost", identity=ME, http=http) as net:
            await work(net)

    asyncio.run(whole())


def test_an_action_returns_what_it_did_with_its_receipt(net: Any) -> None:
    """Python values in and out, by place and by name, of a contract with a dotted name."""
    done = net.fund.raising.open(
        "C-1",
        "Schools",
        Money("12.50", "CNY"),
        due=DUE,
        contact={"name": "王芳"},
        seal=b"\xca\xfe",
    )
    assert isinstance(done, ActionResult)
    made = done.result
    assert (made.goal, made.due, made.seal) == (Money("12.50", "CNY"), DUE, b"\xca\xfe")
    assert made.opened_at.tzinfo is UTC
    assert made.contact.name == "王芳"
    assert repr(made).startswith("Campaign(id='C-1', title='Schools', goal=Money('12.50', 'CNY')")
    assert done.tx.height == 1
    assert done.receipt.verification.result is Result.MATCH
    (event,) = done.events
    assert (event.name, event.fields.due) == ("fund.raising.Opened", DUE)
    assert isinstance(event.fields.at, datetime)
    assert repr(done).startswith("<ActionResult Campaign(id='C-1'")
    plain = json.loads(done.json())
    assert (plain["result"]["goal"], plain["result"]["seal"]) == (1250, "cafe")
    assert plain["events"][0]["fields"]["id"] == "C-1"
    assert json.loads(net.fund.raising.close("C-1").json())["result"] is None


def test_a_query_answers_with_python_values(net: Any) -> None:
    """And takes lists, dates and records as it gives them."""
    net.fund.raising.open("C-1", "Schools", 100, contact={"name": "王芳"})
    shown = net.fund.raising.show("C-1")
    assert (shown.goal, shown.order, shown.due) == (Money("1.00", "CNY"), 0, None)
    dates = [date(2026, 1, 1), date(2027, 1, 1)]
    assert net.fund.raising.due_after(dates, contact=shown.contact) == dates
    with pytest.raises(UsageError):
        net.fund.raising.show.submit("C-1")


def test_a_refusal_is_an_exception_of_the_contract(net: Any) -> None:
    """In the family of its code, with typed facts; the platform's own stay what they are."""
    fund = net.fund.raising
    fund.open("C-1", "Schools", 100)
    with pytest.raises(fund.errors.CampaignExists) as twice:
        fund.open("C-1", "Again", 100)
    error: Any = twice.value
    assert issubclass(twice.type, Duplicate)
    assert (error.code, error.id) == ("E_DUP", "C-1")
    assert error.opened_at.tzinfo is UTC
    with pytest.raises(Refused) as high:
        fund.open("C-2", "Wells", Money("1000000.01", "CNY"))
    assert (
        type(high.value)
        is fund.errors.GoalTooHigh
        is net.contract("fund.raising").errors.GoalTooHigh
    )
    most: Any = high.value
    assert (most.code, most.most) == ("FUND-7", Money("1000000.00", "CNY"))
    with pytest.raises(UnknownRecord):
        fund.close("C-9")
    fund.give("C-1", 1, 5)
    with pytest.raises(Duplicate) as shared:
        fund.give("C-1", 1, 5)
    assert shared.type is Duplicate
    with pytest.raises(NotFound):
        fund.show("C-9")
    assert dir(fund.errors) == ["CampaignExists", "GoalTooHigh"]
    assert "GoalTooHigh (FUND-7)" in repr(fund.errors)
    with pytest.raises(AttributeError):
        fund.errors.Nothing  # noqa: B018


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "title"),
        ({"colour": "red"}, "colour"),
        ({"id": "C-2"}, "id"),
        ({"title": 7, "goal": 1}, "title"),
        ({"title": "t", "goal": 1.5}, "goal"),
        ({"title": "t", "goal": Money("1", "USD")}, "goal"),
        ({"title": "t", "goal": Money("1.001", "CNY")}, "amount"),
        ({"title": "t", "goal": "many"}, "amount"),
        ({"title": "t", "goal": Decimal(1), "currency": "x"}, "goal"),
        ({"title": "t", "goal": 1, "due": datetime(2026, 1, 1, tzinfo=UTC)}, "due"),
        ({"title": "t", "goal": 1, "seal": "no hex"}, "seal"),
        ({"title": "t", "goal": 1, "contact": {"mail": "x"}}, "contact.mail"),
        ({"title": {"a": 1}, "goal": 1}, "title"),
        ({"title": "t", "goal": 1, "order": "1"}, "order"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_before_anything_is_sent(
    net: Any, backend: FakeNode, given: dict[str, Any], field: str
) -> None:
    """Missing, unknown, twice, of another type: the field is named."""
    with pytest.raises(InvalidArguments) as refused:
        net.fund.raising.open("C-1", **given)
    assert refused.value.field == field
    assert backend.blocks == []
    with pytest.raises(InvalidArguments):
        net.fund.raising.close("C-1", "C-2")


def test_a_call_need_not_wait(net: Any, backend: FakeNode) -> None:
    """It gives a handle that says when it is done and what came of it."""
    fund = net.fund.raising
    backend.is_holding = True
    pending = fund.open("C-1", "Schools", 100, wait=False)
    assert isinstance(pending, PendingAction)
    assert not pending.done()
    backend.is_holding = False
    backend.release()
    assert pending.done()
    assert pending.result().result.id == "C-1"
    assert pending.id[:16] in repr(pending)
    backend.is_holding = True
    again = fund.open("C-1", "Again", 100, wait=False)
    backend.is_holding = False
    backend.release()
    with pytest.raises(fund.errors.CampaignExists):
        again.result()
    with pytest.raises(fund.errors.CampaignExists):
        fund.open("C-1", "Again", 100, wait=False)
    # A method's own argument of that name is the method's.
    assert isinstance(fund.give("C-1", 1, 5, wait=True), ActionResult)
    assert isinstance(fund.give.submit("C-1", 2, 5, False), PendingAction)


def test_a_contract_explains_itself(net: Any) -> None:
    """To `dir`, `repr`, `help` and editors; without asking again once it is known."""
    assert "fund" not in dir(net)
    assert repr(net.fund) == "<contracts fund.{raising}>"
    assert "fund" in dir(net)
    fund = net.fund.raising
    assert {"open", "close", "show", "errors", "table"} <= set(dir(fund))
    assert repr(fund).startswith("<contract fund.raising v2: open, close")
    assert str(inspect.signature(fund.open)).startswith("(id: 'str', title: 'str', goal: ")
    text = pydoc.plain(pydoc.render_doc(fund.open))
    assert "Opens a campaign." in text
    assert "发起一个项目" in text
    assert "errors.GoalTooHigh" in text
    assert "In cents." in text
    assert repr(fund.open).startswith("<action fund.raising.open(id: 'str'")
    assert repr(fund.method("show")).startswith("<query ")
    assert [one.schema.name for one in net.contracts()] == ["fund.raising"]
    for wrong in ("fund.rising", "funds"):
        with pytest.raises(UnknownContract):
            net.contract(wrong)
    with pytest.raises(UnknownContract):
        fund.method("shut")


@pytest.mark.parametrize("path", ["nobody", "fund.nobody", "fund.raising.nobody", "fund._x", "_x"])
def test_what_no_contract_is_called_is_no_attribute(net: Any, path: str) -> None:
    """As Python expects of attributes."""
    found = net
    *above, last = path.split(".")
    for name in above:
        found = getattr(found, name)
    assert not hasattr(found, last)


@pytest.fixture
def campaigns(net: Any) -> Any:
    """Return a net whose fund has three campaigns, of which one is closed, and a gift."""
    fund = net.fund.raising
    fund.open("C-1", "Schools", 100_00, due=DUE, contact={"name": "王芳"})
    fund.open("C-2", "Wells", 200_00, due=date(2026, 6, 30), order=7, seal=b"\x07")
    fund.open("C-3", "Books", 300_00)
    fund.close("C-2")
    fund.give("C-1", 4, 5)
    return net


@pytest.mark.parametrize(
    ("conditions", "ids"),
    [
        ({}, "321"),
        ({"status": "OPEN"}, "31"),
        ({"due": DUE}, "1"),
        ({"due": None}, "3"),
        ({"due__null": False}, "21"),
        ({"due__lt": DUE}, "2"),
        ({"goal__ge": Money(200, "CNY")}, "32"),
        ({"goal__gt": 200_00, "status": "OPEN"}, "3"),
        ({"contact__name": "王芳"}, "1"),
        ({"order": 7}, "2"),
        ({"seal": b"\x07"}, "2"),
        ({"opened_at__lt": datetime(2020, 1, 1, tzinfo=UTC)}, ""),
    ],
)
def test_a_table_is_narrowed_down(campaigns: Net, conditions: dict[str, Any], ids: str) -> None:
    """With Python values for every column; conditions add up."""
    table = campaigns.table("fund.raising.campaigns").where(**conditions)
    assert [row.id for row in table] == [f"C-{number}" for number in ids]
    assert table.count() == len(ids)
    first = table.first()
    assert (first.id if first else None) == (f"C-{ids[0]}" if ids else None)


def test_a_table_is_ordered_searched_and_read_by_key(campaigns: Net) -> None:
    """Rows are records with Python values, and what was just written is among them."""
    table = campaigns.contract("fund.raising").table("campaigns")
    assert [row.id for row in table.order_by("-due")] == ["C-1", "C-2"]
    assert [row.id for row in table.search("well")] == ["C-2"]
    row = table.get("C-1")
    assert (row.due, row.goal, row["contact"].name) == (DUE, Money(100, "CNY"), "王芳")
    assert "_key" not in repr(row)
    assert "title" in dir(row)
    assert table.find("C-9") is None
    assert table.find("C-1") == row
    assert len({row, table.get("C-1")}) == 1
    assert campaigns.table("fund.raising.gifts").get("C-1", 4).amount == Money("0.05", "CNY")
    assert repr(table) == "<table fund.raising.campaigns>"


def test_a_row_has_its_history(campaigns: Net) -> None:
    """The transactions that made and changed it, newest first, each with its sentence."""
    said = [one.sentence for one in campaigns.table("fund.raising.campaigns").history("C-2")]
    assert [one.en if one else "" for one in said] == [
        "C-2 was closed.",
        f"{COURT} opened C-2 until 2026-06-30.",
    ]


def test_a_transaction_says_what_it_was_in_words(campaigns: Net) -> None:
    """Labels, values as people read them, and why it was refused."""
    with pytest.raises(Duplicate):
        campaigns.contract("fund.raising").method("open")("C-1", "Again", 1)
    refused = next(iter(campaigns.transactions()))
    call = campaigns.transaction(refused.id).call
    assert call is not None
    assert (call.method.zh, call.arguments[0].label.en) == ("发起项目", "Campaign")
    assert call.refusal is not None
    assert call.refusal.sentence.en.startswith("There is a campaign C-1 already")


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("campaigns", UsageError),
        ("fund.raising.donors", NotFound),
        ("nobody.donors", UnknownContract),
    ],
)
def test_a_table_that_is_not_there_is_told(net: Net, name: str, error: type[Exception]) -> None:
    """At the latest when it is read."""
    with pytest.raises(error):
        net.table(name).first()


def test_a_column_that_is_not_there_is_told_before_the_node_is_asked(net: Net) -> None:
    """With the columns that are."""
    for conditions in ({"colour": 1}, {"contact__mail": 1}, {"id__name": 1}):
        with pytest.raises(InvalidArguments) as refused:
            net.table("fund.raising.campaigns").where(**conditions).first()
        assert refused.value.expected
    with pytest.raises(InvalidArguments):
        net.table("fund.raising.campaigns").order_by("title").first()


def test_rows_become_a_data_frame_where_pandas_is(
    campaigns: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only there; the error says what to install."""
    table = campaigns.table("fund.raising.campaigns")
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError):
        table.to_pandas()
    pandas = types.ModuleType("pandas")
    pandas.DataFrame = list  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pandas", pandas)
    rows = table.to_pandas()
    assert [row["id"] for row in rows] == ["C-3", "C-2", "C-1"]
    assert "_key" not in rows[0]


def test_the_same_without_blocking(backend: FakeNode, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are looked up when they are awaited."""

    async def work(net: Any) -> None:
        done = await net.fund.raising.open("C-1", "Schools", Money(1, "CNY"), due=DUE)
        assert done.result.due == DUE
        assert (await net.fund.raising.show("C-1")).goal == Money(1, "CNY")
        with pytest.raises(Duplicate) as twice:
            await net.fund.raising.open("C-1", "Again", 1)
        assert type(twice.value) is net.fund.raising.errors.CampaignExists
        pending = await net.fund.raising.open("C-2", "Wells", 1, wait=False)
        assert isinstance(pending, AsyncPendingAction)
        assert (await pending.result()).result.id == "C-2"
        assert await pending.done()
        assert "AsyncPendingAction open" in repr(pending)
        with pytest.raises(UnknownContract):
            await net.nobody.open()
        with pytest.raises(UnknownContract):
            await net.fund.raising.shut()

    async def desks(net: Any) -> None:
        (fund,) = await net.contracts()
        assert (await net.contract("fund.raising")).schema == fund.schema
        assert repr(fund).startswith("<contract fund.raising v2")
        assert "open" in dir(fund)
        assert repr(fund.open).startswith("<action fund.raising.open(id")
        assert fund.errors.GoalTooHigh.code == "FUND-7"
        assert not hasattr(fund, "shut")
        assert not hasattr(net, "_x")
        assert not hasattr(net.fund, "_x")
        assert {"fund"} <= set(dir(net))
        assert "open" in dir(net.fund.raising)
        assert dir(net.fund) == ["raising"]
        assert repr(net.fund.raising) == "<name fund.raising of a contract or method>"
        await fund.give("C-1", 1, 5, wait=False)
        table = fund.table("campaigns")
        assert [row.id async for row in table.order_by("oldest")] == ["C-1", "C-2"]
        assert await table.where(due=DUE).count() == 1
        assert (await table.search("wells").first()).id == "C-2"
        assert await table.where(status="CLOSED").first() is None
        assert (await table.get("C-1")).title == "Schools"
        assert await table.find("C-9") is None
        assert len([one async for one in table.history("C-1")]) == 1
        assert repr(net.table("fund.raising.campaigns")) == repr(table)
        monkeypatch.setitem(sys.modules, "pandas", None)
        with pytest.raises(UsageError):
            await table.to_pandas()

    run(backend, work)
    run(backend, desks)


def test_a_typed_item_is_a_mapping() -> None:
    """Equal to one with the same values."""
    item = TypedItem("Point", {"x": 1, "_key": "1"}, {"x": 1, "_key": "1"})
    assert item == {"x": 1, "_key": "1"}
    assert item != 1
    assert repr(item) == "Point(x=1)"
    assert item.to_dict() == {"x": 1, "_key": "1"}
