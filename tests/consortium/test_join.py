# SPDX-License-Identifier: Apache-2.0
"""A node that joins: from a snapshot that others give, or by executing every block."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tallystick import verify
from tallystick.api import HttpServer
from tallystick.client.trust import Trust
from tallystick.consensus.cometbft import EngineRpc
from tallystick.node.engine_file import StateSyncStart
from tallystick.node.sockets import socket_folder
from tests.networks import Network, Seat, consortium_genesis, wait_until

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine_program")]

INTERVAL = 6


def five_seats(base: Path) -> Network:
    """Return a network of four validators in which a fifth organisation has a node to come."""
    seats = [Seat(number) for number in range(1, 6)]
    return Network(base, consortium_genesis(seats, validators=seats[:4]), seats[:4])


def header_hash(network: Network, height: int) -> str:
    """Return the hash of the engine's header, as an operator learns it from a member."""
    place = network.places[0]
    rpc = EngineRpc(f"unix://{socket_folder(place.folder) / 'rpc.sock'}")
    try:
        return rpc.commit(height).signed_header.commit.block_id.hash.hex().upper()
    finally:
        rpc.close()


def test_a_new_node_begins_from_a_snapshot_without_executing_the_past(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has all blocks, answers like the others, and its receipts verify (INV-I14)."""
    network = five_seats(tmp_path)
    with ExitStack() as stack:
        stack.callback(network.stop)
        network.start(snapshot_interval=INTERVAL)
        first = [network.commit(0, network.deposit(network.places[0].seat))[0] for _ in range(8)]
        network.agree()
        servers = []
        for node in network.nodes[:2]:
            server = HttpServer(node, port=0)
            server.start()
            stack.callback(server.stop)
            servers.append(f"http://127.0.0.1:{server.port}/v1/engine")
        start = StateSyncStart(
            height=2, header_hash=header_hash(network, 2), servers=tuple(servers)
        )
        newcomer = network.add(Seat(5), state_sync=start)
        executed: list[int] = []
        from tallystick.node.application import LedgerApplication

        execute = LedgerApplication.execute

        def noted(application: LedgerApplication, proposal: object) -> object:
            executed.append(proposal.height)  # type: ignore[attr-defined]  # a Proposal
            return execute(application, proposal)  # type: ignore[arg-type]  # the same

        monkeypatch.setattr(LedgerApplication, "execute", noted)
        node = newcomer.start(snapshot_interval=INTERVAL)
        wait_until(lambda: node.status().height >= first[-1].height, "the newcomer's blocks")
        assert min(executed, default=10**9) > INTERVAL, "the past was executed"
        network.commit(1, network.deposit(network.places[1].seat))
        network.agree()
        for place in first:
            assert node.find(place.transaction_id) == place
        receipt = node.receipt(first[0].transaction_id)
        assert receipt.finality is not None
        found = verify(receipt, trust=Trust.of_genesis(network.genesis_bytes))
        assert {c.name: c.result.value for c in found.checks}["finality"] == "passed"
        # What it restored is all there after a restart, too.
        newcomer.stop()
        again = newcomer.start(snapshot_interval=INTERVAL)
        network.agree()
        assert again.find(first[0].transaction_id) == first[0]


def test_a_new_node_may_execute_every_block_instead(tmp_path: Path) -> None:
    """Without a snapshot the engine hands it all blocks from the first one on."""
    network = five_seats(tmp_path)
    with ExitStack() as stack:
        stack.callback(network.stop)
        network.start()
        (place,) = network.commit(0, network.deposit(network.places[0].seat))
        node = network.add(Seat(5)).start()
        network.agree()
        assert node.find(place.transaction_id) == place
