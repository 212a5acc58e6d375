# SPDX-License-Identifier: Apache-2.0
"""Tables, forms and decoded calls of a contract that nobody wrote HTTP code for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tallystick.api import Door, create_app, describe_api
from tallystick.encoding import Value
from tests.factories import COURT, START
from tests.unit.api.caller import Caller
from tests.unit.api.fake_node import FakeNode, signed
from tests.unit.api.fund import GENESIS_BYTES, NETWORK, Fund
from tests.unit.api.references import resolved

TABLE = "/v1/contracts/fund.raising/tables/campaigns"
NONCES = iter(range(1, 1_000_000))


def write(node: FakeNode, method: str, **args: Value) -> str:
    """Submit a call; return the transaction's id."""
    raw = signed(method, args, nonce=next(NONCES), contract="fund.raising", network=NETWORK)
    (placed,) = node.submit([raw]).result()
    return str(placed.transaction_id.hex())


@pytest.fixture
def node(tmp_path: Path) -> Iterator[FakeNode]:
    """Return a node with three campaigns, one of them closed, and a gift."""
    node = FakeNode(tmp_path, GENESIS_BYTES, contracts=(Fund,))
    contact: dict[str, Value] = {"name": "王芳", "phone": "1"}
    write(node, "open", id="C-1", title="Schools", goal=100_00, due="2026-01-01", contact=contact)
    write(node, "open", id="C-2", title="Wells", goal=200_00, due="2025-06-30", plan="ab" * 32)
    write(node, "open", id="C-3", title="Books", goal=300_00, seal=b"\xca\xfe", order=7)
    write(node, "close", id="C-2")
    write(node, "give", campaign="C-1", number=4, amount=5)
    yield node
    node.close()


@pytest.fixture
def app(node: FakeNode) -> Door:
    """Return the node's application."""
    return create_app(node)


@pytest.fixture
def caller(app: Door) -> Iterator[Caller]:
    """Return a caller of the application."""
    with asyncio.Runner() as runner:
        yield Caller(app, runner)


def test_a_number_is_found_in_every_table_that_has_it(caller: Caller) -> None:
    """Without asking one table after the other; what nobody has is an empty list."""
    found = caller.get("/v1/records/C-1").json
    assert found["items"] == [{"contract": "fund.raising", "table": "campaigns"}]
    assert found["height"] > 0
    assert caller.get("/v1/records/C-9").json["items"] == []


def test_values_of_a_table_are_counted(caller: Caller) -> None:
    """Of columns with few values, narrowed down by the filters of the list; and by what to sort."""
    place = TABLE.replace("/tables/", "/facets/")
    page = caller.get(place).json
    facets = {one["column"]: one["values"] for one in page["items"]}
    assert facets["status"] == [{"value": "OPEN", "count": 2}, {"value": "CLOSED", "count": 1}]
    assert page["rows_max"] is None
    assert "status" in page["sortable"]
    for order in page["sortable"]:
        assert caller.get(f"{TABLE}?order={order}").status == 200
    closed = caller.get(f"{place}?status=CLOSED&q=wells").json["items"]
    assert {one["column"]: one["values"] for one in closed}["status"] == [
        {"value": "CLOSED", "count": 1}
    ]
    assert caller.get(f"{place}?nothing=1").code == "E_ARGUMENT"
    assert caller.get(place.replace("campaigns", "nothing")).status == 404


def test_calls_of_methods_are_counted(caller: Caller) -> None:
    """Of one contract, by method; nobody called what has no name here."""
    found = caller.get("/v1/activity/methods?contract=fund.raising").json["items"]
    assert [(one["method"], one["calls"]) for one in found] == [
        ("close", 1),
        ("give", 1),
        ("open", 3),
    ]
    assert caller.get("/v1/activity/methods?contract=nothing").json["items"] == []
    assert caller.get("/v1/activity/methods").code == "E_REQUEST"


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", "321"),
        ("order=oldest", "123"),
        ("order=due", "21"),
        ("order=-due", "12"),
        ("order=-status", "312"),
        ("status=CLOSED", "2"),
        ("status.eq=OPEN", "31"),
        ("id=C-3", "3"),
        ("goal=20000", "2"),
        ("goal.ge=20000", "32"),
        ("goal.gt=20000", "3"),
        ("goal.le=20000", "21"),
        ("goal.lt=20000", "1"),
        ("goal.gt=10000&goal.lt=30000", "2"),
        ("due.ge=2025-07-01", "1"),
        ("due.null=true", "3"),
        ("due.null=false", "21"),
        ("contact.name=%E7%8E%8B%E8%8A%B3", "1"),
        ("contact.phone.null=true", "32"),
        (f"plan={'AB' * 32}", "2"),
        ("seal=CAFE", "3"),
        ("order.eq=7", "3"),
        ("opened_at.gt=2023-11-14T22:13:21Z", "32"),
        (f"opened_at={START + 1_000}", "1"),
        ("q=well", "2"),
        (f"from={START + 3_000}", "3"),
        (f"organization={COURT}&status=OPEN", "31"),
    ],
)
def test_every_column_filters_and_orders(caller: Caller, query: str, ids: str) -> None:
    """By equality, ranges, absence, words and time, of numbers, dates, times and choices."""
    reply = caller.get(f"{TABLE}?{query}")
    assert reply.status == 200, reply.text
    assert [one["id"] for one in reply.json["items"]] == [f"C-{number}" for number in ids]
    assert reply.headers["tally-height"] == "5"


