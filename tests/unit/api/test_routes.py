# SPDX-License-Identifier: Apache-2.0
"""The route table: each route has policy, handler and description, and answers as it says."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Final

import pytest

from tallystick.api import (
    ROUTES,
    Door,
    Policy,
    Route,
    describe_api,
    errors_of,
    openapi_document,
    parameters_of,
    status_of,
)
from tallystick.api.catalogue import Catalogue
from tallystick.contracts import ANY_MEMBER, Context, Contract, Label, action, query, schema_of
from tallystick.crypto import sha256
from tallystick.encoding import encode
from tallystick.errors import UnknownContract
from tallystick.industries.evidence import Evidence
from tests.factories import CLERK, COURT, LIFETIME, START
from tests.unit.api.caller import Caller, Reply
from tests.unit.api.fake_node import FakeNode, deposit, deposit_args
from tests.unit.api.references import resolved

CHINESE: Final = re.compile("[\u4e00-\u9fff]")
EXAMPLES: Final = {
    "version": str(Evidence.version),
    "contract": "evidence",
    "method": "show",
    "table": "deposits",
    "key": "EV-2023-000001",
    "height": "1",
    "code": "E_FORMAT",
    "level": "0",
    "tile": "000.p/1",
    "file": "site.css",
}


WORDS: Final = Label(zh="甲", en="a")


class Lots(Contract, name="lots", version=1, label=WORDS):
    """en: Keeps lots.

    zh: 记录批次。
    """

    @query(label=WORDS)
    def count(self, numbers: Annotated[list[int], WORDS]) -> int:
        """en: Counts.

        zh: 计数。
        """
        return len(numbers)

    @action(role=ANY_MEMBER, label=WORDS)
    def note(self, ctx: Context) -> None:
        """en: Notes.

        zh: 备注。
        """


def by_name() -> dict[str, Route]:
    """Return the routes by operation id."""
    return {route.name: route for route in ROUTES}


def test_names_and_places_are_unique() -> None:
    """An operation id is a function name in somebody's generated client."""
    assert len(by_name()) == len(ROUTES)
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_route_is_complete(route: Route) -> None:
    """A policy, one handler, both languages, and what it answers."""
    assert isinstance(route.policy, Policy)
    assert (route.reader is None) is not (route.taker is None)
    assert route.summary.en
    assert CHINESE.search(route.summary.zh)
    assert route.replies
    in_path = set(re.findall(r"\{(\w+)(?::path)?\}", route.path))
    assert in_path == {one.name for one in route.parameters if one.place == "path"}
    assert all(one.description for one in parameters_of(route))


def test_only_routes_that_carry_a_transaction_write() -> None:
    """Reading is public; whatever changes the ledger carries its own signature (A2)."""
    signed = {route.name for route in ROUTES if route.policy is Policy.SIGNED}
    assert signed == {"submit_transaction", "submit_batch", "submit_call"}
    members = {route.name for route in ROUTES if route.policy is Policy.MEMBER}
    documents = {route.name for route in ROUTES if route.tag == "documents"}
    assert members == {"keep_sealed", "give_sealed"} | documents
    posted = {route.name for route in ROUTES if route.method != "GET"}
    uploads = {"begin_upload", "take_piece", "keep_wrap", "fetch_piece"}
    asked = {"prepare_call", "preview_call", "ask_engine", "keep_sealed"}
    assert posted == signed | asked | uploads


def test_the_document_names_every_route_and_every_status(app: Door) -> None:
    """OpenAPI is made from the table, and nothing is left out of it."""
    document = describe_api(app.state)
    assert document["openapi"].startswith("3.1")
    paths = resolved(document)
    for route in ROUTES:
        path = route.path.replace(":path}", "}")
        assert (path in paths) is not route.is_hidden
        if route.is_hidden:
            continue
        operation = paths[path][route.method.lower()]
        assert operation["x-policy"] == route.policy.value
        stated = {str(one.status) for one in route.replies}
        stated |= {str(status_of(error)) for error in errors_of(route)}
        assert set(operation["responses"]) == stated
        assert {one["name"] for one in operation.get("parameters", [])} >= {
            one.name for one in parameters_of(route)
        }


def test_the_document_is_whole(app: Door) -> None:
    """Every reference leads somewhere, every operation id is unique, all of it is JSON."""
    document = describe_api(app.state)
    text = json.dumps(document)
    for section, name in re.findall(r'"#/components/(\w+)/([^"]+)"', text):
        assert name in document["components"][section]
    operations = [one for path in document["paths"].values() for one in path.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)
    assert document["security"] == []
    assert {tag for one in operations for tag in one["tags"]} <= {
        tag["name"] for tag in document["tags"]
    }


def test_the_document_of_a_contract_is_the_whole_one_without_other_paths(app: Door) -> None:
    """The parts make up the whole, and each is whole in itself."""
    whole = resolved(describe_api(app.state))
    names = [schema.name for schema in app.state.catalogue.schemas]
    parts = {name: describe_api(app.state, name) for name in ("-", *names)}
    assert sum(len(part["paths"]) for part in parts.values()) == len(whole)
    for name, part in parts.items():
        assert resolved(part).items() <= whole.items()
        assert all(path.startswith(f"/v1/contracts/{name}/") for path in part["paths"]) is (
            name != "-"
        )
        used = {
            tag for path in part["paths"].values() for one in path.values() for tag in one["tags"]
        }
        assert {tag["name"] for tag in part["tags"]} == used
        for kind, at in re.findall(r'"#/components/(\w+)/([^"]+)"', json.dumps(part)):
            assert at in part["components"][kind]
    with pytest.raises(UnknownContract):
        describe_api(app.state, "nope")


