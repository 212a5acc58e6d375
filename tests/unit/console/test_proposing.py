# SPDX-License-Identifier: Apache-2.0
"""Changes of the network begin in the console: proposals of every kind, members, roles and keys."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tallystick.api import create_app
from tallystick.cli.membership_files import (
    Applicant,
    file_text,
    make_application,
    make_validator_proof,
    read_application,
    read_validator_proof,
)
from tallystick.client import Identity, KeyStore, Trust
from tallystick.console import ConsoleOptions, create_console
from tallystick.console.governing.files import admission, recognition, validator
from tallystick.console.governing.proposing import action_of, marked, moment_in
from tallystick.crypto import SecretKey
from tallystick.errors import FileProblem, InvalidArguments, TallystickError, WrongNetwork
from tallystick.model import Name, enrolment_message
from tallystick.node import Node, NodeConfig, open_node
from tests.factories import ADMINISTRATOR, BANK, COURT, TELLER, make_genesis, secret
from tests.unit.console.conftest import Reader
from tests.unit.console.test_acting import form_key
from tests.unit.console.test_transaction_kinds import GOVERNED, NAME
from tests.unit.node.node_kit import found

NEWCOMER = "91110108MADEM0038D"
NODE_ID = "ab" * 20


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Run a node whose court has an administrator who governs, too."""
    folder = tmp_path_factory.mktemp("proposing") / "node"
    found(folder, "solo", GOVERNED)
    node = open_node(NodeConfig(data=folder, workers=False))
    try:
        node.start()
        yield node
    finally:
        node.stop()


@pytest.fixture
def desk(node: Node, tmp_path: Path) -> Iterator[Reader]:
    """Return a reader of its console, in which one acts as the court's head or the bank's."""
    store = KeyStore(tmp_path / "cast")
    store.save("head", Identity(COURT, "head", ADMINISTRATOR))
    store.save("teller", Identity(BANK, "teller", TELLER))
    options = ConsoleOptions(data=tmp_path, demonstration_keys=tmp_path / "cast")
    transport = httpx.ASGITransport(app=create_console(create_app(node), options))
    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        yield Reader(client, runner)
        runner.run(client.aclose())


def act_as(desk: Reader, organization: str, member: str) -> str:
    """Be somebody, and return what forms carry."""
    key = form_key(desk.get("/act-as").text)
    part = {"form_key": key, "organization": organization, "member": member, "back": "/"}
    desk.post("/act-as", data=part)
    return key


def carry_out(desk: Reader, key: str, answer: httpx.Response) -> dict[str, Any]:
    """Sign what a form led to, and return the transaction."""
    assert answer.status_code == 303, re.findall("alert-danger.*", answer.text)
    place = answer.headers["location"]
    assert "alert-danger" not in desk.get(place).text
    desk.post(place, data={"form_key": key})
    transaction: dict[str, Any] = desk.get(f"{place}.json").json()["transaction"]
    assert transaction["code"] == "ok"
    return transaction


def application(network: str = NAME, validator: SecretKey | None = None) -> bytes:
    """Return the application file of an organisation that wants to join."""
    who = Applicant(
        organization=NEWCOMER,
        name=Name(zh="新机构", en="Newcomer"),
        member="first",
        member_name=Name(zh="首位", en="First"),
        roles=(),
        secret=secret(40),
        valid_from=0,
        valid_until=2**50,
        validator=validator,
    )
    return file_text(make_application(network, who)).encode()


def validator_proof(network: str = NAME) -> bytes:
    """Return the file of a key that is to be the bank's validator's."""
    return file_text(make_validator_proof(network, BANK, secret(43))).encode()


