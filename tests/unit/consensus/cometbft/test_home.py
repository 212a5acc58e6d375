# SPDX-License-Identifier: Apache-2.0
"""The engine's home: written once where that matters, closed to strangers, refused when unsafe."""

from __future__ import annotations

import base64
import json
import stat
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tallystick.consensus.cometbft import (
    MACHINE,
    WAN,
    EngineConfig,
    EngineGenesis,
    EngineHome,
    EngineValidator,
    Peer,
    Profile,
    StateSync,
    address,
    node_id,
)
from tallystick.consensus.cometbft.configuration import config_toml
from tallystick.consensus.cometbft.genesis_file import genesis_json
from tallystick.crypto import SecretKey
from tallystick.errors import DataFolderProblem, LimitExceeded, StorageFailed, UsageError

NODE_KEY = SecretKey(bytes([2]) * 32)
VALIDATOR_KEY = SecretKey(bytes([1]) * 32)
GENESIS = EngineGenesis(
    chain_id="tallystick-0123456789abcdef0123456789abcdef",
    time_ms=1_764_100_000_007,
    validators=(EngineValidator(VALIDATOR_KEY.public_key, 10, "alpha"),),
    app_hash=b"\xab\xcd",
)
SETTINGS = EngineConfig(
    moniker="alpha",
    profile=MACHINE,
    abci_socket=Path("/run/tally/abci.sock"),
    rpc_address="unix:///run/tally/rpc.sock",
)


def settings(**changes: Any) -> EngineConfig:
    """Return good settings with something changed."""
    return msgspec.structs.replace(SETTINGS, **changes)


def genesis(**changes: Any) -> EngineGenesis:
    """Return a good genesis with something changed."""
    return msgspec.structs.replace(GENESIS, **changes)


def written(chosen: EngineConfig) -> dict[str, Any]:
    """Return config.toml as the engine reads it."""
    return tomllib.loads(config_toml(chosen))


def test_keys_have_the_names_that_the_engine_gives_them() -> None:
    """A key and its address as `cometbft init` of v0.40.0 wrote them; ids are made alike."""
    public = base64.b64decode("gQXPmoyaq6Xk0rb/Jpkj36CseJXnsdEha/CcXf2DbXo=")
    assert address(public).hex().upper() == "8CB28760A552D3079E29C8D74958621EEDAE9B51"
    assert node_id(public) == "8cb28760a552d3079e29c8d74958621eedae9b51"


