# SPDX-License-Identifier: Apache-2.0
"""`tally governance` against a real node over HTTP: proposals, votes, own keys, errors."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tallystick.client import Identity, KeyStore, Trust, connect
from tallystick.contracts.registers import Assets
from tallystick.errors import Duplicate, NotAMember, TallystickError
from tallystick.model import Call, SetParameters, decode_transaction, sign_transaction
from tallystick.testing import make_signer
from tallystick.units import TimeMs
from tests.factories import secret
from tests.ledger_networks import LedgerNetwork
from tests.unit.cli.conftest import Tally
from tests.unit.cli.governing_world import (
    NEWCOMER,
    ORGANIZATIONS,
    Governed,
    governed_node,
    keep_keys,
    person_key,
)


@pytest.fixture
def governed(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Governed]:
    """Serve a governed network; the user holds everybody's key."""
    with governed_node(tmp_path / "node") as found:
        monkeypatch.setenv("TALLY_DATA", str(found.folder))
        assert home.exists()
        keep_keys(KeyStore())
        yield found


def propose(tally: Tally, *words: object, by: int = 0) -> dict[str, Any]:
    """Open a proposal, which must be accepted."""
    outcome = tally("governance", "propose", *words, "--as", f"governor-{by}", "--json")
    assert outcome.code == 0, outcome.out
    found: dict[str, Any] = outcome.json
    return found


def vote(tally: Tally, proposal: str, by: int, how: str = "--approve") -> dict[str, Any]:
    """Vote, which must be accepted."""
    outcome = tally("governance", "vote", proposal, how, "--as", f"governor-{by}", "--json")
    assert outcome.code == 0, outcome.out
    found: dict[str, Any] = outcome.json
    return found


def test_a_proposal_passes_with_the_deciding_vote(tally: Tally, governed: Governed) -> None:
    """Proposed, shown with what is missing, voted on by the beginning of its id, executed."""
    opened = propose(tally, "suspend", ORGANIZATIONS[2])
    assert opened["state"] == "open"
    assert opened["tally"]["approvals_missing"] == 1
    assert opened["tally"]["not_voted"] == [ORGANIZATIONS[1]]
    assert {"what": "votes in the network", "before": 3, "after": 2} in opened["changes"]
    open_ones = tally("governance", "list", "--open", "--json").json
    assert [one["id"] for one in open_ones] == [opened["id"]]
    decided = vote(tally, opened["id"][:8], 1)
    assert decided["state"] == "executed"
    assert "governance.OrganizationSuspended" in decided["events"]
    assert tally("governance", "list", "--open", "--json").json == []
    shown = tally("org", "show", ORGANIZATIONS[2], "--json").json
    assert (shown["state"], shown["active"], shown["validator_power"]) == ("suspended", False, 10)
    rows = tally("org", "list", "--json").json
    assert [one["state"] for one in rows] == ["active", "active", "suspended"]
    refused = tally(
        "governance", "propose", "remove-node", "0" * 40, "--as", "governor-2", "--json"
    )
    assert (refused.code, refused.json["error"]["code"]) == (4, "E_MEMBER")
    assert governed.node.register().register.electorate() == set(ORGANIZATIONS[:2])


@pytest.mark.usefixtures("terminal")
def test_people_read_it_in_both_languages(tally: Tally, governed: Governed) -> None:
    """Who voted what, what is missing, what changes; history has sentences."""
    opened = propose(tally, "parameters", "--block-transactions", 2000)
    english = tally("governance", "show", opened["id"], "--color", "never").out
    assert "parameters.block_transactions_max: 5000 → 2000" in english
    assert f"{ORGANIZATIONS[0]} for (governor)" in english
    assert "approvals: 1" in english
    chinese = tally("governance", "show", opened["id"], "--lang", "zh").out
    assert f"{ORGANIZATIONS[0]} 赞成（governor）" in chinese
    sentence = tally("tx", "show", opened["id"], "--json").json["sentence"]
    assert "change the parameters" in sentence["en"]
    assert "变更网络参数" in sentence["zh"]
    rejected = tally(
        "governance", "vote", opened["id"], "--reject", "--as", "governor-1", "--lang", "zh"
    )
    assert "反对" in rejected.out
    status = tally("governance", "status", "--color", "never").out
    assert "> 1/2" in status
    assert governed.node.status().height >= 2


