# SPDX-License-Identifier: Apache-2.0
"""Experiment 5: storage that refuses: errors at every call, a full disk, a largest file size."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from tests.torture.kit import EXIT_CODES, Row, Subject, Trial, collect, run_trials, workplace
from tests.torture.power import unmount
from tests.torture.sites import Strike, has_strace, inject, spread

STOPPED: Final = "E_STORAGE"
CODES: Final = frozenset({"E_STORAGE", "E_CORRUPT", "E_DATA", "E_UNAVAILABLE", "E_HALTED"})
"""What a node may say when it does not open because the storage fails under it."""
_RUN: Final = ("--batches", "6", "--linger")


def fail_at_sites(strikes: list[Strike], error: str, repetitions: int, processes: int) -> Row:
    """Let calls of the commit path fail, once or for ever."""
    name = f"{error} at every call of the commit path"
    if not has_strace():
        return Row(name, not_run="strace is absent")
    core = [strike for strike in strikes if strike.is_core and strike.call != "flock"]
    chosen = list(enumerate(spread(core, repetitions)))
    row = collect(name, run_trials(partial(_fail_at, error), chosen, processes=processes))
    row.facts["sites"] = len({strike.site for strike in core})
    return row


def _fail_at(error: str, numbered: tuple[int, Strike]) -> Trial:
    number, strike = numbered
    trial = Trial()
    # Once, twice in a row, or from then on: storage that fails seldom fails only once. Calls that
    # are interrupted for ever would rightly be tried for ever.
    forms = ("", f"..{strike.number + 1}", "+")
    calls_on = forms[number % (2 if error == "EINTR" else 3)]
    with workplace() as place:
        subject = Subject(place)
        before = inject(subject.data, strike, f"error={error}", calls_on=calls_on)
        code = subject.struck(*_RUN, "--seed", str(number + 1), strace=before)
        _judge(trial, subject, code)
        trial.take(subject.check())
    trial.violations = [f"{strike.site} #{strike.number}: {one}" for one in trial.violations]
    return trial


def _judge(trial: Trial, subject: Subject, code: int) -> None:
    """The node went on unharmed, or stopped with a documented code and took nothing more."""
    shown = subject.shown
    trial.facts["stopped"] = int(bool(shown.halts))
    trial.facts["went on"] = int(bool(shown.stopped))
    if code not in EXIT_CODES:
        trial.violations.append(f"exit code {code}: {shown.halts} {subject.errors()}")
    if not shown.halts and not shown.stopped:
        trial.violations.append(f"it ended with {code} and said nothing: {subject.errors()}")
    trial.violations += [f"it stopped with {halt}" for halt in shown.halts if halt not in CODES]
    if shown.halts and shown.ready and shown.late not in ([], ["E_UNAVAILABLE"]):
        trial.violations.append(f"after the halt a submission was answered {shown.late}")


def fail_in_recovery(strikes: list[Strike], repetitions: int, processes: int) -> Row:
    """Let calls fail while a killed node's folder, with a torn tail, is opened again."""
    name = "EIO and kill during recovery"
    if not has_strace():
        return Row(name, not_run="strace is absent")
    core = [strike for strike in strikes if strike.is_core]
    chosen = list(enumerate(spread(core, repetitions)))
    return collect(name, run_trials(_fail_in_recovery, chosen, processes=processes))


