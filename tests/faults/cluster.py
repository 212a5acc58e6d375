# SPDX-License-Identifier: Apache-2.0
"""Nodes as processes of their own, and the lines by which they are told what to do."""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from tests.faults.wiring import Direct, Wiring
from tests.networks import Network, Seat, consortium_genesis

HANG_S: Final = 180.0
"""Only a hang makes anything here wait this long."""


class Hang(Exception):
    """Something that must happen did not."""


class Refused(Exception):
    """A node answered with an error."""

    def __init__(self, code: str, text: str) -> None:
        """Keep the code."""
        super().__init__(f"{code}: {text}")
        self.code = code


def wait_for(is_so: Callable[[], bool], what: str, *, seconds: float = HANG_S) -> None:
    """Return when it is so.

    Raises:
        Hang: it never was.
    """
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise Hang(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(0.02)


class Life:
    """One run of one node's process."""

    def __init__(self, command: list[str], environment: dict[str, str], errors: Path) -> None:
        """Start the process."""
        self.events: list[dict[str, Any]] = []
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Future[dict[str, Any]]] = {}
        self._lock = threading.Lock()
        with errors.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                start_new_session=True,
            )
        self.engine = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def ask_later(self, do: str, **words: Any) -> Future[dict[str, Any]]:
        """Ask; the future ends with the answer, or raises what went wrong."""
        future: Future[dict[str, Any]] = Future()
        number = next(self._numbers)
        with self._lock:
            self._waiting[number] = future
        line = json.dumps({"id": number, "do": do, **words}) + "\n"
        try:
            assert self.process.stdin is not None
            self.process.stdin.write(line.encode())
            self.process.stdin.flush()
        except OSError as error:
            self._settle(number, Refused("GONE", str(error)))
        if self.process.poll() is not None and not self._reader.is_alive():
            self._settle(number, Refused("GONE", "the process has ended"))
        return future

    def ask(self, do: str, **words: Any) -> dict[str, Any]:
        """Ask and wait.

        Raises:
            Refused: the node answered with an error, or ended.
            Hang: it did not answer.
        """
        try:
            return self.ask_later(do, **words).result(HANG_S)
        except TimeoutError as error:
            raise Hang(f"a node did not answer {do}") from error

    def event(self, *names: str) -> dict[str, Any] | None:
        """Return the first event of one of these names, if it came."""
        return next((one for one in list(self.events) if one["event"] in names), None)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue  # half a line of a process that was killed
            if "event" in said:
                self.events.append(said)
            elif "error" in said:
                self._settle(said["id"], Refused(said["error"], said.get("text", "")))
            else:
                self._settle(said["id"], said)
        with self._lock:
            left = list(self._waiting)
        for number in left:
            self._settle(number, Refused("GONE", "the process has ended"))

    def _settle(self, number: int, answer: dict[str, Any] | Refused) -> None:
        with self._lock:
            future = self._waiting.pop(number, None)
        if future is None:
            return
        if isinstance(answer, Refused):
            future.set_exception(answer)
        else:
            future.set_result(answer)