@pytest.mark.parametrize(
    ("query", "field", "expected"),
    [
        ("colour=red", "colour", "contact.name"),
        ("tags=a", "tags", "status"),
        ("status.like=O", "status.like", "status"),
        ("status=GONE", "status", "OPEN, CLOSED"),
        ("goal.ge=many", "goal.ge", "an integer of 64 bits"),
        (f"goal={2**63}", "goal", "an integer of 64 bits"),
        ("due.lt=soon", "due.lt", "a date YYYY-MM-DD"),
        ("opened_at=2026-01-01", "opened_at", "RFC 3339"),
        ("due.null=maybe", "due.null", "true or false"),
        ("seal.ge=00", "seal.ge", "seal or seal.null"),
        ("order=title", "order", "newest, oldest, or due"),
        ("order=nothing", "nothing", "due"),
        ("order=7", "7", "due"),
        ("contract=x", "contract", "status"),
    ],
)
def test_what_a_table_cannot_be_asked_is_a_problem_that_says_what_it_can(
    caller: Caller, query: str, field: str, expected: str
) -> None:
    """An unknown column, a value that does not fit, an order without an index."""
    reply = caller.get(f"{TABLE}?{query}")
    assert (reply.status, reply.code) == (422, "E_ARGUMENT")
    assert reply.json["field"] == field
    assert expected in reply.json["expected"]


def test_a_list_goes_on_where_the_page_before_ended(caller: Caller) -> None:
    """With the same filter and order; a cursor of another order is refused."""
    first = caller.get(f"{TABLE}?order=-due&limit=1").json
    second = caller.get(f"{TABLE}?order=-due&limit=1&cursor={first['next_cursor']}").json
    assert [one["items"][0]["id"] for one in (first, second)] == ["C-1", "C-2"]
    assert caller.get(f"{TABLE}?order=due&cursor={first['next_cursor']}").code == "E_ARGUMENT"


def test_one_record_is_found_by_its_key(caller: Caller) -> None:
    """Also a key of several parts; what is not there is not found."""
    shown = caller.get(f"{TABLE}/C-1").json
    assert (shown["goal"], shown["contact"]["name"]) == (100_00, "王芳")
    assert shown["_times"] == {"opened_at": "2023-11-14T22:13:21.000Z"}
    gifts = TABLE.replace("campaigns", "gifts")
    assert caller.get(f"{gifts}/{quote('C-1/4', safe='')}").json["amount"] == 5
    assert caller.get(f"{gifts}/C-1/4").json["amount"] == 5
    for path in (f"{TABLE}/C-9", f"{TABLE}/C-9/history"):
        assert (caller.get(path).status, caller.get(path).code) == (404, "E_NOT_FOUND")


def test_a_records_history_is_the_sentences_of_its_changes(caller: Caller) -> None:
    """Newest first, in pages, in both languages; other records' changes are not in it."""
    whole = caller.get(f"{TABLE}/C-2/history").json
    assert [one["sentence"]["en"] for one in whole["items"]] == [
        "C-2 was closed.",
        f"{COURT} opened C-2 until 2025-06-30.",
    ]
    assert whole["items"][0]["sentence"]["zh"] == "C-2 已结束。"
    assert whole["next_cursor"] is None
    first = caller.get(f"{TABLE}/C-2/history?limit=1").json
    second = caller.get(f"{TABLE}/C-2/history?limit=1&cursor={first['next_cursor']}").json
    assert [*first["items"], *second["items"]] == whole["items"]
    assert second["next_cursor"] is None
    assert len(caller.get(f"{TABLE}/C-1/history").json["items"]) == 1


def test_an_unknown_contract_or_table_is_not_found(caller: Caller) -> None:
    """And the problem lists those there are."""
    reply = caller.get("/v1/contracts/fund.raising/tables/donors")
    assert (reply.status, reply.json["expected"]) == (404, "campaigns, gifts")
    assert caller.get("/v1/contracts/nobody/tables/donors").code == "E_CONTRACT"
    # The evidence contract's own list is of no use where the contract does not run.
    assert caller.get("/v1/evidence/deposits").status == 404


