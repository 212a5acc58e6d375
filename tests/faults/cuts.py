# SPDX-License-Identifier: Apache-2.0
"""Faults of the network: one node cut off, three against one, two against two."""

from __future__ import annotations

from tests.faults.deaths import stands_still
from tests.faults.load import commit
from tests.faults.scene import Stage


def cut_one(stage: Stage) -> None:
    """Three against one: the three go on, the one stands still and catches up (3-1)."""
    alone = stage.choice.randrange(4)
    rest = [number for number in range(4) if number != alone]
    stage.cluster.wiring.split([rest, [alone]])
    for number in rest:
        commit(stage.cluster, stage.memory, stage.cluster.stations[number])
    before = stage.cluster.height(stage.cluster.stations[alone])
    stage.others_go_on()
    ahead = stage.cluster.height(stage.cluster.stations[rest[0]])
    after = stage.cluster.height(stage.cluster.stations[alone])
    if after > before + 1 or ahead <= after:
        stage.violate(f"the node that was cut off went on: {before} to {after}, others {ahead}")
    stage.cluster.wiring.heal()


def cut_in_half(stage: Stage) -> None:
    """Two against two: nothing is committed anywhere, and all go on when healed (2-2)."""
    numbers = list(range(4))
    stage.choice.shuffle(numbers)
    stage.cluster.wiring.split([numbers[:2], numbers[2:]])
    stands_still(stage, stage.cluster.stations)
    stage.cluster.wiring.heal()
    stage.others_go_on()


def cut_all(stage: Stage) -> None:
    """Every node alone."""
    stage.cluster.wiring.split([[number] for number in range(4)])
    stands_still(stage, stage.cluster.stations)
    stage.cluster.wiring.heal()
    stage.others_go_on()


def cut_and_kill(stage: Stage) -> None:
    """A node is cut off, killed, and comes back only after the network was healed."""
    alone = stage.choice.randrange(4)
    rest = [number for number in range(4) if number != alone]
    stage.cluster.wiring.split([rest, [alone]])
    stage.cluster.stations[alone].kill()
    stage.others_go_on(10)
    stage.cluster.wiring.heal()
    stage.cluster.stations[alone].start()