def other_network() -> Trust:
    """Return the trust in another network."""
    return Trust.of_genesis(make_genesis().encode())


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("set_parameters", {"transaction_lifetime_ms_max": "60000", "block_transactions_max": "7"}),
        (
            "set_governance",
            {
                "threshold": "1/2",
                "qualified_threshold": "3/4",
                "participation": "2 / 3",
                "days": "5",
                "until": "2099-01-01T08:00",
            },
        ),
        ("register_node", {"organization": BANK, "node_id": NODE_ID}),
    ],
)
def test_a_proposal_goes_from_its_form_to_votes_and_is_withdrawn(
    desk: Reader, kind: str, given: dict[str, str]
) -> None:
    """Previewed, signed, shown with what would change and who is missing; then taken back."""
    key = act_as(desk, COURT, "head")
    if "until" in given:
        late = desk.post("/gov/propose", data={"form_key": key, "kind": kind, **given})
        assert "alert-danger" in desk.get(late.headers["location"]).text  # beyond the rules
        given = {name: value for name, value in given.items() if name != "until"}
    sent = desk.post("/gov/propose", data={"form_key": key, "kind": kind, **given})
    made = carry_out(desk, key, sent)
    page = desk.get(f"/gov/{made['id']}", params={"lang": "en"}).text
    assert "Open until" in page
    assert "Example Bank" in page[page.index("Has not voted") :]
    assert "Withdraw this proposal" in page
    assert desk.post(f"/gov/{made['id']}/step", data={"form_key": key}).status_code == 400
    step = desk.post(f"/gov/{made['id']}/step", data={"form_key": key, "step": "withdraw"})
    carry_out(desk, key, step)
    assert desk.get(f"/gov/{made['id']}.json").json()["proposal"]["state"] == "withdrawn"


def test_an_organization_is_admitted_by_its_application(desk: Reader) -> None:
    """The file goes in, both vote, and the newcomer stands in the list."""
    key = act_as(desk, COURT, "head")
    files = {"application": ("a.json", application(), "application/json")}
    sent = desk.post(
        "/gov/propose", data={"form_key": key, "kind": "admit_organization"}, files=files
    )
    made = carry_out(desk, key, sent)
    changes = desk.get(f"/gov/{made['id']}", params={"lang": "zh"}).text
    assert "网络总票数" in changes
    key = act_as(desk, BANK, "teller")
    vote = desk.post(f"/gov/{made['id']}", data={"form_key": key, "ballot": "yes"})
    carry_out(desk, key, vote)
    assert desk.get(f"/gov/{made['id']}.json").json()["proposal"]["state"] == "executed"
    assert desk.get(f"/o/{NEWCOMER}").status_code == 200


@pytest.mark.parametrize("kind", ["set_validator", "recognise_network"])
def test_what_comes_as_a_file_is_proposed_and_shown(desk: Reader, kind: str) -> None:
    """A new validator's key, another network's log keys: previewed, signed, told in words."""
    key = act_as(desk, COURT, "head")
    given = {"form_key": key, "kind": kind}
    if kind == "set_validator":
        given |= {"organization": BANK, "power": "3"}
        files = {"proof": ("p.json", validator_proof(), "application/json")}
    else:
        given |= {"asset_kinds": "case， vehicle", "age_days": "7", "quorum": ""}
        files = {"trust": ("t.json", other_network().to_json().encode(), "application/json")}
    made = carry_out(desk, key, desk.post("/gov/propose", data=given, files=files))
    action = desk.get(f"/gov/{made['id']}.json").json()["proposal"]["action"]
    assert action["type"] == kind
    page = desk.get(f"/gov/{made['id']}", params={"lang": "en"}).text
    told = "Example Bank" if kind == "set_validator" else other_network().network
    assert told in page
    step = desk.post(f"/gov/{made['id']}/step", data={"form_key": key, "step": "withdraw"})
    carry_out(desk, key, step)


