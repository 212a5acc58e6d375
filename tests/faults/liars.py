# SPDX-License-Identifier: Apache-2.0
"""Nodes that lie to the others: proposals no correct node would make, wrong hashes, two voices."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Sequence
from functools import partial
from typing import Any

from tests.faults.behaviours import ACCEPT_ALL, APPEND, OVERSIZE, REVERSE, WRONG_HASH
from tests.faults.cluster import Cluster, Station, wait_for
from tests.faults.scene import Stage
from tests.torture.world import forge


def _arm(station: Station, *behave: str, raw: Sequence[bytes] = ()) -> None:
    texts = [base64.b64encode(one).decode() for one in raw]
    station.running.ask("arm", behave=list(behave), raw=texts)


def _done(station: Station) -> dict[str, Any]:
    done: dict[str, Any] = station.running.ask("status")["done"]
    return done


def _deposit(cluster: Cluster) -> bytes:
    return cluster.network.deposit(cluster.network.places[0].seat)


def _bad_proposals(cluster: Cluster, memory_raw: list[bytes]) -> dict[str, list[bytes]]:
    """Return, by name, what a correct node never proposes."""
    network = cluster.network
    first = network.deposit(network.places[0].seat)
    seat = network.places[0].seat
    foreign_id, network.id = network.id, "tally:other:" + "0" * 64
    foreign = network.deposit(seat)
    network.id = foreign_id
    return {
        "forged": [forge(_deposit(cluster))],
        "undecodable": [b"\x00\xff not a transaction"],
        "empty": [b""],
        "duplicated": [first, first],
        "committed before": memory_raw[:1],
        "of another network": [foreign],
    }


def _all_rejected(stations: Sequence[Station]) -> bool:
    return all(_done(one).get("rejected", 0) for one in stations)


def propose_badly(stage: Stage) -> None:
    """One node adds to its proposals what no correct node proposes: the others reject each."""
    cluster = stage.cluster
    liar = stage.choice.choice(cluster.stations)
    acknowledged = [stage.memory.submitted[ack.transaction_id] for ack in stage.memory.acks[:1]]
    for name, raw in _bad_proposals(cluster, acknowledged).items():
        others = [one for one in cluster.stations if one is not liar]
        for station in others:
            _arm(station)
        _arm(liar, APPEND, ACCEPT_ALL, raw=raw)

        wait_for(partial(_all_rejected, others), f"a rejection of a proposal with {name}")
        stage.count(f"proposals {name}", _done(liar).get(APPEND, 0))
        stage.others_go_on(3)
        _arm(liar)
    _nothing_forged(stage)


def propose_reversed(stage: Stage) -> None:
    """One node proposes in another order than it was asked: that is its right."""
    liar = stage.choice.choice(stage.cluster.stations)
    for station in stage.cluster.stations:
        _arm(station)
    _arm(liar, REVERSE)
    wait_for(lambda: bool(_done(liar).get(REVERSE, 0)), "a reversed proposal")
    stage.others_go_on()
    _arm(liar)
    rejected = sum(_done(one).get("rejected", 0) for one in stage.cluster.stations)
    if rejected:
        stage.violate(f"{rejected} reordered proposals were rejected")


def propose_too_much(stage: Stage) -> None:
    """One node proposes more than fits: its own engine ends, the others go on."""
    liar = stage.choice.choice(stage.cluster.stations)
    _arm(liar, OVERSIZE)
    liar.await_end()
    stage.others_go_on()
    liar.start()


def two_accept_all(stage: Stage) -> None:
    """Two of four lie together, one proposing what is forged: it still is not decided."""
    cluster = stage.cluster
    liars = stage.choice.sample(cluster.stations, 2)
    _arm(liars[0], APPEND, ACCEPT_ALL, raw=[forge(_deposit(cluster))])
    _arm(liars[1], ACCEPT_ALL)
    wait_for(lambda: bool(_done(liars[0]).get(APPEND, 0)), "a forged proposal")
    stage.others_go_on()
    stage.count("proposals forged", _done(liars[0])[APPEND])
    for liar in liars:
        _arm(liar)
    _nothing_forged(stage)


def three_accept_all(stage: Stage) -> None:
    """Three of four lie together: the forged is decided, and has no effect on any node (INV-I9)."""
    cluster = stage.cluster
    liars = stage.choice.sample(cluster.stations, 3)
    forged = forge(_deposit(cluster))
    _arm(liars[0], APPEND, ACCEPT_ALL, raw=[forged])
    for liar in liars[1:]:
        _arm(liar, ACCEPT_ALL)

    def is_decided() -> bool:
        return all(_holds(station, forged) for station in cluster.stations)

    # Once in the log, it is not proposed again: the ledger allows each transaction one place.
    wait_for(lambda: bool(_done(liars[0]).get(APPEND, 0)), "a forged proposal")
    _arm(liars[0], ACCEPT_ALL)
    wait_for(is_decided, "the forged transaction in the log")
    for liar in liars:
        _arm(liar)
    codes = {_find(station, forged) for station in cluster.stations}
    if codes != {"E_SIG"}:
        stage.violate(f"a forged transaction ended with {codes}")
    stage.count("forged, decided and without effect", len(codes))


def _find(station: Station, raw: bytes) -> str:
    from tallystick.crypto import sha256
    from tests.faults.cluster import Refused

    try:
        return str(station.running.ask("find", transaction=sha256(raw).hex())["place"][3])
    except Refused as error:
        return error.code


def _holds(station: Station, raw: bytes) -> bool:
    return _find(station, raw) != "E_NOT_FOUND"


def _nothing_forged(stage: Stage) -> None:
    """Nothing stands in the log that no client signed."""
    known = {name.hex() for name in stage.memory.submitted}
    station = stage.cluster.live[0]
    height = stage.cluster.height(station)
    for row in station.running.ask("blocks", first=1, last=height)["blocks"]:
        strange = [name for name in row[1] if name not in known]
        if strange:
            stage.violate(f"{len(strange)} transactions in the log that nobody submitted")
            return


def wrong_hash(stage: Stage) -> None:
    """One node tells its engine a wrong hash of the state: it must stop, and the others go on."""
    liar = stage.choice.choice(stage.cluster.stations)
    _arm(liar, WRONG_HASH)
    stage.others_go_on()
    liar.await_end()
    halt = liar.running.event("halt") or {}
    stage.count("stopped by its own engine", halt.get("code") == "E_ENGINE")
    if halt.get("code") != "E_ENGINE":
        stage.violate(f"a node with a wrong hash ended with {halt}")
    stage.others_go_on()
    forget_chain(stage.cluster, liar)
    liar.start()


def forget_chain(cluster: Cluster, station: Station) -> None:
    """Make a node's folder anew, as if it joined: its keys and what it signed last stay."""
    signed = station.data / "engine" / "data" / "priv_validator_state.json"
    kept = signed.read_bytes()
    place = cluster.network.places[station.number]
    settings = place.settings
    shutil.rmtree(station.data)
    peers = {
        other.seat: int(peer.address.rpartition(":")[2])
        for other in cluster.network.places
        if other is not place
        for peer in settings.peers
        if peer.node_id == other.seat.node_id
    }
    again = cluster.network._found(place.seat, place.p2p_port, peers)
    assert again.folder == place.folder
    signed.write_bytes(kept)
    from tallystick.node.engine_file import write_engine_file

    write_engine_file(place.folder, settings)


def twin(stage: Stage) -> None:
    """Another node votes with the same key: the others' engines prove it, and go on."""
    cluster = stage.cluster
    stranger = cluster.stations[4]
    honest = cluster.stations[:3]

    def is_proved() -> bool:
        return any(_done(one).get("misbehavior", 0) for one in honest)

    try:
        wait_for(is_proved, "evidence of a double signature")
    finally:
        stranger.kill()
    for station in honest:
        stage.count("evidence in blocks", _done(station).get("misbehavior", 0))


def make_twin(cluster: Cluster) -> None:
    """Give the fifth node the fourth's key to vote with, and no memory of what that signed."""
    home = cluster.stations[4].data / "engine" / "config"
    source = cluster.stations[3].data / "engine" / "config" / "priv_validator_key.json"
    shutil.copyfile(source, home / "priv_validator_key.json")
