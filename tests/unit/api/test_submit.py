# SPDX-License-Identifier: Apache-2.0
"""Submitting transactions: every outcome has its status, and retrying never does harm."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tallystick.api import Door, Limits, create_app
from tallystick.crypto import sha256
from tallystick.encoding import Value, decode, encode
from tallystick.errors import Overloaded, Unavailable
from tallystick.units import BATCH_TRANSACTIONS_MAX, TRANSACTION_BYTES_MAX
from tests.factories import NETWORK, START
from tests.unit.api.caller import Caller, Reply, ask
from tests.unit.api.fake_node import FakeNode, deposit, deposit_args, signed

CBOR = "application/cbor"


async def in_flight(app: Door) -> None:
    """Wait until the node has been handed something."""
    while app.state.in_flight.held == 0:  # noqa: ASYNC110  # nothing announces it
        await asyncio.sleep(0)


def test_a_committed_transaction_answers_where_it_is(caller: Caller) -> None:
    """201, with the place in block and log, and where to look."""
    raw = deposit(1)
    reply = caller.post("/v1/transactions", raw)
    assert reply.status == 201
    transaction_id = sha256(raw).hex()
    assert reply.json == {
        "transaction": {
            "id": transaction_id,
            "level": "committed",
            "height": 1,
            "index": 0,
            "leaf_index": 0,
            "code": "ok",
        }
    }
    assert reply.headers["location"] == f"/v1/transactions/{transaction_id}"
    assert reply.headers["tally-height"] == "1"


def test_the_same_bytes_again_give_the_first_outcome(caller: Caller, node: FakeNode) -> None:
    """The id is the hash of the bytes, so a retry is safe without any key (A13)."""
    first = caller.post("/v1/transactions", deposit(1))
    again = caller.post("/v1/transactions", deposit(1))
    assert (again.status, again.json) == (201, first.json)
    assert len(node.blocks) == 1


def test_a_refusal_by_the_contract_is_recorded_and_told_with_its_facts(caller: Caller) -> None:
    """409, with code, facts, sentence and place: it is in the log and proves something too."""
    caller.post("/v1/transactions", deposit(1))
    reply = caller.post("/v1/transactions", signed("deposit", deposit_args(1), nonce=99))
    assert (reply.status, reply.code) == (409, "E_DUP")
    assert reply.json["facts"]["existing"] == "EV-2023-000001"
    assert "EV-2023-000001" in reply.json["detail"]
    assert reply.json["transaction"]["height"] == 2
    assert reply.json["transaction"]["code"] == "E_DUP"


def test_a_recorded_refusal_speaks_chinese_to_those_who_read_it(caller: Caller) -> None:
    """Title, hint and the contract's own sentence follow Accept-Language."""
    caller.post("/v1/transactions", deposit(1))
    raw = signed("deposit", deposit_args(1), nonce=99)
    reply = caller.post("/v1/transactions", raw, accept_language="zh-CN,zh;q=0.9,en;q=0.8")
    assert reply.json["title"] == reply.json["title_zh"] == "已存在"
    assert reply.json["detail"].startswith("本机构已在同一事项中存证过该内容")
    assert reply.headers["content-language"] == "zh-CN"


def test_facts_that_name_a_field_stand_in_the_problem(caller: Caller) -> None:
    """Programs find the field where every other problem has it."""
    args: dict[str, Value] = {"id": "head", "name": {"zh": "甲", "en": "A"}, "roles": []}
    reply = caller.post(
        "/v1/transactions", signed("add_member", args, nonce=1, contract="membership")
    )
    assert (reply.status, reply.code) == (409, "E_ROLE")
    assert reply.json["expected"] == "administrator"


