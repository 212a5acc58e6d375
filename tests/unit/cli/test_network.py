# SPDX-License-Identifier: Apache-2.0
"""`tally network` and `tally node health` without an engine: ceremony, refusals, a node alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tallystick.api import NetworkRecord
from tallystick.cli.commands.network_status import describe, ending
from tallystick.cli.commands.node_health import check_health
from tallystick.cli.demo.consortium import ORGANIZATIONS
from tallystick.cli.network_view import PeerState, ask_peers, days_left, tolerated_failures
from tallystick.client import KeyStore
from tallystick.node import is_joined
from tests.unit.cli.conftest import Outcome, Running, Tally

DAY_MS = 24 * 60 * 60 * 1000


def contribute(tally: Tally, base: Path, number: int) -> Outcome:
    """Let an organisation make keys and entry, with a key store of its own."""
    organization = ORGANIZATIONS[number]
    return tally(
        *("network", "entry", "--organization", organization.id, "--json"),
        *("--name-zh", organization.name.zh, "--name-en", organization.name.en),
        *("--p2p", f"127.0.0.1:{27_900 + number}", "--api", f"http://localhost:{28_900 + number}/"),
        *("--data", base / str(number), "--out", base / f"{number}.entry.json"),
    )


@pytest.fixture
def entries(tally: Tally, tmp_path: Path) -> list[Path]:
    """Return four organisations' entries; their folders are beside them."""
    for number in range(4):
        outcome = contribute(tally, tmp_path, number)
        assert outcome.code == 0, outcome.err
    return [tmp_path / f"{number}.entry.json" for number in range(4)]


@pytest.fixture
def invite(tally: Tally, tmp_path: Path, entries: list[Path]) -> tuple[Path, str]:
    """Return the invite that is made of them, and the genesis hash."""
    path = tmp_path / "net.json"
    outcome = tally("network", "init", "four", *entries, "--out", path, "--json")
    assert outcome.code == 0, outcome.err
    return path, outcome.json["genesis_hash"]


def test_an_entry_holds_no_secret_and_the_keys_stay_here(tally: Tally, tmp_path: Path) -> None:
    """Node keys in the data folder, the members' in the key store, public halves in the file."""
    outcome = contribute(tally, tmp_path, 0)
    code = ORGANIZATIONS[0].id
    assert outcome.json["keys"] == [
        f"{code}-{name}" for name in ("administrator", "governor", "operator")
    ]
    assert sorted(outcome.json["keys"]) == KeyStore().names()
    text = (tmp_path / "0.entry.json").read_text(encoding="utf-8")
    seeds = [one.read_text(encoding="ascii").strip() for one in (tmp_path / "0/keys").iterdir()]
    seeds += [KeyStore().load(name).secret.seed.hex() for name in KeyStore().names()]
    assert len(seeds) == 6
    assert not any(seed in text for seed in seeds)
    assert json.loads(text)["content"]["api"] == "http://localhost:28900"


def test_keys_of_an_earlier_ceremony_are_not_replaced(tally: Tally, tmp_path: Path) -> None:
    """Neither in the key store nor in the data folder nor the file to hand over."""
    contribute(tally, tmp_path, 0)
    (tmp_path / "0.entry.json").unlink()
    again = contribute(tally, tmp_path, 0)
    assert again.code == 2
    assert again.json["error"]["field"] == "--key-name"
    other = tally(
        *("network", "entry", "--organization", ORGANIZATIONS[0].id, "--name-zh", "甲"),
        *("--name-en", "A", "--p2p", "a:1", "--key-name", "other", "--json"),
        *("--data", tmp_path / "0", "--out", tmp_path / "again.json"),
    )
    assert other.code == 1
    assert "has keys already" in other.json["error"]["message"]


