# SPDX-License-Identifier: Apache-2.0
"""What all experiments share: processes to torture, processes that check, rows of results."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Generic, NoReturn, TypeVar

from tests.torture import victim, world
from tests.torture.checker import Verdict, check_folder
from tests.torture.plants import PLANTS
from tests.torture.shown import Shown, read_shown

T = TypeVar("T")
S = TypeVar("S")

CHECK_S: Final = 90.0
VICTIM_S: Final = 60.0
MEMORY_BYTES: Final = 2 * 2**30
EXIT_CODES: Final = frozenset({0, 1, 6})
"""What a node may end with: done, storage or other fault, evidence that does not check out."""


@dataclass(slots=True)
class Row:
    """The result of one experiment."""

    name: str
    trials: int = 0
    violations: list[str] = field(default_factory=list)
    facts: dict[str, int | float | str] = field(default_factory=dict)
    sites: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Trials and hits by place, of an experiment that counts them by place."""
    not_run: str = ""
    """Why it was not run; then it proves nothing."""
    must_catch: bool = False
    """Whether it is a control: a planted bug that must be found."""
    seconds: float = 0.0

    @property
    def verdict(self) -> str:
        """Say how it ended."""
        if self.not_run:
            return "NOT RUN"
        if self.must_catch:
            return "caught" if self.violations else "NOT CAUGHT"
        return "VIOLATED" if self.violations else "held"

    @property
    def is_bad(self) -> bool:
        """Say whether the whole run fails because of it."""
        return self.verdict in {"VIOLATED", "NOT CAUGHT"}


@dataclass(slots=True)
class Trial:
    """The result of one trial."""

    violations: list[str] = field(default_factory=list)
    acknowledged: int = 0
    facts: dict[str, int] = field(default_factory=dict)

    def take(self, verdict: Verdict) -> None:
        """Add what the checker found."""
        self.violations += verdict.violations
        self.acknowledged += verdict.acknowledged
        for name in ("receipts", "checkpoints"):
            self.facts[name] = self.facts.get(name, 0) + getattr(verdict, name)


def collect(name: str, trials: Iterable[Trial], *, must_catch: bool = False) -> Row:
    """Return one row for many trials."""
    row = Row(name, must_catch=must_catch)
    for trial in trials:
        row.trials += 1
        row.violations += trial.violations
        _add(row.facts, "acknowledged", trial.acknowledged)
        for fact, count in trial.facts.items():
            _add(row.facts, fact, count)
    return row


def _add(facts: dict[str, int | float | str], name: str, count: int) -> None:
    before = facts.get(name, 0)
    facts[name] = (before if isinstance(before, int) else 0) + count


# --- work in processes ------------------------------------------------------------------------


class ProcessEnded(Exception):
    """A forked process ended without an answer."""

    def __init__(self, message: str, *, is_crash: bool = False) -> None:
        """Say whether the process crashed, and did not just raise."""
        super().__init__(message)
        self.is_crash = is_crash


@dataclass(frozen=True, slots=True)
class _Answer(Generic[T]):
    value: T | None
    error: str