def test_votes_are_cast_once_by_governors_only(tally: Tally, governed: Governed) -> None:
    """Exit code 5 says a rule refused, 4 the wrong role; usage errors change nothing."""
    opened = propose(tally, "rules", "--threshold", "3/5")
    again = tally("governance", "vote", opened["id"], "--approve", "--as", "governor-0", "--json")
    assert (again.code, again.json["error"]["code"]) == (5, "E_DUP")
    wrong = tally("governance", "vote", opened["id"], "--approve", "--as", "operator-1", "--json")
    assert (wrong.code, wrong.json["error"]["code"]) == (4, "E_ROLE")
    height = governed.node.status().height
    assert tally("governance", "vote", opened["id"], "--as", "governor-1").code == 2
    both = ("governance", "vote", opened["id"], "--approve", "--reject")
    assert tally(*both, "--as", "governor-1").code == 2
    assert tally("governance", "vote", "zz", "--approve", "--as", "governor-1").code == 2
    assert tally("governance", "vote", "0000", "--approve", "--as", "governor-1").code == 3
    assert tally("governance", "show", "0" * 64).code == 3
    assert tally("governance", "propose", "rules", "--threshold", "half").code == 2
    assert tally("governance", "propose", "rules").code == 2
    assert tally("governance", "propose", "parameters").code == 2
    assert tally("governance", "list", "--open", "--state", "open").code == 2
    assert "propose suspend" in tally("governance", "propose", "suspnd", "X").err
    assert "--approve" in tally("governance", "vote", opened["id"], "--aprove").err
    assert governed.node.status().height == height
    withdrawn = tally("governance", "withdraw", opened["id"], "--as", "governor-0", "--json").json
    assert withdrawn["state"] == "withdrawn"
    closed = tally("governance", "vote", opened["id"], "--approve", "--as", "governor-1", "--json")
    assert (closed.code, closed.json["error"]["code"]) == (5, "E_STATE")


def test_an_applicant_is_admitted_from_its_file(
    tally: Tally, governed: Governed, tmp_path: Path
) -> None:
    """Made on its machine with its keys, proposed by a member, voted; then it acts itself."""
    KeyStore().save("newcomer", Identity(NEWCOMER, "head", secret(7_000)))
    key_file, file = tmp_path / "validator.key", tmp_path / "application.json"
    key_file.write_text(secret(7_001).seed.hex(), encoding="utf-8")
    words = ("governance", "apply", "Newcomer", "--name-zh", "新机构", "--key", "newcomer")
    made = tally(*words, "--validator-key", key_file, "-o", file, "--json")
    assert made.code == 0, made.out
    assert tally(*words, "-o", file).code == 1  # never overwritten
    assert secret(7_000).seed.hex() not in file.read_text(encoding="utf-8")
    opened = propose(tally, "admit", file, "--power", 4)
    assert [one["what"] for one in opened["changes"]] == [
        f"organization {NEWCOMER}",
        f"administrator of {NEWCOMER}",
        f"validator of {NEWCOMER}",
        "votes in the network",
    ]
    assert vote(tally, opened["id"], 1)["state"] == "executed"
    state = tally("governance", "status", "--json").json
    assert NEWCOMER in state["electorate"]
    validator = next(one for one in state["validators"] if one["organization"] == NEWCOMER)
    assert (validator["power"], validator["public_key"]) == (4, secret(7_001).public_key.hex())
    assert not validator["is_in_force"]
    mine = tally("governance", "propose", "rules", "--proposal-days", 3, "--as", "newcomer")
    assert mine.code == 0
    other = json.loads(file.read_text(encoding="utf-8")) | {"network": "other." + "0" * 32}
    file.write_text(json.dumps(other), encoding="utf-8")
    wrong = tally("governance", "propose", "admit", file, "--as", "governor-0", "--json").json
    assert wrong["error"]["code"] == "E_NETWORK"
    file.write_text("{}", encoding="utf-8")
    wrong = tally("governance", "propose", "admit", file, "--as", "governor-0", "--json").json
    assert wrong["error"]["code"] == "E_FILE"
    assert governed.node.register().register.organizations[NEWCOMER].active


