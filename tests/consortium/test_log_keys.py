# SPDX-License-Identifier: Apache-2.0
"""Log keys that genesis does not know, with real engines.

Receipts verify with genesis alone, and clients connect.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from tallystick import verify
from tallystick.api import HttpServer
from tallystick.client import Trust, connect
from tallystick.consensus.cometbft import EngineRpc
from tallystick.crypto import SecretKey
from tallystick.model import OK, Receipt, decode_log_receipt
from tallystick.node import Node
from tallystick.node.engine_file import StateSyncStart
from tallystick.node.sockets import socket_folder
from tests.factories import secret
from tests.networks import Network, Place, Seat, consortium_genesis, running_network, wait_until

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine_program")]

INTERVAL = 6


def check_receipt(network: Network, receipt: Receipt, key: SecretKey, *, is_proven: bool) -> None:
    """Fail unless genesis alone is enough to believe the receipt, which this key signed."""
    assert decode_log_receipt(receipt.log_receipt).key_id == key.public_key
    assert (receipt.log_key is not None) is is_proven
    trust = Trust.of_genesis(network.genesis_bytes)
    found = verify(receipt, trust=trust)
    lines = {check.name: check for check in found.checks}
    # There is no original to compare with; else everything holds.
    assert {check.name for check in found.reasons} <= {"file"}, str(found)
    is_told = "registered on the ledger" in lines["receipt_signature"].evidence.en
    assert is_told is (key.public_key not in trust.log_keys)


def check_contact(network: Network, node: Node, key: SecretKey) -> Trust:
    """Fail unless somebody with genesis alone can connect to the node; return what he learns."""
    server = HttpServer(node, port=0)
    server.start()
    try:
        genesis = Trust.of_genesis(network.genesis_bytes)
        url = f"http://127.0.0.1:{server.port}"
        with connect(url, trust=genesis, home=network.base / "home") as net:
            head = net.check_log()
            trust = net.trust
    finally:
        server.stop()
    assert head is not None
    assert trust.open_checkpoint(node.checkpoint())[1] == key.public_key
    assert key.public_key not in genesis.log_keys
    return trust


def install(place: Place, key: SecretKey) -> None:
    """Stop the node of a place and start it with another log key."""
    place.stop()
    (place.folder / "keys" / "log.key").write_text(key.seed.hex() + "\n")
    place.start()


def test_a_node_with_a_replaced_log_key_serves_as_before(tmp_path: Path) -> None:
    """At once after its restart, for old and new transactions, and after another restart."""
    with running_network(tmp_path, 4) as network:
        place, new = network.places[1], secret(6_001)
        (early,) = network.commit(0, network.deposit(place.seat))
        (change,) = network.commit(
            0, network.register_log_key(place.seat, new, replaces=place.seat.log_key)
        )
        assert change.code == OK
        network.agree()
        install(place, new)
        check_receipt(network, place.running.receipt(early.transaction_id), new, is_proven=True)
        check_receipt(network, place.running.receipt(change.transaction_id), new, is_proven=True)
        (late,) = network.commit(1, network.deposit(place.seat))
        check_receipt(network, place.running.receipt(late.transaction_id), new, is_proven=True)
        trust = check_contact(network, place.running, new)
        assert set(trust.retired_log_keys) == {place.seat.log_key.public_key}
        install(place, new)
        check_receipt(network, place.running.receipt(late.transaction_id), new, is_proven=True)
        first = network.places[0]
        theirs = first.running.receipt(late.transaction_id)
        check_receipt(network, theirs, first.seat.log_key, is_proven=False)


def test_a_node_whose_key_was_revoked_answers_for_what_was_before(tmp_path: Path) -> None:
    """Up to the block that revoked it, by whatever node that was asked for; nothing later."""
    with running_network(tmp_path, 4) as network:
        place, new = network.places[1], secret(6_002)
        key = place.seat.log_key
        (early,) = network.commit(0, network.deposit(place.seat))
        raw = network.register_log_key(place.seat, new, replaces=key)
        (change,) = network.commit(1, raw)
        assert change.code == OK
        check_receipt(network, place.running.receipt(change.transaction_id), key, is_proven=True)
        check_receipt(network, place.running.receipt(early.transaction_id), key, is_proven=False)
        (late,) = network.commit(1, network.deposit(place.seat))
        network.agree()
        check_receipt(network, place.running.receipt(change.transaction_id), key, is_proven=True)
        check_receipt(network, place.running.receipt(early.transaction_id), key, is_proven=False)
        found = verify(
            place.running.receipt(late.transaction_id),
            trust=Trust.of_genesis(network.genesis_bytes),
        )
        assert {check.name for check in found.reasons} >= {"receipt_signature"}
        assert "was revoked" in str(found)


def test_a_node_that_joins_with_a_later_key_serves_as_others_do(tmp_path: Path) -> None:
    """From a snapshot; genesis knows no log key of its organisation at all."""
    seats = [Seat(number) for number in range(1, 6)]
    genesis = consortium_genesis(seats, validators=seats[:4])
    genesis = msgspec.structs.replace(genesis, log_keys=genesis.log_keys[:4])
    network = Network(tmp_path, genesis, seats[:4])
    joining = seats[4]
    with ExitStack() as stack:
        stack.callback(network.stop)
        network.start(snapshot_interval=INTERVAL)
        raw = network.register_log_key(joining, joining.log_key)
        assert network.commit(0, raw)[0].code == OK
        places = [network.commit(0, network.deposit(seats[0]))[0] for _ in range(8)]
        network.agree()
        newcomer = network.add(joining, state_sync=start_from(network, stack))
        node = newcomer.start(snapshot_interval=INTERVAL)
        wait_until(lambda: node.status().height >= places[-1].height, "the newcomer's blocks")
        receipt = node.receipt(places[0].transaction_id)
        check_receipt(network, receipt, joining.log_key, is_proven=True)
        check_contact(network, node, joining.log_key)


def start_from(network: Network, stack: ExitStack) -> StateSyncStart:
    """Return where a node that joins finds its first state."""
    servers = []
    for node in network.nodes[:2]:
        server = HttpServer(node, port=0)
        server.start()
        stack.callback(server.stop)
        servers.append(f"http://127.0.0.1:{server.port}/v1/engine")
    rpc = EngineRpc(f"unix://{socket_folder(network.places[0].folder) / 'rpc.sock'}")
    stack.callback(rpc.close)
    hashed = rpc.commit(2).signed_header.commit.block_id.hash.hex().upper()
    return StateSyncStart(height=2, header_hash=hashed, servers=tuple(servers))
