# SPDX-License-Identifier: Apache-2.0
"""One batch of writes, worked out from the touched pages up to the root.

Nothing of it reaches the tree before it is complete: a failing reader leaves the tree as it was.
The work goes level by level, not key by key, so that each touched page and each touched inner
node is built and hashed once for the whole batch.
"""

from __future__ import annotations

from binascii import hexlify
from collections import defaultdict
from collections.abc import Mapping
from typing import Protocol

from tallystick.crypto import sha256
from tallystick.merkle.state_records import (
    CHILD_AT,
    DIGITS,
    EMPTY_HASH,
    EMPTY_PAGE,
    ENTRY_SIZE,
    HASH_SIZE,
    PAGE_SIZE_MAX,
    Change,
    change_page,
    child_hash,
    is_inner,
    split_page,
)

PageChanges = tuple[bytes, list[Change]]
"""A page as it was, and the changes that concern it."""


class RecordSource(Protocol):
    """What an update needs of the tree: the records as they are."""

    @property
    def root(self) -> bytes:
        """The hash of the whole tree before the update."""
        ...

    @property
    def inner_in_memory(self) -> Mapping[bytes, bytes]:
        """Inner records that need no loading; none is here without all of those above it."""
        ...

    @property
    def pages_in_memory(self) -> Mapping[bytes, bytes]:
        """Pages that need no loading."""
        ...

    def load(self, prefix: bytes, expected: bytes) -> bytes:
        """Return the record with this hash, and have it in memory until the update is complete.

        Asked from the root downwards only. The hash of nothing is answered by the empty page.
        """
        ...


class StateUpdate:
    """The changed records of one batch and the root they lead to."""

    def __init__(self, source: RecordSource) -> None:
        self.root = source.root
        self.pages: dict[bytes, bytes] = {}
        """New or changed pages by prefix."""
        self.inner: dict[bytes, bytes] = {}
        """New or changed inner nodes by prefix."""
        self.gone: set[bytes] = set()
        """Prefixes that no longer have the record they had, or none at all."""
        self._source = source
        # By depth: the new hashes of changed subtrees by prefix.
        self._hashes: defaultdict[int, dict[bytes, bytes]] = defaultdict(dict)
        # Inner nodes that may have too few entries left to be one.
        self._shrunk: set[bytes] = set()

    def apply(self, writes: Mapping[bytes, bytes | None]) -> None:
        """Work out what `writes` (value by key; None deletes) change."""
        rest = self._replace_values(writes)
        for prefix, page in self.pages.items():
            self._hashes[len(prefix)][prefix] = sha256(page)
        for prefix, (page, changes) in rest.items():
            before = self.pages.get(prefix, page)
            after = change_page(before, changes)
            if len(after) < len(before):
                self._shrunk.add(prefix[:-1])
            if after != before:
                self._hashes[len(prefix)][prefix] = self._place(prefix, after)
        for depth in range(max(self._hashes, default=0), 0, -1):
            self._hash_level(depth)
        self.root = self._hashes[0].get(b"", self.root)

    def _replace_values(self, writes: Mapping[bytes, bytes | None]) -> dict[bytes, PageChanges]:
        """Apply all writes that give an existing key a new value; return the others by page.

        Nearly all writes are of the first kind, so it is done here and now, in the page's bytes.
        """
        inner, in_memory = self._source.inner_in_memory, self._source.pages_in_memory
        pages = self.pages
        rest: dict[bytes, PageChanges] = {}
        prefix = b""
        for key, value in writes.items():
            path = sha256(key)
            digits = hexlify(path)
            # Most pages are equally deep: try the depth of the one before.
            prefix = digits[: len(prefix)]
            if prefix in inner or prefix[:-1] not in inner:
                prefix = b""
                while prefix in inner:
                    prefix = digits[: len(prefix) + 1]
            page = pages.get(prefix) or in_memory.get(prefix)
            if page is None:
                prefix, page = self._find_page(digits, len(prefix))
            value_hash = None if value is None else sha256(value)
            at = page.find(path, 1)
            if at % ENTRY_SIZE != 1 or value_hash is None:
                rest.setdefault(prefix, (page, []))[1].append((path, value_hash))
            elif not page.startswith(value_hash, at + HASH_SIZE):
                pages[prefix] = page[: at + HASH_SIZE] + value_hash + page[at + ENTRY_SIZE :]
        return rest

    def _find_page(self, digits: bytes, depth: int) -> tuple[bytes, bytes]:
        """Go on downwards from a depth whose record is not in memory; return prefix and page."""
        source = self._source
        while True:
            prefix = digits[:depth]
            expected = (
                child_hash(source.inner_in_memory[prefix[:-1]], prefix[-1]) if depth else self.root
            )
            record = source.load(prefix, expected)
            if not is_inner(record):
                return prefix, record
            depth += 1

    def _place(self, prefix: bytes, page: bytes) -> bytes:
        """Record a changed page, or the subtree it becomes if over-full; return its hash."""
        if 1 < len(page) <= PAGE_SIZE_MAX:
            self.pages[prefix] = page
            return sha256(page)
        self.pages.pop(prefix, None)
        self.gone.add(prefix)
        if len(page) <= 1:
            return EMPTY_HASH
        hashes = [
            self._place(prefix + DIGITS[digit : digit + 1], child) if len(child) > 1 else EMPTY_HASH
            for digit, child in enumerate(split_page(page, len(prefix)))
        ]
        record = b"\x01" + b"".join(hashes)
        self.inner[prefix] = record
        return sha256(record)

    def _hash_level(self, depth: int) -> None:
        """Fill the new hashes of a depth into the inner nodes above, and hash those."""
        nodes: dict[bytes, bytearray] = {}
        for prefix, digest in self._hashes[depth].items():
            above = prefix[:-1]
            node = nodes.get(above)
            if node is None:
                node = nodes[above] = bytearray(self._source.inner_in_memory[above])
            at = CHILD_AT[prefix[-1]]
            node[at : at + HASH_SIZE] = digest
        hashes = self._hashes[depth - 1]
        for prefix, node in nodes.items():
            record = bytes(node)
            page = self._collapse(prefix, record) if prefix in self._shrunk else None
            if page is None:
                self.inner[prefix] = record
                hashes[prefix] = sha256(record)
            else:
                self._shrunk.add(prefix[:-1])
                hashes[prefix] = self._place(prefix, page)

    def _collapse(self, prefix: bytes, record: bytes) -> bytes | None:
        """Return the page that an inner node must now be, or None if it has entries enough."""
        size = 1
        children: dict[bytes, bytes] = {}
        for digit in DIGITS:
            expected = child_hash(record, digit)
            if expected == EMPTY_HASH:
                continue
            below = prefix + bytes((digit,))
            child = self.pages.get(below) or self.inner.get(below)
            if child is None:
                child = self._source.load(below, expected)
            size += len(child) - 1
            if is_inner(child) or size > PAGE_SIZE_MAX:
                return None
            children[below] = child
        for below in children:
            self.pages.pop(below, None)
        self.gone.update(children)
        self.gone.add(prefix)
        return EMPTY_PAGE + b"".join([child[1:] for child in children.values()])
