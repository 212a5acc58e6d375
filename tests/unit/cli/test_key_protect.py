# SPDX-License-Identifier: Apache-2.0
"""`tally key protect`, `unprotect`, starting with sealed keys, and what a validator must not do."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tallystick.cli import background, serving
from tallystick.cli.founding import found_own
from tallystick.cli.runfile import RunRecord
from tallystick.client import KeyStore
from tallystick.crypto import Cost
from tallystick.node import NodeConfig, create_network, open_node
from tallystick.node.comet import engine_genesis, found_engine
from tallystick.node.engine_file import EngineFile, write_engine_file
from tallystick.storage import DataFolder
from tests.networks import Seat, consortium_genesis, free_port, running_network
from tests.unit.cli.conftest import Tally
from tests.unit.cli.test_key import asked

CODE = "91110108MADEM0038D"
SEAT = Seat(1)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seal with the least effort, and let nodes work in this process."""
    monkeypatch.setattr("tallystick.crypto.sealed_key.DEFAULT_COST", Cost(1, 8192))
    monkeypatch.setattr(serving, "NodeConfig", lambda **given: NodeConfig(workers=False, **given))


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    """Return a file with a passphrase."""
    path = tmp_path / "passphrase"
    path.write_text("correct horse\n", encoding="utf-8")
    return path


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """Return a file with another one."""
    path = tmp_path / "wrong"
    path.write_text("battery staple\n", encoding="utf-8")
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return the folder of a network of one organisation."""
    found_own(tmp_path / "own", network="mine", organization=CODE, name="Example")
    return tmp_path / "own"


@pytest.fixture
def validator(tmp_path: Path) -> Path:
    """Return the folder of a validator, which never ran."""
    path, genesis = tmp_path / "v", consortium_genesis([SEAT])
    create_network(path, genesis, SEAT.log_key)
    with DataFolder.open(path) as folder:
        start = engine_genesis(genesis, genesis.encode())
        found_engine(folder, start, node_key=SEAT.node_key, validator_key=SEAT.validator_key)
    write_engine_file(path, EngineFile(profile="machine", p2p_port=free_port()))
    return path


def test_the_nodes_keys_go_under_a_passphrase_and_out_again(
    tally: Tally, data: Path, passphrase: Path, wrong: Path
) -> None:
    """A wrong one has a code of its own and changes nothing."""
    open_before = (data / "keys" / "log.key").read_bytes()
    words = ("--data", data, "--passphrase-file", passphrase)
    done = tally("key", "protect", *words, "--json")
    assert done.code == 0, done.err
    assert [(row["name"], row["encrypted"]) for row in done.json] == [("log.key", True)]
    sealed = (data / "keys" / "log.key").read_bytes()
    for verb in ("protect", "unprotect"):
        refused = tally("key", verb, "--data", data, "--passphrase-file", wrong)
        assert refused.code == 1
        assert "E_PASSPHRASE" in refused.err
    assert (data / "keys" / "log.key").read_bytes() == sealed
    assert tally("key", "protect", *words).code == 0  # again: nothing to do
    assert tally("key", "unprotect", *words).code == 0
    assert (data / "keys" / "log.key").read_bytes() == open_before


@pytest.mark.usefixtures("terminal")
def test_a_new_passphrase_is_asked_for_twice(
    tally: Tally, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A typing mistake must not lock a node for ever; an old one is asked for once."""
    asked(monkeypatch, "one", "two")
    assert "differ" in tally("key", "protect", "--data", data).err
    asked(monkeypatch, "one", "one")
    assert tally("key", "protect", "--data", data).code == 0
    asked(monkeypatch, "one")
    assert tally("key", "unprotect", "--data", data).code == 0


def test_one_of_the_users_keys_is_meant_by_its_name(
    tally: Tally, data: Path, passphrase: Path
) -> None:
    """Then there is no data folder."""
    words = ("mine-administrator", "--passphrase-file", passphrase)
    assert tally("key", "protect", *words, "--json").json[0]["encrypted"] is True
    assert KeyStore().describe("mine-administrator").is_sealed
    assert tally("key", "unprotect", *words, "--json").json[0]["encrypted"] is False
    assert tally("key", "protect", *words, "--data", data).code == 2
    assert tally("key", "protect", "nobody", "--passphrase-file", passphrase).code == 1


def test_a_folder_without_a_network_has_no_keys_to_protect(tally: Tally, tmp_path: Path) -> None:
    """Nor does one whose node runs let anybody change them."""
    assert "E_DATA" in tally("key", "protect", "--data", tmp_path / "none").err


def test_keys_of_a_running_node_are_not_changed(tally: Tally, data: Path, passphrase: Path) -> None:
    """It is said who uses the folder."""
    with DataFolder.open(data):
        refused = tally("key", "protect", "--data", data, "--passphrase-file", passphrase)
    assert "in use" in refused.err
    assert refused.code == 1


