# SPDX-License-Identifier: Apache-2.0
"""What a committed transaction changed: each record before and after, for every kind of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tallystick.api import Limits, create_app
from tallystick.api.catalogue import Catalogue
from tallystick.api.changes import CHANGES_MAX, UNNAMED, place_of, show_changes
from tallystick.contracts import schema_of
from tallystick.encoding import Value, encode
from tallystick.errors import Corrupted
from tallystick.industries.evidence import Evidence
from tallystick.membership import genesis_writes
from tallystick.model import network_id
from tallystick.views import Views
from tests.factories import (
    ADMINISTRATOR,
    BANK,
    CLERK,
    COURT,
    LIFETIME,
    START,
    make_genesis,
    member,
    sign,
)
from tests.unit.api.caller import Caller
from tests.unit.api.fake_node import FakeNode, deposit_args
from tests.unit.execution.samples import Trouble
from tests.unit.execution.versions import NotesOne, NotesTwo
from tests.vault_contract import Vault

GENESIS = msgspec.structs.replace(
    make_genesis(),
    contracts=("evidence", "trouble", "vault"),
    members=(
        member(COURT, "clerk", "depositor", "writer"),
        member(COURT, "head", "administrator", "governor"),
        member(BANK, "teller", "depositor"),
    ),
)
NETWORK = network_id("testnet", GENESIS.encode())
SEALED = {"ciphertext": "11" * 32, "plaintext": "22" * 32, "size": 10}
PARAMETERS = {"transaction_lifetime_ms_max": LIFETIME, "block_transactions_max": 100}


@pytest.fixture
def node(tmp_path: Path) -> Iterator[FakeNode]:
    """Return a node whose contracts add, change and remove records."""
    node = FakeNode(tmp_path, GENESIS.encode(), contracts=(Evidence, Trouble, Vault))
    yield node
    node.close()


@pytest.fixture
def caller(node: FakeNode) -> Iterator[Caller]:
    """Return a caller of its application, which does not wait long for the views."""
    with asyncio.Runner() as runner:
        yield Caller(create_app(node, limits=Limits(views_wait_ms_max=20)), runner)


class Sender:
    """Submits calls, one block each, and returns what they changed."""

    def __init__(self, node: FakeNode, caller: Caller) -> None:
        """Begin with the first nonce."""
        self.node, self.caller, self.nonce = node, caller, 0

    def __call__(self, path: str, /, *, key: Any = CLERK, **args: Any) -> Any:
        """Return the answer for a call by the clerk, or by another key."""
        self.nonce += 1
        contract, method = path.split("/")
        raw = sign(method, args, nonce=self.nonce, key=key, contract=contract, network=NETWORK)
        (place,) = self.node.submit([raw]).result()
        reply = self.caller.get(f"/v1/transactions/{place.transaction_id.hex()}/changes")
        assert reply.status == 200, reply.text
        assert reply.json["height"] == int(reply.headers["tally-height"])
        return reply.json


@pytest.fixture
def send(node: FakeNode, caller: Caller) -> Sender:
    """Return what submits."""
    return Sender(node, caller)


def told(answer: Any) -> list[tuple[str, str, str, Any, Any]]:
    """Return table, key and kind of each change, with the record before and after."""
    return [
        (one["table"], one["key"], one["change"], _plain(one["before"]), _plain(one["after"]))
        for one in answer["changes"]
    ]


def _plain(record: Any) -> Any:
    return record and {name: value for name, value in record.items() if name != "_times"}


def test_records_are_added_removed_and_made_anew(send: Sender) -> None:
    """What stood before is exact, also for what is deleted and for what follows a deletion."""
    one, two = {"id": "n", "text": "one"}, {"id": "n", "text": "two"}
    assert told(send("trouble/write", **one)) == [("notes", "n", "added", None, one)]
    assert told(send("trouble/forget", id="n")) == [("notes", "n", "removed", one, None)]
    assert told(send("trouble/write", **two)) == [("notes", "n", "added", None, two)]
    assert told(send("trouble/forget", id="n")) == [("notes", "n", "removed", two, None)]


def test_fields_are_told_apart_and_times_are_written_out(send: Sender) -> None:
    """As the list of the table shows the record, and only what differs among the fields."""
    first = send("vault/declare", record="P-1", sealed=SEALED, recipients=[])
    (added,) = first["changes"]
    assert added["before"] is None
    assert added["after"]["_times"] == {"declared_at": "2023-11-14T22:13:21.000Z"}
    (changed,) = send("vault/add", record="P-1", recipient=BANK)["changes"]
    assert changed["before"] == added["after"]
    assert [(one["name"], one["before"], one["after"]) for one in changed["fields"]] == [
        ("recipients", [], [BANK])
    ]
    (erased,) = send("vault/erase", record="P-1")["changes"]
    assert [one["name"] for one in erased["fields"]] == ["erased_at", "erased_by"]
    assert erased["fields"][0]["after_text"]["en"] == "2023-11-15 06:13:23 +08:00"


def test_a_series_of_ids_counts(send: Sender) -> None:
    """Its record belongs to no table that anybody declared."""
    for number in (1, 2, 3):
        answer = send("evidence/deposit", **deposit_args(number))
        (counter,) = (one for one in told(answer) if one[0] == "_counters")
        before = None if number == 1 else {"last": number - 1}
        assert counter[3:] == (before, {"last": number})


def test_views_that_take_many_blocks_at_once_know_the_same(node: FakeNode, caller: Caller) -> None:
    """A write follows the one before it, whether that was in an earlier batch or in this one."""
    calls: list[tuple[str, dict[str, Any]]] = [
        *(("evidence/deposit", deposit_args(number)) for number in (1, 2, 3)),
        ("trouble/write", {"id": "n", "text": "one"}),
        ("trouble/forget", {"id": "n"}),
        ("trouble/write", {"id": "n", "text": "two"}),
    ]
    node.projects = False
    places = []
    for nonce, (path, args) in enumerate(calls):
        contract, method = path.split("/")
        raw = sign(method, args, nonce=nonce, contract=contract, network=NETWORK)
        places += node.submit([raw]).result()
    node.catch_up()
    found = [
        caller.get(f"/v1/transactions/{place.transaction_id.hex()}/changes").json
        for place in places
    ]
    counters = [one for answer in found[:3] for one in told(answer) if one[0] == "_counters"]
    assert [one[3] for one in counters] == [None, {"last": 1}, {"last": 2}]
    one, two = {"id": "n", "text": "one"}, {"id": "n", "text": "two"}
    assert [told(answer)[0][3:] for answer in found[3:]] == [(None, one), (one, None), (None, two)]


def test_a_refused_transaction_changed_nothing(send: Sender) -> None:
    """It has its code, and no changes."""
    answer = send("trouble/forget", id="nothing")
    assert (answer["code"], answer["changes"], answer["change_count"]) == ("E_MISSING", [], 0)


def test_membership_changes_what_genesis_founded(send: Sender) -> None:
    """The first change of a founding record has what genesis said as before."""
    change = send("membership/set_roles", key=ADMINISTRATOR, member="clerk", roles=["writer"])
    ((_, key, kind, before, after),) = told(change)
    assert (key, kind) == (f"{COURT}/clerk", "changed")
    assert (before["roles"], after["roles"]) == (["depositor", "writer"], ["writer"])
    again = send("membership/set_roles", key=ADMINISTRATOR, member="clerk", roles=["depositor"])
    assert told(again)[0][3] == after
    revoked = send("membership/revoke_key", key=ADMINISTRATOR, public_key=CLERK.public_key)
    ((table, key, kind, before, after),) = told(revoked)
    assert (table, key, kind) == ("keys", CLERK.public_key.hex(), "changed")
    assert (before["revoked_at"], after["revoked_at"]) == (None, START + 3_000)


def test_governance_writes_proposals_and_rules(send: Sender) -> None:
    """Made by one transaction, changed by the next."""
    action = {"type": "set_parameters", "parameters": PARAMETERS}
    proposed = send("governance/propose", key=ADMINISTRATOR, action=action)
    ((table, proposal, kind, before, after),) = told(proposed)
    assert (table, kind, before) == ("proposals", "added", None)
    withdrawn = send("governance/withdraw", key=ADMINISTRATOR, proposal=proposal)
    ((table, key, kind, before, _),) = told(withdrawn)
    assert (table, key, kind, before) == ("proposals", proposal, "changed", after)
    assert proposed["changes"][0]["label"] == {"zh": "提案", "en": "Proposals"}


def test_genesis_founded_its_records(caller: Caller) -> None:
    """In the shape of a transaction's changes."""
    answer = caller.get("/v1/genesis/changes").json
    assert answer["change_count"] == len(genesis_writes(GENESIS)) == len(answer["changes"])
    assert {one["change"] for one in answer["changes"]} == {"added"}
    assert {one["table"] for one in answer["changes"]} >= {"organizations", "members", "keys"}
    names = [one for one in answer["changes"] if one["key"] == COURT]
    assert names[0]["after"]["name"]["en"] == "Hangzhou Internet Court"


