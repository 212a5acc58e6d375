# SPDX-License-Identifier: Apache-2.0
"""Who is let in: nodes that were registered, and nobody to the engine's own interface."""

from __future__ import annotations

import os
import stat
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from tallystick.crypto import Cost
from tallystick.model import OK
from tallystick.node.node_keys import protect_keys
from tallystick.node.sockets import memory_folder, socket_folder
from tallystick.storage import DataFolder
from tests.networks import Network, Place, Seat, consortium_genesis, running_network, wait_until

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine_program")]

NEWCOMER = Seat(4)


def peers_of(place: Place) -> set[str]:
    """Return the ids of the nodes that are connected to a place's engine now."""
    with closing(place.engine()) as rpc:
        return {peer.node_info.id for peer in rpc.net_info().peers}


def refusals(place: Place) -> int:
    """Count the calls that a place's node refused since it started."""
    return place.running.consortium.figures().counts.peers_refused


def change_nodes(network: Network, method: str) -> None:
    """Let the newcomer's administrator register or remove its node, through another's node."""
    raw = network.sign(
        NEWCOMER.clerk,
        NEWCOMER.organization,
        method,
        {"node_id": NEWCOMER.node_id},
        contract="governance",
    )
    (place,) = network.commit(0, raw)
    assert place.code == OK


@pytest.mark.timeout(300)
def test_only_registered_nodes_are_let_in(tmp_path: Path) -> None:
    """Refused, registered and let in while the others run on, removed and refused (INV-I22)."""
    seats = [Seat(number) for number in range(1, 5)]
    genesis = consortium_genesis(seats, validators=seats[:3])
    known = tuple(one for one in genesis.nodes if one.node_id != NEWCOMER.node_id)
    network = Network(tmp_path, msgspec.structs.replace(genesis, nodes=known), seats[:3])
    try:
        network.start()
        members, newcomer = list(network.places), network.add(NEWCOMER)

        def start_refused() -> None:
            """Start the newcomer and wait until each of the three has refused it."""
            before = [refusals(one) for one in members]
            newcomer.start()
            wait_until(
                lambda: (
                    all(refusals(o) > b for o, b in zip(members, before, strict=True))
                    and not peers_of(newcomer)
                ),
                "a refusal by each",
            )

        start_refused()
        assert all(NEWCOMER.node_id not in peers_of(one) for one in members)
        assert newcomer.running.status().height == 0

        change_nodes(network, "register_node")
        # Refused again and again, its engine may have given up calling: it is started again.
        newcomer.stop()
        newcomer.start()
        height = members[0].running.status().height
        wait_until(lambda: newcomer.running.status().height >= height, "the newcomer's blocks")
        network.agree()

        change_nodes(network, "remove_node")
        network.agree()
        newcomer.stop()
        start_refused()
        (place,) = network.commit(0, network.deposit(members[0].seat))
        assert newcomer.running.status().height < place.height
        assert all(NEWCOMER.node_id not in peers_of(one) for one in members)
        assert not any(one.faults for one in members)
        for one in members:
            figures = one.running.consortium.figures()
            assert (figures.validators, figures.nodes) == (3, 3)
            assert figures.counts.verdict_hits > 0
    finally:
        network.stop()


def engine_process(place: Place) -> int:
    """Return the process id of a place's engine."""
    home = os.fsencode(place.folder / "engine")
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue  # it has ended
            if home in words:
                return int(entry.name)
    raise AssertionError("no engine of this folder runs")


def listening(process: int) -> set[tuple[str, int]]:
    """Return the addresses at which a process waits for TCP connections (version 4 and 6)."""
    inodes = set()
    for entry in Path(f"/proc/{process}/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process}/net/{table}").read_text("ascii").splitlines()[1:]:
            fields = line.split()
            address, _, port = fields[1].partition(":")
            if fields[3] == "0A" and fields[9] in inodes:
                found.add((address, int(port, 16)))
    return found


def test_the_engine_listens_to_other_nodes_and_to_nobody_else(tmp_path: Path) -> None:
    """Its own interface has no password: it is a socket in a folder that only this user enters."""
    with running_network(tmp_path, 1) as network:
        (place,) = network.places
        assert listening(engine_process(place)) == {("0100007F", place.p2p_port)}
        folder = socket_folder(place.folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert sorted(path.name for path in folder.iterdir()) == ["abci.sock", "rpc.sock"]
        for path in (place.folder / "keys", place.folder / "engine"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_a_network_with_sealed_keys_decides_and_leaves_no_key_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the engines run, their keys are in no file, neither on disk nor in memory (INV-K1)."""
    monkeypatch.setattr("tallystick.crypto.sealed_key.DEFAULT_COST", Cost(1, 8192))
    seats = [Seat(1), Seat(2)]
    network = Network(tmp_path, consortium_genesis(seats), seats)
    try:
        for place in network.places:
            with DataFolder.open(place.folder) as folder:
                protect_keys(folder, f"passphrase {place.seat.number}")
        for place in network.places:
            place.start(passphrase=f"passphrase {place.seat.number}")
        network.wait_for_engines()
        network.wait_for_height(1)
        for place in network.places:
            config = place.folder / "engine" / "config"
            assert not list(config.glob("*key.json"))
            assert list(memory_folder(place.folder).iterdir()) == []
        network.places[1].stop()
        network.places[1].start(passphrase="passphrase 2")
        network.wait_for_engines()
        network.commit(1, network.deposit(seats[1]))
        network.agree()
    finally:
        network.stop()
