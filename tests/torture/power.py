# SPDX-License-Identifier: Apache-2.0
"""Experiment 3: power cuts, on real file systems that are shut down without a flush.

A file system on a loop device is told to stop at once, keeping nothing that was not forced out
(FS_IOC_SHUTDOWN, NOLOGFLUSH); the node is killed; the file system is mounted again, which replays
its journal as after a power cut. What the page cache held is gone.
"""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final

from tests.torture.kit import Row, Subject, Trial, collect, run_trials, wait_until, workplace

SHUTDOWN: Final = 0x8004587D
NO_LOG_FLUSH: Final = 2
SIZE_MB: Final = {"ext4": 64, "xfs": 320}
START_S: Final = 40.0
KILL: Final = 9


def why_not(kind: str) -> str:
    """Return why power cuts on this kind of file system cannot be tried; empty if they can."""
    if os.geteuid() != 0:
        return "mounting needs root"
    for program in (f"mkfs.{kind}", "losetup", "mount"):
        if shutil.which(program) is None:
            return f"{program} is absent"
    with workplace() as place:
        try:
            with _mounted(kind, place):
                return ""
        except subprocess.CalledProcessError as error:
            return f"cannot mount {kind}: {error.stderr.decode(errors='replace').strip()[:120]}"


@contextmanager
def _mounted(kind: str, place: Path) -> Iterator[Path]:
    """Make a file system in a file, and mount it."""
    image, point = place / f"{kind}.img", place / "disk"
    with image.open("wb") as file:
        file.truncate(SIZE_MB[kind] * 2**20)
    _run(f"mkfs.{kind}", "-q", str(image))
    point.mkdir()
    mount(image, point)
    try:
        yield point
    finally:
        unmount(point)


def mount(image: Path, point: Path) -> None:
    """Mount the file system in a file."""
    _run("mount", "-o", "loop", str(image), str(point))


def unmount(point: Path) -> None:
    """Unmount, waiting for the last process to let go."""
    for _ in range(100):
        with suppress(subprocess.CalledProcessError):
            _run("umount", str(point))
            return
        time.sleep(0.05)
    _run("umount", "-l", str(point))


def cut_power(point: Path) -> None:
    """Stop the file system; what was not forced out is lost."""
    descriptor = os.open(point, os.O_RDONLY)
    try:
        fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
    finally:
        os.close(descriptor)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def cut_often(kind: str, cuts: int, processes: int, plant: str = "") -> Row:
    """Cut the power of nodes, at random moments; with a planted bug it must be found."""
    name = f"control: {plant}, by power cut on {kind}" if plant else f"power cut on {kind}"
    reason = why_not(kind)
    if reason:
        return Row(name, not_run=reason)
    shares = [(number, cuts // processes or 1) for number in range(min(processes, cuts))]
    trials = run_trials(partial(_cut_share, kind, plant), shares, processes=processes)
    return collect(name, trials, must_catch=bool(plant))


def _cut_share(kind: str, plant: str, share: tuple[int, int]) -> Trial:
    """Cut so many times on one file system, each time a new folder."""
    number, count = share
    trial = Trial()
    with workplace() as place, _mounted(kind, place) as point:
        for turn in range(count):
            seed = number * 10_000 + turn + 1
            home = place / f"turn-{turn}"
            home.mkdir()
            subject = Subject(home, data=point / f"data-{turn}")
            _cut(kind, subject, point, seed, plant)
            trial.facts["cuts"] = turn + 1
            trial.take(subject.check())
            shutil.rmtree(subject.data, ignore_errors=True)
    return trial


def _cut(kind: str, subject: Subject, point: Path, seed: int, plant: str) -> None:
    choice = random.Random(seed)
    options = ["--clients", str(choice.choice((1, 4))), "--batch", str(choice.choice((1, 5, 20)))]
    options += ["--batches", "100000", "--seed", str(seed), "--segment", "16384"]
    child = subject.fork(*options, *(("--plant", plant) if plant else ()))
    wait_until(lambda: len(subject.shown.acks) > 0, timeout_s=START_S)
    time.sleep(choice.random() * 0.3)
    cut_power(point)
    os.kill(child, KILL)
    os.waitpid(child, 0)
    unmount(point)
    mount(point.parent / f"{kind}.img", point)
