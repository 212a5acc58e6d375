# SPDX-License-Identifier: Apache-2.0
"""Controls: acts with a planted bug, which the judge must notice."""

from __future__ import annotations

import os
import signal
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


def submit_again_after_restart(stage: Stage) -> None:
    """The same bytes again, after every node was restarted without its memory of nonces."""
    cluster = stage.cluster
    done = commit(cluster, stage.memory, cluster.stations[0])
    raw = stage.memory.submitted[done.transaction_id]
    for station in cluster.stations:
        os.kill(station.running.process.pid, signal.SIGKILL)
    for station in cluster.stations:
        station.kill()
        station.launch("--plant", "no_replay_guard")
    for station in cluster.stations:
        station.await_ready()
    with suppress(Refused):
        cluster.submit(cluster.stations[1], raw).result(60)
    commit(cluster, stage.memory, cluster.stations[0])