def test_a_home_is_founded_and_read_back(tmp_path: Path) -> None:
    """All files are for this user only."""
    home = EngineHome(tmp_path / "engine")
    assert not EngineHome(home.folder).is_founded
    home.found(GENESIS, NODE_KEY, VALIDATOR_KEY)
    home.configure(SETTINGS)
    assert home.is_founded
    assert home.node_id() == node_id(NODE_KEY.public_key)
    assert home.validator_public_key() == VALIDATOR_KEY.public_key
    files = [path for path in home.folder.rglob("*") if path.is_file()]
    assert sorted(path.name for path in files) == [
        "config.toml",
        "genesis.json",
        "node_key.json",
        "priv_validator_key.json",
        "priv_validator_state.json",
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    folders = [home.folder, home.folder / "config", home.folder / "data"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


def test_founding_again_changes_nothing(tmp_path: Path) -> None:
    """A start is not a new beginning: what was signed last stays."""
    home = EngineHome(tmp_path)
    home.found(GENESIS, NODE_KEY, VALIDATOR_KEY)
    state = tmp_path / "data" / "priv_validator_state.json"
    state.write_text('{"height":"7","round":0,"step":3}')
    home.found(GENESIS, NODE_KEY, VALIDATOR_KEY)
    assert json.loads(state.read_text())["height"] == "7"


OTHER = SecretKey(bytes([3]) * 32)


@pytest.mark.parametrize(
    ("what", "arguments"),
    [
        ("genesis document", (genesis(initial_height=2), NODE_KEY, VALIDATOR_KEY)),
        ("node key", (GENESIS, OTHER, VALIDATOR_KEY)),
        ("validator key", (GENESIS, NODE_KEY, OTHER)),
    ],
)
def test_what_was_founded_is_not_overwritten(
    tmp_path: Path,
    what: str,
    arguments: tuple[EngineGenesis, SecretKey, SecretKey],
) -> None:
    """Another key with the same signer state, or another chain with the same data, is a mistake."""
    home = EngineHome(tmp_path)
    home.found(GENESIS, NODE_KEY, VALIDATOR_KEY)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.json")}
    with pytest.raises(DataFolderProblem, match=what):
        home.found(*arguments)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.json")} == before


def test_a_lost_signer_state_is_not_made_up(tmp_path: Path) -> None:
    """A validator that forgot what it signed may sign the opposite."""
    home = EngineHome(tmp_path)
    home.found(GENESIS, NODE_KEY, VALIDATOR_KEY)
    (tmp_path / "data" / "priv_validator_state.json").unlink()
    home.found(GENESIS, NODE_KEY, VALIDATOR_KEY)  # nothing was signed yet: no blocks
    (tmp_path / "data" / "priv_validator_state.json").unlink()
    (tmp_path / "data" / "blockstore.db").mkdir()
    with pytest.raises(DataFolderProblem, match="lost"):
        home.found(GENESIS, NODE_KEY, VALIDATOR_KEY)
    assert not home.is_founded


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"priv_key":{"type":"tendermint/PrivKeySecp256k1","value":"AA=="}}',
        '{"priv_key":{"type":"tendermint/PrivKeyEd25519","value":"!"}}',
        '{"priv_key":{"type":"tendermint/PrivKeyEd25519","value":"AAAA"}}',
        json.dumps({"priv_key": {"type": "tendermint/PrivKeyEd25519", "value": "A" * 85 + "A=="}}),
    ],
)
def test_a_damaged_key_file_is_named(tmp_path: Path, text: str) -> None:
    """Also one whose halves do not belong together."""
    home = EngineHome(tmp_path)
    home.found(GENESIS, NODE_KEY, VALIDATOR_KEY)
    (tmp_path / "config" / "node_key.json").write_text(text)
    with pytest.raises(DataFolderProblem, match=r"node_key\.json"):
        home.node_id()


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    """A home that was never founded has no identity."""
    with pytest.raises(DataFolderProblem, match="missing"):
        EngineHome(tmp_path).node_id()


