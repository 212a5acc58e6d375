# SPDX-License-Identifier: Apache-2.0
"""The lock between the commit and the readers of the state."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tallystick.errors import Unavailable
from tallystick.node.fair_lock import FairLock

WAIT_SECONDS = 30


def test_one_at_a_time_is_inside() -> None:
    """Many threads that count without care count right."""
    lock = FairLock()
    counts = [0]

    def count() -> None:
        for _ in range(500):
            with lock:
                before = counts[0]
                counts[0] = before + 1

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(count) for _ in range(4)]:
            done.result(WAIT_SECONDS)
    assert counts == [2_000]


def test_closing_sends_away_all_who_wait_and_all_who_come() -> None:
    """Also while it is held by one who will never release it."""
    lock = FairLock()
    lock.acquire()
    answers: list[Future[None]] = []
    entered = threading.Barrier(4)

    def wait() -> None:
        entered.wait(WAIT_SECONDS)
        lock.acquire()

    with ThreadPoolExecutor(3) as threads:
        answers += [threads.submit(wait) for _ in range(3)]
        entered.wait(WAIT_SECONDS)
        lock.close()
        for answer in answers:
            with pytest.raises(Unavailable):
                answer.result(WAIT_SECONDS)
    with pytest.raises(Unavailable):
        lock.acquire()
    lock.release()
    with pytest.raises(Unavailable), lock:
        pass


def test_a_reader_waits_for_a_while_and_the_next_one_has_its_turn() -> None:
    """A block whose end does not come keeps nobody for ever, whether inside or at the turnstile."""
    lock = FairLock()
    lock.acquire()
    with ThreadPoolExecutor(3) as threads:
        answers = [threads.submit(lock.acquire, 0.05) for _ in range(3)]
        for answer in answers:
            with pytest.raises(Unavailable, match="under way"):
                answer.result(WAIT_SECONDS)
    lock.release()
    with lock.within(0.05), pytest.raises(Unavailable), lock.within(0.05):
        pass
    lock.acquire()
    lock.release()
