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
from tallystick.crypto import sha256
from tallystick.model import Transaction, Unusable

VERDICTS_MAX: Final = 200_000

Read: TypeAlias = Callable[[Sequence[bytes]], "list[Transaction | Unusable]"]


class VerdictCache:
    """Transactions by the hash of their exact bytes; the oldest go first. For all threads."""

    def __init__(
        self, read: Read, *, size: int = VERDICTS_MAX, counts: EngineCounts | None = None
    ) -> None:
        """Ask `read` for what is not known."""
        self._counts = counts or EngineCounts()
        self._read = read
        self._size = size
        self._known: dict[bytes, Transaction | Unusable] = {}
        self._lock = threading.Lock()

    def read(self, transactions: Sequence[bytes]) -> list[Transaction | Unusable]:
        """Return each decoded and verified, in order; unknown ones are verified together."""
        ids = [sha256(raw) for raw in transactions]
        found = [self._known.get(one) for one in ids]
        missing = [place for place, verdict in enumerate(found) if verdict is None]
        with self._lock:  # several threads ask
            self._counts.verdict_hits += len(ids) - len(missing)
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
                self._known[verdict.id] = verdict
            while len(self._known) > self._size:
                del self._known[next(iter(self._known))]

    def forget(self, ids: Sequence[bytes]) -> None:
        """Forget what is in a durable block: it is never asked for again."""
        with self._lock:
            for one in ids:
                self._known.pop(one, None)
