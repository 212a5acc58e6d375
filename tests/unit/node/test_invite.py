# SPDX-License-Identifier: Apache-2.0
"""Joining by an invite: what is checked, what is written, what an interruption leaves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.errors import DataFolderProblem, Malformed, StorageFailed, TallystickError
from tallystick.node import (
    Invite,
    StateSyncStart,
    engine_home_state,
    is_joined,
    join_network,
    node_id_of,
    own_entry,
    parse_invite,
    read_engine_chain,
    read_engine_file,
)
from tallystick.node import comet as comet_module
from tests.ceremony import CREATED, founder, invite_of

FOUNDERS = [founder(number) for number in range(4)]
INVITE = invite_of(*FOUNDERS)
TEXT = json.loads(INVITE.to_json())


def altered(**fields: Any) -> bytes:
    """Return the invite's text with other fields."""
    return json.dumps({**TEXT, **fields}).encode()


def test_an_invite_survives_its_file() -> None:
    """What is written is what is read."""
    assert parse_invite(INVITE.to_json()) == INVITE


@given(st.binary(max_size=200))
def test_other_bytes_are_no_invite(text: bytes) -> None:
    """Whatever a file holds, the answer is a typed error."""
    with pytest.raises(Malformed):
        parse_invite(text)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"network": "four." + "0" * 32}, "invite.network"),
        ({"engine": {**TEXT["engine"], "time_ms": CREATED + 1}}, "invite.engine"),
        ({"engine": {**TEXT["engine"], "validators": []}}, "invite.engine"),
        ({"engine": {**TEXT["engine"], "initial_height": 0}}, "invite.engine"),
        ({"peers": [{"node_id": "f" * 40, "address": "nowhere"}]}, "invite.peers"),
        ({"peers": [{"node_id": "xyz", "address": "a:1"}]}, "node_id"),
        (
            {"peers": [{"node_id": "f" * 40, "address": "a:1", "api": "file:///etc"}]},
            "invite.peers",
        ),
        (
            {"state_sync": {"height": 5, "header_hash": "a" * 64, "servers": ["http://a"]}},
            "invite.state_sync",
        ),
        ({"validators": ["not base64!"]}, "invite.validators"),
    ],
)
def test_an_invite_that_contradicts_itself_is_refused(fields: dict[str, Any], field: str) -> None:
    """With the field that is wrong."""
    with pytest.raises(TallystickError) as caught:
        parse_invite(altered(**fields))
    assert caught.value.field == field


def test_a_chain_that_began_later_names_its_own_validators() -> None:
    """The genesis document of a network begun by one node has none."""
    engine = {**TEXT["engine"], "initial_height": 8, "time_ms": CREATED + 5}
    assert parse_invite(altered(engine=engine)).engine.initial_height == 8


def test_a_founder_joins_with_its_own_keys(tmp_path: Path) -> None:
    """The folder becomes a data folder; the engine's file names the three others."""
    FOUNDERS[0].keep(tmp_path / "node")
    settings = join_network(tmp_path / "node", INVITE)
    assert is_joined(tmp_path / "node")
    assert read_engine_file(tmp_path / "node") == settings
    assert len(settings.peers) == 3
    assert node_id_of(FOUNDERS[0].keys.node.public_key) not in {
        one.node_id for one in settings.peers
    }
    assert settings.profile == "machine"
    assert settings.p2p_host == "127.0.0.1"
    state = engine_home_state(tmp_path / "node")
    assert (state.has_blocks, state.signed_height) == (False, 0)
    chain = read_engine_chain(tmp_path / "node")
    assert (chain.initial_height, chain.time_ms, len(chain.validators)) == (1, CREATED, 4)


def test_nobody_joins_twice(tmp_path: Path) -> None:
    """A data folder is of one network for ever."""
    FOUNDERS[0].keep(tmp_path / "node")
    join_network(tmp_path / "node", INVITE)
    with pytest.raises(DataFolderProblem, match="belongs to a network already"):
        join_network(tmp_path / "node", INVITE)


def test_a_document_with_another_key_of_ours_is_refused_and_changes_nothing(
    tmp_path: Path,
) -> None:
    """Somebody put an entry of their own making in the place of ours."""
    FOUNDERS[0].keep(tmp_path / "node")
    before = sorted(one.name for one in (tmp_path / "node").iterdir())
    forged = invite_of(founder(0), *FOUNDERS[1:])
    with pytest.raises(Malformed, match="than its entry"):
        join_network(tmp_path / "node", forged)
    assert sorted(one.name for one in (tmp_path / "node").iterdir()) == before


def test_a_folder_without_an_entry_cannot_join(tmp_path: Path) -> None:
    """The hint says how keys are made."""
    with pytest.raises(DataFolderProblem) as caught:
        join_network(tmp_path, INVITE)
    assert "tally network entry" in str(caught.value.hint)


def test_an_entry_beside_other_keys_is_refused(tmp_path: Path) -> None:
    """Keys and entry were mixed up between folders."""
    FOUNDERS[0].keep(tmp_path / "node")
    (tmp_path / "node" / "entry.json").write_bytes(FOUNDERS[1].entry.to_json())
    with pytest.raises(DataFolderProblem, match="not those of its entry"):
        own_entry(tmp_path / "node")


def test_an_interrupted_join_is_completed_by_doing_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In between, the folder is never one whose node would order alone."""
    data = tmp_path / "node"
    FOUNDERS[0].keep(data)

    def fail(*_: object, **__: object) -> None:
        raise StorageFailed("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(comet_module, "found_engine", fail)
        with pytest.raises(StorageFailed):
            join_network(data, INVITE)
    assert not is_joined(data)
    assert read_engine_file(data) is not None
    join_network(data, INVITE)
    assert is_joined(data)


def test_a_newcomer_joins_by_the_invite_of_a_running_network(tmp_path: Path) -> None:
    """It is not in the genesis document; it may begin from a recent state."""
    newcomer = founder(3)
    newcomer.keep(tmp_path / "node")
    start = StateSyncStart(height=10, header_hash="a" * 64, servers=("http://a:1", "http://b:1"))
    running: Invite = msgspec.structs.replace(invite_of(*FOUNDERS[:3]), state_sync=start)
    settings = join_network(tmp_path / "node", parse_invite(running.to_json()))
    assert settings.state_sync == start
    assert len(settings.peers) == 3


def test_a_node_that_others_reach_from_elsewhere_listens_to_all(tmp_path: Path) -> None:
    """And tells the engine under which address it is known; the profile is for distance."""
    far = founder(0)
    content = msgspec.structs.replace(far.content, p2p="node.example.org:26656")
    there = type(far)(far.organization, far.keys, far.people, content)
    there.keep(tmp_path / "node")
    settings = join_network(tmp_path / "node", invite_of(there, FOUNDERS[1]))
    assert settings.profile == "wan"
    assert settings.p2p_external_address == "node.example.org:26656"
    assert settings.p2p_host == "0.0.0.0"  # noqa: S104  # what is written, not bound here
    (tmp_path / "other").mkdir()
    there.keep(tmp_path / "other" / "node")
    listening = join_network(
        tmp_path / "other" / "node", invite_of(there, FOUNDERS[1]), listen="10.0.0.7"
    )
    assert listening.p2p_host == "10.0.0.7"
