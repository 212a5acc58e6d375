# SPDX-License-Identifier: Apache-2.0
"""The frame of every experiment: a network, a fault, its end, and the judgement, so many times."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.faults.cluster import Cluster, Hang, Refused, cluster_of
from tests.faults.judge import judge
from tests.faults.load import Load, Memory
from tests.faults.wiring import Direct, Wiring
from tests.torture.kit import Row, Trial, collect


@dataclass
class Stage:
    """What a fault acts on."""

    cluster: Cluster
    memory: Memory
    trial: Trial
    choice: random.Random
    load: Load
    number: int
    """Of the trial, from 0."""

    def count(self, fact: str, number: int = 1) -> None:
        """Add to a figure of the report."""
        self.trial.facts[fact] = self.trial.facts.get(fact, 0) + number

    def others_go_on(self, count: int = 5) -> None:
        """Wait until so many more transactions were acknowledged."""
        self.load.await_acks(count, "the others going on")
        self.count("acknowledged during faults", count)

    def violate(self, what: str) -> None:
        """Note a broken promise."""
        self.trial.violations.append(what)


Act = Callable[[Stage], None]


@dataclass(frozen=True)
class Scene:
    """One kind of fault, on one kind of network."""

    name: str
    acts: tuple[Act, ...]
    voters: int = 4
    others: int = 0
    wiring: Callable[[], Wiring] = Direct
    must_catch: str = ""
    """Of a control: words of the violation that must be found, since another proves nothing."""
    options: tuple[str, ...] = ()
    """For every node's process."""
    before: Callable[[Cluster], None] = lambda _: None
    """What is done to the folders before anything starts."""
    starts: bool = True
    """Whether the nodes run when the act begins."""
    is_loaded: bool = True
    """Whether clients deposit while the fault acts."""
    judged: Callable[[Cluster], Iterable[int]] = field(
        default=lambda cluster: range(len(cluster.stations))
    )
    """Places that are judged."""


def play(scene: Scene, times: int, *, seed: int = 1) -> Row:
    """Do every act of a scene so many times, on one network; stop at the first broken promise."""
    trials: list[Trial] = []
    with cluster_of(
        scene.voters, others=scene.others, wiring=scene.wiring, starts=False
    ) as cluster:
        scene.before(cluster)
        for station in cluster.stations if scene.starts else []:
            station.launch(*scene.options)
        for station in cluster.live:
            station.await_ready()
        memory = Memory()
        for number in range(times * len(scene.acts)):
            act = scene.acts[number % len(scene.acts)]
            trial = _perform(scene, act, cluster, memory, seed + number)
            known = sum(one.acknowledged for one in trials)
            trial.acknowledged -= known  # the memory is that of the whole scene
            trials.append(trial)
            if trial.violations:
                break
        row = collect(scene.name, trials, must_catch=bool(scene.must_catch))
        if row.must_catch:
            row.facts["found"] = "; ".join(row.violations)[:200] or "nothing"
            row.violations = [one for one in row.violations if scene.must_catch in one]
        row.facts["blocks"] = trials[-1].facts.get("blocks", 0)
    return row


def _perform(scene: Scene, act: Act, cluster: Cluster, memory: Memory, seed: int) -> Trial:
    trial = Trial()
    load = Load(cluster, memory, seed)
    stage = Stage(cluster, memory, trial, random.Random(seed), load, seed - 1)
    try:
        if scene.is_loaded:
            with load:
                load.await_acks(5, "the first transactions")
                act(stage)
        else:
            act(stage)
    except (Hang, Refused) as error:
        trial.violations.append(f"{getattr(act, '__name__', 'act')}: {error}")
        return trial
    judged = [cluster.stations[number] for number in scene.judged(cluster)]
    verdict = judge(cluster, memory, seed=seed, stations=judged)
    trial.violations += verdict.violations
    trial.acknowledged = verdict.acknowledged
    trial.facts |= {
        name: count if name == "blocks" else trial.facts.get(name, 0) + count
        for name, count in verdict.facts.items()
    }
    if trial.violations:
        where = f"seed {seed}, {getattr(act, '__name__', 'act')}"
        trial.violations = [f"[{where}] {one}" for one in trial.violations]
    return trial