def test_the_document_has_typed_paths_for_every_contract_method(app: Door) -> None:
    """So that a generated client has the contract's own arguments."""
    paths = resolved(describe_api(app.state))
    prepare = paths["/v1/contracts/evidence/deposit/prepare"]["post"]
    body = prepare["requestBody"]["content"]["application/json"]["schema"]
    assert "sha256" in body["properties"]["args"]["required"]
    assert set(body["required"]) == {"args", "public_key", "organization"}
    call = paths["/v1/contracts/evidence/deposit"]["post"]
    assert "E_DUP" in call["description"]
    assert "depositor" in call["description"]
    (argument,) = paths["/v1/contracts/evidence/show"]["get"]["parameters"]
    assert argument["name"] == "id"
    assert argument["required"] is True


def test_arguments_that_are_no_scalars_are_described_as_json() -> None:
    """Lists and records in a query string are JSON; methods without refusals of their own too."""
    document = openapi_document(ROUTES, Catalogue([schema_of(Lots)]))
    (argument,) = resolved(document)["/v1/contracts/lots/count"]["get"]["parameters"]
    assert argument["content"]["application/json"]["schema"]["type"] == "array"
    assert "Refusals" not in document["paths"]["/v1/contracts/lots/note"]["post"]["description"]


def call_route(caller: Caller, route: Route, transaction_id: str) -> Reply:
    """Ask a route for something that is there."""
    values = {**EXAMPLES, "id": transaction_id}
    if route.name == "show_organization":
        values["id"] = COURT
    if route.name == "show_deposit":
        values["id"] = "EV-2023-000001"
    path = re.sub(r"\{(\w+)(?::path)?\}", lambda match: values[match[1]], route.path)
    if route.method == "GET":
        queries = {"query_contract": "?id=EV-2023-000001", "prove_inclusion": "?index=0"}
        queries["prove_consistency"] = "?from=1"
        queries["show_activity"] = f"?from={START}&to={START + LIFETIME}"
        queries["show_method_use"] = "?contract=evidence"
        return caller.get(
            path + queries.get(route.name, ""),
            "HEAD" if route.name in {"follow_events", "follow_blocks"} else "GET",
        )
    body: Any = deposit(2)
    if route.name == "submit_batch":
        return caller.post(path, encode([body]), "application/cbor")
    if route.name == "ask_engine":
        return caller.post(path, {"method": "commit", "params": {"height": "1"}, "id": 7})
    if route.name == "submit_transaction":
        return caller.post(path, body)
    request = {
        "args": deposit_args(3),
        "public_key": CLERK.public_key.hex(),
        "organization": COURT,
        "valid_until": START + LIFETIME,
    }
    path = path.replace("/show", "/deposit")
    if route.name in {"prepare_call", "preview_call"}:
        return caller.post(path, request)
    prepared = caller.post(f"{path}/prepare", request)
    from base64 import b64decode, b64encode

    signature = CLERK.sign(b64decode(prepared.json["to_be_signed"]))
    signed = {
        "payload": prepared.json["payload"],
        "signature": b64encode(signature).decode(),
        "public_key": CLERK.public_key.hex(),
        "organization": COURT,
    }
    return caller.post(path, signed)


ELSEWHERE: Final = {
    *("show_statistic", "show_timed_statistic", "list_counted_events"),
    *("keep_sealed", "give_sealed"),
    *(route.name for route in ROUTES if route.tag == "documents"),
}
"""Routes that need a contract of another kind; see test_statistics and test_private."""


@pytest.mark.parametrize(
    "route", [one for one in ROUTES if one.name not in ELSEWHERE], ids=lambda route: route.name
)
def test_every_route_answers_as_the_table_says(
    route: Route, caller: Caller, node: FakeNode
) -> None:
    """One request that is all right to each: a stated status in a stated media type."""
    node.submit([deposit(1)])
    known = sha256(deposit(1)).hex()
    node.put_proposal(known)
    reply = call_route(caller, route, known)
    stated = {one.status: one.media_types for one in route.replies}
    assert reply.status in stated, reply.text
    kinds = {kind.partition(";")[0] for kind in stated[reply.status]}
    assert reply.headers["content-type"].partition(";")[0] in kinds or kinds == {"*/*"}


def test_the_document_is_served_and_can_be_compressed(caller: Caller) -> None:
    """At the address that the front page and Swagger UI use."""
    plain = caller.get("/openapi.json")
    packed = caller.get("/openapi.json", accept_encoding="gzip")
    assert plain.json["info"]["title"] == "Tallystick node"
    assert len(packed.body) < len(plain.body) // 4
    part = caller.get("/openapi.json?contract=-").json["paths"]
    assert "/v1/blocks" in part
    assert "/v1/contracts/evidence/deposit" not in part
    assert caller.get("/openapi.json?contract=nope").json["code"] == "E_CONTRACT"
