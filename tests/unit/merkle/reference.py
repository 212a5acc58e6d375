# SPDX-License-Identifier: Apache-2.0
"""Both trees again, slow and obviously right: the definitions, written down recursively.

Nothing here is shared with the package, not even the hash function.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from tallystick.merkle import TileKey

EMPTY = bytes(32)


def digest(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


# --- The log: RFC 9162, 2.1.1, 2.1.3.1, 2.1.4.1 -------------------------------------------------


def split(count: int) -> int:
    """The largest power of two smaller than `count`."""
    return 1 << (count - 1).bit_length() - 1


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    """MTH over leaf hashes."""
    if not leaves:
        return digest(b"")
    if len(leaves) == 1:
        return leaves[0]
    at = split(len(leaves))
    return digest(b"\x01" + tree_hash(leaves[:at]) + tree_hash(leaves[at:]))


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(leaves) == 1:
        return []
    at = split(len(leaves))
    if index < at:
        return [*path(index, leaves[:at]), tree_hash(leaves[at:])]
    return [*path(index - at, leaves[at:]), tree_hash(leaves[:at])]


def proof(size: int, leaves: Sequence[bytes], *, is_whole: bool = True) -> list[bytes]:
    """PROOF(m, D[n]) = SUBPROOF(m, D[n], true)."""
    if size == len(leaves):
        return [] if is_whole else [tree_hash(leaves)]
    at = split(len(leaves))
    if size <= at:
        return [*proof(size, leaves[:at], is_whole=is_whole), tree_hash(leaves[at:])]
    return [*proof(size - at, leaves[at:], is_whole=False), tree_hash(leaves[:at])]


def tiles(leaves: Sequence[bytes]) -> dict[TileKey, bytes]:
    """All tiles that store a log, full and partial (C2SP tlog-tiles)."""
    found = {}
    level = 0
    row = list(leaves)
    while row:
        for at in range(0, len(row), 256):
            found[TileKey(level, at // 256)] = b"".join(row[at : at + 256])
        row = [tree_hash(row[at : at + 256]) for at in range(0, len(row) - 255, 256)]
        level += 1
    return found


def leaves(count: int) -> list[bytes]:
    """Distinct leaf hashes to play with."""
    return [digest(b"\x00leaf %d" % number) for number in range(count)]


# --- The state: docs/spec/state.md section 3 ----------------------------------------------------


def state_records(content: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """All records of the tree over these keys and values, by prefix."""
    entries = sorted((digest(key), digest(value)) for key, value in content.items())
    records: dict[bytes, bytes] = {}
    _subtree("", entries, records)
    return records


def state_root(content: Mapping[bytes, bytes]) -> bytes:
    """The root of the tree over these keys and values."""
    records = state_records(content)
    return digest(records[b""]) if records else EMPTY


def _subtree(prefix: str, entries: list[tuple[bytes, bytes]], records: dict[bytes, bytes]) -> bytes:
    if not entries:
        return EMPTY
    if len(entries) <= 40:
        record = b"\x00" + b"".join(entry for pair in entries for entry in pair)
    else:
        record = b"\x01"
        for digit in "0123456789abcdef":
            below = prefix + digit
            inside = [pair for pair in entries if pair[0].hex().startswith(below)]
            record += _subtree(below, inside, records)
    records[prefix.encode()] = record
    return digest(record)