def test_members_roles_and_keys_are_changed_by_their_administrator(desk: Reader) -> None:
    """Each change is previewed and signed, and stands in the register afterwards."""
    key = act_as(desk, COURT, "head")

    def change(method: str, **given: str) -> None:
        sent = desk.post("/gov/members", data={"form_key": key, "method": method, **given})
        carry_out(desk, key, sent)

    change("add_member", id="li-lei", name_zh="李雷", name_en="Li Lei", roles="depositor，judge")
    change("set_roles", member="li-lei", roles="depositor")
    fresh = secret(41)
    proof = fresh.sign(enrolment_message(NAME, COURT, "li-lei", fresh.public_key)).hex()
    change(
        "enrol_key",
        member="li-lei",
        public_key=fresh.public_key.hex(),
        proof=proof,
        valid_from="2020-01-01T00:00",
        valid_until="2099-01-01T00:00",
    )
    change("set_active", member="li-lei", active="no")
    change("set_active", member="li-lei", active="yes")
    change("revoke_key", public_key=fresh.public_key.hex())
    page = desk.get("/gov/members", params={"lang": "en"}).text
    assert "Li Lei" in page
    members = desk.get("/gov/members.json").json()["organization"]["members"]
    (member,) = [one for one in members if one["id"] == "li-lei"]
    assert member["roles"] == ["depositor"]
    assert member["keys"][0]["revoked_at_ms"] is not None


@pytest.mark.parametrize(
    ("path", "given", "field"),
    [
        ("/gov/propose", {"kind": "shout"}, "kind"),
        ("/gov/propose", {}, "kind"),
        ("/gov/propose", {"kind": "set_parameters", "block_transactions_max": "many"}, "trans"),
        ("/gov/propose", {"kind": "admit_organization"}, "application"),
        ("/gov/propose", {"kind": "remove_node", "node_id": "a", "until": "soon"}, "until"),
        ("/gov/members", {"method": "shout"}, "method"),
        ("/gov/members", {"method": "enrol_key", "member": "clerk"}, "valid_from"),
        ("/gov/members", {"method": "revoke_key", "public_key": "xyz"}, "public_key"),
        ("/gov/members", {"method": "add_member", "id": "x"}, "name_zh"),
    ],
)
def test_what_cannot_be_read_is_said_at_the_form(
    desk: Reader, path: str, given: dict[str, str], field: str
) -> None:
    """The form again, with the field that is wrong; nothing waits to be signed."""
    key = act_as(desk, COURT, "head")
    answer = desk.post(path, data={"form_key": key, **given})
    assert answer.status_code == 400
    assert field in answer.text[answer.text.index("alert-danger") :].split("</div>")[0]


GOVERNANCE = {"parameters": {"python": "3.11"}}
INSTALLED = [{"name": "evidence", "version": 2, "digest": "ab" * 32}]


def test_actions_carry_what_forms_do_not_ask_for() -> None:
    """The version of Python stays; a version of a contract comes with its digest."""
    given = {"transaction_lifetime_ms_max": "1", "block_transactions_max": "2"}
    action = action_of("set_parameters", given, GOVERNANCE, INSTALLED)
    assert action["parameters"]["python"] == "3.11"
    given = {"contract": "evidence 2", "height": "9", "migrate_from": "1"}
    action = action_of("activate_contract", given, GOVERNANCE, INSTALLED)
    assert (action["digest"], action["migrate_from"]) == (marked(bytes.fromhex("ab" * 32)), 1)
    assert action_of("remove_node", {"node_id": " x "}, GOVERNANCE, [])["node_id"] == "x"
    assert action_of("suspend_organization", {"organization": BANK}, GOVERNANCE, []) == {
        "type": "suspend_organization",
        "organization": BANK,
    }
    del given["migrate_from"]
    plain = action_of("activate_contract", given, GOVERNANCE, INSTALLED)
    assert "migrate_from" not in plain


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("activate_contract", {"contract": "evidence 3", "height": "1"}),
        ("set_governance", {"days": "1", "threshold": "half"}),
        ("suspend_organization", {"organization": " "}),
    ],
)
def test_actions_that_cannot_be_read_are_refused(kind: str, given: dict[str, str]) -> None:
    """With what is expected instead."""
    with pytest.raises(InvalidArguments) as refused:
        action_of(kind, given, GOVERNANCE, INSTALLED)
    assert refused.value.expected


