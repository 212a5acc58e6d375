# SPDX-License-Identifier: Apache-2.0
"""A lock that serves who waits: a busy writer cannot starve readers by taking it again at once.

It can be closed for good: whoever holds it may have failed and never release it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from tallystick.errors import Unavailable


def _busy() -> Unavailable:
    return Unavailable(
        "a block is under way and does not come to its end; the state is read between two blocks",
        hint="Try again; if it stays so, see whether the node's engine is stopped or overloaded.",
    )


class FairLock:
    """Like `threading.Lock`, but whoever asks second waits at a turnstile behind the first."""

    def __init__(self) -> None:
        """Make an open lock."""
        self._turnstile = threading.Lock()
        self._changed = threading.Condition()
        self._is_held = False
        self._is_closed = False

    def acquire(self, seconds: float | None = None) -> None:
        """Wait for the turn, then for the lock; at each for `seconds`, or as long as it takes.

        Raises:
            Unavailable: it was closed, before or meanwhile, or did not come in time.
        """
        if not self._turnstile.acquire(timeout=-1 if seconds is None else seconds):
            raise _busy()
        try:
            with self._changed:
                is_free = self._changed.wait_for(
                    lambda: self._is_closed or not self._is_held, seconds
                )
                if self._is_closed:
                    raise Unavailable(
                        "the node has stopped for a fault; its state is not read any more"
                    )
                if not is_free:
                    raise _busy()
                self._is_held = True
        finally:
            self._turnstile.release()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Hold the lock inside; raises `Unavailable` as `acquire`."""
        self.acquire(seconds)
        try:
            yield
        finally:
            self.release()

    def release(self) -> None:
        """Open the lock; any thread may."""
        with self._changed:
            self._is_held = False
            self._changed.notify()

    def close(self) -> None:
        """Let nobody in any more, and nobody wait."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def __enter__(self) -> None:
        """Acquire."""
        self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release."""
        self.release()
