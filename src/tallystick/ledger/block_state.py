# SPDX-License-Identifier: Apache-2.0
"""The world state while a block executes: the store, under the block's writes so far."""

from __future__ import annotations

import heapq
from collections.abc import Generator
from contextlib import closing
from operator import itemgetter
from typing import Final

from tallystick.ledger.ports import Store, Tree

_ABSENT: Final = object()


class BlockState:
    """Implements `StateScanner` for the transactions of one block."""

    __slots__ = ("_read", "_store", "writes")

    def __init__(self, store: Store) -> None:
        """Start from the state of the block before."""
        self._store = store
        self._read = store.get
        self.writes: dict[bytes, bytes | None] = {}

    def get(self, key: bytes, /) -> bytes | None:
        """Return the value bytes of a state key, or None."""
        value = self.writes.get(key, _ABSENT)
        if value is _ABSENT:
            return self._read(Tree.STATE, key)
        return value  # type: ignore[return-value]  # the sentinel was handled

    def scan(self, prefix: bytes, after: bytes) -> Generator[tuple[bytes, bytes], None, None]:
        """Yield keys after `after` that begin with `prefix`, and their values, in order."""
        changes = sorted(
            (key, value)
            for key, value in self.writes.items()
            if key > after and key.startswith(prefix)
        )
        changed = dict(changes)
        stored = self._store.items(Tree.STATE, prefix=prefix, after=after)
        # Closed at once when the reader stops: the store holds on to old pages until then.
        with closing(stored):
            unchanged = (item for item in stored if item[0] not in changed)
            present = ((key, value) for key, value in changes if value is not None)
            yield from heapq.merge(unchanged, present, key=itemgetter(0))
