# SPDX-License-Identifier: Apache-2.0
"""Faults of processes: killed, paused, restarted, all at once; sent garbage."""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from tests.faults.cluster import HANG_S, Station, wait_for
from tests.faults.load import commit
from tests.faults.scene import Stage
from tests.networks import Seat

STOPPED_ENGINE: Final = "E_ENGINE"


def _victim(stage: Stage) -> Station:
    return stage.choice.choice(stage.cluster.stations)


def kill_node(stage: Stage) -> None:
    """Kill one node; its engine dies with it."""
    station = _victim(stage)
    station.kill()
    stage.others_go_on()
    station.start()


def kill_engine(stage: Stage) -> None:
    """Kill one engine: its node must halt by itself, with the code of that fault."""
    station = _victim(stage)
    station.kill_engine()
    station.await_end()
    halt = station.running.event("halt")
    if halt is None or halt["code"] != STOPPED_ENGINE:
        stage.violate(f"the node of a killed engine said {halt}")
    stage.others_go_on()
    station.start()


def kill_all(stage: Stage) -> None:
    """Kill every node at the same moment, as a power cut of the whole place would."""
    for station in stage.cluster.stations:
        os.kill(station.running.process.pid, signal.SIGKILL)
    for station in stage.cluster.stations:
        station.kill()
    stage.cluster.start()
    stage.others_go_on()


def pause_node(stage: Stage) -> None:
    """Stop one node and its engine without ending them, and let them go on later."""
    station = _victim(stage)
    station.signal_both(signal.SIGSTOP)
    stage.others_go_on(10)
    station.signal_both(signal.SIGCONT)


def pause_half(stage: Stage) -> None:
    """Stop the node but not its engine: the engine waits for an answer that does not come."""
    station = _victim(stage)
    os.kill(station.running.process.pid, signal.SIGSTOP)
    stage.others_go_on(10)
    os.kill(station.running.process.pid, signal.SIGCONT)


def pause_engine(stage: Stage) -> None:
    """Stop the engine but not its node, for longer than the node waits for its answer."""
    station = _victim(stage)
    os.kill(station.running.engine, signal.SIGSTOP)
    # On a busy machine its other threads go on for a moment, and may take what is submitted.
    wait_for(lambda: _is_stopped(station.running.engine), "an engine that stands still")
    answer = stage.cluster.submit(station, stage.cluster.network.deposit(_seat(stage, station)))
    stage.others_go_on(10)
    fault = answer.exception(HANG_S)
    stage.count("told that the outcome is not known", getattr(fault, "code", "") == "E_PENDING")
    os.kill(station.running.engine, signal.SIGCONT)


def _is_stopped(process: int) -> bool:
    """Say whether every thread of a process is stopped (proc(5): state T)."""
    threads = Path(f"/proc/{process}/task").iterdir()
    states = [(thread / "stat").read_text().rsplit(")", 1)[1].split()[0] for thread in threads]
    return set(states) == {"T"}


def _seat(stage: Stage, station: Station) -> Seat:
    return stage.cluster.network.places[station.number].seat


def pause_three(stage: Stage) -> None:
    """Stop three of four: nothing is decided, nothing is lost."""
    paused = stage.choice.sample(stage.cluster.stations, 3)
    for station in paused:
        station.signal_both(signal.SIGSTOP)
    (left,) = [s for s in stage.cluster.stations if s not in paused]
    stands_still(stage, [left])
    for station in paused:
        station.signal_both(signal.SIGCONT)
    stage.others_go_on()


def restart_each(stage: Stage) -> None:
    """Restart every node in turn, in order (INV-I21)."""
    for station in stage.cluster.stations:
        code = station.stop()
        if code != 0:
            stage.violate(f"node {station.number} ended with {code}")
        stage.others_go_on(2)
        station.start()


def stands_still(stage: Stage, stations: list[Station]) -> None:
    """Blocks under way may still come; then no node may get one.

    This can be seen only for a while: two nodes that commit without a quorum would do it at once.
    """
    window, was = 0, [stage.cluster.height(station) for station in stations]
    for _ in range(200):
        now = [stage.cluster.height(station) for station in stations]
        window = window + 1 if now == was else 0
        was = now
        time.sleep(0.05)
        if window >= 60:
            return
    stage.violate(f"{len(stations)} of 4 nodes went on deciding: heights {was}")


# --- garbage --------------------------------------------------------------------------------------


def _abci_socket(station: Station) -> Path:
    return station.data / "run" / "abci.sock"


def _send(family: int, address: object, pieces: list[bytes]) -> bool:
    """Send to a door, whatever it answers; say whether it was open."""
    with socket.socket(family, socket.SOCK_STREAM) as line:
        line.settimeout(5)
        try:
            line.connect(address)  # type: ignore[arg-type]  # a path, or host and port
        except OSError:
            return False
        with suppress(OSError):
            for piece in pieces:
                line.sendall(piece)
            line.shutdown(socket.SHUT_WR)
            line.recv(1024)
    return True


def garbage_to_engine_door(stage: Stage) -> None:
    """Send random bytes, half frames and huge lengths to the ABCI socket of a node that decides."""
    station = _victim(stage)
    path = str(_abci_socket(station))
    pieces = [
        stage.choice.randbytes(200),
        b"\xff" * 10,
        b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
        b"\x10\x0a",
        b"",
    ]
    for piece in pieces:
        stage.count("lines of garbage", _send(socket.AF_UNIX, path, [piece]))
    if not station.is_running or station.running.event("halt"):
        stage.violate(f"garbage on the ABCI socket stopped a node: {station.running.events}")
    commit(stage.cluster, stage.memory, station)


def crowd_at_engine_door(stage: Stage) -> None:
    """Open more lines to the ABCI socket than it serves, and say nothing on them."""
    station = _victim(stage)
    path = str(_abci_socket(station))
    lines = []
    for _ in range(200):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(1)
        with suppress(OSError):
            line.connect(path)
            line.send(b"\x05")  # a length, and then nothing
            stage.count("silent lines")
        lines.append(line)
    commit(stage.cluster, stage.memory, station)
    for line in lines:
        line.close()
    commit(stage.cluster, stage.memory, station)


def garbage_to_peers_door(stage: Stage) -> None:
    """Send random bytes to the port for other nodes; half-open lines; one byte at a time."""
    station = _victim(stage)
    port = stage.cluster.network.places[station.number].p2p_port
    address = ("127.0.0.1", port)
    for size in (0, 1, 32, 33, 1_000, 65_536):
        done = _send(socket.AF_INET, address, [stage.choice.randbytes(size)])
        stage.count("lines of garbage", done)
    lines = []
    for _ in range(500):
        line = socket.socket()
        line.settimeout(2)
        with suppress(OSError):
            line.connect(address)
            line.send(stage.choice.randbytes(1))
            stage.count("silent lines")
        lines.append(line)
    stage.others_go_on()
    commit(stage.cluster, stage.memory, station)
    for line in lines:
        line.close()


def ten_thousand_lines(stage: Stage) -> None:
    """Open and drop ten thousand lines to the port for other nodes while the network decides."""
    station = _victim(stage)
    port = stage.cluster.network.places[station.number].p2p_port
    for _ in range(10_000):
        with socket.socket() as line, suppress(OSError):
            line.settimeout(1)
            line.connect(("127.0.0.1", port))
            line.send(b"\x16\x03\x01")
            stage.count("lines of garbage")
    stage.others_go_on()
    commit(stage.cluster, stage.memory, station)
