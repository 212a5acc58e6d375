# SPDX-License-Identifier: Apache-2.0
"""The node's keys in its folder: private, open or sealed, and never lost on the way."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.consensus.cometbft import EngineHome
from tallystick.crypto import Cost, SecretKey
from tallystick.errors import DataFolderProblem, StorageFailed, UsageError, WrongPassphrase
from tallystick.node import NodeConfig, create_network, open_node
from tallystick.node import node_keys as keys
from tallystick.node.comet import engine_genesis, found_engine
from tallystick.node.engine_file import EngineFile, write_engine_file
from tallystick.node.key_loan import open_loan
from tallystick.node.sockets import memory_folder
from tallystick.storage import DataFolder
from tests.networks import Seat, consortium_genesis

SEAT = Seat(1)
GENESIS = consortium_genesis([SEAT])
SECRETS = {
    "log.key": SEAT.log_key,
    "node.key": SEAT.node_key,
    "validator.key": SEAT.validator_key,
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seal with the least effort."""
    monkeypatch.setattr("tallystick.crypto.sealed_key.DEFAULT_COST", Cost(1, 8192))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return the folder of a node with an engine, which never ran."""
    path = tmp_path / "data"
    create_network(path, GENESIS, SEAT.log_key)
    with DataFolder.open(path) as folder:
        genesis = engine_genesis(GENESIS, GENESIS.encode())
        found_engine(folder, genesis, node_key=SEAT.node_key, validator_key=SEAT.validator_key)
    write_engine_file(path, EngineFile(profile="machine"))
    return path


@pytest.fixture
def folder(data: Path) -> Iterator[DataFolder]:
    """Open it."""
    with DataFolder.open(data) as opened:
        yield opened


def contents(data: Path) -> dict[str, bytes]:
    """Return the bytes of everything that may hold a key."""
    return {
        str(path.relative_to(data)): path.read_bytes()
        for place in (data / "keys", data / "engine" / "config")
        for path in place.iterdir()
    }


def holds(data: Path, secret: SecretKey) -> bool:
    """Say whether any byte of a data folder's files tells a secret, as the formats spell it."""
    import base64

    spellings = {
        secret.seed,
        secret.seed.hex().encode(),
        base64.b64encode(secret.seed + secret.public_key),
    }
    files = (path for path in data.rglob("*") if path.is_file())
    return any(one in path.read_bytes() for path in files for one in spellings)


def test_protected_keys_are_nowhere_in_the_folder(folder: DataFolder) -> None:
    """Neither in their files nor in the engine's home; all open with the passphrase."""
    assert all(holds(folder.path, secret) for secret in SECRETS.values())
    found = keys.protect_keys(folder, "p")
    assert [(one.name, one.is_sealed) for one in found] == [(name, True) for name in SECRETS]
    assert keys.are_sealed(folder.path)
    for name, secret in SECRETS.items():
        assert not holds(folder.path, secret)
        assert keys.open_node_key(folder, name, "p").seed == secret.seed
        assert (folder.keys / name).stat().st_mode & 0o777 == 0o600


def test_unprotected_keys_are_as_they_were(folder: DataFolder) -> None:
    """Byte for byte, the engine's copies too."""
    before = contents(folder.path)
    keys.protect_keys(folder, "p")
    found = keys.unprotect_keys(folder, "p")
    assert not any(one.is_sealed for one in found)
    assert contents(folder.path) == before
    config = folder.path / "engine" / "config"
    assert all(path.stat().st_mode & 0o077 == 0 for path in config.iterdir())


def test_a_wrong_passphrase_changes_nothing(folder: DataFolder) -> None:
    """Neither to take it off, nor to put another over it; an empty one protects nothing."""
    before = contents(folder.path)
    with pytest.raises(UsageError, match="empty"):
        keys.protect_keys(folder, "")
    assert contents(folder.path) == before
    keys.protect_keys(folder, "p")
    before = contents(folder.path)
    for change in (keys.protect_keys, keys.unprotect_keys):
        with pytest.raises(WrongPassphrase):
            change(folder, "q")
        assert contents(folder.path) == before


