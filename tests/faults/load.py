# SPDX-License-Identifier: Apache-2.0
"""Clients that deposit at random nodes, and remember every answer."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final, Self

from tallystick.crypto import sha256
from tests.faults.cluster import Cluster, Refused, Station

IN_FLIGHT_MAX: Final = 6
PAUSE_S: Final = 0.05


@dataclass(frozen=True)
class Ack:
    """A transaction that a node answered as committed."""

    transaction_id: bytes
    place: tuple[int, int, int, str]
    """Height, index, leaf index, code."""
    station: int


@dataclass
class Memory:
    """All that was submitted, and what was answered."""

    submitted: dict[bytes, bytes] = field(default_factory=dict)
    acks: list[Ack] = field(default_factory=list)
    other: Counter[str] = field(default_factory=Counter)
    """Answers that were no place, by code."""

    def note(self, station: Station, raw: bytes, answer: Future[dict[str, Any]]) -> None:
        """Remember a submission and, when it comes, its answer."""
        name = sha256(raw)
        self.submitted[name] = raw

        def answered(done: Future[dict[str, Any]]) -> None:
            fault = done.exception()
            if isinstance(fault, Refused):
                self.other[fault.code] += 1
                return
            height, index, leaf, code = done.result()["place"]
            self.acks.append(Ack(name, (height, index, leaf, code), station.number))

        answer.add_done_callback(answered)


class Load:
    """Submits in a thread of its own, to those nodes that run, until told to stop."""

    def __init__(self, cluster: Cluster, memory: Memory, seed: int) -> None:
        """Prepare; use it as a context manager."""
        self._cluster = cluster
        self._memory = memory
        self._choice = random.Random(seed)
        self._flight: dict[int, list[Future[dict[str, Any]]]] = {}
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.fault: BaseException | None = None

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop; what waits for an answer still may get it."""
        self._is_over.set()
        self._thread.join()

    def await_acks(self, count: int, what: str) -> None:
        """Wait until so many more were acknowledged by anybody."""
        from tests.faults.cluster import wait_for

        target = len(self._memory.acks) + count
        wait_for(lambda: len(self._memory.acks) >= target or self.fault is not None, what)
        if self.fault is not None:
            raise self.fault

    def _run(self) -> None:
        try:
            while not self._is_over.wait(PAUSE_S):
                self._submit_one()
        except BaseException as fault:  # told to who waits
            self.fault = fault

    def _submit_one(self) -> None:
        ready = [s for s in self._cluster.live if s.running.event("ready")]
        if not ready:
            return
        station = self._choice.choice(ready)
        life = station.running
        flight = self._flight.setdefault(id(life), [])
        flight[:] = [one for one in flight if not one.done()]
        if len(flight) >= IN_FLIGHT_MAX:
            return
        seat = self._choice.choice(self._cluster.network.places).seat
        raw = self._cluster.network.deposit(seat)
        answer = self._cluster.submit(station, raw)
        flight.append(answer)
        self._memory.note(station, raw, answer)


def commit(cluster: Cluster, memory: Memory, station: Station, raw: bytes | None = None) -> Ack:
    """Submit a deposit, or these bytes, to one node until it is committed, as clients do.

    Raises:
        Hang: it never was.
    """
    from tests.faults.cluster import HANG_S, Hang

    raw = raw or cluster.network.deposit(cluster.network.places[station.number].seat)
    end = time.monotonic() + HANG_S
    while time.monotonic() < end:
        answer = cluster.submit(station, raw)
        memory.note(station, raw, answer)
        try:
            place = answer.result(HANG_S)["place"]
        except Refused as error:
            if error.code not in {"E_UNAVAILABLE", "E_NOT_FINAL"} or not station.is_running:
                raise
            time.sleep(0.1)
            continue
        except TimeoutError as error:
            raise Hang(f"node {station.number} does not commit") from error
        return Ack(sha256(raw), tuple(place), station.number)
    raise Hang(f"node {station.number} takes nothing")
