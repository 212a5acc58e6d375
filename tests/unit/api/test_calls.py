# SPDX-License-Identifier: Apache-2.0
"""Contracts over HTTP: prepared here, signed where the key is, put together here again."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import pytest

from tallystick.api.arguments import read_json_arguments
from tallystick.errors import InvalidArguments
from tallystick.model import decode_transaction, verify_transaction
from tallystick.node import NeededContract
from tests.factories import ADMINISTRATOR, CLERK, COURT, LIFETIME, NETWORK, START
from tests.unit.api.caller import Caller, Reply
from tests.unit.api.fake_node import FakeNode, deposit, deposit_args

DEPOSIT = "/v1/contracts/evidence/deposit"


def request(**changes: Any) -> dict[str, Any]:
    """Return a request to prepare a deposit."""
    return {
        "args": deposit_args(1),
        "public_key": CLERK.public_key.hex(),
        "organization": COURT,
        "nonce": 7,
        "valid_until": START + LIFETIME,
        **changes,
    }


def signed_call(prepared: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return what is posted after signing on the caller's side."""
    signature = CLERK.sign(b64decode(prepared["to_be_signed"]))
    return {
        "payload": prepared["payload"],
        "signature": b64encode(signature).decode(),
        "public_key": CLERK.public_key.hex(),
        "organization": COURT,
        **changes,
    }


def test_a_call_is_prepared_signed_elsewhere_and_committed(caller: Caller) -> None:
    """Without a COSE library on the caller's side."""
    prepared = caller.post(f"{DEPOSIT}/prepare", request())
    assert prepared.status == 200
    assert prepared.json["nonce"] == 7
    assert prepared.json["valid_until_ms"] == START + LIFETIME
    reply = caller.post(DEPOSIT, signed_call(prepared.json))
    assert (reply.status, reply.json["transaction"]["code"]) == (201, "ok")
    shown = caller.get(f"/v1/transactions/{reply.json['transaction']['id']}").json
    assert shown["args"]["title"] == "采购合同 1"


def test_the_head_and_the_signature_are_the_transaction(caller: Caller) -> None:
    """For callers who would rather post the bytes themselves."""
    prepared = caller.post(f"{DEPOSIT}/prepare", request()).json
    raw = b64decode(prepared["transaction_head"]) + CLERK.sign(b64decode(prepared["to_be_signed"]))
    transaction = decode_transaction(raw)
    verify_transaction(transaction)
    assert transaction.call.network == NETWORK
    assert caller.post("/v1/transactions", raw).status == 201


def test_nonce_and_validity_are_chosen_when_absent(caller: Caller) -> None:
    """A nonce that every JSON reader keeps exactly; half an hour or so from now."""
    body = request()
    del body["nonce"], body["valid_until"]
    first = caller.post(f"{DEPOSIT}/prepare", body).json
    second = caller.post(f"{DEPOSIT}/prepare", body).json
    assert 0 <= first["nonce"] < 2**53
    assert first["nonce"] != second["nonce"]
    assert first["valid_until_ms"] > START


def test_validity_may_be_text(caller: Caller) -> None:
    """RFC 3339, as people write it."""
    prepared = caller.post(f"{DEPOSIT}/prepare", request(valid_until="2023-11-14T23:00:00Z"))
    assert prepared.json["valid_until"] == "2023-11-14T23:00:00.000Z"