def test_a_folder_that_cannot_be_written_is_a_failure_of_storage(tmp_path: Path) -> None:
    """Typed, with the place."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailed, match="file"):
        EngineHome(tmp_path / "file").found(GENESIS, NODE_KEY, VALIDATOR_KEY)
    (tmp_path / "config" / "config.toml.partial").mkdir(parents=True)
    with pytest.raises(StorageFailed, match=r"config\.toml"):
        EngineHome(tmp_path).configure(SETTINGS)


def test_the_genesis_document_says_what_the_chain_begins_with() -> None:
    """Numbers of 64 bits are strings; vote extensions are off; only Ed25519 validators."""
    document = json.loads(genesis_json(GENESIS))
    assert document["genesis_time"] == "2025-11-25T19:46:40.007Z"
    assert document["chain_id"] == GENESIS.chain_id
    assert document["initial_height"] == "1"
    assert document["app_hash"] == "ABCD"
    assert document["validators"] == [
        {
            "address": address(VALIDATOR_KEY.public_key).hex().upper(),
            "pub_key": {
                "type": "tendermint/PubKeyEd25519",
                "value": "iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=",
            },
            "power": "10",
            "name": "alpha",
        },
    ]
    parameters = document["consensus_params"]
    assert parameters["block"] == {"max_bytes": "4194304", "max_gas": "-1"}
    assert parameters["validator"] == {"pub_key_types": ["ed25519"]}
    assert parameters["abci"] == {"vote_extensions_enable_height": "0"}


ALPHA = GENESIS.validators[0]


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"chain_id": "x" * 51}, LimitExceeded, "chain_id"),
        ({"chain_id": ""}, LimitExceeded, "chain_id"),
        ({"initial_height": 0}, UsageError, "initial_height"),
        ({"validators": ()}, UsageError, "validators"),
        ({"validators": (ALPHA, ALPHA)}, UsageError, "validators"),
        ({"validators": (EngineValidator(b"k" * 32, 0),)}, UsageError, "validators"),
    ],
)
def test_a_genesis_that_decides_nothing_is_refused(
    changes: dict[str, Any],
    error: type[LimitExceeded | UsageError],
    field: str,
) -> None:
    """The engine would refuse it later, or halt."""
    with pytest.raises(error) as caught:
        genesis_json(genesis(**changes))
    assert caught.value.field == field


def test_only_known_nodes_get_in() -> None:
    """No exchange of addresses, no place for strangers; the application is asked as well."""
    friend = Peer("aa" * 20, "10.0.0.2", 26_656)
    sixth = Peer("bb" * 20, "fd00::2", 26_656)
    p2p = written(settings(peers=(sixth, friend), allowed_node_ids=("cc" * 20,)))["p2p"]
    assert p2p["pex"] is False
    assert p2p["max_num_inbound_peers"] == 0
    assert p2p["persistent_peers"] == f"{'bb' * 20}@[fd00::2]:26656,{'aa' * 20}@10.0.0.2:26656"
    assert p2p["unconditional_peer_ids"] == f"{'aa' * 20},{'bb' * 20},{'cc' * 20}"
    assert p2p["seeds"] == ""
    assert written(SETTINGS)["filter_peers"] is True


def test_what_has_no_password_stays_on_this_machine() -> None:
    """The engine's interface, its measurements, and nothing for profiling or gRPC."""
    document = written(settings(prometheus_port=26_660))
    assert document["proxy_app"] == "unix:///run/tally/abci.sock"
    assert document["rpc"]["laddr"] == "unix:///run/tally/rpc.sock"
    assert document["rpc"]["unsafe"] is False
    assert (document["rpc"]["pprof_laddr"], document["rpc"]["grpc_laddr"]) == ("", "")
    assert document["instrumentation"]["prometheus_listen_addr"] == "127.0.0.1:26660"
    assert written(SETTINGS)["instrumentation"]["prometheus"] is False
    assert written(settings(rpc_address="tcp://127.0.0.1:26657"))["rpc"]["laddr"]
    assert written(settings(rpc_address="tcp://[::1]:26657", p2p_host="::"))["p2p"]["laddr"] == (
        "tcp://[::]:26656"
    )


@pytest.mark.parametrize("profile", [MACHINE, WAN])
def test_a_profile_decides_the_times(profile: Profile) -> None:
    """And what must be equal everywhere does not depend on it."""
    document = written(settings(profile=profile))
    consensus = document["consensus"]
    assert consensus["timeout_commit"] == f"{profile.commit_timeout_ms}ms"
    assert consensus["create_empty_blocks"] is (profile.empty_blocks_interval_ms is not None)
    assert consensus["skip_timeout_commit"] is True
    assert document["mempool"]["type"] == "flood"
    assert document["mempool"]["recheck"] is True
    assert document["tx_index"]["indexer"] == "null"
    assert document["blocksync"]["adaptive_sync"] is False


