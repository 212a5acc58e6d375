# SPDX-License-Identifier: Apache-2.0
"""A bound on something held by many requests at once: bytes, transactions, streams."""

from __future__ import annotations

import threading

from tallystick.errors import Overloaded


class Budget:
    """Counts what is held; refuses what would go beyond. Any thread may release."""

    __slots__ = ("_held", "_limit", "_lock", "_name")

    def __init__(self, name: str, limit: int) -> None:
        """Hold nothing yet; `name` is what messages call it."""
        self._name = name
        self._limit = limit
        self._held = 0
        self._lock = threading.Lock()

    @property
    def held(self) -> int:
        """How much is held now."""
        return self._held

    def take(self, count: int) -> None:
        """Hold `count` more.

        Raises:
            Overloaded: that would be more than the limit.
        """
        with self._lock:
            if self._held + count > self._limit:
                raise Overloaded(
                    f"too many {self._name} at once",
                    expected=f"at most {self._limit} {self._name}",
                    found=f"{self._held} held, {count} asked for",
                )
            self._held += count

    def release(self, count: int) -> None:
        """Hold `count` less."""
        with self._lock:
            self._held -= count
