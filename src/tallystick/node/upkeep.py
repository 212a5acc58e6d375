# SPDX-License-Identifier: Apache-2.0
"""What a node does now and then: write the store behind, let go of what the views know."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from tallystick.errors import NotFound, Unavailable
from tallystick.node.recent import RecentBlocks
from tallystick.storage import DurableStore
from tallystick.views import Views

PERIOD_SECONDS = 0.25


class Upkeep:
    """A thread that looks after a running node every quarter of a second."""

    def __init__(
        self,
        store: DurableStore,
        recent: RecentBlocks,
        views: Views,
        *,
        tasks: Sequence[Callable[[], None]] = (),
        on_halt: Callable[[BaseException], None],
    ) -> None:
        """Take what is to be looked after, and what is to be done besides; `start` begins."""
        self._store = store
        self._recent = recent
        self._views = views
        self._tasks = tasks
        self._on_halt = on_halt
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tally-upkeep")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for it."""
        self._stopping.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stopping.wait(PERIOD_SECONDS):
                self._store.maybe_flush(time.monotonic_ns() // 1_000_000)
                self._recent.forget(self._views.height())
                for task in self._tasks:
                    _do_if_possible(task)
        except BaseException as fault:
            # The outermost edge of a thread: the owner ends the process (promise P9).
            self._on_halt(fault)


def _do_if_possible(task: Callable[[], None]) -> None:
    # An engine that is busy or gone is asked again: nothing is lost by waiting.
    with suppress(Unavailable, NotFound):
        task()