def test_views_that_do_not_follow_are_waited_for_and_then_said(
    node: FakeNode, caller: Caller
) -> None:
    """Better late than wrong: without them nobody knows what stood before."""
    node.projects = False
    raw = sign("write", {"id": "n"}, nonce=1, contract="trouble", network=NETWORK)
    (place,) = node.submit([raw]).result()
    path = f"/v1/transactions/{place.transaction_id.hex()}/changes"
    assert caller.get(path).code == "E_BEHIND"
    node.catch_up()
    assert caller.get(path).json["change_count"] == 1
    assert caller.get(f"/v1/transactions/{'00' * 32}/changes").code == "E_NOT_FOUND"


def test_views_that_lead_to_another_key_are_damaged(
    send: Sender, node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written elsewhere is never shown as what stood before."""
    send("trouble/write", id="a")
    send("trouble/write", id="b")

    class Elsewhere(msgspec.Struct):
        height: int = 1
        leaf_index: int = 0
        place: int = 0

    monkeypatch.setattr(Views, "previous_writes", lambda _self, _leaf: {0: Elsewhere()})
    reply = send.caller.get(f"/v1/transactions/{_newest(node)}/changes")
    assert (reply.status, reply.code) == (500, Corrupted.code)


def _newest(node: FakeNode) -> str:
    from tallystick.model import decode_entry

    return decode_entry(node.blocks[-1].entries[0]).transaction_id.hex()


def test_records_of_an_older_version_stay_readable() -> None:
    """A migration has the old form before and the new one after, each field with its label."""
    one, two = schema_of(NotesOne), schema_of(NotesTwo)
    catalogue = Catalogue([two], [one, two])
    key = b"notes/notes/a"
    old: dict[str, Value] = {"id": "a", "text": "one"}
    new: dict[str, Value] = {"id": "a", "text": "one", "colour": "grey"}
    (change,) = show_changes({key: encode(old)}, {key: encode(new)}, catalogue)
    assert [(field.name, field.before, field.after) for field in change.fields] == [
        ("colour", None, "grey")
    ]
    gone = show_changes({key: encode({**old, "mood": 1})}, {key: encode(new)}, catalogue)
    assert [field.name for field in gone[0].fields] == ["colour", "mood"]


def test_what_is_no_record_and_what_is_no_text_is_shown_all_the_same() -> None:
    """Lists stand under one name, keys of bytes as hexadecimal; a long write set is cut."""
    catalogue = Catalogue([])
    (change,) = show_changes({}, {b"membership/validators": encode([1])}, catalogue)
    assert (change.table, change.key, change.after) == (
        *("validators", ""),
        {UNNAMED: [1], "_times": {}},
    )
    assert place_of(b"membership/log_keys/" + b"a" * 32) == ("membership", "log_keys", "61" * 32)
    assert place_of(b"c/t/\xff") == ("c", "t", "ff")
    assert show_changes({}, {b"c/t/k": encode(1)}, catalogue)[0].label.en == "t"
    many = {b"c/t/%d" % number: encode(number) for number in range(CHANGES_MAX + 1)}
    assert len(show_changes({}, many, catalogue)) == CHANGES_MAX