def test_validators_change_by_vote_and_their_keys_without(
    tally: Tally, governed: Governed, tmp_path: Path
) -> None:
    """The power of a known key needs no proof, a new key one of its organisation."""
    opened = propose(tally, "set-validator", ORGANIZATIONS[1], "--power", 9)
    assert vote(tally, opened["id"], 1)["state"] == "executed"
    key = tmp_path / "new.key"
    rotate = ("governance", "rotate-validator-key", key, "--as", "operator-1", "--json")
    rotated = tally(*rotate, "--new")
    assert rotated.code == 0, rotated.out
    assert rotated.json["events"] == ["governance.ValidatorKeyRotated"]
    resigned = tally("governance", "resign-validator", "--as", "operator-2", "--json")
    assert resigned.json["error"]["code"] == "E_VALIDATORS"  # too soon after the other change
    assert key.stat().st_mode & 0o777 == 0o600
    validators = governed.node.register().register.validators
    assert validators[ORGANIZATIONS[1]].public_key.hex() == rotated.json["public_key"]
    assert tally(*rotate, "--new").code == 1  # the file exists
    again = tally(*rotate)
    assert (again.code, again.json["error"]["code"]) == (5, "E_DUP")
    proof = tmp_path / "proof.json"
    fresh = tmp_path / "fresh.key"
    fresh.write_text(secret(7_500).seed.hex(), encoding="utf-8")
    made = tally(
        "governance",
        "prove-validator-key",
        fresh,
        "--organization",
        ORGANIZATIONS[2],
        "-o",
        proof,
        "--json",
    )
    assert made.code == 0, made.out
    wrong = ("set-validator", ORGANIZATIONS[1], "--power", 10, "--key", proof)
    assert tally("governance", "propose", *wrong, "--as", "governor-0").code == 1
    right = propose(tally, "set-validator", ORGANIZATIONS[2], "--power", 10, "--key", proof)
    assert vote(tally, right["id"], 2)["state"] == "executed"
    nobody = ("set-validator", NEWCOMER, "--power", 10, "--as", "governor-0")
    assert tally("governance", "propose", *nobody).code == 2


@pytest.mark.parametrize("word", ["suspend", "remove", "remove-validator"])
def test_an_organization_is_proposed_against(word: str, tally: Tally, governed: Governed) -> None:
    """The proposal names the one who is meant, and stays open until enough have voted."""
    opened = propose(tally, word, ORGANIZATIONS[2])
    shown = httpx.get(f"{governed.url}/v1/governance/proposals/{opened['id']}").json()
    assert ORGANIZATIONS[2] in json.dumps(shown)
    assert tally("governance", "propose", word, NEWCOMER, "--as", "governor-0").code != 0


@pytest.mark.usefixtures("governed")
def test_a_suspended_organization_may_be_let_in_again(tally: Tally) -> None:
    """Only one that is suspended."""
    resume = ("resume", ORGANIZATIONS[2])
    assert tally("governance", "propose", *resume, "--as", "governor-0").code != 0
    for words in (("suspend", ORGANIZATIONS[2]), resume):
        opened = propose(tally, *words)
        assert vote(tally, opened["id"], 1)["state"] == "executed"


@pytest.mark.usefixtures("governed")
def test_a_validator_key_is_read_as_the_engine_writes_it(tally: Tally, tmp_path: Path) -> None:
    """Seed and public key must belong together, or nothing is proven."""
    key, path = secret(7_500), tmp_path / "priv_validator_key.json"
    prove = ("governance", "prove-validator-key", path, "--organization", ORGANIZATIONS[2])
    halves = {"good": key.public_key, "wrong": secret(7_501).public_key}
    for kind, half in halves.items():
        value = base64.b64encode(key.seed + half).decode()
        path.write_text(json.dumps({"priv_key": {"value": value}}), encoding="utf-8")
        made = tally(*prove, "-o", tmp_path / f"{kind}.json", "--json")
        assert (made.code == 0) == (kind == "good"), made.out
        if kind == "good":
            assert key.public_key.hex() in (tmp_path / "good.json").read_text(encoding="utf-8")
    path.write_text("{", encoding="utf-8")
    assert tally(*prove, "-o", tmp_path / "none.json", "--json").json["error"]["field"] == "path"


