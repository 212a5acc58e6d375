# SPDX-License-Identifier: Apache-2.0
"""A ledger that one node began goes on with several: same log, old receipts, new proof."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tallystick import verify
from tallystick.client.trust import Trust
from tallystick.consensus import Committed
from tallystick.errors import DataFolderProblem, WrongState
from tallystick.merkle import verify_consistency
from tallystick.model import OK, open_checkpoint
from tallystick.node import NodeConfig, create_network, open_node
from tallystick.node.engine_file import EngineFile, PeerNode, read_engine_file
from tallystick.node.switching import Beginning, continue_with_cometbft, take_last_word
from tallystick.storage import backup, restore
from tests.networks import Network, Place, Seat, consortium_genesis, free_port

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine_program")]

SEATS = [Seat(number) for number in range(1, 5)]


def begun_alone(base: Path) -> tuple[Network, Path]:
    """Return a network whose first organisation has ordered alone for a while."""
    network = Network(base, consortium_genesis(SEATS, validators=()), ())
    folder = base / "n1"
    create_network(folder, network.genesis, SEATS[0].log_key)
    return network, folder


def settings_of(seat: Seat, ports: dict[Seat, int]) -> EngineFile:
    """Return how a seat's node reaches the others."""
    return EngineFile(
        profile="machine",
        p2p_port=ports[seat],
        peers=tuple(
            PeerNode(node_id=other.node_id, address=f"127.0.0.1:{port}")
            for other, port in ports.items()
            if other != seat
        ),
    )


def hand_over(network: Network, first: Path, beginning: Beginning) -> None:
    """Give every organisation the ledger as it is, and let it go on with CometBFT."""
    copy = network.base / "ledger.backup"
    backup(first, copy)
    ports = {seat: free_port() for seat in SEATS}
    for seat in SEATS:
        folder = network.base / f"n{seat.number}"
        if folder != first:
            restore(copy, folder)
            (folder / "keys" / "log.key").write_text(seat.log_key.seed.hex() + "\n")
        settings = settings_of(seat, ports)
        continue_with_cometbft(
            folder,
            beginning,
            settings,
            node_key=seat.node_key,
            validator_key=seat.validator_key,
        )
        found = read_engine_file(folder)
        assert found is not None
        network.places.append(Place(seat, folder, ports[seat], found))


def test_a_ledger_begun_alone_goes_on_with_several_organisations(tmp_path: Path) -> None:
    """The log grows from the same tree, old receipts verify, new ones name who agreed."""
    network, folder = begun_alone(tmp_path)
    node = open_node(NodeConfig(data=folder, workers=False))
    node.start()
    (old,) = node.submit([network.deposit(SEATS[0])]).result(60)
    assert isinstance(old, Committed)
    for seat in SEATS:
        network.decide(node, SEATS[:3], network.validator_action(seat))
    old_receipt = node.receipt(old.transaction_id)
    before = open_checkpoint(node.checkpoint(), SEATS[0].log_key.public_key, origin=network.id)
    node.stop()

    beginning = take_last_word(NodeConfig(data=folder, workers=False))
    assert beginning.height == before.height
    assert {one.organization for one in beginning.validators} == {s.organization for s in SEATS}
    hand_over(network, folder, beginning)

    with ExitStack() as stack:
        stack.callback(network.stop)
        for place in network.places:
            place.start()
        (new,) = network.commit(2, network.deposit(SEATS[2]))
        assert new.code == OK
        network.agree()
        trust = Trust.of_genesis(network.genesis_bytes)
        for running in network.nodes:
            assert running.find(old.transaction_id) == old
            receipt = running.receipt(new.transaction_id)
            results = {c.name: c.result.value for c in verify(receipt, trust=trust).checks}
            assert results["finality"] == results["validators"] == "passed"
        old_results = {c.name: c.result.value for c in verify(old_receipt, trust=trust).checks}
        for name in ("signature", "inclusion", "receipt_signature", "checkpoint", "level"):
            assert old_results[name] == "passed"
        again = network.nodes[0].receipt(old.transaction_id)
        assert again.finality is not None
        after = open_checkpoint(
            network.nodes[0].checkpoint(), SEATS[0].log_key.public_key, origin=network.id
        )
        path = network.nodes[0].consistency_proof(before.size, after.size)
        verify_consistency(before.size, after.size, path, before.root, after.root)


def test_a_ledger_without_validators_cannot_be_handed_over(tmp_path: Path) -> None:
    """There would be nobody to decide."""
    network, folder = begun_alone(tmp_path)
    node = open_node(NodeConfig(data=folder, workers=False))
    node.start()
    node.submit([network.deposit(SEATS[0])]).result(60)
    node.stop()
    with pytest.raises(WrongState):
        take_last_word(NodeConfig(data=folder, workers=False))


def test_a_ledger_at_another_block_is_not_continued(tmp_path: Path) -> None:
    """It would have another app hash than the others from the first block on."""
    network, folder = begun_alone(tmp_path)
    node = open_node(NodeConfig(data=folder, workers=False))
    node.start()
    network.decide(node, SEATS[:3], network.validator_action(SEATS[0]))
    node.stop()
    beginning = take_last_word(NodeConfig(data=folder, workers=False))
    node = open_node(NodeConfig(data=folder, workers=False))
    node.start()
    node.submit([network.deposit(SEATS[0])]).result(60)
    node.stop()
    with pytest.raises(DataFolderProblem):
        continue_with_cometbft(
            folder,
            beginning,
            EngineFile(),
            node_key=SEATS[0].node_key,
            validator_key=SEATS[0].validator_key,
        )
    assert read_engine_file(folder) is None
