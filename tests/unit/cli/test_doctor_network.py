# SPDX-License-Identifier: Apache-2.0
"""`tally doctor` on a node of a network: each ailment is made, found, and told with its repair."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tallystick.cli.answers import Line, Mark
from tallystick.cli.doctor import network as checks
from tallystick.cli.founding import found_demo
from tallystick.cli.network_view import PeerState
from tallystick.cli.stage import Stage, set_stage
from tallystick.client import KeyStore
from tallystick.encoding import Value
from tallystick.model import Call
from tallystick.node import (
    EngineFile,
    NodeConfig,
    PeerNode,
    join_network,
    read_engine_file,
    write_engine_file,
)
from tallystick.units import TimeMs
from tests.ceremony import founder, invite_of
from tests.serving import served_node, started_node
from tests.unit.cli.conftest import Tally
from tests.unit.cli.installing import EVIDENCE, installed_contracts


@pytest.fixture
def joined(tmp_path: Path) -> Path:
    """Return the data folder of a node that joined a network of two, and was never started."""
    one, other = founder(0, port=free_port()), founder(1, port=free_port())
    one.keep(tmp_path / "node")
    join_network(tmp_path / "node", invite_of(one, other))
    return tmp_path / "node"


def free_port() -> int:
    """Return a port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        found: int = server.getsockname()[1]
    return found


def settings_of(data: Path) -> EngineFile:
    """Return the engine's file, which is there."""
    settings = read_engine_file(data)
    assert settings is not None
    return settings


def looks(found: Line, mark: Mark, *says: str) -> None:
    """Check how a line ended and what it says; whatever is wrong has advice, in both languages."""
    assert found.mark is mark, found
    assert all(text in found.evidence for text in says), found
    if mark in {Mark.FAILED, Mark.WARNING}:
        assert found.advice, found


def test_a_node_alone_has_no_such_checks(tmp_path: Path) -> None:
    """Nothing to look at, nothing said."""
    assert checks.check_network(tmp_path, is_running=False) == []


def test_a_damaged_engine_file_is_told(joined: Path, tally: Tally) -> None:
    """The rest cannot be judged without it."""
    (joined / "engine.json").write_text("{", encoding="utf-8")
    outcome = tally("doctor", "--data", joined, "--json")
    assert outcome.code == 1
    assert any(
        one["name"] == "engine" and "engine.json" in one["evidence"]
        for one in outcome.json["checks"]
    )


