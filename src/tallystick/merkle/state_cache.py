# SPDX-License-Identifier: Apache-2.0
"""A cache of records, bounded by bytes, that forgets roughly what was used least lately.

Two generations instead of an exact order: what is used moves to the fresh one; when that holds
half of the bytes allowed, it becomes the aged one and the former aged one is dropped. A hit then
costs one look-up in a dictionary, against two changes of it in an exact LRU.
"""

from __future__ import annotations

from collections.abc import Iterable

OVERHEAD = 150
"""Bytes in memory for each record beyond its own: key, object headers, place in a dictionary."""


class RecordCache:
    """Records by prefix, in two generations."""

    __slots__ = ("_aged", "_aged_bytes", "_fresh_bytes", "fresh")

    def __init__(self) -> None:
        self.fresh: dict[bytes, bytes] = {}
        """The records used lately; open to the tree's inner loop, to read only."""
        self._fresh_bytes = 0
        self._aged: dict[bytes, bytes] = {}
        self._aged_bytes = 0

    @property
    def size(self) -> int:
        """Bytes in memory, about."""
        return self._fresh_bytes + self._aged_bytes

    def get(self, prefix: bytes) -> bytes | None:
        """Return a record, if it is here, and count it as used."""
        record = self.fresh.get(prefix)
        if record is None:
            record = self._aged.pop(prefix, None)
            if record is not None:
                self._aged_bytes -= len(record) + OVERHEAD
                self.add(prefix, record)
        return record

    def add(self, prefix: bytes, record: bytes) -> None:
        """Keep a record that is not here yet."""
        self.fresh[prefix] = record
        self._fresh_bytes += len(record) + OVERHEAD

    def put_all(self, records: dict[bytes, bytes]) -> None:
        """Keep records, in place of earlier ones with the same prefixes."""
        fresh = self.fresh
        count = len(fresh)
        self._fresh_bytes -= sum(map(len, filter(None, map(fresh.get, records))))
        fresh.update(records)
        self._fresh_bytes += sum(map(len, records.values())) + OVERHEAD * (len(fresh) - count)

    def discard_all(self, prefixes: Iterable[bytes]) -> None:
        """Forget records that no longer exist."""
        for prefix in prefixes:
            record = self.fresh.pop(prefix, None)
            if record is not None:
                self._fresh_bytes -= len(record) + OVERHEAD
            record = self._aged.pop(prefix, None)
            if record is not None:
                self._aged_bytes -= len(record) + OVERHEAD

    def trim(self, bytes_max: int) -> None:
        """Make room: at most about `bytes_max` remain, and half of it is free for new records."""
        if self.size > bytes_max or self._fresh_bytes * 2 > bytes_max:
            self._aged, self._aged_bytes = self.fresh, self._fresh_bytes
            self.fresh, self._fresh_bytes = {}, 0
        if self._aged_bytes > bytes_max:
            self._aged, self._aged_bytes = {}, 0