class Station:
    """One place of the network: its folder, and the process that runs there or not."""

    def __init__(self, cluster: Cluster, number: int) -> None:
        """Nothing runs yet."""
        self._cluster = cluster
        self.number = number
        self.life: Life | None = None
        self.runs = 0

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self._cluster.network.places[self.number].folder

    @property
    def calls(self) -> list[Path]:
        """The files in which each run wrote down the engine's calls."""
        return sorted(self._cluster.base.glob(f"calls-{self.number}-*"))

    @property
    def running(self) -> Life:
        """The process, which must run."""
        assert self.life is not None, f"node {self.number} does not run"
        return self.life

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self.life is not None and self.life.process.poll() is None

    def launch(self, *options: str, environment: dict[str, str] | None = None) -> Life:
        """Start the process and return at once."""
        self.runs += 1
        calls = self._cluster.base / f"calls-{self.number}-{self.runs:04}"
        command = [sys.executable, "-m", "tests.faults.victim", "--data", str(self.data)]
        command += ["--calls", str(calls), *options]
        known = {**os.environ, "PYTHONHASHSEED": str(self.number + 1), **(environment or {})}
        prefix = self._cluster.wiring.prefix(self.number)
        self.life = Life([*prefix, *command], known, self._cluster.base / f"errors-{self.number}")
        return self.life

    def await_ready(self) -> None:
        """Wait until the node takes transactions.

        Raises:
            Hang: it neither did nor ended.
            Refused: it ended.
        """
        life = self.running
        wait_for(
            lambda: life.event("ready") is not None or life.process.poll() is not None,
            f"node {self.number} ready",
        )
        if life.event("ready") is None:
            said = (
                life.event("failed")
                or life.event("halt")
                or {"code": "DIED", "text": self.errors()}
            )
            raise Refused(said["code"], said["text"])
        with suppress(Refused):
            life.engine = life.ask("status")["engine"]

    def start(self, *options: str, environment: dict[str, str] | None = None) -> None:
        """Start the node and wait until it takes transactions."""
        self.launch(*options, environment=environment)
        self.await_ready()

    def stop(self) -> int:
        """Stop the node in order; return its exit code."""
        if self.life is None:
            return 0
        with suppress(Refused):
            self.life.ask_later("stop")
        return self.await_end()

    def await_end(self) -> int:
        """Wait until the process has ended; return its exit code."""
        life = self.running
        wait_for(lambda: life.process.poll() is not None, f"the end of node {self.number}")
        return int(life.process.wait())

    def kill(self) -> None:
        """Kill the node's process; its engine dies with it."""
        if self.life is not None and self.is_running:
            os.kill(self.life.process.pid, signal.SIGKILL)
            self.await_end()
        self._await_engine()

    def kill_engine(self) -> None:
        """Kill the engine alone."""
        os.kill(self.running.engine, signal.SIGKILL)

    def signal_both(self, number: signal.Signals) -> None:
        """Pause or resume node and engine."""
        for process in (self.running.process.pid, self.running.engine):
            os.kill(process, number)

    def errors(self) -> str:
        """Return the end of what it wrote to standard error."""
        path = self._cluster.base / f"errors-{self.number}"
        return path.read_text(errors="replace")[-2_000:] if path.exists() else ""

    def _await_engine(self) -> None:
        """Wait until the engine is gone too, since the next one needs its files."""
        engine = self.life.engine if self.life else 0
        if engine:
            wait_for(lambda: not _is_alive(engine), f"the end of engine {engine}")


def _is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


class Cluster:
    """Several stations, and how they reach one another."""

    def __init__(
        self, base: Path, voters: int, *, others: int = 0, wiring: Wiring | None = None
    ) -> None:
        """Found a network of `voters` validators, and `others` that only follow."""
        self.base = base
        self.wiring = wiring or Direct()
        seats = [Seat(number) for number in range(1, voters + others + 1)]
        genesis = consortium_genesis(seats, validators=seats[:voters])
        self.network = Network(base, genesis, seats)
        self.wiring.join(self.network)
        self.stations = [Station(self, number) for number in range(len(seats))]

    @property
    def live(self) -> list[Station]:
        """Those whose process runs."""
        return [station for station in self.stations if station.is_running]

    def start(self, stations: Sequence[Station] | None = None) -> None:
        """Start all, or these, at the same time."""
        chosen = self.stations if stations is None else stations
        for station in chosen:
            station.launch()
        for station in chosen:
            station.await_ready()

    def stop(self) -> None:
        """Kill whatever runs."""
        for station in self.stations:
            if station.life is not None and station.is_running:
                with suppress(ProcessLookupError):
                    os.kill(station.life.process.pid, signal.SIGCONT)
                station.kill()

    def submit(self, station: Station, raw: bytes) -> Future[dict[str, Any]]:
        """Hand a transaction to one node."""
        return station.running.ask_later("submit", raw=base64.b64encode(raw).decode())

    def height(self, station: Station) -> int:
        """Return a node's height."""
        return int(station.running.ask("status")["height"])


@contextmanager
def cluster_of(
    voters: int, *, others: int = 0, wiring: Callable[[], Wiring] = Direct, starts: bool = True
) -> Iterator[Cluster]:
    """Give a network that runs; kill and remove everything at the end."""
    base = Path(tempfile.mkdtemp(prefix="tally-faults-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, base, ignore_errors=True)
        wires = wiring()
        stack.callback(wires.close)
        cluster = Cluster(base, voters, others=others, wiring=wires)
        stack.callback(cluster.stop)
        if starts:
            cluster.start()
        yield cluster
