# SPDX-License-Identifier: Apache-2.0
"""Sources of contracts: as their digest covers them; what has none hinders nobody."""

from __future__ import annotations

from tallystick.crypto import sha256
from tallystick.execution import UnreadableContract
from tests.unit.api.caller import Caller
from tests.unit.api.fake_node import FakeNode

PLACE = "/v1/contracts/evidence/sources"


def test_sources_are_shown_file_by_file(caller: Caller) -> None:
    """Each with its SHA-256, of which the digest is made."""
    (installed,) = caller.get("/v1/contracts").json["installed"]
    found = caller.get(f"{PLACE}/{installed['version']}").json
    assert (found["name"], found["version"]) == ("evidence", installed["version"])
    texts = {one["path"]: one for one in found["files"]}
    assert list(texts) == sorted(texts)
    assert any("class Evidence(" in one["text"] for one in texts.values())
    for one in texts.values():
        assert sha256(one["text"].encode()).hex() == one["sha256"]
        assert len(one["text"].encode()) == one["size"]


def test_a_version_that_is_not_installed_has_no_sources(caller: Caller) -> None:
    """Nor has a contract that nobody knows."""
    assert caller.get(f"{PLACE}/9").code == "E_CONTRACT"
    assert caller.get("/v1/contracts/nothing/sources/1").code == "E_CONTRACT"


def test_what_has_no_digest_is_named_beside_the_others(caller: Caller, node: FakeNode) -> None:
    """The list of contracts answers all the same, and says what is wrong."""
    flawed = UnreadableContract("flawed", 1, "its sources cannot be read")
    node.contract_desk.without_digest = (flawed,)
    found = caller.get("/v1/contracts").json
    assert [one["name"] for one in found["installed"]] == ["evidence"]
    assert found["unreadable"] == [
        {"name": "flawed", "version": 1, "problem": "its sources cannot be read"}
    ]
