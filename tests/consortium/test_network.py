# SPDX-License-Identifier: Apache-2.0
"""Organisations that do not trust one another run one ledger: real engines, one machine."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick import verify
from tallystick.client.trust import Trust
from tallystick.errors import NotFinal, Replayed
from tallystick.model import OK, open_cosignatures
from tests.networks import WAIT_SECONDS, Network, running_network, wait_until

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine_program")]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """Run four organisations for the tests of this file."""
    with running_network(tmp_path_factory.mktemp("four"), 4) as four:
        yield four


def test_what_one_organisation_writes_all_others_have(network: Network) -> None:
    """Same log, same app hash, same block everywhere."""
    (place,) = network.commit(0, network.deposit(network.places[0].seat))
    network.agree()
    assert place.code == OK
    blocks = {node.block(place.height).header_bytes for node in network.nodes}
    assert len(blocks) == 1


def test_a_receipt_of_any_node_verifies_with_genesis_alone(network: Network) -> None:
    """The engine's commit stands in the receipt: three of four organisations at least."""
    (place,) = network.commit(1, network.deposit(network.places[1].seat))
    network.agree()
    trust = Trust.of_genesis(network.genesis_bytes)
    for node in network.nodes:
        receipt = node.receipt(place.transaction_id)
        assert receipt.finality is not None
        found = verify(receipt, trust=trust)
        results = {check.name: check.result.value for check in found.checks}
        assert results["finality"] == "passed"
        assert results["validators"] == "passed"
        assert results["inclusion"] == "passed"


def test_the_same_bytes_through_two_nodes_are_one_transaction(network: Network) -> None:
    """It executes once, and both submitters learn the same place (INV-I6)."""
    raw = network.deposit(network.places[2].seat)
    futures = [node.submit([raw]) for node in network.nodes]
    places = [future.result(60)[0] for future in futures]
    assert len(set(map(str, places))) == 1
    (again,) = network.commit(3, raw)
    assert str(again) == str(places[0])


def test_a_used_nonce_is_refused_by_every_node(network: Network) -> None:
    """Whatever node it was used through."""
    seat = network.places[0].seat
    network.commit(1, network.deposit(seat, nonce=77_000_001))
    network.agree()
    for node in network.nodes:
        (refused,) = node.submit([network.deposit(seat, nonce=77_000_001)]).result(60)
        assert isinstance(refused, Replayed)


def test_an_idle_network_makes_no_blocks(network: Network) -> None:
    """After the block that proves the last one, heights stand still (INV-I3)."""
    network.commit(0, network.deposit(network.places[0].seat))
    network.agree()
    wait_until(lambda: len(network.nodes[0].block(network.nodes[0].status().height).entries) == 0)
    height = network.nodes[0].status().height
    network.agree()
    assert network.nodes[0].status().height == height
    assert network.nodes[0].block(height).entries == ()


def test_any_node_cosigns_any_of_its_checkpoints(network: Network) -> None:
    """The line is the organisation's own, over the very body that the others sign."""
    network.agree()
    receipt_note = network.nodes[0].checkpoint()
    body = receipt_note.partition("\n\n")[0]
    height_line = next(line for line in body.split("\n") if line.startswith("height "))
    height = int(height_line[7:])
    lines = [node.consortium.cosign(node.block(height).header) for node in network.nodes]
    keys = [(key.organization, key.public_key) for key in network.genesis.log_keys]
    found = open_cosignatures(f"{body}\n\n{''.join(lines)}", keys, network=network.id)
    assert {one.organization for one in found} == {
        place.seat.organization for place in network.places
    }


def test_one_of_four_may_fail_and_two_may_not(tmp_path: Path) -> None:
    """Three go on; two halt and lose nothing; when they are back, all agree."""
    with running_network(tmp_path, 4) as network:
        seat = network.places[0].seat
        network.commit(0, network.deposit(seat))
        network.places[3].stop()
        (place,) = network.commit(0, network.deposit(seat))
        network.places[2].stop()
        waiting = network.nodes[0].submit([network.deposit(seat)])
        assert not waiting.done()
        before = network.nodes[0].status().height
        network.places[2].start()
        network.places[3].start()
        assert waiting.result(60)[0].code == OK
        assert network.nodes[0].status().height > before
        network.agree()
        for node in network.nodes:
            assert node.find(place.transaction_id) == place


def test_a_node_starts_again_after_a_kill_that_left_its_sockets(tmp_path: Path) -> None:
    """A killed process removes nothing: what it left must not keep the next one from listening."""
    with running_network(tmp_path, 1) as network:
        place = network.places[0]
        place.stop()
        for name in ("abci.sock", "rpc.sock"):
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as left:
                left.bind(str(place.folder / "run" / name))
        place.start()
        network.commit(0, network.deposit(place.seat))


def test_an_engine_that_does_not_answer_for_a_while_stops_no_node(tmp_path: Path) -> None:
    """What was submitted meanwhile is answered: not known; the node goes on with its engine."""
    with running_network(tmp_path, 1) as network:
        place = network.places[0]
        engine = _child_of(os.getpid(), str(place.folder))
        os.kill(engine, signal.SIGSTOP)
        try:
            (answer,) = place.running.submit([network.deposit(place.seat)]).result(WAIT_SECONDS)
        finally:
            os.kill(engine, signal.SIGCONT)
        assert isinstance(answer, NotFinal)
        network.commit(0, network.deposit(place.seat))
        assert place.faults == []


def _child_of(parent: int, mark: str) -> int:
    """Return the process that runs for a folder, among the children of this one."""
    for task in Path(f"/proc/{parent}/task").iterdir():
        for child in (task / "children").read_text().split():
            if mark in Path(f"/proc/{child}/cmdline").read_text():
                return int(child)
    raise AssertionError(mark)