def test_a_path_of_two_templates_is_answered_by_the_one_that_offers_the_method(
    caller: Caller,
) -> None:
    """A table, a form and a method may each be called as the other's path is."""
    assert caller.get("/v1/contracts/fund.raising/tables/prepare").json["field"] == "table"
    posted = caller.post("/v1/contracts/fund.raising/tables/prepare", {})
    assert posted.json["field"] != "table"
    assert caller.get("/v1/contracts/fund.raising/tables/x", method="PUT").status == 405


def test_a_form_says_all_that_a_page_needs(caller: Caller) -> None:
    """Labels in both languages, controls, limits, choices, defaults, examples."""
    form = caller.get("/v1/contracts/fund.raising/forms/open").json
    assert (form["label"]["zh"], form["kind"]) == ("发起项目", "action")
    assert form["refusals"] == ["E_DUP", "FUND-7"]
    fields = {one["name"]: one for one in form["fields"]}
    assert list(fields)[:4] == ["id", "title", "goal", "currency"]
    assert fields["goal"]["widget"] == "money"
    assert fields["goal"]["help"] == {"zh": "最小单位", "en": "In cents."}
    assert (fields["due"]["widget"], fields["due"]["is_nullable"]) == ("date", True)
    assert [one["name"] for one in fields["contact"]["fields"]] == ["name", "phone"]
    assert fields["contact"]["example"] == {"name": "text"}
    assert fields["plan"]["widget"] == "file-hash"
    assert caller.get("/v1/contracts/fund.raising/forms/nothing").code == "E_CONTRACT"


def decoded(caller: Caller, transaction: str) -> Any:
    """Return the call of a transaction as the node decodes it."""
    return caller.get(f"/v1/transactions/{transaction}").json["call"]


def test_a_transaction_is_decoded_by_its_contract(caller: Caller, node: FakeNode) -> None:
    """The method's and arguments' labels, values as people read them, the result, both ways."""
    contact: dict[str, Value] = {"name": "李雷", "phone": None}
    call = decoded(
        caller, write(node, "open", id="C-4", title="Food", goal=1, contact=contact, seal=b"\xff")
    )
    assert call["contract"]["zh"] == "募捐"
    assert call["method"] == {"zh": "发起项目", "en": "Open a campaign"}
    arguments = {one["name"]: one for one in call["arguments"]}
    assert arguments["id"]["label"] == {"zh": "项目编号", "en": "Campaign"}
    assert arguments["seal"]["value"] == "ff"
    name, phone = arguments["contact"]["fields"]
    assert (name["label"]["zh"], name["text"]["en"]) == ("姓名", "李雷")
    assert phone["text"]["en"] == "—"
    times = {one["name"]: one["text"]["en"] for one in call["result"]["fields"]}
    assert times["opened_at"].startswith("2023-11-15 06:13")
    assert call["refusal"] is None


def test_a_refusal_is_decoded_with_its_sentence_and_facts(caller: Caller, node: FakeNode) -> None:
    """In both languages, whether the code is the contract's own or the platform's."""
    own = decoded(caller, write(node, "open", id="C-1", title="Again", goal=1))["refusal"]
    assert own["code"] == "E_DUP"
    assert own["sentence"]["zh"].startswith("项目 C-1 已存在，发起于 2023-11-15")
    assert own["facts"][1]["text"]["en"].startswith("2023-11-15")
    shared = decoded(caller, write(node, "close", id="C-9"))
    assert shared["refusal"]["code"] == "E_MISSING"
    assert shared["result"] is None


def test_a_call_without_a_schema_keeps_its_names(caller: Caller, node: FakeNode) -> None:
    """Built-in contracts have labels for methods; unknown ones nothing but their names."""
    raw = signed(
        "set_active",
        {"member": "head", "active": True},
        nonce=1,
        contract="membership",
        network=NETWORK,
    )
    (placed,) = node.submit([raw]).result()
    call = decoded(caller, placed.transaction_id.hex())
    assert call["method"]["zh"] == "启用或停用成员"
    assert call["arguments"][0]["label"]["en"] in {"Active", "Member"}
    assert call["refusal"]["sentence"]["en"]


def test_the_document_types_every_tables_filters_and_records(app: Door) -> None:
    """So that generated clients know columns, their types, and how to write a column `order`."""
    paths = resolved(describe_api(app.state))
    operation = paths[TABLE]["get"]
    parameters = {one["name"]: one["schema"] for one in operation["parameters"]}
    assert parameters["due.ge"] == {"type": "string", "format": "date"}
    assert parameters["status"]["enum"] == ["OPEN", "CLOSED"]
    assert {"order.eq", "order", "limit", "due.null", "contact.name", "seal"} <= parameters.keys()
    assert not {"seal.ge", "tags", "goal.null"} & parameters.keys()
    items = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert "goal" in items["properties"]["items"]["items"]["properties"]
    anywhere = "/v1/contracts/{contract}/tables/{table}/{key}/history"
    assert {f"{TABLE}/{{key}}", anywhere} <= paths.keys()
