# SPDX-License-Identifier: Apache-2.0
"""Records of the state tree: what is hashed is what is stored.

- The path of a key is SHA-256(key); its entry is path || SHA-256(value), 64 bytes.
- A subtree is named by its prefix: the hexadecimal digits of the paths in it, as lower-case ASCII
  bytes; the root is the empty prefix.
- A subtree of 1 to 40 entries is a page, 0x00 || entries in ascending order; one of more is an
  inner node, 0x01 || the hashes of its 16 children. The record of a subtree is these very bytes,
  its hash is their SHA-256. An empty subtree has no record; its hash is 32 zero bytes.

So the form of a tree follows from its entries alone, in whatever order they came, and every
record can be checked against the hash in the record above it. Normative: docs/spec/state.md.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Protocol

from tallystick.crypto import sha256
from tallystick.errors import Corrupted

HASH_SIZE = 32
ENTRY_SIZE = 64
PAGE_ENTRIES_MAX = 40
PAGE_SIZE_MAX = 1 + PAGE_ENTRIES_MAX * ENTRY_SIZE
DEPTH_MAX = 64
"""Hexadecimal digits of a path: the deepest subtree holds a single path."""

EMPTY_HASH = bytes(HASH_SIZE)
EMPTY_PAGE = b"\x00"
FEW_CHANGES = 4
"""Up to so many changes of a page are cheaper one by one than by taking the page apart."""
DIGITS = b"0123456789abcdef"
CHILD_AT = tuple([1 + HASH_SIZE * max(DIGITS.find(digit), 0) for digit in range(DIGITS[-1] + 1)])
"""Where in an inner record the hash of a child starts, by the child's digit."""

Change = tuple[bytes, bytes | None]
"""A path and the SHA-256 of its new value, or None to delete it."""


class PageReader(Protocol):
    """Where the state tree reads records that it handed out for storage earlier."""

    def read_page(self, prefix: bytes) -> bytes | None:
        """Return the record of the subtree with this prefix, or None if there is none."""
        ...


def is_inner(record: bytes) -> bool:
    """Say whether a record is that of an inner node, not of a page."""
    return record[0] == 1


def child_hash(inner: bytes, digit: int) -> bytes:
    """Return the hash of one child of an inner record, by its ASCII digit."""
    at = CHILD_AT[digit]
    return inner[at : at + HASH_SIZE]


def entries_of(page: bytes) -> dict[bytes, bytes]:
    """Return the value hash by path of all entries of a page."""
    return {
        page[at : at + HASH_SIZE]: page[at + HASH_SIZE : at + ENTRY_SIZE]
        for at in range(1, len(page), ENTRY_SIZE)
    }


def find_entry(page: bytes, path: bytes) -> int:
    """Return where the entry of a path starts in a page, or -1."""
    at = page.find(path, 1)
    # A path might occur across the border of two entries: only every 64th place counts.
    while at > 0 and at % ENTRY_SIZE != 1:
        at = page.find(path, at + 1)
    return at


def change_page(page: bytes, changes: list[Change]) -> bytes:
    """Return the page with changes applied, which may then be empty or over-full."""
    if len(changes) <= FEW_CHANGES:
        for path, value_hash in changes:
            page = _change_entry(page, path, value_hash)
        return page
    entries = entries_of(page)
    for path, value_hash in changes:
        if value_hash is None:
            entries.pop(path, None)
        else:
            entries[path] = value_hash
    return EMPTY_PAGE + b"".join([path + entries[path] for path in sorted(entries)])


def _change_entry(page: bytes, path: bytes, value_hash: bytes | None) -> bytes:
    at = find_entry(page, path)
    after = at + ENTRY_SIZE
    if at < 0:
        places = range(1, len(page), ENTRY_SIZE)
        rank = bisect_left(places, path, key=lambda place: page[place : place + HASH_SIZE])
        at = after = 1 + rank * ENTRY_SIZE
    entry = b"" if value_hash is None else path + value_hash
    return page[:at] + entry + page[after:]


def split_page(page: bytes, depth: int) -> list[bytes]:
    """Return the 16 pages, empty ones included, of an over-full page at this depth."""
    children: list[list[bytes]] = [[EMPTY_PAGE] for _ in range(16)]
    shift = 0 if depth % 2 else 4
    for at in range(1, len(page), ENTRY_SIZE):
        digit = page[at + depth // 2] >> shift & 15
        children[digit].append(page[at : at + ENTRY_SIZE])
    return [b"".join(parts) for parts in children]


def check_record(prefix: bytes, record: bytes | None, expected: bytes) -> bytes:
    """Return the record if it has the expected hash.

    Raises:
        Corrupted: It is missing or has another hash.
    """
    if record is None or sha256(record) != expected:
        raise Corrupted(
            f"the state tree's record {prefix.decode()!r} is missing or damaged",
            expected=f"a record with hash {expected.hex()}",
            found="none" if record is None else f"one with hash {sha256(record).hex()}",
        )
    return record
