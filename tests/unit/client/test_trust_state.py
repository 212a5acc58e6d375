# SPDX-License-Identifier: Apache-2.0
"""The client remembers, so a node cannot change its story (C7)."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tallystick.client import Trust, TrustState
from tallystick.errors import (
    FileProblem,
    InvalidCheckpoint,
    InvalidProof,
    NotFound,
    TallystickError,
    Unavailable,
    WrongNetwork,
)
from tests.unit.client.mock_node import URL, MockNode, problem
from tests.unit.client.world import OTHER_LOG_KEY, World, make_genesis, make_world


def test_first_contact_pins_the_network_and_its_head(node: MockNode, home: Path) -> None:
    """Trust on first use, then insistence."""
    with node.net() as net:
        assert net.trust == node.world.trust
    state = TrustState()
    assert state.folder == home
    assert state.trust_at(URL) == node.world.trust
    assert state.newest(node.world.trust) == node.world.head()
    assert state.trust_at("http://elsewhere") is None


def test_contact_is_made_once_for_a_net(node: MockNode) -> None:
    """It costs two requests, then none."""
    with node.net() as net:
        net.block(1)
        net.block(2)
    assert node.asked == [
        "GET /v1/trust",
        "GET /checkpoint",
        "GET /v1/blocks/1",
        "GET /v1/blocks/2",
    ]


def test_another_network_at_the_same_address_is_refused(node: MockNode) -> None:
    """Nothing is asked of it; `status` still answers, for diagnosis."""
    with node.net() as net:
        net.block(1)
    imposter = MockNode(World(make_genesis("other")))
    with imposter.net() as net:
        for _ in range(2):
            with pytest.raises(WrongNetwork, match=r"was network demo\..* now says it is other"):
                net.block(1)
        assert imposter.count("GET /v1/blocks/1") == 0
        assert net.status().network == imposter.world.network


def test_another_log_key_makes_another_network(node: MockNode) -> None:
    """A node cannot exchange its keys: they are in the genesis document."""
    with node.net() as net:
        net.block(1)
    with (
        MockNode(World(make_genesis(log_keys=(OTHER_LOG_KEY,)), OTHER_LOG_KEY)).net() as net,
        pytest.raises(WrongNetwork),
    ):
        net.block(1)


def test_an_explicit_trust_file_decides(node: MockNode, tmp_path: Path) -> None:
    """It refuses other networks, and replaces an earlier pin on purpose."""
    other = MockNode(World(make_genesis("other")))
    with other.net() as net:
        assert net.check_log() is not None
    with node.net(trust=other.world.trust) as net, pytest.raises(WrongNetwork):
        net.block(1)
    path = tmp_path / "trust.json"
    node.world.trust.save(path)
    with node.net(trust=path) as net:
        net.block(1)
    assert TrustState().trust_at(URL) == node.world.trust


def test_a_log_that_grew_is_accepted_with_its_proof(node: MockNode) -> None:
    """The proof is asked for and checked, the new head remembered."""
    with node.net() as net:
        net.block(1)
    node.world.fill(5)
    with node.net() as net:
        head = net.check_log()
    assert head == TrustState().newest(node.world.trust) == node.world.head()
    assert node.count("GET /v1/log/proof/consistency") == 1


def test_a_log_that_shrank_is_refused(node: MockNode) -> None:
    """Also while the client stays connected."""
    with node.net() as net:
        net.block(1)
        whole = node.world
        node.world = World()
        node.world.fill(3)
        with pytest.raises(InvalidCheckpoint, match="went backwards"):
            net.check_log()
    with node.net() as net, pytest.raises(InvalidCheckpoint, match="went backwards"):
        net.block(1)
    assert TrustState().newest(whole.trust) == whole.head()


def test_a_log_of_the_same_size_with_another_root_is_refused(node: MockNode, home: Path) -> None:
    """Both signed heads are kept: together they prove the fault."""
    with node.net() as net:
        net.block(1)
    forked = MockNode(World())
    forked.world.fill(8)
    with forked.net() as net, pytest.raises(InvalidCheckpoint, match="two different histories"):
        net.block(1)
    folder = home / "networks" / node.world.network
    assert {path.name[:11] for path in folder.glob("conflict*")} == {"conflict-8-"}
    assert (folder / "checkpoint").read_text() == node.world.note()


def test_a_longer_log_with_another_beginning_is_refused(node: MockNode) -> None:
    """Whatever proof comes with it."""
    with node.net() as net:
        net.block(1)
    forked = MockNode(World())
    forked.world.fill(12)
    with forked.net() as net, pytest.raises(InvalidProof):
        net.block(1)
    nonsense = httpx.Response(200, json={"path": ["zz"]})
    forked.faults["GET /v1/log/proof/consistency"] = [nonsense]
    with forked.net() as net, pytest.raises(TallystickError):
        net.block(1)


def test_an_empty_log_has_no_head_and_later_must_have_one() -> None:
    """No checkpoint is fine only before the first was seen."""
    empty = MockNode(World())
    empty.faults["GET /checkpoint"] = [problem("E_NOT_FOUND", 404)] * 2
    with empty.net() as net:
        assert net.check_log() is None
        empty.world.fill(1)
        assert net.check_log() is not None
        empty.faults["GET /checkpoint"] = [problem("E_NOT_FOUND", 404)]
        with pytest.raises(NotFound):
            net.check_log()


def test_an_older_head_of_another_program_does_not_replace_a_newer_one(home: Path) -> None:
    """Two programs may ask at the same time."""
    world, _ = make_world(8)
    state = TrustState(home)
    for size in (5, 8, 6):
        seen = None
        state.accept(world.trust, world.note(size), seen=seen, proof=[])
    newest = state.newest(world.trust)
    assert newest is not None
    assert newest.size == 8


def test_comparing_needs_something_to_compare_with(home: Path) -> None:
    """Without a pin there is no alarm, and an older head is none either."""
    world, _ = make_world(8)
    state = TrustState(home)
    state.compare(world.trust, world.note(), world.head())
    state.accept(world.trust, world.note(), seen=None, proof=[])
    state.compare(world.trust, world.note(5), world.head(5))
    state.compare(world.trust, world.note(), world.head())


def test_what_offers_no_trust_file_is_no_node(node: MockNode) -> None:
    """Nonsense at first contact pins nothing."""
    node.faults["GET /v1/trust"] = [httpx.Response(200, text="{}")]
    with node.net() as net, pytest.raises(Unavailable, match="not a node's"):
        net.block(1)
    assert TrustState().trust_at(URL) is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        '{"format": "x", "networks": {}}',
        '{"format": "tallystick.addresses.v1", "networks": {"http://node.test": 5}}',
        '{"format": "tallystick.addresses.v1", "networks": {"http://node.test": "../../x"}}',
        '{"format": "tallystick.addresses.v1", "networks": {"http://node.test": ""}}',
    ],
)
def test_a_damaged_list_of_networks_is_said_not_ignored(home: Path, content: str) -> None:
    """Forgetting pins quietly would be how an attacker wants it."""
    home.mkdir()
    (home / "addresses.json").write_text(content)
    with pytest.raises(FileProblem, match="list of known networks"):
        TrustState(home).trust_at(URL)


def test_a_damaged_pin_is_said_not_ignored(node: MockNode, home: Path) -> None:
    """Neither a lost trust file nor an altered head."""
    with node.net() as net:
        net.block(1)
    folder = home / "networks" / node.world.network
    (folder / "checkpoint").write_bytes(b"\xff")
    with node.net() as net, pytest.raises(InvalidCheckpoint):
        net.block(1)
    (folder / "trust.json").unlink()
    with node.net() as net, pytest.raises(FileProblem):
        net.block(1)


def test_a_pin_is_replaced_only_explicitly(home: Path) -> None:
    """The rule itself, without a node."""
    state = TrustState(home)
    mine, other = World().trust, World(make_genesis("other")).trust
    state.pin(URL, mine)
    state.pin(URL, mine)
    with pytest.raises(WrongNetwork):
        state.pin(URL, other)
    state.pin(URL, other, is_explicit=True)
    assert state.trust_at(URL) == other
    assert isinstance(other, Trust)
