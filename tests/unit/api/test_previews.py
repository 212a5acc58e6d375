# SPDX-License-Identifier: Apache-2.0
"""What a call would do, told before anybody signs it, and nothing is kept."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tallystick.api import create_app
from tallystick.api.catalogue import Catalogue
from tallystick.api.changes import show_changes
from tallystick.api.readers import readers_of
from tallystick.contracts import Contract, schema_of
from tallystick.contracts.parts import Documents
from tallystick.contracts.registers import DocumentRegister
from tallystick.encoding import encode
from tallystick.industries.evidence import Evidence
from tallystick.model import network_id
from tests.factories import ADMINISTRATOR, BANK, COURT, LIFETIME, START, make_genesis, secret, sign
from tests.unit.api.caller import Caller
from tests.unit.api.fake_node import FakeNode, deposit_args
from tests.unit.api.test_calls import request
from tests.vault_contract import Vault

GENESIS = msgspec.structs.replace(make_genesis(), contracts=("documents", "evidence", "vault"))
NETWORK = network_id("testnet", GENESIS.encode())

PREVIEW = "/v1/contracts/evidence/deposit/preview"
FILE = {
    "sha256": "33" * 32,
    "plain_size": 10,
    "media_type": "text/plain",
    "cid": "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
    "size": 200,
    "slices_root": "44" * 32,
}
SEALED = {"ciphertext": "11" * 32, "plaintext": "22" * 32, "size": 10}


@pytest.fixture
def node(tmp_path: Path) -> Iterator[FakeNode]:
    """Return a node with deposits, private records and sealed documents."""
    contracts = (DocumentRegister, Evidence, Vault)
    node = FakeNode(tmp_path, GENESIS.encode(), contracts=contracts)
    yield node
    node.close()


@pytest.fixture
def caller(node: FakeNode) -> Iterator[Caller]:
    """Return a caller of its application."""
    with asyncio.Runner() as runner:
        yield Caller(create_app(node), runner)


def submit(node: FakeNode, path: str, args: dict[str, Any], **options: Any) -> Any:
    """Submit a call and return where it is."""
    contract, method = path.split("/")
    raw = sign(method, args, contract=contract, network=NETWORK, **{"nonce": 1, **options})
    return node.submit([raw]).result()[0]


def preview(caller: Caller, path: str, args: dict[str, Any], **who: Any) -> Any:
    """Return the preview of a call by the clerk, or by who is named."""
    reply = caller.post(f"/v1/contracts/{path}/preview", request(args=args, **who))
    assert reply.status == 200, reply.text
    assert reply.headers["cache-control"] == "no-store"
    return reply.json


def test_a_preview_tells_what_the_transaction_then_does(node: FakeNode, caller: Caller) -> None:
    """Code, result, events and records are those of the block that follows."""
    told = preview(caller, "evidence/deposit", deposit_args(1))
    assert (told["height"], told["code"], told["error"]) == (0, "ok", None)
    assert (told["organization"], told["member"]) == (COURT, "clerk")
    result = submit(node, "evidence/deposit", deposit_args(1))
    done = caller.get(f"/v1/transactions/{result.transaction_id.hex()}").json
    assert (done["code"], done["result"]) == ("ok", told["result"])
    assert (done["events"], done["sentence"]) == (told["events"], told["sentence"])
    assert (done["call"], done["time"]) == (told["call"], told["time"])
    shown = {one["table"]: one for one in told["changes"]}
    assert shown.keys() == {"_counters", "contents", "deposits", "filings"}
    for table in ("contents", "deposits", "filings"):
        change = shown[table]
        row = caller.get(f"/v1/contracts/evidence/tables/{table}/{change['key']}").json
        assert change["key"] == row["_key"]
        assert change["after"] == {
            name: value for name, value in row.items() if name[:1] != "_" or name == "_times"
        }
    assert told["change_count"] == 4


def test_a_change_has_each_field_before_and_after(node: FakeNode, caller: Caller) -> None:
    """With what people call it, and how they read it; what stays is left out."""
    submit(node, "evidence/deposit", deposit_args(1))
    told = preview(caller, "evidence/deposit", deposit_args(2))
    (counter,) = (one for one in told["changes"] if one["table"] == "_counters")
    assert (counter["change"], counter["key"]) == ("changed", "EV-2023")
    assert counter["label"] == {"zh": "编号序列", "en": "Series of ids"}
    assert counter["fields"] == [
        {
            "name": "last",
            "label": {"zh": "last", "en": "last"},
            "before": 1,
            "after": 2,
            "before_text": {"zh": "1", "en": "1"},
            "after_text": {"zh": "2", "en": "2"},
        }
    ]
    (deposit,) = (one for one in told["changes"] if one["table"] == "deposits")
    assert (deposit["change"], deposit["before"]) == ("added", None)
    assert "note" not in {one["name"] for one in deposit["fields"]}  # absent before and after


def test_nothing_is_kept_of_a_preview(node: FakeNode, caller: Caller) -> None:
    """Not the nonce, no block, no state: the same body is still good to be signed."""
    body = request()
    before = caller.get("/v1/status").json
    for _ in range(3):
        assert caller.post(PREVIEW, body).json["result"]["id"] == "EV-2023-000001"
    assert caller.get("/v1/status").json == before
    assert submit(node, "evidence/deposit", deposit_args(1), nonce=7).code == "ok"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"args": {"size": 1}}, "E_ARGUMENT", "sha256"),
        ({"args": {**deposit_args(1), "colour": 1}}, "E_ARGUMENT", "colour"),
        ({"args": {**deposit_args(1), "title": ""}}, "E_ARGUMENT", "title"),
        ({"public_key": secret(77).public_key.hex()}, "E_MEMBER", "signer"),
        ({"organization": BANK}, "E_MEMBER", "signer"),
        ({"valid_until": START - 1}, "E_EXPIRED", "valid_until"),
        ({"valid_until": START + 9 * LIFETIME}, "E_EARLY", "valid_until"),
        ({"valid_until": "tomorrow"}, "E_ARGUMENT", "valid_until"),
        ({"public_key": ADMINISTRATOR.public_key.hex()}, "E_ROLE", None),
    ],
    ids=[
        *("missing", "unknown", "unfit", "no-member", "elsewhere", "expired", "far"),
        *("no-time", "role"),
    ],
)
def test_what_would_be_refused_is_told_with_code_and_place(
    caller: Caller, changes: dict[str, Any], code: str, field: str | None
) -> None:
    """By the door or by a rule: in one shape, in both languages, and with nothing changed."""
    told = caller.post(PREVIEW, request(**changes)).json
    assert (told["code"], told["error"]["code"], told["error"]["field"]) == (code, code, field)
    assert all(told["error"]["sentence"].values())
    assert all(told["error"]["title"].values())
    assert all(told["error"]["hint"].values())
    assert told["sentence"]["en"].startswith("refused: ")
    assert (told["events"], told["changes"], told["change_count"]) == ([], [], 0)
    assert told["result"] is None


def test_a_rule_of_the_contract_tells_its_facts(node: FakeNode, caller: Caller) -> None:
    """With the sentence that the contract declares, and the facts under their labels."""
    args = {"record": "P-1", "sealed": SEALED, "recipients": [BANK]}
    submit(node, "vault/declare", args)
    told = preview(caller, "vault/add", {"record": "P-1", "recipient": BANK})
    assert told["error"]["code"] == "E_DUP"
    assert told["error"]["sentence"]["en"] == (
        f"{BANK} is a recipient of the private record P-1 already."
    )
    assert {one["name"]: one["value"] for one in told["error"]["facts"]} == {
        "record": "P-1",
        "recipient": BANK,
    }
    assert told["sentence"]["zh"] == "被拒绝：" + told["error"]["sentence"]["zh"]


def test_every_member_reads_what_is_in_the_clear(caller: Caller) -> None:
    """A deposit has nothing sealed."""
    told = preview(caller, "evidence/deposit", deposit_args(1))["readers"]
    assert told["ledger"] == {"zh": "全体成员", "en": "every member"}
    assert told["sealed"] == []
    assert told["sentence"]["en"] == "every member of the network may read all of it"


def test_the_readers_of_sealed_data_are_named(node: FakeNode, caller: Caller) -> None:
    """Its owner and recipients; nobody any more once it is erased."""
    args = {"record": "P-1", "sealed": SEALED, "recipients": [BANK]}
    told = preview(caller, "vault/declare", args)["readers"]
    (sealed,) = told["sealed"]
    assert (sealed["contract"], sealed["table"], sealed["key"]) == (
        *("vault", "secrets_records"),
        "P-1",
    )
    assert sealed["organizations"] == [
        {
            "organization": COURT,
            "name": {"zh": "杭州互联网法院", "en": "Hangzhou Internet Court"},
        },
        {"organization": BANK, "name": {"zh": "示例银行", "en": "Example Bank"}},
    ]
    assert told["sentence"]["zh"].endswith("：杭州互联网法院、示例银行")
    submit(node, "vault/declare", args)
    erased = preview(caller, "vault/erase", {"record": "P-1"})["readers"]
    assert erased["sealed"][0]["organizations"] == []
    assert erased["sentence"]["en"].endswith("may be opened by nobody")


def test_the_readers_of_a_sealed_document_are_its_owner_and_who_has_a_grant(
    node: FakeNode, caller: Caller
) -> None:
    """A keeper holds the sealed bytes and opens nothing."""
    put = preview(caller, "documents/put", {"document": "D-1", "file": FILE})
    assert openers(put) == {COURT}
    submit(node, "documents/put", {"document": "D-1", "file": FILE})
    keep = {"document": "D-1", "organization": BANK}
    assert openers(preview(caller, "documents/keep_at", keep)) == set()
    terms = {"documents": ["D-1"], "grantee": BANK, "purpose": "audit"}
    until = {"valid_from": START, "valid_until": START + LIFETIME}
    granted = preview(caller, "documents/grant", {"grant": "G-1", "terms": {**terms, **until}})
    assert granted["code"] == "ok", granted["error"]
    assert openers(granted) >= {BANK}
    erased = preview(caller, "documents/erase", {"document": "D-1"})
    assert erased["code"] == "ok", erased["error"]
    assert openers(erased) == set()


def openers(told: Any) -> set[str]:
    """Return every organisation that a preview names as a reader of sealed data."""
    sealed = told["readers"]["sealed"]
    assert sealed, "a document is sealed"
    return {one["organization"] for each in sealed for one in each["organizations"]}


def test_only_a_request_that_names_no_call_is_a_problem(caller: Caller) -> None:
    """Unknown contracts and methods, queries, and bodies that are none."""
    assert caller.post("/v1/contracts/nothing/x/preview", request()).code == "E_CONTRACT"
    assert caller.post("/v1/contracts/evidence/x/preview", request()).code == "E_CONTRACT"
    assert caller.post(PREVIEW, {"args": {}}).status == 400
    assert caller.post(PREVIEW, request(organization="1" * 18)).status == 400


def test_membership_and_governance_are_previewed_too(node: FakeNode, caller: Caller) -> None:
    """Before the first block as well, when the founding records are in no store yet."""
    head = {"public_key": ADMINISTRATOR.public_key.hex()}
    args = {"member": "clerk", "roles": ["depositor", "reader"]}
    told = preview(caller, "membership/set_roles", args, **head)
    (change,) = told["changes"]
    assert (change["contract"], change["table"]) == ("membership", "members")
    assert (change["key"], change["change"]) == (f"{COURT}/clerk", "changed")
    assert change["label"] == {"zh": "成员", "en": "Members"}
    (roles,) = change["fields"]
    assert (roles["before"], roles["after"]) == (["depositor"], ["depositor", "reader"])
    assert submit(node, "membership/set_roles", args, key=ADMINISTRATOR).code == "ok"
    again = preview(caller, "membership/set_roles", {**args, "roles": ["depositor"]}, **head)
    assert again["changes"][0]["before"] == change["after"]
    refused = preview(caller, "membership/set_roles", {**args, "member": "nobody"}, **head)
    assert refused["code"] == "E_MISSING"
    key = secret(50).public_key
    revoked = preview(
        caller,
        "membership/revoke_key",
        {"public_key": {"/": {"bytes": b64encode(key).decode()}}},
        **head,
    )
    assert revoked["code"] == "E_MISSING"


class Files(Contract, name="files", version=1):
    """Keeps documents in the clear."""

    files = Documents()


def test_documents_of_other_contracts_are_not_sealed() -> None:
    """The same record class stands for a sealed file in the register of them only."""
    schema = schema_of(Files)
    (table,) = (one.name for one in schema.tables if one.record == "Document")
    key = f"files/{table}/D-1".encode()
    catalogue = Catalogue([schema])
    changes = show_changes({}, {key: encode({"id": "D-1", "owner": COURT})}, catalogue)
    assert readers_of(changes, catalogue, {}).sealed == []