@pytest.mark.parametrize(
    ("changes", "status", "code", "field"),
    [
        ({"args": {"size": 1}}, 422, "E_ARGUMENT", "sha256"),
        ({"args": {**deposit_args(1), "colour": 1}}, 422, "E_ARGUMENT", "colour"),
        ({"args": {**deposit_args(1), "size": 1.5}}, 422, "E_ARGUMENT", "size"),
        ({"args": []}, 400, "E_REQUEST", "args"),
        ({"nonce": -1}, 400, "E_REQUEST", "nonce"),
        ({"public_key": "00"}, 400, "E_REQUEST", "public_key"),
        ({"organization": "x"}, 400, "E_REQUEST", "organization"),
        ({"organization": "91350100M000100Y44"}, 400, "E_FORMAT", "organization"),
        ({"valid_until": "soon"}, 422, "E_ARGUMENT", "valid_until"),
        ({"surprise": 1}, 400, "E_REQUEST", "body"),
    ],
)
def test_what_cannot_be_prepared_names_its_field(
    caller: Caller, changes: dict[str, Any], status: int, code: str, field: str
) -> None:
    """Before anybody signs."""
    reply = caller.post(f"{DEPOSIT}/prepare", request(**changes))
    assert (reply.status, reply.code, reply.json["field"]) == (status, code, field)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "E_FORMAT"),
        ("{", "E_FORMAT"),
        ("[]", "E_REQUEST"),
        ("null", "E_REQUEST"),
        ('{"args":{},"args":{}}', "E_FORMAT"),
        ("[" * 100_000, "E_LIMIT"),
        ('{"args":' + '{"a":' * 70 + "1" + "}" * 71, "E_LIMIT"),
        ('{"organization":"\\ud800"}', "E_FORMAT"),
        ("NaN", "E_FORMAT"),
    ],
)
def test_hostile_json_is_a_typed_problem(caller: Caller, body: str, code: str) -> None:
    """Broken, doubled, deep, half a surrogate: 4xx every time."""
    reply = caller.post(f"{DEPOSIT}/prepare", body, "application/json")
    assert reply.code == code
    assert reply.status in {400, 413}


def test_a_whole_surrogate_pair_is_a_character(caller: Caller) -> None:
    """JSON may write what lies beyond the basic plane so."""
    body = (
        '{"args": {"sha256": "%s", "size": 1, "title": "\\ud83d\\ude00"}, '
        '"public_key": "%s", "organization": "%s"}'
    )
    text = body % ("ab" * 32, CLERK.public_key.hex(), COURT)
    assert caller.post(f"{DEPOSIT}/prepare", text, "application/json").status == 200


def test_a_body_that_is_not_utf8_is_refused(caller: Caller) -> None:
    """Not guessed at."""
    reply = caller.post(f"{DEPOSIT}/prepare", b"\xff\xfe{}", "application/json")
    assert (reply.status, reply.code) == (400, "E_FORMAT")


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("/v1/contracts/nope/deposit/prepare", "E_CONTRACT"),
        ("/v1/contracts/evidence/nope/prepare", "E_CONTRACT"),
        ("/v1/contracts/evidence/show/prepare", "E_CONTRACT"),
    ],
)
def test_only_actions_of_known_contracts_are_prepared(
    caller: Caller, target: str, code: str
) -> None:
    """A query needs no signature, and says so."""
    reply = caller.post(target, request())
    assert (reply.status, reply.code) == (404, code)


def test_membership_calls_are_prepared_without_a_schema(caller: Caller) -> None:
    """Bytes are written as in DAG-JSON, with or without padding."""
    key = b64encode(CLERK.public_key).decode()
    for text in (key, key.rstrip("=")):
        body = request(args={"public_key": {"/": {"bytes": text}}}, nonce=len(text))
        body["public_key"] = ADMINISTRATOR.public_key.hex()
        prepared = caller.post("/v1/contracts/membership/revoke_key/prepare", body).json
        raw = b64decode(prepared["transaction_head"])
        raw += ADMINISTRATOR.sign(b64decode(prepared["to_be_signed"]))
        assert decode_transaction(raw).call.args == {"public_key": CLERK.public_key}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (None, None),
        (True, True),
        ([1, "a", {"b": None}], [1, "a", {"b": None}]),
        ({"/": {"bytes": "AQI"}}, b"\x01\x02"),
        ({"/": 1, "x": 2}, {"/": 1, "x": 2}),
    ],
)
def test_untyped_arguments_keep_their_shape(value: object, read: object) -> None:
    """Only the one form stands for bytes."""
    assert read_json_arguments({"a": value}, None) == {"a": read}


@pytest.mark.parametrize(
    "value", [1.5, 2**63, {"/": 1}, {"/": {"bytes": 1}}, {"/": {"bytes": "a", "b": 1}}]
)
def test_untyped_arguments_that_no_ledger_holds_are_refused(value: object) -> None:
    """Fractions, large numbers, and what only looks like bytes."""
    with pytest.raises(InvalidArguments):
        read_json_arguments({"a": value}, None)


