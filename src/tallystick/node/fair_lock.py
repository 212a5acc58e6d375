# SPDX-License-Identifier: Apache-2.0
"""A lock that serves who waits: a busy writer cannot starve readers by taking it again at once.

It can be closed for good: whoever holds it may have failed and never release it.
"""

from __future__ import annotations

import threading
from types import TracebackType

from tallystick.errors import Unavailable


class FairLock:
    """Like `threading.Lock`, but whoever asks second waits at a turnstile behind the first."""

    def __init__(self) -> None:
        """Make an open lock."""
        self._turnstile = threading.Lock()
        self._changed = threading.Condition()
        self._is_held = False
        self._is_closed = False

    def acquire(self) -> None:
        """Wait for the turn, then for the lock.

        Raises:
            Unavailable: it was closed, before or meanwhile.
        """
        with self._turnstile, self._changed:
            self._changed.wait_for(lambda: self._is_closed or not self._is_held)
            if self._is_closed:
                raise Unavailable(
                    "the node has stopped for a fault; its state is not read any more"
                )
            self._is_held = True

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
