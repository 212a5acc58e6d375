# SPDX-License-Identifier: Apache-2.0
"""The state tree: a sparse Merkle tree over all keys, updated batch by batch.

- The root depends on the set of (key, value) alone, not on the order in which they came.
- Memory is bounded: records that were used lately, by bytes, and those not yet handed to storage.
- Every record that is read is checked against the hash in the record above it: no root and no
  proof is ever built upon damaged storage.

The normative text is docs/spec/state.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from tallystick.merkle.state_cache import RecordCache
from tallystick.merkle.state_proofs import StateProof, build_proof
from tallystick.merkle.state_records import (
    EMPTY_HASH,
    EMPTY_PAGE,
    PageReader,
    check_record,
    is_inner,
)
from tallystick.merkle.state_update import StateUpdate

CACHE_BYTES_MAX = 128 * 2**20


class StateTree:
    """An authenticated map from keys to values; it keeps hashes, the caller keeps the values.

    One thread at a time. The usual round of one block:

        state_root = tree.update(writes)
        for prefix, record in tree.take_dirty().items():
            ...  # to storage; the reader must answer accordingly from now on
    """

    def __init__(
        self,
        reader: PageReader,
        root: bytes = EMPTY_HASH,
        *,
        cache_bytes_max: int = CACHE_BYTES_MAX,
    ) -> None:
        self._root = root
        self._reader = reader
        self._cache_bytes_max = cache_bytes_max
        self._inner = RecordCache()
        self._pages = RecordCache()
        self._dirty: dict[bytes, bytes | None] = {}

    @property
    def root(self) -> bytes:
        """32 bytes; 32 zero bytes when there are no keys."""
        return self._root

    @property
    def cache_bytes(self) -> int:
        """Bytes in memory for records, about; without those not yet taken for storage."""
        return self._inner.size + self._pages.size

    @property
    def inner_in_memory(self) -> Mapping[bytes, bytes]:
        """The inner records that an update finds without loading them."""
        return self._inner.fresh

    @property
    def pages_in_memory(self) -> Mapping[bytes, bytes]:
        """The pages that an update finds without loading them."""
        return self._pages.fresh

    def update(self, writes: Mapping[bytes, bytes | None]) -> bytes:
        """Apply a batch of writes, value by key (None deletes), and return the new root.

        Raises:
            Corrupted: A record is missing or damaged; the tree is then unchanged.
        """
        # Trimmed before, not after: an update relies on what it loaded staying in memory.
        self._trim()
        update = StateUpdate(self)
        update.apply(writes)
        self._dirty.update(dict.fromkeys(update.gone))
        self._dirty.update(update.pages)
        self._dirty.update(update.inner)
        self._pages.discard_all(update.gone)
        self._inner.discard_all(update.gone)
        self._pages.put_all(update.pages)
        self._inner.put_all(update.inner)
        self._root = update.root
        return self._root

    def take_dirty(self) -> dict[bytes, bytes | None]:
        """Return the records changed since the last call, by prefix; None means to delete it.

        From now on the reader must answer accordingly.
        """
        dirty, self._dirty = self._dirty, {}
        return dirty

    def prove(self, key: bytes) -> StateProof:
        """Return the proof, under the present root, of the key's value or of its absence.

        Raises:
            Corrupted: A record is missing or damaged.
        """
        self._trim()
        return build_proof(self.load, self._root, key)

    def load(self, prefix: bytes, expected: bytes) -> bytes:
        """Return the record with this prefix and hash; the empty page for the hash of nothing.

        For updates and proofs, which go from the root downwards: then no inner record is in the
        fresh generation of the cache without all of those above it, and an update finds them.

        Raises:
            Corrupted: There is no such record, or it has another hash.
        """
        if expected == EMPTY_HASH:
            return EMPTY_PAGE
        record = self._pages.get(prefix) or self._inner.get(prefix)
        if record is None:
            stored = self._dirty.get(prefix) or self._reader.read_page(prefix)
            record = check_record(prefix, stored, expected)
            (self._inner if is_inner(record) else self._pages).add(prefix, record)
        return record

    def _trim(self) -> None:
        # Inner nodes first: with millions of keys they are few and each serves many pages.
        self._inner.trim(self._cache_bytes_max * 3 // 4)
        self._pages.trim(self._cache_bytes_max - self._inner.size)