def test_a_node_with_sealed_keys_starts_with_the_passphrase(
    tally: Tally,
    data: Path,
    passphrase: Path,
    wrong: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From a file or the environment, which programs started later do not inherit."""
    import os

    tally("key", "protect", "--data", data, "--passphrase-file", passphrase)
    seen: list[serving.Serving] = []

    def serve(given: serving.Serving, *_: Any, **__: Any) -> None:
        seen.append(given)
        assert "TALLY_PASSPHRASE" not in os.environ
        config = NodeConfig(data=given.folder, passphrase=given.passphrase, workers=False)
        open_node(config).stop()

    monkeypatch.setattr(serving, "serve_folder", serve)
    up = ("up", "--data", data, "--port", free_port())
    refused = tally(*up, "--no-input")
    assert refused.code == 2
    assert "--passphrase-file" in refused.err
    assert "E_PASSPHRASE" in tally(*up, "--passphrase-file", wrong).err
    assert tally(*up, "--passphrase-file", passphrase).code == 0
    monkeypatch.setenv("TALLY_PASSPHRASE", "correct horse")
    assert tally(*up).code == 0
    assert [one.passphrase for one in seen] == ["battery staple", "correct horse", "correct horse"]
    assert "horse" not in repr(seen)


def test_a_node_in_the_background_gets_its_passphrase_by_a_pipe(
    tally: Tally, data: Path, passphrase: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by an option nor by the environment, where others could see it."""
    tally("key", "protect", "--data", data, "--passphrase-file", passphrase)
    given: list[Any] = []

    def start(folder: Path, words: list[str], *, typed: str | None) -> RunRecord:
        given.append((folder, words, typed))
        return RunRecord(1, "http://localhost:1")

    monkeypatch.setattr(background, "start", start)
    port = free_port()
    words = ("--data", data, "--port", port, "--passphrase-file", passphrase)
    assert tally("up", "--detach", *words).code == 0
    ((_, told, typed),) = given
    assert told[-2:] == ["--passphrase-file", "-"]
    assert typed == "correct horse"
    assert str(passphrase) not in told


def test_the_doctor_looks_at_keys(tally: Tally, data: Path, passphrase: Path) -> None:
    """Open, sealed, half done, readable by others, missing."""

    def found() -> dict[str, Any]:
        checks = tally("doctor", "--data", data, "--json").json["checks"]
        return next(dict(one) for one in checks if one["name"] == "keys")

    key = data / "keys" / "log.key"
    clear = key.read_bytes()
    assert (found()["result"], found()["evidence"][:7]) == ("ok", "1, open")
    key.chmod(0o644)
    assert found()["result"] == "warning"
    assert f"chmod go-rwx {key}" in found()["advice"]
    key.chmod(0o600)
    tally("key", "protect", "--data", data, "--passphrase-file", passphrase)
    assert "under a passphrase" in found()["evidence"]
    (data / "keys" / "node.key").write_bytes(clear)
    (data / "keys" / "node.key").chmod(0o600)
    assert "1 of 2" in found()["evidence"]
    key.write_bytes(b"no key")
    assert found()["result"] == "failed"
    shutil.rmtree(data / "keys")
    assert "holds no key" in found()["evidence"]


@pytest.mark.engine
@pytest.mark.usefixtures("engine_program")
def test_a_validator_that_lost_what_it_signed_is_not_started(tally: Tally, validator: Path) -> None:
    """Through the command: what is lost, and what to do instead of bringing back an old copy."""
    state = validator / "engine" / "data" / "priv_validator_state.json"
    (state.parent / "blockstore.db").mkdir()
    state.unlink()
    refused = tally("up", "--data", validator, "--port", free_port())
    assert refused.code == 1
    assert "what this validator signed last is lost" in refused.err
    assert "make a new validator key" in refused.err
    assert not state.exists()


@pytest.mark.engine
@pytest.mark.usefixtures("engine_program")
def test_a_restored_validator_is_told_to_take_a_new_key(tally: Tally, tmp_path: Path) -> None:
    """Its backup has neither its key nor what it signed; it does not make a chain of its own."""
    with running_network(tmp_path / "network", 1) as network:
        place = network.places[0]
        target, restored = tmp_path / "b.tar", tmp_path / "restored"
        made = tally("backup", target, "--data", place.folder, "--include-keys")
        assert made.code == 0, made.err
    done = tally("restore", target, "--data", restored)
    assert done.code == 0, done.err
    assert "make a new validator key" in done.err
    assert sorted(path.name for path in (restored / "keys").iterdir()) == ["log.key", "node.key"]
    assert not (restored / "engine").exists()
    secret = place.seat.validator_key.seed
    content = target.read_bytes()
    assert secret not in content
    assert secret.hex().encode() not in content
    refused = tally("up", "--data", restored, "--port", free_port())
    assert "several organisations order this network" in refused.err