@pytest.mark.parametrize(
    ("option", "value", "field"),
    [
        ("--organization", "91110108MADEM0038X", "organization"),
        ("--p2p", "nowhere", "entry.p2p"),
        ("--api", "nowhere", "entry.api"),
        ("--name-en", "", "entry.name"),
    ],
)
def test_an_entry_that_says_nonsense_makes_nothing(
    option: str, value: str, field: str, tally: Tally, tmp_path: Path
) -> None:
    """No keys are left behind."""
    given = {
        "--organization": ORGANIZATIONS[0].id,
        "--name-zh": "甲",
        "--name-en": "A",
        "--p2p": "a.example:1",
        "--data": str(tmp_path / "d"),
        "--out": str(tmp_path / "e.json"),
    } | {option: value}
    outcome = tally(
        "network", "entry", *(word for pair in given.items() for word in pair), "--json"
    )
    assert outcome.code != 0
    assert outcome.json["error"]["field"] == field
    assert not (tmp_path / "d").exists()
    assert not (tmp_path / "e.json").exists()
    assert KeyStore().names() == []


def test_the_genesis_hash_is_shown_to_be_compared(
    tally: Tally, tmp_path: Path, entries: list[Path]
) -> None:
    """In groups that can be read aloud, in both languages."""
    outcome = tally("network", "init", "four", *entries, "--out", tmp_path / "a.json")
    digest = outcome.out.split("genesis_hash\t")[1].split("\n")[0]
    groups = [digest[at : at + 8] for at in range(0, 64, 8)]
    assert " ".join(groups[:4]) in outcome.err
    assert " ".join(groups[4:]) in outcome.err
    assert "may_fail\t1" in outcome.out
    chinese = tally(
        "network", "init", "four", *entries[:3], "--out", tmp_path / "b.json", "--lang", "zh"
    )
    assert "创世哈希" in chinese.err
    assert "3 个验证人时" in chinese.err


def test_an_invite_is_not_overwritten(
    tally: Tally, entries: list[Path], invite: tuple[Path, str]
) -> None:
    """Others may have it already."""
    outcome = tally("network", "init", "four", *entries, "--out", invite[0])
    assert outcome.code == 2
    assert "exists already" in outcome.err


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("--threshold", "half"), "--threshold"),
        (("--threshold", "1/3"), "threshold"),
        (("--participation", "3/2"), "participation"),
        (("--proposal-days", "0"), "proposal_lifetime_ms"),
    ],
)
def test_rules_that_cannot_govern_are_refused(
    words: tuple[str, ...], field: str, tally: Tally, tmp_path: Path, entries: list[Path]
) -> None:
    """Exit code 2, and no invite."""
    out = tmp_path / "x.json"
    outcome = tally("network", "init", "four", *entries, *words, "--out", out, "--json")
    assert outcome.code == 2
    assert outcome.json["error"]["field"] == field
    assert not out.exists()


def test_stricter_rules_make_qualified_decisions_at_least_as_strict(
    tally: Tally, tmp_path: Path, entries: list[Path]
) -> None:
    """A threshold above two thirds takes the qualified one along."""
    out = tmp_path / "x.json"
    outcome = tally("network", "init", "four", *entries, "--threshold", "3/4", "--out", out)
    assert outcome.code == 0, outcome.err


def test_a_changed_entry_is_refused_by_name(
    tally: Tally, tmp_path: Path, entries: list[Path]
) -> None:
    """Its file is in the message, so that it can be asked for again."""
    fields = json.loads(entries[2].read_bytes())
    fields["content"]["p2p"] = "evil.example:1"
    entries[2].write_text(json.dumps(fields), encoding="utf-8")
    outcome = tally("network", "init", "four", *entries, "--out", tmp_path / "x.json", "--json")
    assert outcome.code == 4
    assert str(entries[2]) in outcome.json["error"]["message"]
    missing = tally("network", "init", "four", tmp_path / "none.json", "--json")
    assert missing.code == 1


