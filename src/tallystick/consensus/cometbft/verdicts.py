# SPDX-License-Identifier: Apache-2.0
"""Remembers what has been decoded and verified, so that each signature is verified once per node.

Only facts about bytes are kept, never whether a transaction is permitted: that depends on the
state and is asked anew each time. Nothing is kept over a restart.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from tallystick.consensus.counts import EngineCounts
from tallystick.model import Transaction, Unusable

VERDICTS_MAX: Final = 200_000
VERDICT_BYTES_MAX: Final = 256 * 2**20
"""Bytes of the transactions remembered: a flood of large ones must not fill the memory."""

Read: TypeAlias = Callable[[Sequence[bytes]], "list[Transaction | Unusable]"]


class VerdictCache:
    """Transactions by their exact bytes; the oldest go first. For all threads.

    Not by a hash of them: that of a dictionary costs a fifth of SHA-256, and it compares the rest.
    """

    def __init__(
        self,
        read: Read,
        *,
        size: int = VERDICTS_MAX,
        bytes_max: int = VERDICT_BYTES_MAX,
        counts: EngineCounts | None = None,
    ) -> None:
        """Ask `read` for what is not known."""
        self._counts = counts or EngineCounts()
        self._read = read
        self._size = size
        self._bytes_max = bytes_max
        self._bytes = 0
        self._known: dict[bytes, Transaction | Unusable] = {}
        self._lock = threading.Lock()

    def read(self, transactions: Sequence[bytes]) -> list[Transaction | Unusable]:
        """Return each decoded and verified, in order; unknown ones are verified together."""
        found = [self._known.get(raw) for raw in transactions]
        missing = [place for place, verdict in enumerate(found) if verdict is None]
        with self._lock:  # several threads ask
            self._counts.verdict_hits += len(found) - len(missing)
            self._counts.verdict_misses += len(missing)
        if missing:
            fresh = self._read([transactions[place] for place in missing])
            self.add(fresh)
            for place, verdict in zip(missing, fresh, strict=True):
                found[place] = verdict
        return [verdict for verdict in found if verdict is not None]

    def add(self, verdicts: Sequence[Transaction | Unusable]) -> None:
        """Remember what somebody else found out."""
        with self._lock:
            for verdict in verdicts:
                self._drop(verdict.raw)
                self._known[verdict.raw] = verdict
                self._bytes += len(verdict.raw)
            while len(self._known) > self._size or self._bytes > self._bytes_max:
                self._drop(next(iter(self._known)))

    def forget(self, transactions: Sequence[bytes]) -> None:
        """Forget what is in a durable block: it is never asked for again."""
        with self._lock:
            for raw in transactions:
                self._drop(raw)

    def _drop(self, raw: bytes) -> None:
        if self._known.pop(raw, None) is not None:
            self._bytes -= len(raw)