def test_a_missing_engine_comes_with_the_command_that_installs_it(
    joined: Path, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In `doctor`, and in `up` before anything is started: exit code 7."""
    monkeypatch.setenv("PATH", str(joined))
    monkeypatch.delenv("TALLY_COMETBFT", raising=False)
    monkeypatch.delenv("GOBIN", raising=False)
    monkeypatch.delenv("GOPATH", raising=False)
    looks(checks.check_engine_program(), Mark.FAILED, "not installed")
    assert "go install" in checks.check_engine_program().advice
    outcome = tally("up", "--data", joined, "--port", free_port())
    assert outcome.code == 7
    assert "go install github.com/cometbft" in outcome.err


def test_an_engine_of_another_version_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what was found, and the command for the right one."""
    program = tmp_path / "cometbft"
    program.write_text(
        "#!/bin/sh\n"
        'echo \'{"cometbft":"1.0.1","abci":"2.1.0","block_protocol":12,"p2p_protocol":9}\'\n',
        encoding="ascii",
    )
    program.chmod(0o755)
    monkeypatch.setenv("TALLY_COMETBFT", str(program))
    looks(checks.check_engine_program(), Mark.FAILED, "wrong version", "block protocol 12")


def test_keys_that_are_lost_or_exposed_are_named(joined: Path) -> None:
    """Each with its repair."""
    looks(checks.check_keys(joined), Mark.OK)
    (joined / "keys" / "validator.key").chmod(0o644)
    exposed = checks.check_keys(joined)
    looks(exposed, Mark.FAILED, "validator.key")
    assert "chmod 600" in exposed.advice
    (joined / "keys" / "log.key").unlink()
    looks(checks.check_keys(joined), Mark.FAILED, "log.key")


def test_a_lost_signer_state_must_not_be_made_anew(joined: Path) -> None:
    """An empty one would let the validator sign twice."""
    settings = settings_of(joined)
    looks(checks.check_signer(joined, settings), Mark.OK, "0")
    (joined / "engine" / "data" / "priv_validator_state.json").unlink()
    lost = checks.check_signer(joined, settings)
    looks(lost, Mark.FAILED, "priv_validator_state.json")
    assert "Never" in lost.advice
    remote = msgspec.structs.replace(settings, signer_address="tcp://127.0.0.1:9")
    looks(checks.check_signer(joined, remote), Mark.OK, "remote")


def test_a_taken_engine_port_is_told(joined: Path) -> None:
    """Unless it is taken by this folder's own node."""
    settings = settings_of(joined)
    looks(checks.check_p2p_port(settings, is_running=False), Mark.OK)
    looks(checks.check_p2p_port(settings, is_running=True), Mark.OK)
    with socket.create_server(("127.0.0.1", settings.p2p_port)):
        looks(
            checks.check_p2p_port(settings, is_running=False), Mark.FAILED, str(settings.p2p_port)
        )


@pytest.mark.engine
@pytest.mark.usefixtures("engine_program")
def test_up_refuses_a_taken_engine_port(joined: Path, tally: Tally) -> None:
    """E_PORT, naming the setting, and no process is left."""
    with socket.create_server(("127.0.0.1", settings_of(joined).p2p_port)):
        outcome = tally("up", "--data", joined, "--port", free_port(), "--json")
    assert outcome.code == 1
    assert outcome.json["error"]["code"] == "E_PORT"
    assert outcome.json["error"]["field"] == "p2p_port"


def test_peers_out_of_reach_are_named() -> None:
    """One of four missing is what the network is made for; two are too many."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        there = PeerNode(
            node_id="a" * 40, address=f"127.0.0.1:{server.getsockname()[1]}", organization="A"
        )
        gone = PeerNode(node_id="b" * 40, address="127.0.0.1:9", organization="B")
        strange = PeerNode(node_id="c" * 40, address="127.0.0.1:none", organization="C")
        looks(checks.check_peers([there]), Mark.OK)
        looks(checks.check_peers([there, there, gone]), Mark.WARNING, "127.0.0.1:9 (B)")
        looks(checks.check_peers([there, gone, strange]), Mark.FAILED, "(B)", "(C)")
    looks(checks.check_peers([]), Mark.WARNING)


@pytest.mark.parametrize(
    ("ahead", "mark", "says"),
    [
        ((), Mark.SKIPPED, "no peer"),
        ((0.4, -0.7, None), Mark.OK, "2 peers"),
        ((14.0, 16.0, 15.0), Mark.WARNING, "15 s behind"),
        ((-90.0, -91.0), Mark.FAILED, "90 s ahead"),
        ((0.0, 500.0, 0.0), Mark.OK, "3 peers"),
    ],
)
def test_the_clock_is_compared_with_the_median_of_the_others(
    ahead: tuple[float | None, ...], mark: Mark, says: str
) -> None:
    """One peer with a wrong clock accuses nobody."""
    peers = [PeerState("A", "", "", 1, "", "", one) for one in ahead]
    looks(checks.check_peer_clocks(peers), mark, says)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Return the data folder of a stopped node with two blocks, which it ordered alone."""
    data = tmp_path / "ledger"
    with installed_contracts(EVIDENCE):
        found_demo(data)
    identity = KeyStore(data / "demo-keys").load("demo-liu-yang")
    with started_node(NodeConfig(data=data, workers=False)) as node:
        for number in (1, 2):
            args: dict[str, Value] = {
                "id": f"m{number}",
                "name": {"zh": "某", "en": "Somebody"},
                "roles": ["depositor"],
            }
            until = TimeMs(time.time_ns() // 1_000_000 + 60_000)
            call = Call(node.network, "membership", "add_member", args, number, until)
            node.submit([identity.sign(call)]).result(30)
    return data


def test_a_ledger_without_its_engine_is_told(ledger: Path) -> None:
    """The engine's home was wiped, or restored from an older copy: it will refuse to start."""
    settings = EngineFile()
    wiped = checks.check_heights(ledger, settings, "")
    looks(wiped, Mark.FAILED, "2 blocks")
    home = ledger / "engine" / "data"
    (home / "blockstore.db").mkdir(parents=True)
    state = home / "priv_validator_state.json"
    state.write_text('{"height":"2","round":0,"step":3}', encoding="ascii")
    looks(checks.check_heights(ledger, settings, ""), Mark.OK, "height 2")
    tail = "error during handshake: app block height (2) is higher than core (1)"
    looks(checks.check_heights(ledger, settings, tail), Mark.FAILED, "older than the ledger")
    tail = "app block height (2) is too far below block store base (50)"
    looks(checks.check_heights(ledger, settings, tail), Mark.FAILED, "pruned")
    state.write_text('{"height":"9","round":0,"step":3}', encoding="ascii")
    looks(checks.check_heights(ledger, settings, ""), Mark.WARNING, "height 9")


@pytest.fixture
def served(ledger: Path) -> Iterator[PeerState]:
    """Serve the same blocks from another folder, as another organisation's node would."""
    other = ledger.with_name("other")
    shutil.copytree(ledger, other)
    with served_node(NodeConfig(data=other, workers=False)) as served:
        app_hash = served.node.status().app_hash.hex()
        yield PeerState("B", served.url, served.node.network, 2, app_hash, "", None)


def test_results_are_compared_at_a_common_height(ledger: Path, served: PeerState) -> None:
    """The same blocks, the same app hash; also when the other is behind."""
    looks(checks.check_app_hash(ledger, [served], ""), Mark.OK, "height 2")
    behind = PeerState("B", served.api, "", 1, "", "", None)
    looks(checks.check_app_hash(ledger, [behind], ""), Mark.OK, "height 1")
    looks(checks.check_app_hash(ledger, [], ""), Mark.SKIPPED)


def test_another_result_is_an_alarm(
    ledger: Path, served: PeerState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node whose disk or code lied must be stopped, and its folder kept."""
    monkeypatch.setattr(checks, "_own_head", lambda _: (2, "0" * 64))
    looks(checks.check_app_hash(ledger, [served], ""), Mark.FAILED, "1 of 1")
    monkeypatch.undo()
    tail = "wrong Block.Header.AppHash.  Expected 00, got 11"
    looks(checks.check_app_hash(ledger, [], tail), Mark.FAILED, "engine stopped")


def test_the_engines_own_words_are_found_in_its_log(ledger: Path) -> None:
    """The last lines are read, however long the log is; a running node's are not accused."""
    write_engine_file(ledger, EngineFile(p2p_port=free_port()))
    (ledger / "engine.log").write_bytes(b"x" * 200_000 + b"\nwrong Block.Header.AppHash\n")
    stopped = checks.check_network(ledger, is_running=False)
    assert [one.mark for one in stopped if one.code == "same_result"] == [Mark.FAILED]
    running = checks.check_network(ledger, is_running=True)
    assert [one.mark for one in running if one.code == "same_result"] == [Mark.SKIPPED]


def test_doctor_tells_it_all_in_both_languages(joined: Path, tally: Tally) -> None:
    """As one report, with exit code 1 for what failed."""
    (joined / "keys" / "node.key").chmod(0o640)
    outcome = tally("doctor", "--data", joined, "--port", free_port(), "--json")
    assert outcome.code == 1
    found = {one["name"]: one for one in outcome.json["checks"]}
    assert {"engine", "keys", "signer", "p2p_port", "peers", "peer_clock"} <= set(found)
    assert found["keys"]["result"] == "failed"
    assert found["peers"]["result"] == "failed"
    assert found["signer"]["result"] == "ok"
    set_stage(Stage(language="zh"))
    chinese = tally("doctor", "--data", joined, "--port", free_port(), "--lang", "zh")
    assert "其他用户可读取" in chinese.out