def test_a_founder_joins_once_it_accepts_the_hash(
    tally: Tally, tmp_path: Path, invite: tuple[Path, str]
) -> None:
    """The folder becomes a node's; nobody else's key is in it."""
    path, digest = invite
    outcome = tally("network", "join", path, "--data", tmp_path / "0", "--accept", digest, "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["is_founder"] is True
    assert outcome.json["peers"] == 3
    assert is_joined(tmp_path / "0")
    assert (tmp_path / "0" / "trust.json").is_file()
    again = tally("network", "join", path, "--data", tmp_path / "0", "--accept", digest)
    assert again.code == 1
    assert "belongs to a network already" in again.err


def test_another_hash_is_refused_and_changes_nothing(
    tally: Tally, tmp_path: Path, invite: tuple[Path, str]
) -> None:
    """The invite is not the one that was agreed on."""
    words = ("network", "join", invite[0], "--data", tmp_path / "0", "--accept")
    outcome = tally(*words, "0" * 64, "--json")
    assert outcome.code == 1
    assert outcome.json["error"]["code"] == "E_NETWORK"
    assert tally(*words, invite[1][:8]).code == 1, "a beginning is not enough for an option"
    assert not is_joined(tmp_path / "0")


def test_without_a_person_the_option_is_named(
    tally: Tally, tmp_path: Path, invite: tuple[Path, str]
) -> None:
    """Scripts must say which hash they accept."""
    outcome = tally("network", "join", invite[0], "--data", tmp_path / "0")
    assert outcome.code == 2
    assert "--accept" in outcome.err


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(("digits", "code"), [(8, 0), (4, 1)])
def test_a_person_types_the_beginning_of_the_hash(
    digits: int,
    code: int,
    tally: Tally,
    invite: tuple[Path, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As another organisation told it; `yes` would be typed without looking."""
    import io
    import sys

    answer = io.StringIO(f" {invite[1][:digits].upper()}\n")
    monkeypatch.setattr(answer, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdin", answer)
    assert tally("network", "join", invite[0], "--data", invite[0].parent / "1").code == code


def test_a_newcomer_is_told_what_must_happen_first(
    tally: Tally, tmp_path: Path, entries: list[Path]
) -> None:
    """It is not in the genesis document: the others must vote."""
    path = tmp_path / "three.json"
    made = tally("network", "init", "three", *entries[:3], "--out", path, "--json").json
    words = ("network", "join", path, "--data", tmp_path / "3", "--accept", made["genesis_hash"])
    outcome = tally(*words)
    assert outcome.code == 0, outcome.err
    assert "have voted it in" in outcome.err


def test_a_node_that_orders_alone_says_so(tally: Tally, running: Running) -> None:
    """Status plainly, health with exit code 0, no invite."""
    status = tally("network", "status")
    assert status.code == 0, status.err
    assert "orders alone" in status.err
    assert "solo" in status.out
    document = tally("network", "status", "--json").json
    assert document["engine"] is None
    assert document["lag"] == 0
    health = tally("node", "health", "--json")
    assert health.code == 0
    assert {one["name"] for one in health.json["checks"]} == {"ready", "views", "store", "space"}
    named = tally("node", "health", "--data", running.folder)
    assert named.code == 0
    invited = tally("network", "invite")
    assert invited.code == 1
    assert "orders alone" in invited.err


def test_nobody_there_is_exit_code_7(tally: Tally) -> None:
    """For supervisors: not the same as a check that failed."""
    for words in (("network", "status"), ("node", "health")):
        assert tally(*words, "--url", "http://localhost:9").code == 7


def record(**other: object) -> NetworkRecord:
    """Return what a well node of four says, with other fields."""
    import msgspec

    validators = [
        {
            "organization": one.id,
            "public_key": f"{number:064x}",
            "power": 1,
            "in_force": True,
            "connected": True,
        }
        for number, one in enumerate(ORGANIZATIONS)
    ]
    peers = [
        {
            "node_id": f"{number:040x}",
            "organization": one.id,
            "connected": True,
            "address": "a:1",
            "api": "",
            "version": "0.39.0",
        }
        for number, one in enumerate(ORGANIZATIONS[1:])
    ]
    engine = {
        "name": "cometbft",
        "version": "v0.40.0",
        "abci": "2.0.0",
        "block_protocol": 11,
        "p2p_protocol": 8,
        "node_id": "f" * 40,
        "height": 10,
        "block_time": "2026-11-26T00:00:00.000Z",
        "block_time_ms": 0,
        "catching_up": False,
        "header": None,
    }
    usual: dict[str, object] = {
        "network": "four." + "a" * 32,
        "organization": ORGANIZATIONS[0].id,
        "version": "0.1.0",
        "height": 10,
        "app_hash": "b" * 64,
        "store_height": 10,
        "views_height": 10,
        "is_validator": True,
        "engine": engine,
        "peers": peers,
        "validators": validators,
        "member_keys": [],
    }
    if isinstance(other.get("engine"), dict):
        other["engine"] = engine | other["engine"]  # type: ignore[operator]  # checked above
    return msgspec.convert(usual | other, NetworkRecord)


def failed(found: NetworkRecord, folder: Path) -> set[str]:
    """Return the names of the checks that failed."""
    return {one.code for one in check_health(found, folder) if one.mark.value == "failed"}


def test_each_ailment_of_a_node_fails_its_own_check(tmp_path: Path) -> None:
    """Catching up, an engine ahead, lists or store behind, too few others."""
    assert failed(record(), tmp_path) == set()
    assert failed(record(engine={"catching_up": True}), tmp_path) == {"ready"}
    assert failed(record(engine={"height": 11}), tmp_path) == set(), "the block that is executing"
    assert failed(record(engine={"height": 20}), tmp_path) == {"ready"}
    assert failed(record(height=500, engine={"height": 500}), tmp_path) == {"views"}
    lag = {"height": 60_000, "views_height": 60_000, "engine": {"height": 60_000}}
    assert failed(record(**lag), tmp_path) == {"store"}
    near = [
        {**_plain(one), "connected": number < 2} for number, one in enumerate(record().validators)
    ]
    assert failed(record(validators=near), tmp_path) == {"peers"}
    assert failed(record(peers=[]), tmp_path) == {"peers"}


def _plain(one: object) -> dict[str, object]:
    import msgspec

    found: dict[str, object] = msgspec.to_builtins(one)
    return found


def test_lag_versions_and_ending_keys_follow_from_what_nodes_say() -> None:
    """The highest peer counts; a key with less than thirty days is named."""
    key = {"member": "governor", "public_key": "0" * 64, "valid_until": "", "valid_until_ms": 0}
    keys = [key | {"valid_until_ms": 29 * DAY_MS}, key | {"valid_until_ms": 31 * DAY_MS}]
    peer = PeerState(ORGANIZATIONS[1].id, "", "", 14, "", "0.2.0", None)
    facts = describe(record(member_keys=keys), [peer], {}, 0)
    assert facts["lag"] == 4
    assert facts["versions"] == ["tallystick 0.1.0", "tallystick 0.2.0"]
    assert facts["keys_ending"] == ["governor: 29 d"]
    assert facts["may_fail"] == 1


def test_certificates_that_end_soon_are_named_as_keys_are() -> None:
    """By what they are called, and how many days are left; also one that has ended."""
    ends = [("CN=Old", -DAY_MS), ("CN=Soon", 5 * DAY_MS), ("CN=Later", 300 * DAY_MS)]
    assert ending(ends, 0) == ["CN=Old: -1 d", "CN=Soon: 5 d"]


def test_how_many_may_fail() -> None:
    """Fewer than a third: 3f + 1."""
    assert [tolerated_failures(count) for count in (0, 1, 3, 4, 6, 7, 10)] == [0, 0, 0, 1, 1, 2, 3]
    assert days_left(0, 1) == -1


def test_peers_that_do_not_answer_are_left_out(running: Running) -> None:
    """Neither a silent one nor one without an address holds the others up."""
    asked = [("a", ""), ("b", "http://localhost:9"), ("c", running.url), ("d", "nonsense")]
    found = ask_peers(asked)
    assert [one.organization for one in found] == ["c"]
    assert found[0].clock_ahead_s is not None
    assert abs(found[0].clock_ahead_s) < 60


def test_leaving_needs_a_person_or_an_option(tally: Tally, running: Running) -> None:
    """The consequences are said first; nothing is sent."""
    height = running.node.status().height
    outcome = tally("network", "leave", "--as", "demo-liu-yang")
    assert outcome.code == 2
    assert "leaves for good" in outcome.err
    assert "--yes" in outcome.err
    assert running.node.status().height == height


@pytest.mark.usefixtures("running")
def test_leaving_is_for_administrators(tally: Tally) -> None:
    """The ledger refuses others, and says which role."""
    outcome = tally("network", "leave", "--as", "demo-wang-fang", "--yes", "--json")
    assert outcome.code == 4
    assert outcome.json["error"]["code"] == "E_ROLE"
