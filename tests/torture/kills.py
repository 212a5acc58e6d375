# SPDX-License-Identifier: Apache-2.0
"""Experiment 2: SIGKILL at random moments, of a whole node or of one of its processes."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from tests.torture.kit import (
    EXIT_CODES,
    Row,
    Subject,
    Trial,
    collect,
    end_group,
    run_trials,
    wait_until,
    workplace,
)
from tests.torture.site_kills import KILLED

START_S: Final = 40.0
LIVES: Final = 5
"""How often a node is killed on one folder before the folder is checked."""


def kill_at_random(lives: int, processes: int) -> Row:
    """Kill the whole process group of a production node under four clients."""
    work = partial(_kill_often, True)
    seeds = range(1, -(-lives // LIVES) + 1)
    return collect(
        "kill -9 at random: 4 clients, all processes", run_trials(work, seeds, processes=processes)
    )


def kill_one_process_at_random(lives: int, processes: int) -> Row:
    """Kill nodes that do all their work in one process: quicker, so more of them."""
    work = partial(_kill_often, False)
    seeds = range(1001, 1001 + -(-lives // LIVES))
    return collect(
        "kill -9 at random: 4 clients, one process", run_trials(work, seeds, processes=processes)
    )


def _kill_often(with_workers: bool, seed: int) -> Trial:
    """Kill several times on one folder, then check all that was ever shown."""
    trial = Trial()
    choice = random.Random(seed)
    with workplace() as place:
        subject = Subject(place)
        for life in range(LIVES):
            live = _live_and_die if with_workers else _fork_and_die
            live(subject, 10 * seed + life, choice.random(), trial)
            trial.facts["kills"] = life + 1
        trial.take(subject.check())
    return trial


def _options(seed: int) -> tuple[str, ...]:
    load = ("--clients", "4", "--batches", "100000", "--batch", "12", "--seed", str(seed))
    return (*load, "--flush", "60", "--segment", "65536")


def _fork_and_die(subject: Subject, seed: int, chance: float, trial: Trial) -> None:
    ready = subject.shown.ready
    child = subject.fork(*_options(seed))
    wait_until(lambda: subject.shown.ready > ready, timeout_s=START_S)
    time.sleep(chance * 0.4)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) != KILLED:
        trial.violations.append(f"the node ended before it was killed: {subject.shown.halts}")


def _live_and_die(subject: Subject, seed: int, chance: float, trial: Trial) -> None:
    ready = subject.shown.ready
    process = subject.start(*_options(seed))
    try:
        wait_until(
            lambda: subject.shown.ready > ready or process.poll() is not None, timeout_s=START_S
        )
        time.sleep(chance)
        if process.poll() is not None:
            why = f"code {process.returncode} {subject.shown.halts} {subject.errors()}"
            trial.violations.append(f"the node ended before it was killed: {why}")
    finally:
        end_group(process)


# --- children -------------------------------------------------------------------------------------

CHILDREN: Final = {
    "storage": "tallystick.storage.writer",
    "verifier": "tallystick.crypto.worker",
    "views": "tallystick.node.projector",
}


def kill_children(child: str, repetitions: int, processes: int) -> Row:
    """Kill one worker process of a production node under load."""
    work = partial(_kill_child, child)
    return collect(
        f"kill the {child} process",
        run_trials(work, range(1, repetitions + 1), processes=processes),
    )


def _kill_child(child: str, seed: int) -> Trial:
    trial = Trial()
    with workplace() as place:
        subject = Subject(place)
        batches = "25" if child == "views" else "100000"
        options = ("--clients", "2", "--batches", batches, "--batch", "30", "--seed", str(seed))
        process = subject.start(*options)
        try:
            wait_until(lambda: len(subject.shown.acks) > seed % 40, timeout_s=START_S)
            found = _child_of(process.pid, CHILDREN[child])
            if found is None:
                trial.violations.append(f"no {child} process: {subject.errors()}")
                return trial
            os.kill(found, signal.SIGKILL)
            before = len(subject.shown.acks)
            ended = wait_until(lambda: process.poll() is not None, timeout_s=START_S)
            _judge_child(child, trial, subject, process.poll() if ended else None, before)
        finally:
            end_group(process)
        trial.take(subject.check())
    return trial


def _judge_child(child: str, trial: Trial, subject: Subject, code: int | None, before: int) -> None:
    shown = subject.shown
    if child == "views":
        if code != 0 or len(shown.acks) <= before:
            trial.violations.append(f"without views: code {code}, {subject.errors()}")
        return
    expected = {"storage": "E_STORAGE", "verifier": "E_HALTED"}[child]
    if code not in EXIT_CODES - {0} or shown.halts != [expected]:
        trial.violations.append(f"without {child}: code {code}, told {shown.halts}")
    if shown.late != ["E_UNAVAILABLE"]:
        trial.violations.append(f"after the halt a submission was answered {shown.late}")


def _child_of(parent: int, module: str) -> int | None:
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (path / "stat").read_text().rsplit(")", 1)[1].split()
            words = (path / "cmdline").read_bytes().split(b"\0")
            if int(fields[1]) == parent and module.encode() in words:
                return int(path.name)
    return None


# --- controls -------------------------------------------------------------------------------------


def plant_and_kill(plant: str, repetitions: int, *, must_catch: bool, processes: int) -> Row:
    """Kill nodes with a planted bug; what the method cannot see is shown as not seen."""
    work = partial(_kill_planted, plant)
    trials = run_trials(work, range(1, repetitions + 1), processes=processes)
    if must_catch:
        return collect(f"control: {plant}, by kill", trials, must_catch=True)
    row = collect(f"limit of the method: {plant}, by kill", trials)
    row.facts["seen by kill"] = len(row.violations)
    return row


def _kill_planted(plant: str, seed: int) -> Trial:
    trial = Trial()
    with workplace() as place:
        subject = Subject(place)
        options = ("--batches", "100000", "--seed", str(seed), "--plant", plant)
        child = subject.fork(*options)
        wait_until(lambda: len(subject.shown.acks) > 5 + seed % 20, timeout_s=START_S)
        time.sleep(seed % 10 / 200)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        trial.take(subject.check())
    return trial


def plant_no_replay_guard() -> Row:
    """Restart a node that forgets used nonces; the same bytes come again."""
    name = "control: no_replay_guard, by restart"
    with workplace() as place:
        subject = Subject(place)
        trial = Trial()
        os.waitpid(subject.fork("--linger"), 0)
        os.waitpid(subject.fork("--seed", "2", "--plant", "no_replay_guard"), 0)
        trial.take(subject.check())
    return collect(name, [trial], must_catch=True)