def _fail_in_recovery(numbered: tuple[int, Strike]) -> Trial:
    number, strike = numbered
    trial = Trial()
    what = ("error=EIO", "signal=KILL")[number % 2]
    with workplace() as place:
        subject = Subject(place)
        leave_behind(subject, number)
        newest = max((subject.data / "blocks").glob("*.log")).relative_to(subject.data)
        path = str(newest) if strike.path.endswith(".log") else strike.path
        again = Strike(strike.call, path, 1 + number // 2 % 3)
        before = inject(subject.data, again, what)
        code = subject.struck(*_RUN, "--seed", str(number + 10_000), strace=before)
        trial.facts["struck"] = int(code != 0)
        if code != -9:
            _judge(trial, subject, code)
        trial.take(subject.check())
    trial.violations = [f"{what} {strike.site}: {one}" for one in trial.violations]
    return trial


def leave_behind(subject: Subject, number: int) -> None:
    """Leave a folder as a crash does: the store behind the log, and a write torn in the middle."""
    child = subject.fork("--batches", "5", "--flush", "1000", "--seed", str(number + 1))
    from tests.torture.kit import wait_until

    wait_until(lambda: len(subject.shown.acks) > 4 + number % 5, timeout_s=40)
    os.kill(child, 9)
    os.waitpid(child, 0)
    newest = max((subject.data / "blocks").glob("*.log"))
    data = newest.read_bytes()
    marker = data[24:32]
    with newest.open("ab") as file:
        file.write(marker[: 1 + number % 8])


# --- full disks -----------------------------------------------------------------------------------


@contextmanager
def _small_disk(point: Path, size: str) -> Iterator[None]:
    point.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(point)]
    subprocess.run(["mount", *options], check=True, capture_output=True)
    try:
        yield
    finally:
        unmount(point)


def fill_disk(repetitions: int, processes: int) -> Row:
    """Run nodes on a small disk until it is full; free space; check."""
    name = "disk full"
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return Row(name, not_run="mounting needs root")
    return collect(name, run_trials(_fill_disk, range(repetitions), processes=processes))


def _fill_disk(number: int) -> Trial:
    trial = Trial()
    with workplace() as place:
        point = place / "disk"
        with _small_disk(point, f"{900 + 60 * number}k"):
            subject = Subject(place, data=point / "data")
            batch = ("1", "7", "60")[number % 3]
            options = ("--batches", "100000", "--batch", batch, "--seed", str(number + 1))
            code = os.waitstatus_to_exitcode(os.waitpid(subject.fork(*options), 0)[1])
            _judge(trial, subject, code)
            if set(subject.shown.halts) != {STOPPED}:
                trial.violations.append(f"a full disk stopped it with {subject.shown.halts}")
            options_more = ["mount", "-o", "remount,size=64m", str(point)]
            subprocess.run(options_more, check=True, capture_output=True)
            trial.take(subject.check())
    return trial


def limit_file_size(repetitions: int, processes: int) -> Row:
    """Run nodes whose files may not grow: the system takes a part of a write, then refuses."""
    trials = run_trials(_limit_file_size, range(repetitions), processes=processes)
    return collect("short writes (largest file size)", trials)


def _limit_file_size(number: int) -> Trial:
    trial = Trial()
    with workplace() as place:
        subject = Subject(place)
        # Only block log segments come near the limit before anything else does.
        options = ("--batches", "60", "--batch", "9", "--segment", "100000000", "--inline")
        limit = 150_000 + 1_777 * number
        code = subject.run(*options, "--file-size", str(limit), "--seed", str(number + 1))
        _judge(trial, subject, code)
        trial.take(subject.check())
    return trial


def plant_ignored_fault(strikes: list[Strike], processes: int) -> Row:
    """A node that forgets failed writes must be caught."""
    name = "control: ignores_faults, by EIO"
    if not has_strace():
        return Row(name, not_run="strace is absent")
    on_log = [
        strike for strike in strikes if strike.call == "write" and strike.path.endswith(".log")
    ]
    trials = run_trials(_plant_ignored, list(enumerate(on_log))[:4], processes=processes)
    return collect(name, trials, must_catch=True)


def _plant_ignored(numbered: tuple[int, Strike]) -> Trial:
    number, strike = numbered
    trial = Trial()
    with workplace() as place:
        subject = Subject(place)
        before = inject(subject.data, strike, "error=EIO")
        options = (*_RUN, "--seed", str(number + 1), "--plant", "ignores_faults")
        subject.struck(*options, strace=before)
        trial.take(subject.check())
    return trial