def test_text_from_people_cannot_change_the_file() -> None:
    """A moniker is quoted, whatever is in it."""
    hostile = 'a"\n[rpc]\nunsafe = true\n#'
    document = written(settings(moniker=hostile))
    assert document["moniker"] == hostile
    assert document["rpc"]["unsafe"] is False


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"peers": (Peer("aa" * 19, "10.0.0.2", 1),)}, "node_id"),
        ({"peers": (Peer("AA" * 20, "10.0.0.2", 1),)}, "node_id"),
        ({"peers": (Peer("aa" * 20, "a,b@c", 1),)}, "peers"),
        ({"peers": (Peer("aa" * 20, "host", 0),)}, "peers"),
        ({"allowed_node_ids": ("x",)}, "node_id"),
        ({"p2p_host": "0.0.0.0:1"}, "p2p_host"),
        ({"p2p_port": 70_000}, "p2p_port"),
        ({"rpc_address": "tcp://0.0.0.0:26657"}, "rpc_address"),
        ({"rpc_address": "tcp://127.0.0.1.example:26657"}, "rpc_address"),
        ({"rpc_address": "unix://relative"}, "rpc_address"),
    ],
)
def test_a_setting_that_the_engine_would_misread_is_refused(
    tmp_path: Path,
    changes: dict[str, Any],
    field: str,
) -> None:
    """And the configuration on disk stays as it was."""
    home = EngineHome(tmp_path)
    home.configure(SETTINGS)
    before = (tmp_path / "config" / "config.toml").read_bytes()
    with pytest.raises(UsageError) as caught:
        home.configure(settings(**changes))
    assert caught.value.field == field
    assert (tmp_path / "config" / "config.toml").read_bytes() == before


def test_keys_of_the_home_are_brought_and_taken_away(tmp_path: Path) -> None:
    """In the home, or where they are lent; deleting twice is nothing."""
    home = EngineHome(tmp_path / "home")
    home.found(GENESIS, NODE_KEY, VALIDATOR_KEY)
    assert home.public_keys() == (NODE_KEY.public_key, VALIDATOR_KEY.public_key)
    home.check_startable(keys_come=False)
    place = tmp_path / "place"
    place.mkdir()
    home.write_keys(NODE_KEY, VALIDATOR_KEY, place=place)
    (place / "node_key.json.partial").touch()
    for _ in range(2):
        home.drop_keys(place=place)
        assert list(place.iterdir()) == []
    home.drop_keys()
    assert home.public_keys() == (None, None)
    home.check_startable(keys_come=True)
    with pytest.raises(DataFolderProblem, match="the engine's key is missing"):
        home.check_startable(keys_come=False)
    home.drop_keys(place=tmp_path / "nowhere")


def test_keys_that_cannot_be_deleted_are_said(tmp_path: Path) -> None:
    """Here a folder has the name."""
    (tmp_path / "node_key.json").mkdir()
    with pytest.raises(StorageFailed, match="cannot delete keys"):
        EngineHome(tmp_path / "home").drop_keys(place=tmp_path)


def test_a_home_that_lost_what_it_signed_is_not_started(tmp_path: Path) -> None:
    """Whether it keeps its keys or gets them."""
    home = EngineHome(tmp_path)
    home.check_startable(keys_come=False)  # nothing there to start
    home.found(GENESIS, NODE_KEY, VALIDATOR_KEY)
    (tmp_path / "data" / "blockstore.db").mkdir()
    (tmp_path / "data" / "priv_validator_state.json").unlink()
    for keys_come in (True, False):
        with pytest.raises(DataFolderProblem, match="what this validator signed last is lost"):
            home.check_startable(keys_come=keys_come)


def test_a_joining_node_begins_from_a_header_that_its_operator_believes() -> None:
    """Height and hash go to the engine, which takes headers from two nodes at least."""
    hash_ = "AB" * 32
    start = StateSync(height=7, header_hash=hash_, servers=("http://a:1", "http://b:1"))
    document = written(settings(state_sync=start))["statesync"]
    assert document["enable"] is True
    assert (document["trust_height"], document["trust_hash"]) == (7, hash_)
    assert document["rpc_servers"] == "http://a:1,http://b:1"
    for change in ({"height": 0}, {"header_hash": "AB"}, {"servers": ("http://a:1",)}):
        with pytest.raises(UsageError):
            config_toml(settings(state_sync=msgspec.structs.replace(start, **change)))