def test_facts_that_cannot_be_read_do_not_hide_the_refusal(
    caller: Caller, node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code alone must do when the block is not at hand."""
    caller.post("/v1/transactions", deposit(1))
    monkeypatch.setattr(node, "transaction", lambda _: node.block(99))
    reply = caller.post("/v1/transactions", signed("deposit", deposit_args(1), nonce=99))
    assert (reply.status, reply.code) == (409, "E_DUP")
    assert "facts" not in reply.json


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 400, "E_FORMAT"),
        (b"\xd2\x84", 400, "E_FORMAT"),
        (b"\x00" * 40, 400, "E_FORMAT"),
        (deposit(1)[:-1] + bytes([deposit(1)[-1] ^ 1]), 403, "E_SIG"),
        (b"\x00" * (TRANSACTION_BYTES_MAX + 1), 413, "E_LIMIT"),
        (signed("deposit", {"sha256": 1}, nonce=5), 422, "E_ARGUMENT"),
        (signed("deposit", {}, nonce=5, contract="nope"), 404, "E_CONTRACT"),
    ],
)
def test_what_is_refused_at_the_door_has_the_status_of_its_class(
    caller: Caller, node: FakeNode, raw: bytes, status: int, code: str
) -> None:
    """Nothing of it enters the ledger."""
    reply = caller.post("/v1/transactions", raw)
    assert (reply.status, reply.code) == (status, code)
    assert node.blocks == []


def test_wait_accepted_answers_at_once(caller: Caller, node: FakeNode) -> None:
    """202 with the id, while the node still holds the transaction."""
    node.is_holding = True
    reply = caller.post("/v1/transactions?wait=accepted", deposit(1))
    assert reply.status == 202
    assert reply.json == {"transaction": {"id": sha256(deposit(1)).hex(), "level": "accepted"}}
    node.release()


def test_what_is_no_transaction_is_not_accepted(caller: Caller, node: FakeNode) -> None:
    """Even when nobody waits for its fate."""
    node.is_holding = True
    reply = caller.post("/v1/transactions?wait=accepted", b"junk")
    assert (reply.status, reply.code) == (400, "E_FORMAT")
    node.drop()


def test_a_quick_refusal_is_told_to_those_who_do_not_wait(caller: Caller) -> None:
    """And a quick commit too."""
    forged = deposit(1)[:-1] + bytes([deposit(1)[-1] ^ 1])
    assert caller.post("/v1/transactions?wait=accepted", forged).code == "E_SIG"
    assert caller.post("/v1/transactions?wait=accepted", deposit(1)).status == 201


def test_a_commit_that_takes_too_long_is_answered_as_accepted(
    caller: Caller, node: FakeNode
) -> None:
    """The caller learns the id and can look it up; nothing is lost."""
    node.is_holding = True
    reply = caller.post("/v1/transactions?timeout_ms=10", deposit(1))
    assert (reply.status, reply.json["transaction"]["level"]) == (202, "accepted")
    assert caller.app.state.in_flight.held == 1
    node.release()
    assert caller.app.state.in_flight.held == 0


def test_a_commit_by_another_thread_wakes_the_waiting_request(node: FakeNode) -> None:
    """One wake-up, whatever thread the engine answers from."""
    node.is_holding = True
    app = create_app(node)

    async def scene() -> Reply:
        request = asyncio.create_task(
            ask(
                app,
                "POST",
                "/v1/transactions",
                headers={"content-type": "application/cose"},
                body=deposit(1),
            )
        )
        await in_flight(app)
        await asyncio.to_thread(node.release)
        return await request

    assert asyncio.run(scene()).status == 201


def test_a_node_that_stops_while_a_request_waits_says_so(node: FakeNode) -> None:
    """503: whether it was committed is not known, and asking again is safe."""
    node.is_holding = True
    app = create_app(node)

    async def scene() -> Reply:
        request = asyncio.create_task(
            ask(
                app,
                "POST",
                "/v1/transactions",
                headers={"content-type": "application/cose"},
                body=deposit(1),
            )
        )
        await in_flight(app)
        node.drop()
        return await request

    reply = asyncio.run(scene())
    assert (reply.status, reply.code) == (503, "E_UNAVAILABLE")


@pytest.mark.parametrize("error", [Overloaded("full"), Unavailable("stopping")])
def test_a_node_that_takes_nothing_is_503_with_retry_after(
    caller: Caller, node: FakeNode, error: Overloaded
) -> None:
    """Back-pressure reaches the client, and the count of transactions in flight is right."""
    node.door_error = error
    reply = caller.post("/v1/transactions", deposit(1))
    assert (reply.status, reply.code) == (503, error.code)
    assert reply.headers["retry-after"] == "1"
    assert caller.app.state.in_flight.held == 0


def test_more_transactions_in_flight_than_the_limit_are_refused(node: FakeNode) -> None:
    """503 E_BUSY before the node is bothered."""
    node.is_holding = True
    app = create_app(node, limits=Limits(in_flight_transactions_max=1))
    with asyncio.Runner() as runner:
        caller = Caller(app, runner)
        assert caller.post("/v1/transactions?wait=accepted", deposit(1)).status == 202
        reply = caller.post("/v1/transactions?wait=accepted", deposit(2))
    assert (reply.status, reply.code) == (503, "E_BUSY")


def test_a_batch_has_one_result_for_each_in_order(caller: Caller) -> None:
    """Commits, recorded refusals and door refusals stand side by side."""
    caller.post("/v1/transactions", deposit(1))
    batch = [deposit(2), signed("deposit", deposit_args(1), nonce=9), b"junk", deposit(3)]
    reply = caller.post("/v1/transactions/batch", encode([*batch]), CBOR)
    results = reply.json["results"]
    assert [one["id"] for one in results] == [sha256(raw).hex() for raw in batch]
    assert [one.get("code") for one in results] == ["ok", "E_DUP", None, "ok"]
    assert results[2]["error"]["code"] == "E_FORMAT"
    assert "level" not in results[2]
    assert results[0] == {
        "id": sha256(batch[0]).hex(),
        "level": "committed",
        "height": 2,
        "leaf_index": 1,
        "code": "ok",
    }


def test_a_batch_is_answered_in_cbor_when_asked(caller: Caller) -> None:
    """The same shape, in canonical bytes."""
    reply = caller.post(
        "/v1/transactions/batch", encode([deposit(1)]), CBOR, accept="application/cbor"
    )
    assert reply.headers["content-type"] == CBOR
    assert decode(reply.body) == {
        "results": [
            {
                "id": sha256(deposit(1)).hex(),
                "level": "committed",
                "height": 1,
                "leaf_index": 0,
                "code": "ok",
            }
        ]
    }


def test_an_empty_batch_has_no_results(caller: Caller) -> None:
    """Nothing in, nothing out."""
    assert caller.post("/v1/transactions/batch", encode([]), CBOR).json == {"results": []}


def test_a_batch_that_takes_too_long_is_accepted(caller: Caller, node: FakeNode) -> None:
    """Every id, level accepted."""
    node.is_holding = True
    reply = caller.post("/v1/transactions/batch?timeout_ms=10", encode([deposit(1)]), CBOR)
    assert reply.json == {"results": [{"id": sha256(deposit(1)).hex(), "level": "accepted"}]}
    node.release()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "E_FORMAT"),
        (encode({"a": b"x"}), 400, "E_FORMAT"),
        (encode([b"x", "y"]), 400, "E_FORMAT"),
        (encode([b"x"]) + b"\x00", 400, "E_FORMAT"),
        (b"\x9f\x41x\xff", 400, "E_FORMAT"),
        (encode([b""] * (BATCH_TRANSACTIONS_MAX + 1)), 413, "E_LIMIT"),
    ],
)
def test_what_is_not_a_batch_is_refused(
    caller: Caller, body: bytes, status: int, code: str
) -> None:
    """One canonical array of byte strings, and not too many."""
    reply = caller.post("/v1/transactions/batch", body, CBOR)
    assert (reply.status, reply.code) == (status, code)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("wait=maybe", "wait"),
        ("timeout_ms=-1", "timeout_ms"),
        ("timeout_ms=1.5", "timeout_ms"),
        ("timeout_ms=99999999999", "timeout_ms"),
        ("waiting=committed", "waiting"),
    ],
)
def test_parameters_of_a_submission_are_checked(caller: Caller, query: str, field: str) -> None:
    """A misspelt parameter is refused, not ignored."""
    reply = caller.post(f"/v1/transactions?{query}", deposit(1))
    assert (reply.status, reply.code, reply.json["field"]) == (400, "E_REQUEST", field)


def test_a_waiting_time_beyond_the_limit_is_cut_not_refused(caller: Caller) -> None:
    """A patient client is no wrong client."""
    assert caller.post("/v1/transactions?timeout_ms=3600000", deposit(1)).status == 201


def test_another_networks_transaction_is_refused(caller: Caller) -> None:
    """C8: the network is part of what was signed."""
    from tallystick.model import Call, sign_transaction
    from tallystick.units import TimeMs
    from tests.factories import CLERK, COURT

    call = Call(NETWORK[:-1] + "0", "evidence", "deposit", {}, 1, TimeMs(START + 10))
    reply = caller.post("/v1/transactions", sign_transaction(call, CLERK, COURT))
    assert (reply.status, reply.code) == (422, "E_NETWORK")


def keyed(caller: Caller, body: bytes, key: str, **more: Any) -> Reply:
    """Submit under an idempotency key."""
    return caller.post("/v1/transactions", body, idempotency_key=key, **more)


def test_an_idempotency_key_gives_the_same_answer_again(caller: Caller) -> None:
    """The second answer is the first, and says that it is a repetition."""
    first = keyed(caller, deposit(1), "order-1")
    again = keyed(caller, deposit(1), "order-1")
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.status, again.body) == (201, first.body)


def test_a_recorded_refusal_is_repeated_too(caller: Caller) -> None:
    """It is final, so asking again changes nothing."""
    caller.post("/v1/transactions", deposit(1))
    raw = signed("deposit", deposit_args(1), nonce=9)
    first, again = keyed(caller, raw, "k"), keyed(caller, raw, "k")
    assert again.status == 409
    assert again.body == first.body


def test_an_idempotency_key_for_another_body_is_refused(caller: Caller) -> None:
    """409 E_IDEMPOTENCY: two requests must not share an answer."""
    keyed(caller, deposit(1), "order-1")
    reply = keyed(caller, deposit(2), "order-1")
    assert (reply.status, reply.code) == (409, "E_IDEMPOTENCY")


def test_an_answer_that_is_not_final_is_not_remembered(caller: Caller, node: FakeNode) -> None:
    """A retry after `accepted` asks the node again."""
    node.is_holding = True
    first = caller.post("/v1/transactions?wait=accepted", deposit(1), idempotency_key="order-1")
    node.release()
    node.is_holding = False
    assert first.status == 202
    assert keyed(caller, deposit(1), "order-1").status == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "k\x7f", "schl\xfcssel"])
def test_an_unusable_idempotency_key_is_refused(caller: Caller, key: str) -> None:
    """Printable ASCII, 1 to 255 characters."""
    reply = keyed(caller, deposit(1), key)
    assert (reply.status, reply.json["field"]) == (400, "Idempotency-Key")