def said(error: TallystickError) -> tuple[str, str, str | None, str | None]:
    """Return what an error says, but for what it calls the file."""
    return error.code, error.message, error.expected, error.found


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"[]",
        b"{}",
        json.dumps({"format": "tallystick.application.v1", "network": NAME}).encode(),
        application("other.00"),
        application().replace(b'"proof": "', b'"proof": "zz'),
        application() + b" " * 65_536,
    ],
    ids=["bytes", "list", "empty", "bare", "elsewhere", "torn", "long"],
)
def test_what_is_no_application_to_this_network_is_refused(data: bytes, tmp_path: Path) -> None:
    """Whatever was uploaded; the command line says the same of the same file."""
    with pytest.raises((FileProblem, WrongNetwork)) as refused:
        admission(data, NAME, {})
    assert refused.value.field == "application"
    file = tmp_path / "application.json"
    file.write_bytes(data)
    with pytest.raises(type(refused.value)) as typed:
        read_application(file, NAME, None)
    assert said(typed.value) == said(refused.value)
    assert typed.value.field == str(file)[:80]


def test_a_validator_comes_with_its_votes() -> None:
    """As many as the proposer writes."""
    action = admission(application(validator=secret(42)), NAME, {"power": "3"})
    assert action["validator"]["power"] == 3
    assert moment_in({"until": "2026-01-01T00:00+00:00"}, "until") == 1_767_225_600_000


SEATS = {"validators": [{"organization": COURT, "public_key": "cd" * 32}]}


def test_a_validator_keeps_its_key_or_proves_a_new_one() -> None:
    """Without a file the votes change alone."""
    kept = validator(b"", NAME, SEATS, {"organization": COURT, "power": "9"})
    assert (kept["public_key"], kept["power"]) == (marked(b"\xcd" * 32), 9)
    assert "proof" not in kept
    fresh = validator(validator_proof(), NAME, SEATS, {"organization": BANK, "power": "1"})
    assert fresh["public_key"] == marked(secret(43).public_key)


@pytest.mark.parametrize(
    "proof",
    [
        b"[]",
        b"{}",
        validator_proof("other.00"),
        validator_proof().replace(b'"proof": "', b'"proof": "zz'),
    ],
    ids=["list", "empty", "elsewhere", "torn"],
)
def test_what_proves_no_key_of_the_organization_is_refused(proof: bytes, tmp_path: Path) -> None:
    """The command line says the same of the same file."""
    with pytest.raises((FileProblem, WrongNetwork)) as refused:
        validator(proof, NAME, SEATS, {"organization": BANK, "power": "1"})
    assert refused.value.field == "proof"
    file = tmp_path / "proof.json"
    file.write_bytes(proof)
    with pytest.raises(type(refused.value)) as typed:
        read_validator_proof(file, NAME, BANK)
    assert said(typed.value) == said(refused.value)


def test_a_key_that_is_another_organizations_or_not_there_is_refused() -> None:
    """A proof is for one organisation; without a file there is a key to keep, or none."""
    with pytest.raises(FileProblem, match="of another organisation") as refused:
        validator(validator_proof(), NAME, SEATS, {"organization": COURT, "power": "1"})
    assert (refused.value.expected, refused.value.found) == (COURT, BANK)
    with pytest.raises(InvalidArguments) as without:
        validator(b"", NAME, SEATS, {"organization": BANK, "power": "1"})
    assert without.value.field == "proof"


def test_another_network_is_believed_by_the_keys_of_its_trust_file() -> None:
    """More than two thirds of them, unless the form says otherwise; anything else is no trust."""
    trust = other_network()
    given = {"asset_kinds": "case， vehicle,", "age_days": "7"}
    network = recognition(trust.to_json().encode(), given)["network"]
    keys = len(trust.log_keys)
    assert (network["id"], network["quorum"]) == (trust.network, keys * 2 // 3 + 1)
    assert network["asset_kinds"] == ["case", "vehicle"]
    assert network["proof_age_ms_max"] == 7 * 86_400_000
    assert len(network["log_keys"]) == keys
    assert recognition(trust.to_json().encode(), {**given, "quorum": "1"})["network"]["quorum"] == 1
    with pytest.raises(InvalidArguments) as refused:
        recognition(b"{}", given)
    assert refused.value.field == "trust"
