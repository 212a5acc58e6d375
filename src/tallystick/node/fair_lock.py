# SPDX-License-Identifier: Apache-2.0
"""A lock that serves who waits: a busy writer cannot starve readers by taking it again at once."""

from __future__ import annotations

import threading
from types import TracebackType


class FairLock:
    """Like `threading.Lock`, but whoever asks second waits at a turnstile behind the first."""

    def __init__(self) -> None:
        """Make an open lock."""
        self._turnstile = threading.Lock()
        self._lock = threading.Lock()

    def acquire(self) -> None:
        """Wait for the turn, then for the lock."""
        with self._turnstile:
            self._lock.acquire()

    def release(self) -> None:
        """Open the lock; any thread may."""
        self._lock.release()

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
