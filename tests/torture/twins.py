# SPDX-License-Identifier: Apache-2.0
"""Experiments 6 and 7: two nodes on one folder, and clocks that jump."""

from __future__ import annotations

import os
import random
from contextlib import suppress
from functools import partial
from typing import Final

from tallystick.consensus import Committed
from tallystick.errors import TallystickError
from tallystick.node import NodeConfig, open_node
from tests.torture import world
from tests.torture.kit import (
    Row,
    Subject,
    Trial,
    collect,
    end_group,
    isolated,
    run_trials,
    wait_until,
    workplace,
)

RACERS: Final = 4
START_S: Final = 60.0


def race(repetitions: int, processes: int, plant: str = "") -> Row:
    """Start several nodes on one folder at once: exactly one runs."""
    name = f"control: {plant}, by racing nodes" if plant else "several nodes on one folder"
    trials = run_trials(partial(_race, plant), range(1, repetitions + 1), processes=processes)
    return collect(name, trials, must_catch=bool(plant))


def _race(plant: str, seed: int) -> Trial:
    trial = Trial()
    with workplace() as place:
        subject = Subject(place)
        planted = ("--plant", plant) if plant else ()
        options = ("--batches", "100000", "--inline", *planted)
        racers = [subject.start(*options, "--seed", str(seed * 10 + n)) for n in range(RACERS)]
        try:
            wait_until(
                lambda: (
                    sum(one.poll() is not None for one in racers) >= RACERS - 1
                    and subject.shown.ready > 0
                ),
                timeout_s=15.0 if plant else START_S,
            )
            ended = [one.returncode for one in racers if one.poll() is not None]
        finally:
            for one in racers:
                end_group(one)
        shown = subject.shown
        if shown.ready != 1 or ended != [1] * (RACERS - 1):
            trial.violations.append(f"{shown.ready} nodes ran, the others ended with {ended}")
        if [halt for halt in shown.halts if halt != "E_DATA"]:
            trial.violations.append(f"the others said {shown.halts}")
        trial.take(subject.check())
    return trial


# --- clocks ---------------------------------------------------------------------------------------

HOUR: Final = 3_600_000
JUMPS: Final = (1_000, -1_000, HOUR, -HOUR, 24 * HOUR, -24 * HOUR, -(10**13), 2 * 10**12)
"""Milliseconds: a second, an hour, a day; to before 1970, and by 63 years."""


class JumpingClock:
    """A clock that jumps before every block."""

    def __init__(self, seed: int) -> None:
        """Start at the wall clock."""
        self._choice = random.Random(seed)
        self.now = world.wall_ms()

    def __call__(self) -> int:
        """Return unix milliseconds."""
        return self.now

    def jump(self) -> None:
        """Jump somewhere else."""
        self.now = world.wall_ms() + self._choice.choice(JUMPS)


def jump_clocks(repetitions: int, processes: int) -> Row:
    """Run nodes with a jumping clock, then check with the wall clock that all came out the same."""
    trials = run_trials(_jump, range(1, repetitions + 1), processes=processes)
    return collect("clocks that jump", trials)


def _jump(seed: int) -> Trial:
    trial = Trial()
    with workplace() as place:
        subject = Subject(place)
        committed, problems = isolated(partial(_live_with_jumps, subject, seed))
        trial.violations += problems
        trial.facts["committed"] = committed
        trial.violations += isolated(partial(_same_again, subject))
    return trial


def _live_with_jumps(subject: Subject, seed: int) -> tuple[int, list[str]]:
    clock, problems, committed = JumpingClock(seed), [], 0
    node = open_node(
        NodeConfig(data=subject.data, workers=False, contracts=world.CONTRACTS, clock=clock)
    )
    node.start()
    for turn in range(30):
        clock.jump()
        # A member's own clock may be right or wrong; the ledger counts from the last block.
        now = max(clock.now, node.status().block_time)
        raw = [world.deposit(turn * 10 + place, now_ms=now) for place in range(3)]
        for answer in node.submit(raw).result(60):
            if isinstance(answer, Committed) and answer.code == "ok":
                committed += 1
            else:
                problems.append(f"with a jumping clock a deposit is answered {answer}")
    times = [node.block(height).header.time for height in range(1, node.status().height + 1)]
    if times != sorted(times):
        problems.append("block times go back")
    node.stop()
    return committed, problems


def _same_again(subject: Subject) -> list[str]:
    """Execute the log again under another clock and compare."""
    import shutil

    from tallystick.storage import BlockLogReader

    last = list(BlockLogReader(subject.data).follow(1))[-1].header.app_hash
    shutil.rmtree(subject.data / "state")
    try:
        node = open_node(
            NodeConfig(data=subject.data, workers=False, contracts=world.CONTRACTS, clock=lambda: 0)
        )
        node.start()
    except TallystickError as error:
        return [f"under another clock the log does not execute: {error.message}"]
    found = node.status().app_hash
    with suppress(OSError):
        node.stop()
        os.sync()
    return [] if found == last else ["another clock gives another app hash"]
