# SPDX-License-Identifier: Apache-2.0
"""What a node makes of its two memories at a start: the engine's and the ledger's, older or newer.

Each row of the engine's handshake is forced. With S the height of the engine's blocks and A that of
the ledger: A = 0, A < S, A = S, and A > S, which must be refused with what to do.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from tests.faults.cluster import Cluster, Hang, Refused, Station, wait_for
from tests.faults.judge import read_calls
from tests.faults.liars import forget_chain
from tests.faults.load import commit
from tests.faults.scene import Stage

LEDGER: Final = ("blocks", "state", "views.sqlite", "views.sqlite-wal", "views.sqlite-shm")
SIGNED: Final = "priv_validator_state.json"
_TOLD_S: Final = 20.0
"""Votes are with everybody long before, if their senders live long enough to send them."""


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _copy(source: Path, target: Path, names: tuple[str, ...]) -> None:
    """Put copies of these in place of what is there."""
    target.mkdir(exist_ok=True)
    for name in names:
        _remove(target / name)
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name)
        elif (source / name).exists():
            shutil.copyfile(source / name, target / name)


def _replayed(station: Station) -> int:
    """Return how many blocks the last run was given before it took part in any decision."""
    count = 0
    for name, _ in read_calls(station.calls[-1]):
        if name in {"prepare_proposal", "process_proposal"}:
            break
        count += name == "finalize_block"
    return count


def _pick(stage: Stage) -> Station:
    return stage.choice.choice(stage.cluster.stations)


def ledger_of_nothing(stage: Stage) -> None:
    """A = 0: the ledger's part is gone, the engine's is there: every block is executed again."""
    station = _pick(stage)
    station.stop()
    for name in LEDGER:
        _remove(station.data / name)
    station.start()
    stage.count("blocks replayed", _replayed(station))


def ledger_older(stage: Stage) -> None:
    """A < S: an older copy of the ledger's part is put back."""
    station = _pick(stage)
    station.stop()
    kept = stage.cluster.base / f"kept-{stage.number}"
    _copy(station.data, kept, LEDGER)
    station.start()
    for _ in range(3):
        commit(stage.cluster, stage.memory, station)
    station.kill()
    _copy(kept, station.data, LEDGER)
    station.start()
    count = _replayed(station)
    stage.count("blocks replayed", count)
    if count < 3:
        stage.violate(f"only {count} blocks were replayed")


def both_equal(stage: Stage) -> None:
    """A = S: an ordinary restart replays nothing that the ledger has."""
    station = _pick(stage)
    station.stop()
    station.start()


def engine_older(stage: Stage) -> None:
    """A > S: the engine's part is an older copy: refused, with what to do; doing it helps."""
    station = _pick(stage)
    station.stop()
    kept = stage.cluster.base / f"kept-{stage.number}"
    shutil.copytree(station.data / "engine" / "data", kept)
    station.start()
    for _ in range(3):
        commit(stage.cluster, stage.memory, station)
    station.stop()
    data = station.data / "engine" / "data"
    shutil.copyfile(data / SIGNED, kept / SIGNED)
    shutil.rmtree(data)
    shutil.copytree(kept, data)
    _must_refuse(stage, station, "older than the ledger")
    for name in LEDGER:
        _remove(station.data / name)
    for path in data.iterdir():
        if path.name != SIGNED:
            _remove(path)
    station.start()


def engine_gone(stage: Stage) -> None:
    """A > S: the engine's home is wiped: refused; the node joins again."""
    station = _pick(stage)
    station.stop()
    signed = (station.data / "engine" / "data" / SIGNED).read_bytes()
    shutil.rmtree(station.data / "engine")
    _must_refuse(stage, station, "not the home of an engine")
    (station.data / "engine" / "data").mkdir(parents=True)
    (station.data / "engine" / "data" / SIGNED).write_bytes(signed)
    forget_chain(stage.cluster, station)
    station.start()


def _must_refuse(stage: Stage, station: Station, words: str) -> None:
    try:
        station.start()
    except Refused as error:
        stage.count("refused")
        hint = (station.running.event("failed") or {}).get("hint", "")
        if words not in str(error) or not hint:
            stage.violate(f"the refusal does not help: {error}; hint {hint!r}")
        station.await_end()
        return
    stage.violate("it started")


def crash_before_first_commit(stage: Stage) -> None:
    """A = 0 twice: all die before their first block is durable, and begin again (INV-I13)."""
    cluster: Cluster = stage.cluster
    for station in cluster.stations:
        station.launch("--crash", "before commit#1")
    raw = cluster.network.deposit(cluster.network.places[0].seat)
    for station in cluster.stations:
        try:
            station.await_ready()
            stage.memory.note(station, raw, cluster.submit(station, raw))
        except Refused:
            stage.count("died before it was ready")
    wait_for(lambda: any(not one.is_running for one in cluster.stations), "a first death")
    # A node that the dead did not tell of their votes has no first block, and waits for ever.
    with suppress(Hang):
        wait_for(
            lambda: not any(one.is_running for one in cluster.stations),
            "the end of all",
            seconds=_TOLD_S,
        )
    for station in cluster.stations:
        stage.count("died at its first block", not station.is_running)
        station.kill()
    cluster.start()
    again = [[name for name, _ in read_calls(station.calls[-1])] for station in cluster.stations]
    stage.count("first block begun twice", sum("init_chain" in names for names in again))