def test_log_keys_are_rotated_and_revoked(tally: Tally, governed: Governed, tmp_path: Path) -> None:
    """Periods are shown; a key in the hands of the organisation alone."""
    first = tmp_path / "log.key"
    made = tally(
        "governance", "rotate-log-key", first, "--new", "--as", "operator-1", "--json"
    ).json
    key = made["public_key"]
    assert tally("governance", "revoke-log-key", key, "--as", "operator-0").code == 5
    assert tally("governance", "revoke-log-key", key, "--as", "operator-1").code == 0
    keys = tally("governance", "status", "--json").json["log_keys"]
    found = next(one for one in keys if one["public_key"] == key)
    assert found["revoked_at_ms"] > found["valid_from_ms"] > 0
    shown = httpx.get(f"{governed.url}/v1/organizations/{ORGANIZATIONS[1]}").json()
    assert shown["log_keys"] == []


def test_a_node_is_registered_with_what_its_folder_holds(
    tally: Tally, governed: Governed, tmp_path: Path
) -> None:
    """Its node id and log key become known; a second time changes nothing and is no error."""
    folder = tmp_path / "own"
    made = tally(
        *("network", "entry", "--organization", ORGANIZATIONS[1], "--name-zh", "机构"),
        *("--name-en", "One", "--p2p", "127.0.0.1:27999", "--key-name", "fresh"),
        *("--data", folder, "--out", tmp_path / "own.entry.json", "--json"),
    )
    assert made.code == 0, made.out
    words = ("network", "register", "--data", folder, "--url", governed.url)
    first = tally(*words, "--as", "operator-1", "--json")
    assert first.code == 0, first.out
    keys = tally("governance", "status", "--json").json["log_keys"]
    assert first.json["public_key"] in {one["public_key"] for one in keys}
    again = tally(*words, "--as", "operator-1", "--json")
    assert (again.code, again.json) == (0, first.json)
    assert tally("governance", "status", "--json").json["log_keys"] == keys
    stranger = tally(*words, "--as", "governor-0", "--json")
    assert stranger.json["error"]["code"] == "E_ROLE"


def test_a_stolen_member_key_is_refused_in_the_block_after_its_revocation(
    governed: Governed,
) -> None:
    """Whoever holds it: the ledger asks the register, not the thief."""
    thief = Identity(ORGANIZATIONS[0], "governor", secret(person_key(0, "governor")))
    admin = Identity(ORGANIZATIONS[0], "admin", secret(person_key(0, "admin")))
    with connect(governed.url, identity=admin) as net:
        revoked = net.call("membership", "revoke_key", public_key=thief.public_key)
    with connect(governed.url, identity=thief) as net:
        parameters = governed.node.genesis.parameters
        with pytest.raises(NotAMember):
            net.governance.propose(SetParameters(parameters))
    height = revoked.transaction.height
    assert height is not None
    assert governed.node.status().height <= height + 2


def test_the_sdk_speaks_the_same(governed: Governed) -> None:
    """Typed records, typed errors, the same rules."""
    governor = Identity(ORGANIZATIONS[0], "governor", secret(person_key(0, "governor")))
    with connect(governed.url, identity=governor) as net:
        overview = net.governance.overview()
        assert str(overview.rules.threshold) == "1/2"
        assert [one.power for one in overview.validators] == [10, 10, 10]
        soon = time.time_ns() // 1_000_000 + 60_000
        wanted = SetParameters(type(governed.node.genesis.parameters)(block_transactions_max=100))
        opened = net.governance.propose(wanted, expires_at=soon)
        assert not opened.is_executed
        shown = net.governance.proposal(opened.id)
        assert (shown.type, shown.expires_at_ms) == ("set_parameters", soon)
        assert [one.id for one in net.governance.proposals("open")] == [opened.id]
        with pytest.raises(Duplicate):
            net.governance.vote(opened.id, approve=True)
        proof = net.governance.validator_proof(ORGANIZATIONS[0], secret(8_000))
        assert len(proof) == 64