def isolated(work: Callable[[], T], *, timeout_s: float = CHECK_S) -> T:
    """Do the work in a forked process, since a damaged file may crash or hang it.

    Raises:
        ProcessEnded: it crashed, hung, or raised.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _answer(work, writer)
    os.close(writer)
    try:
        data = _read_until_end(reader, timeout_s)
    finally:
        os.close(reader)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    if not data:
        ended = os.waitstatus_to_exitcode(status)
        raise ProcessEnded(f"the process ended with {ended} and no answer", is_crash=True)
    answer: _Answer[T] = pickle.loads(data)  # noqa: S301  # our own child wrote it
    if answer.error:
        raise ProcessEnded(answer.error)
    return answer.value  # type: ignore[return-value]  # there is one when there is no error


def _answer(work: Callable[[], T], writer: int) -> NoReturn:
    try:
        answer = _Answer(work(), "")
    except BaseException as error:  # told to the parent
        answer = _Answer(None, f"{type(error).__name__}: {error}")
    data = memoryview(pickle.dumps(answer))
    while data:
        data = data[os.write(writer, data) :]
    os._exit(0)


def _read_until_end(reader: int, timeout_s: float) -> bytes:
    end = time.monotonic() + timeout_s
    parts: list[bytes] = []
    while True:
        ready, _, _ = select.select([reader], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            raise ProcessEnded(f"no answer after {timeout_s:.0f} s")
        part = os.read(reader, 2**20)
        if not part:
            return b"".join(parts)
        parts.append(part)


def run_trials(work: Callable[[S], Trial], items: Iterable[S], *, processes: int) -> list[Trial]:
    """Do the trials, some at a time, in forked processes; return the results in order."""
    waiting, running = list(items), []
    by_process: list[list[Trial]] = []
    context = multiprocessing.get_context("fork")
    chunks = [waiting[start::processes] for start in range(processes)]
    for chunk in chunks:
        if chunk:
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_run_chunk, args=(work, chunk, theirs))
            process.start()
            theirs.close()
            running.append((process, ours, len(chunk)))
    for process, ours, count in running:
        results: list[Trial] = []
        with suppress(EOFError):
            while len(results) < count:
                results.append(ours.recv())
        process.join()
        results += [Trial(["the harness lost a trial"])] * (count - len(results))
        by_process.append(results)
    return [by_process[at % processes][at // processes] for at in range(len(waiting))]


def _run_chunk(work: Callable[[S], Trial], chunk: list[S], pipe: object) -> None:
    for item in chunk:
        try:
            trial = work(item)
        except Exception as error:  # a trial that fails is a failed trial
            trial = Trial([f"the harness failed: {type(error).__name__}: {error}"])
        pipe.send(trial)  # type: ignore[attr-defined]


# --- folders and victims ------------------------------------------------------------------------


def _quick_place() -> Path | None:
    """Return a folder in memory, if there is a large one.

    What a killed process leaves is the same there, and syncing costs nothing; power cuts happen to
    file systems of their own, which may well lie in a file in memory.
    """
    place = Path("/dev/shm")
    with suppress(OSError):
        if os.access(place, os.W_OK) and shutil.disk_usage(place).free > MEMORY_BYTES:
            return place
    return None


@contextmanager
def workplace(inside: Path | None = None) -> Iterator[Path]:
    """Make a temporary folder, and remove it at the end."""
    path = Path(tempfile.mkdtemp(prefix="tally-torture-", dir=inside or _quick_place()))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


class Subject:
    """One folder, the file of what its node shows, and the ways to run a node on it."""

    def __init__(self, place: Path, *, data: Path | None = None) -> None:
        """Found the network."""
        self.place = place
        self.data = world.found(data or place / "data")
        self.shown_file = place / "shown"

    @property
    def shown(self) -> Shown:
        """What was shown so far."""
        return read_shown(self.shown_file)

    def command(self, *options: str) -> list[str]:
        """Return the command of a victim."""
        command = [sys.executable, "-m", "tests.torture.victim"]
        return [*command, "--data", str(self.data), "--shown", str(self.shown_file), *options]

    def start(self, *options: str, before: Iterable[str] = ()) -> subprocess.Popen[bytes]:
        """Start a victim as the leader of a process group."""
        return subprocess.Popen(
            [*before, *self.command(*options)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self.place / "stderr").open("ab"),
            start_new_session=True,
        )

    def run(self, *options: str, before: Iterable[str] = ()) -> int:
        """Run a victim to its end; return its exit code, below zero for a signal.

        Raises:
            ProcessEnded: it did not end in time.
        """
        process = self.start(*options, before=before)
        try:
            return process.wait(VICTIM_S)
        except subprocess.TimeoutExpired as error:
            raise ProcessEnded(f"the victim did not end in {VICTIM_S:.0f} s") from error
        finally:
            end_group(process)

    def fork(self, *options: str, is_stopped: bool = False) -> int:
        """Start an inline victim as a forked process: quicker, since nothing is imported."""
        child = os.fork()
        if child == 0:
            self._live(options, is_stopped=is_stopped)
        return child

    def struck(self, *options: str, strace: Iterable[str]) -> int:
        """Run a forked victim with strace attached to it; return how it ended, as `run` does.

        Raises:
            ProcessEnded: it did not end in time, or strace does not attach.
        """
        child = self.fork(*options, is_stopped=True)
        os.waitpid(child, os.WUNTRACED)
        tracer = subprocess.Popen(
            [*strace, "-p", str(child)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self.place / "strace.err").open("ab"),
        )
        try:
            if not wait_until(lambda: _is_traced(child), timeout_s=VICTIM_S):
                raise ProcessEnded("strace does not attach")
            os.kill(child, signal.SIGCONT)
            status = _await_child(child, VICTIM_S)
        except ProcessEnded:
            os.kill(child, signal.SIGKILL)
            _await_child(child, VICTIM_S)
            raise
        finally:
            tracer.terminate()
            tracer.wait()
        return os.waitstatus_to_exitcode(status)

    def _live(self, options: tuple[str, ...], *, is_stopped: bool) -> NoReturn:
        os.setsid()
        if is_stopped:
            os.kill(os.getpid(), signal.SIGSTOP)
        null = os.open(os.devnull, os.O_RDWR)
        errors = os.open(self.place / "stderr", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        for target, source in ((0, null), (1, null), (2, errors)):
            os.dup2(source, target)
        given = [*self.command(*options)[3:], "--inline"]
        arguments = victim.parse(given)
        if arguments.plant:
            PLANTS[arguments.plant]()
        code = victim.CRASHED
        try:
            code = victim.Victim(arguments).live()
        except BaseException:  # the outermost edge of a process
            traceback.print_exc()
        os._exit(code)

    def check(self) -> Verdict:
        """Check the folder in a process of its own."""
        shown = self.shown
        try:
            return isolated(lambda: check_folder(self.data, shown))
        except ProcessEnded as error:
            return Verdict([f"the checker failed: {error}"])

    def errors(self) -> str:
        """Return the end of what the victims wrote to standard error."""
        path = self.place / "stderr"
        return path.read_text(errors="replace")[-400:] if path.exists() else ""


def _is_traced(child: int) -> bool:
    lines = Path(f"/proc/{child}/status").read_text().splitlines()
    return any(line.startswith("TracerPid:") and not line.endswith("\t0") for line in lines)


def _await_child(child: int, timeout_s: float) -> int:
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.002)
    raise ProcessEnded(f"the victim did not end in {timeout_s:.0f} s")


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a victim with all its children, and wait for it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(condition: Callable[[], bool], *, timeout_s: float) -> bool:
    """Wait for something to become true; say whether it did."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True
