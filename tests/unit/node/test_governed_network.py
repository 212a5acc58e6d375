# SPDX-License-Identifier: Apache-2.0
"""Governance on a real network: engines take over what the register decides, two blocks later."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from tallystick.consensus.cometbft import node_id
from tallystick.crypto import sha256
from tallystick.encoding import Value
from tallystick.errors import NotAMember
from tallystick.membership import enrolment_message, log_key_message, validator_message
from tallystick.units import TimeMs
from tests.factories import FOREVER, secret
from tests.unit.membership.governed import code
from tests.unit.node.governed_network import Network, node_key, person_key, until, validator_key

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(300)]
_FOUNDERS, _NEWCOMER = 4, 4
_STOLEN = 1


@pytest.fixture
def network(tmp_path: Path, engine_program: Path) -> Iterator[Network]:
    """Start four organisations' nodes; there is room for a fifth."""
    assert engine_program.exists()
    made = Network(tmp_path, _FOUNDERS, _FOUNDERS + 1)
    try:
        made.start_together(range(_FOUNDERS))
        yield made
    finally:
        made.stop()


class Load:
    """Members added one after the other, while something else happens."""

    def __init__(self, network: Network) -> None:
        """Write at the first node."""
        self._network = network
        self._ends = threading.Event()
        self.codes: list[str] = []
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ends.is_set():
            args: dict[str, Value] = {
                "id": f"m{len(self.codes)}",
                "name": {"zh": "人", "en": "person"},
                "roles": [],
            }
            raw = self._network.signed(0, "add_member", args, "membership")
            self.codes.append(self._network.submit(0, raw).code)


def expect_agreement(network: Network, height: int) -> None:
    """The engines' set two blocks after `height` is the register's; all app hashes are equal."""
    network.advance_to(height + 2)
    wanted = {
        one.public_key: one.power
        for one in network.nodes[0].register().register.validators.values()
    }
    for number in network.nodes:
        assert network.engine_validators(number, height + 2) == wanted, number
    for at in range(1, height + 3):
        hashes = {node.block(at).header.app_hash for node in network.nodes.values()}
        assert len(hashes) == 1, at
    assert network.faults == []


def admission(network: Network, number: int) -> dict[str, Value]:
    """Return the action that admits an organisation with its validator."""
    name, key, vote_key = network.nodes[0].network, person_key(number), validator_key(number)
    joining = code(number)
    return {
        "type": "admit_organization",
        "organization": joining,
        "name": {"zh": "新机构", "en": "Newcomer"},
        "administrator": {
            "id": "head",
            "name": {"zh": "管理员", "en": "Head"},
            "roles": ["governor"],
            "public_key": key.public_key,
            "valid_from": TimeMs(0),
            "valid_until": TimeMs(FOREVER),
            "proof": key.sign(enrolment_message(name, joining, "head", key.public_key)),
        },
        "validator": {
            "public_key": vote_key.public_key,
            "power": 10,
            "proof": vote_key.sign(validator_message(name, joining, vote_key.public_key)),
        },
    }


def test_a_network_grows_rotates_and_shrinks_by_vote_under_load(network: Network) -> None:
    """Each change is in force two blocks later on every engine (I11, I21), under load too."""
    joining = code(_NEWCOMER)
    height = network.decide(admission(network, _NEWCOMER), range(3))
    expect_agreement(network, height)
    answer, height, _ = network.call(
        _NEWCOMER, "register_node", {"node_id": node_id(node_key(_NEWCOMER).public_key)}
    )
    assert answer == "ok"
    network.wait_for_height(height)
    network.start(_NEWCOMER)
    until(lambda: network.nodes[_NEWCOMER].status().height >= height)
    expect_agreement(network, network.nodes[0].status().height)

    new = secret(900)
    message = validator_message(network.nodes[0].network, code(_STOLEN), new.public_key)
    with Load(network) as load:
        rotation: dict[str, Value] = {"public_key": new.public_key, "proof": new.sign(message)}
        answer, height, _ = network.call(_STOLEN, "rotate_validator_key", rotation)
        assert answer == "ok"
        expect_agreement(network, height)
        stolen = validator_key(_STOLEN).public_key
        assert stolen not in network.engine_validators(0, height + 2)
        network.stop([_STOLEN])
        network.replace_validator_key(_STOLEN, new)
        network.start(_STOLEN)
        own = sha256(new.public_key)[:20]
        tip = network.nodes[0].status().height
        until(lambda: own in network.signers(0, network.nodes[0].status().height))
        network.wait_for_height(tip + 1)
    assert load.codes
    assert set(load.codes) == {"ok"}

    power: dict[str, Value] = {
        "type": "set_validator",
        "organization": joining,
        "public_key": validator_key(_NEWCOMER).public_key,
        "power": 12,
        "proof": b"",
    }
    expect_agreement(network, network.decide(power, range(4)))
    removal: dict[str, Value] = {"type": "remove_organization", "organization": joining}
    expect_agreement(network, network.decide(removal, range(4)))
    assert len(network.nodes[0].register().register.validators) == _FOUNDERS


def test_a_stolen_member_key_is_refused_everywhere_within_two_blocks(network: Network) -> None:
    """Revoked by its administrator at one node, refused at every other."""
    thief = secret(950)
    name = network.nodes[0].network
    enrolment: dict[str, Value] = {
        "member": "head",
        "public_key": thief.public_key,
        "valid_from": TimeMs(0),
        "valid_until": TimeMs(FOREVER),
        "proof": thief.sign(enrolment_message(name, code(0), "head", thief.public_key)),
    }
    assert network.call(0, "enrol_key", enrolment, "membership")[0] == "ok"
    gone: dict[str, Value] = {"public_key": person_key(0).public_key}
    answer, height, _ = network.call(0, "revoke_key", gone, "membership")
    assert answer == "ok"
    network.wait_for_height(height)
    attempt = network.signed(0, "leave", {}, "governance")
    for node in network.nodes.values():
        assert isinstance(node.submit([attempt]).result(60)[0], NotAMember)
    assert network.nodes[0].status().height <= height + 2


def test_log_keys_begin_and_end_on_every_node_alike(network: Network) -> None:
    """Periods are block times, so every node knows the same ones."""
    new = secret(970)
    message = log_key_message(network.nodes[0].network, code(2), new.public_key)
    added: dict[str, Value] = {"public_key": new.public_key, "proof": new.sign(message)}
    assert network.call(2, "rotate_log_key", added)[0] == "ok"
    answer, height, _ = network.call(2, "revoke_log_key", {"public_key": new.public_key})
    assert answer == "ok"
    network.wait_for_height(height)
    keys = {node.register().register.log_keys[new.public_key] for node in network.nodes.values()}
    assert len(keys) == 1
    assert keys.pop().revoked_at is not None
