# SPDX-License-Identifier: Apache-2.0
"""Controls: acts with a planted bug, which the judge must notice."""

from __future__ import annotations

from contextlib import suppress

from tests.faults.cluster import Hang, Refused, wait_for
from tests.faults.load import commit
from tests.faults.scene import Stage


def nothing(stage: Stage) -> None:
    """Let clients work."""
    stage.others_go_on(10)


def one_differs(stage: Stage) -> None:
    """One node executes differently."""
    station = stage.cluster.stations[0]
    station.stop()
    with suppress(Refused, Hang):
        station.start("--plant", "nondeterministic")
    stage.others_go_on()
    wait_for(lambda: not station.is_running, "the end of the node that differs")
    halt = station.running.event("halt", "failed") or {}
    stage.violate(f"node 0 ended with {halt.get('code')}: its engine decides no more")


def submit_again_after_restart(stage: Stage) -> None:
    """The same bytes again, after every node was restarted without its memory of nonces."""
    cluster = stage.cluster
    done = commit(cluster, stage.memory, cluster.stations[0])
    raw = stage.memory.submitted[done.transaction_id]
    # In order, so that the store is written: what is executed again at a start is remembered.
    for station in cluster.stations:
        station.running.ask_later("stop")
    for station in cluster.stations:
        station.await_end()
        station.launch("--plant", "no_replay_guard")
    for station in cluster.stations:
        station.await_ready()
    for _ in range(5):  # what was executed again at the start is remembered: others come first
        commit(cluster, stage.memory, cluster.stations[1])
    with suppress(Refused):
        commit(cluster, stage.memory, cluster.stations[1], raw)
    commit(cluster, stage.memory, cluster.stations[0])