def test_a_payload_for_another_method_is_refused(caller: Caller) -> None:
    """What was signed decides, and it must be what the path says."""
    prepared = caller.post(f"{DEPOSIT}/prepare", request()).json
    reply = caller.post("/v1/contracts/evidence/deposit_many", signed_call(prepared))
    assert (reply.status, reply.code) == (422, "E_ARGUMENT")
    assert reply.json["found"] == "evidence.deposit"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"signature": b64encode(bytes(64)).decode()}, 403, "E_SIG"),
        ({"signature": b64encode(bytes(63)).decode()}, 400, "E_REQUEST"),
        ({"payload": "!"}, 400, "E_FORMAT"),
        ({"payload": ""}, 400, "E_FORMAT"),
        ({"public_key": ADMINISTRATOR.public_key.hex()}, 403, "E_SIG"),
    ],
)
def test_a_signed_call_is_checked_as_any_transaction(
    caller: Caller, node: FakeNode, changes: dict[str, Any], status: int, code: str
) -> None:
    """Nothing enters the ledger."""
    prepared = caller.post(f"{DEPOSIT}/prepare", request()).json
    reply = caller.post(DEPOSIT, signed_call(prepared, **changes))
    assert (reply.status, reply.code) == (status, code)
    assert node.blocks == []


def test_a_signed_call_may_carry_an_idempotency_key(caller: Caller) -> None:
    """As every submission may."""
    body = signed_call(caller.post(f"{DEPOSIT}/prepare", request()).json)
    replies = [caller.post(DEPOSIT, body, idempotency_key="k") for _ in range(2)]
    assert [one.status for one in replies] == [201, 201]
    assert replies[1].headers["idempotency-replayed"] == "true"


def test_schemas_are_served(caller: Caller) -> None:
    """Everything a form, a client or a command line needs."""
    (listed,) = caller.get("/v1/contracts").json["items"]
    assert listed == caller.get("/v1/contracts/evidence").json
    version = listed["version"]
    assert listed == caller.get(f"/v1/contracts/evidence?version={version}").json
    refused = caller.get(f"/v1/contracts/evidence?version={version + 1}")
    assert (refused.status, refused.code) == (404, "E_CONTRACT")
    names = {method["name"]: method["kind"] for method in listed["methods"]}
    assert names["deposit"] == "action"
    assert names["show"] == "query"
    assert caller.get("/v1/contracts/nope").code == "E_CONTRACT"


def ask_query(caller: Caller, query: str) -> Reply:
    """Run a query of the evidence contract."""
    return caller.get(f"/v1/contracts/evidence/{query}")


def test_queries_read_the_newest_state(caller: Caller, node: FakeNode) -> None:
    """With the height they reflect."""
    node.submit([deposit(1)])
    found = ask_query(caller, "show?id=EV-2023-000001").json
    assert found["result"]["title"] == "采购合同 1"
    assert found["height"] == 1
    assert len(ask_query(caller, f"by_hash?sha256={2:064x}").json["result"]) == 1


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("show", 422, "E_ARGUMENT"),
        ("show?id=EV-2023-000001&x=1", 422, "E_ARGUMENT"),
        ("show?id=nonsense", 422, "E_ARGUMENT"),
        ("show?id=EV-2023-000009", 404, "E_NOT_FOUND"),
        ("nope", 404, "E_CONTRACT"),
        ("deposit", 404, "E_CONTRACT"),
        ("by_hash?sha256=00", 422, "E_ARGUMENT"),
    ],
)
def test_wrong_queries_are_typed_problems(
    caller: Caller, query: str, status: int, code: str
) -> None:
    """Arguments are checked by the schema, rules by the contract."""
    reply = ask_query(caller, query)
    assert (reply.status, reply.code) == (status, code)


def test_the_list_of_contracts_says_what_is_installed_and_what_is_missing(
    caller: Caller, node: FakeNode
) -> None:
    """Operators compare digests before they vote, and see what the node will stop for."""
    node.contract_desk.missing.append(
        NeededContract(name="notes", version=2, digest=None, height=9, found="not installed")
    )
    found = caller.get("/v1/contracts").json
    (installed,) = found["installed"]
    assert (installed["name"], installed["version"], len(installed["digest"])) == (
        "evidence",
        2,
        64,
    )
    assert [one["name"] for one in found["items"]] == ["evidence"]
    assert found["missing"] == [
        {"name": "notes", "version": 2, "digest": None, "height": 9, "found": "not installed"}
    ]