def test_clients_sign_for_no_longer_than_members_voted_for(governed: Governed) -> None:
    """A vote shortens the lifetime of transactions; who connects then knows."""
    shorter = msgspec.structs.replace(
        governed.node.genesis.parameters, transaction_lifetime_ms_max=20_000
    )
    who = [
        Identity(one, "governor", secret(person_key(number, "governor")))
        for number, one in enumerate(ORGANIZATIONS)
    ]
    with connect(governed.url, identity=who[0]) as net:
        opened = net.governance.propose(SetParameters(shorter))
    with connect(governed.url, identity=who[1]) as net:
        net.governance.vote(opened.id, approve=True)
    with connect(governed.url, identity=who[0]) as net:
        assert net.governance.overview().parameters.is_voted
        call = decode_transaction(net.sign("governance", "withdraw", {})).call
        assert call.valid_until <= time.time_ns() // 1_000_000 + 10_000
        with pytest.raises(TallystickError) as caught:
            net.submit(sign_transaction(replaced(call, 30_000), who[0].secret, ORGANIZATIONS[0]))
    assert caught.value.code == "E_EARLY"


def replaced(call: Call, lifetime_ms: int) -> Call:
    """Return the call with a longer validity."""
    until = TimeMs(time.time_ns() // 1_000_000 + lifetime_ms)
    return msgspec.structs.replace(call, valid_until=until)


def test_another_network_is_recognised_from_its_trust_file(
    tally: Tally, governed: Governed, tmp_path: Path
) -> None:
    """By its log keys and a quorum; whoever votes sees the terms; withdrawn likewise."""
    other = LedgerNetwork("shared", (Assets,), [make_signer()])
    trust = tmp_path / "shared.trust.json"
    trust.write_text(Trust.of_genesis(other.genesis.encode()).to_json(), encoding="utf-8")
    opened = propose(tally, "network", trust, "--asset-kind", "liquor-case")
    assert opened["subject"] == other.id
    changes = {one["what"]: one["after"] for one in opened["changes"]}
    assert changes == {
        f"network {other.id}: log keys": other.log_keys[0].public_key.hex(),
        f"network {other.id}: keys that must sign": 1,
        f"network {other.id}: oldest checkpoint, ms": 30 * 86_400_000,
        f"network {other.id}: assets it reserves": "liquor-case",
    }
    decided = vote(tally, opened["id"], 1)
    assert "governance.NetworkRecognised" in decided["events"]
    _check_changes_of_both_trees(governed.url, decided["transaction_id"], other.id)
    known = governed.node.register().register.networks[other.id]
    assert (known.quorum, known.asset_kinds) == (1, ("liquor-case",))

    words = ("--asset-kind", "liquor-case", "--withdraw", "--quorum", 1, "--max-age-days", 30)
    withdrawn = propose(tally, "network", trust, *words)
    assert [(one["before"], one["after"]) for one in withdrawn["changes"]] == [
        (other.log_keys[0].public_key.hex(), "none")
    ]
    shown = tally("tx", "show", withdrawn["id"], "--json")
    assert "recognise another network" in shown.json["sentence"]["en"]
    assert tally("governance", "propose", "network", tmp_path / "none.json").code != 0


def _check_changes_of_both_trees(url: str, transaction: str, network: str) -> None:
    """What contracts can read of a vote is shown beside what the register keeps."""
    answer = httpx.get(f"{url}/v1/transactions/{transaction}/changes").json()
    places = [(one["contract"], one["table"], one["key"]) for one in answer["changes"]]
    assert ("membership", "networks", network) in places
    assert ("governance", "networks", network) in places
    assert ("governance", "registries", "assets") in places
