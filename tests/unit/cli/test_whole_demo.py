# SPDX-License-Identifier: Apache-2.0
"""The whole demonstration: everybody in it, founded complete or not at all, and founded anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tallystick.cli.demo.everybody import whole_cast
from tallystick.cli.demo.names import DEFAULT_KEY, SEALING_FOLDER
from tallystick.cli.demo.whole import found_whole_demo, reset_demo
from tallystick.cli.founding import found_demo, found_own
from tallystick.cli.runfile import RunFile, RunRecord
from tallystick.client import SealingKeyStore
from tallystick.errors import DataFolderProblem
from tallystick.model import check_organization_id
from tallystick.node import NodeConfig, open_node
from tests.networks import free_port
from tests.unit.cli.conftest import Tally

CODE = "91110108MADEM0038D"


def sealed_to(place: Path) -> set[str]:
    """Return the organisations whose sealing key in force has its secret half in the folder."""
    store, node = SealingKeyStore(place / SEALING_FOLDER), open_node(NodeConfig(data=place))
    try:
        return {
            code
            for code in [one.id for one in whole_cast().organizations]
            for kept in [node.query("sealing_keys", "show", {"organization": code})]
            if isinstance(kept, dict)
            and kept["public_key"] in {key.public_key for key in store.load(code)}
        }
    finally:
        node.stop()


def test_everybody_is_in_the_whole_demonstration_once() -> None:
    """No two organisations have one name, and no two people one key or one name in one house."""
    cast = whole_cast()
    for spoken in ("zh", "en"):
        names = [getattr(one.name, spoken) for one in cast.organizations]
        assert len(set(names)) == len(names)
    assert all(check_organization_id(one.id) for one in cast.organizations)
    keys = [one.key_name for one in cast.people]
    members = [(one.member.organization, one.member.id) for one in cast.people]
    assert len(set(keys)) == len(keys) == len(set(members))
    assert {one for one, _ in members} == {one.id for one in cast.organizations}


@pytest.mark.usefixtures("in_process")
def test_a_reset_founds_the_demonstration_anew(tally: Tally, tmp_path: Path) -> None:
    """With new keys, and without what was done in it; not under a node that runs.

    Everybody in it can be sealed to, and can open what is.
    """
    place = tmp_path / "d"
    assert found_whole_demo(place).history.faults == ()
    assert sealed_to(place) == {one.id for one in whole_cast().organizations}
    before = (place / "genesis.cbor").read_bytes()
    (place / "console").mkdir()
    done = tally("demo", "reset", "--data", place)
    assert done.code == 0, done.err
    assert (place / "genesis.cbor").read_bytes() != before
    assert not (place / "console").exists()
    assert not (tmp_path / "d.new").exists()
    with RunFile(place).hold(RunRecord(os.getpid(), "http://localhost:1")):
        running = tally("demo", "reset", "--data", place)
    assert running.code == 1
    assert "tally down" in running.err


def test_only_a_demonstration_is_reset(tally: Tally, tmp_path: Path) -> None:
    """Nothing of a network of one's own is lost by a wrong word."""
    found_own(tmp_path / "own", network="mine", organization=CODE, name="Example")
    with pytest.raises(DataFolderProblem, match="no demonstration"):
        reset_demo(tmp_path / "own")
    assert tally("demo", "reset", "--network", "--data", tmp_path / "own").code == 2
    assert (tmp_path / "own" / "genesis.cbor").exists()


def test_a_demonstration_does_not_take_a_folder_that_is_in_use(tmp_path: Path) -> None:
    """Files of somebody else stay."""
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "mine.txt").touch()
    with pytest.raises(DataFolderProblem, match="not empty"):
        found_whole_demo(tmp_path / "d")


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("lacks", ["its seal", "its keys"])
def test_a_demonstration_of_another_version_says_what_to_do(
    tally: Tally, tmp_path: Path, lacks: str
) -> None:
    """Its folder lacks what this version keeps there; the answer names the way out."""
    folder, port = tmp_path / "older", free_port()
    found_demo(folder)  # as it was before demonstrations had a seal
    if lacks == "its keys":
        keys = folder / "demo-keys"
        (keys / f"{DEFAULT_KEY}.json").rename(keys / "another.json")
    outcome = tally("up", "--demo", "--once", "--data", folder, "--port", port, "--json")
    assert outcome.json["error"]["code"] == "E_DATA", outcome.out
    assert f"tally demo reset --data {folder}" in outcome.json["error"]["hint"]
    assert "another version" in outcome.json["error"]["message"]