@pytest.mark.parametrize("verb", ["protect", "unprotect"])
def test_an_interruption_anywhere_loses_no_key(
    data: Path, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever file is not written any more; doing it again completes it."""
    change = keys.protect_keys if verb == "protect" else keys.unprotect_keys
    replace = Path.replace
    for step in range(10):
        with DataFolder.open(data) as folder:
            (keys.unprotect_keys if verb == "protect" else keys.protect_keys)(folder, "p")
            left = step

            def fail(path: Path, target: Path) -> Path:
                nonlocal left
                left -= 1
                if left < 0:
                    raise OSError(errno.EIO, os.strerror(errno.EIO))
                return replace(path, target)

            monkeypatch.setattr(Path, "replace", fail)
            try:
                change(folder, "p")
                is_complete = True
            except StorageFailed:
                is_complete = False
            monkeypatch.setattr(Path, "replace", replace)
            for name, secret in SECRETS.items():
                assert keys.open_node_key(folder, name, "p").seed == secret.seed
            found = change(folder, "p")
            assert {one.is_sealed for one in found} == {verb == "protect"}
            if is_complete:
                assert step >= 3
                return
    pytest.fail("it never came to an end")


def test_the_engines_only_copy_of_a_key_is_never_deleted(folder: DataFolder) -> None:
    """A key that was changed in its home alone, or is only there, stops the whole."""
    other = SecretKey(bytes([9]) * 32)
    home = EngineHome(folder.path / "engine")
    home.write_keys(SEAT.node_key, other)
    before = contents(folder.path)
    with pytest.raises(DataFolderProblem, match=r"not the one in validator\.key"):
        keys.protect_keys(folder, "p")
    (folder.keys / "node.key").unlink()
    del before["keys/node.key"]
    with pytest.raises(DataFolderProblem, match=r"not the one in node\.key") as caught:
        keys.protect_keys(folder, "p")
    assert caught.value.found == "none"
    assert contents(folder.path) == before


def test_a_folder_without_an_engine_has_one_key(tmp_path: Path) -> None:
    """`solo`: only the key that signs checkpoints."""
    create_network(tmp_path / "solo", GENESIS, SEAT.log_key)
    with DataFolder.open(tmp_path / "solo") as folder:
        (found,) = keys.protect_keys(folder, "p")
        assert (found.name, found.purpose, found.public_key) == (
            "log.key",
            "log",
            SEAT.log_key.public_key,
        )
        assert not keys.unprotect_keys(folder, "p")[0].is_sealed
        (folder.keys / "log.key").unlink()
        with pytest.raises(DataFolderProblem, match="holds no key"):
            keys.protect_keys(folder, "p")


@pytest.mark.parametrize("text", [b"zz", b"", b"{", b'{"format": "other"}', b"\xff"])
def test_a_damaged_key_is_named(folder: DataFolder, text: bytes) -> None:
    """Whatever it is that is not a key."""
    folder.write_key("node.key", text)
    with pytest.raises(DataFolderProblem, match=r"node\.key"):
        keys.stored_keys(folder.path)
    with pytest.raises(DataFolderProblem, match=r"node\.key"):
        keys.open_node_key(folder, "node.key", "p")


def test_a_key_that_cannot_be_read_is_named(folder: DataFolder) -> None:
    """Here because it is a folder."""
    (folder.keys / "node.key").unlink()
    (folder.keys / "node.key").mkdir()
    with pytest.raises(DataFolderProblem, match=r"node\.key cannot be read"):
        keys.stored_keys(folder.path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610])
@pytest.mark.parametrize(
    "name",
    [
        "keys/log.key",
        "keys/validator.key",
        "engine/config/node_key.json",
        "engine/config/priv_validator_key.json",
    ],
)
@pytest.mark.usefixtures("engine_program")
@pytest.mark.engine
def test_a_node_refuses_to_start_with_a_key_that_others_may_use(
    data: Path, name: str, mode: int
) -> None:
    """And says the command that closes it (chmod)."""
    (data / name).chmod(mode)
    with pytest.raises(DataFolderProblem, match="other users may read or change") as caught:
        open_node(NodeConfig(data=data, workers=False))
    assert f"chmod 600 {data / name}" in str(caught.value.hint)


@pytest.mark.usefixtures("engine_program")
@pytest.mark.engine
def test_a_node_with_sealed_keys_needs_the_passphrase(data: Path) -> None:
    """Without it nothing starts, and nothing is left in memory."""
    with DataFolder.open(data) as folder:
        keys.protect_keys(folder, "p")
    with pytest.raises(UsageError, match="needs its passphrase"):
        open_node(NodeConfig(data=data, workers=False))
    with pytest.raises(WrongPassphrase):
        open_node(NodeConfig(data=data, workers=False, passphrase="q"))
    assert "'p'" not in repr(NodeConfig(data=data, passphrase="p"))
    open_node(NodeConfig(data=data, workers=False, passphrase="p")).stop()
    assert list(memory_folder(data).iterdir()) == []


@pytest.mark.usefixtures("engine_program")
@pytest.mark.engine
@pytest.mark.parametrize("lost", ["node_key.json", "priv_validator_key.json"])
def test_an_engine_whose_key_is_missing_is_not_started(data: Path, lost: str) -> None:
    """It would make itself another key, and forget what the old one signed."""
    (data / "engine" / "config" / lost).unlink()
    with pytest.raises(DataFolderProblem, match="the engine's key is missing"):
        open_node(NodeConfig(data=data, workers=False))


@pytest.mark.usefixtures("engine_program")
@pytest.mark.engine
def test_a_node_of_a_founded_consortium_does_not_order_alone(data: Path) -> None:
    """As its restored folder would, which has no engine."""
    (data / "engine.json").unlink()
    with pytest.raises(DataFolderProblem, match="several organisations order this network"):
        open_node(NodeConfig(data=data, workers=False))


def test_the_engine_gets_sealed_keys_in_memory_and_gives_them_back(folder: DataFolder) -> None:
    """Nothing of them is in the data folder meanwhile; what a crash left there goes."""
    assert open_loan(folder, None) is None
    keys.protect_keys(folder, "p")
    home = EngineHome(folder.path / "engine")
    home.write_keys(SEAT.node_key, SEAT.validator_key)  # as an interrupted `unprotect` does
    loan = open_loan(folder, "p")
    assert loan is not None
    assert home.public_keys() == (None, None)
    loan.give()
    names = {"node_key.json", "priv_validator_key.json"}
    assert {path.name for path in loan.place.iterdir()} == names
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in loan.place.iterdir())
    assert loan.place.stat().st_mode & 0o777 == 0o700
    assert not holds(folder.path, SEAT.validator_key)
    again = open_loan(folder, "p")  # after a crash
    assert again is not None
    assert list(again.place.iterdir()) == []
    again.give()
    again.take_back()
    assert list(again.place.iterdir()) == []
    again.close()
    again.close()
    assert not again.place.exists()


def test_sealed_keys_are_never_written_to_a_disk(tmp_path: Path) -> None:
    """Where there is no memory file system, the node says what else there is."""
    with pytest.raises(DataFolderProblem, match="no folder in memory"):
        memory_folder(tmp_path, places=[tmp_path, tmp_path / "missing"])


def test_an_engines_home_is_not_founded_over_sealed_keys(folder: DataFolder) -> None:
    """It would write them open again."""
    keys.protect_keys(folder, "p")
    with pytest.raises(DataFolderProblem, match="sealed"):
        found_engine(
            folder,
            engine_genesis(GENESIS, GENESIS.encode()),
            node_key=SEAT.node_key,
            validator_key=SEAT.validator_key,
        )
