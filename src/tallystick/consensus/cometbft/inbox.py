# SPDX-License-Identifier: Apache-2.0
"""Requests that one thread has read and another will answer."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

from tallystick.consensus.cometbft.proto.abci_pb2 import Request

INBOX_BYTES_MAX: Final = 32 * 1024 * 1024
"""Read ahead at most; beyond it the engine waits after all."""


class Inbox:
    """A queue that gives everything that has gathered at once."""

    def __init__(self, bytes_max: int = INBOX_BYTES_MAX) -> None:
        """Start open and empty."""
        self._changed = threading.Condition()
        self._requests: list[Request] = []
        self._bytes = 0
        self._bytes_max = bytes_max
        self._is_closed = False

    def put(self, requests: Sequence[Request], size: int) -> None:
        """Add requests that took `size` bytes; wait while there is too much already."""
        with self._changed:
            self._changed.wait_for(lambda: self._bytes < self._bytes_max)
            self._requests += requests
            self._bytes += size
            self._changed.notify()

    def close(self) -> None:
        """Say that nothing more will come."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    def take(self) -> list[Request]:
        """Wait for something and return all there is; nothing once it is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._requests or self._is_closed)
            taken, self._requests, self._bytes = self._requests, [], 0
            self._changed.notify()
        return taken
