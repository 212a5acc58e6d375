# SPDX-License-Identifier: Apache-2.0
"""Nodes that do not belong here: one whose identity no organisation registered."""

from __future__ import annotations

from tallystick.consensus.cometbft.key_files import node_key_json
from tests.factories import secret
from tests.faults.cluster import Cluster, wait_for
from tests.faults.scene import Stage


def make_stranger(cluster: Cluster) -> None:
    """Give the fifth node an identity that is not on the ledger."""
    path = cluster.stations[4].data / "engine" / "config" / "node_key.json"
    path.write_bytes(node_key_json(secret(9_999)))


def stranger(stage: Stage) -> None:
    """It calls everybody and is let in by nobody (INV-I22)."""
    cluster = stage.cluster
    outsider = cluster.stations[4]
    words = "registered was refused"

    def is_refused() -> bool:
        return any(words in station.errors() for station in cluster.stations[:4])

    wait_for(is_refused, "a refusal of the stranger")
    stage.others_go_on(10)
    if cluster.height(outsider) != 0:
        stage.violate("a node that nobody registered has blocks")
    stage.count("refused")
