# SPDX-License-Identifier: Apache-2.0
"""Crashes in the middle of a block: the engine at its own fail points, the node at every write.

The engine counts the fail points it passes (CometBFT's `FAIL_TEST_INDEX`) and exits at the one it
was given; ten of them are passed for a block. The node dies by SIGKILL at the write it was given.
"""

from __future__ import annotations

import re
import time
from contextlib import suppress
from typing import Final

from tests.faults.cluster import Cluster, Refused, Station, cluster_of, wait_for
from tests.faults.judge import judge
from tests.faults.load import Memory
from tests.torture.kit import Row, Trial, collect

FAIL_POINTS: Final = 22
"""More than two blocks' worth: the first block of a run, and those after it."""
_MOMENT_S: Final = 0.05


def _tempt(cluster: Cluster, memory: Memory, station: Station) -> None:
    """Submit until the station's process has ended."""
    life = station.running

    def has_ended() -> bool:
        if life.event("ready") and len(memory.submitted) < 100_000:
            raw = cluster.network.deposit(cluster.network.places[station.number].seat)
            memory.note(station, raw, cluster.submit(station, raw))
            time.sleep(_MOMENT_S)
        return life.process.poll() is not None

    wait_for(has_ended, f"the crash of node {station.number}")


def fail_points(name: str, indices: range, *, voters: int, seed: int = 1) -> Row:
    """Let one node's engine exit at each of its fail points, restart it, and judge."""
    trials: list[Trial] = []
    with cluster_of(voters) as cluster:
        memory = Memory()
        for index in indices:
            station = cluster.stations[(index + seed) % voters]
            trial = _fail_at(cluster, memory, station, index)
            trial.acknowledged -= sum(one.acknowledged for one in trials)
            trials.append(trial)
            if trial.violations:
                trial.violations = [f"[index {index}] {one}" for one in trial.violations]
                break
    row = collect(name, trials)
    row.facts["blocks"] = trials[-1].facts.get("blocks", 0)
    return row


def _fail_at(cluster: Cluster, memory: Memory, station: Station, index: int) -> Trial:
    trial = Trial()
    try:
        station.stop()
        station.launch(environment={"FAIL_TEST_INDEX": str(index)})
        with suppress(Refused):  # it may exit before it is ready, while it replays
            station.await_ready()
        _tempt(cluster, memory, station)
        log = (station.data / "engine.log").read_text(errors="replace")
        trial.facts["fired"] = int(f"*** fail-test {index} ***" in log)
        if not trial.facts["fired"]:
            trial.violations.append(f"the engine ended, but not at its fail point: {log[-300:]}")
        station.start()
    except Exception as error:
        trial.violations.append(f"{type(error).__name__}: {error}")
        return trial
    return _add(trial, judge(cluster, memory))


def _add(trial: Trial, verdict: Trial) -> Trial:
    trial.violations += verdict.violations
    trial.acknowledged = verdict.acknowledged
    trial.facts |= verdict.facts
    return trial


# --- the node, at every write ---------------------------------------------------------------------


def list_places() -> list[str]:
    """Return every place that a node passes between FinalizeBlock and the end of Commit."""
    with cluster_of(1) as cluster:
        (station,) = cluster.stations
        memory = Memory()
        for _ in range(40):  # until the log begins its second file
            raw = cluster.network.deposit(cluster.network.places[0].seat)
            answer = cluster.submit(station, raw)
            memory.note(station, raw, answer)
            answer.result(60)
        found: dict[str, int] = station.running.ask("places")["places"]
    return sorted(found)


def crash_at_places(name: str, places: list[str], times: int, *, voters: int, seed: int = 1) -> Row:
    """Kill one node so many times at each place, restart it, and judge."""
    trials: list[Trial] = []
    row_places: dict[str, tuple[int, int]] = {}
    with cluster_of(voters) as cluster:
        memory = Memory()
        for turn, place in enumerate(place for place in places for _ in range(times)):
            station = cluster.stations[(turn + seed) % voters]
            trial = _crash_at(cluster, memory, station, place, turn % times + 1)
            trial.acknowledged -= sum(one.acknowledged for one in trials)
            trials.append(trial)
            done, hits = row_places.get(place, (0, 0))
            row_places[place] = (done + 1, hits + trial.facts.get("killed", 0))
            if trial.violations:
                trial.violations = [f"[{place}] {one}" for one in trial.violations]
                break
    row = collect(name, trials)
    row.facts["blocks"] = trials[-1].facts.get("blocks", 0)
    row.facts["places"] = len(places)
    row.sites = row_places
    return row


def _crash_at(cluster: Cluster, memory: Memory, station: Station, place: str, number: int) -> Trial:
    trial = Trial()
    try:
        station.running.ask("crash", place=place, number=number)
        _tempt(cluster, memory, station)
        trial.facts["killed"] = int(station.running.process.wait() == -9)
        if not trial.facts["killed"]:
            trial.violations.append(f"it did not die there: {station.running.events}")
        station.kill()
        station.start()
    except Exception as error:
        trial.violations.append(f"{type(error).__name__}: {error}")
        return trial
    return _add(trial, judge(cluster, memory))


def short_places(places: list[str]) -> list[str]:
    """Return a few: around the append that makes a block durable, and the store."""
    core = re.compile(r"within write|after fdatasync|before commit|after save|store-transaction")
    return [place for place in places if core.search(place)][:4]
