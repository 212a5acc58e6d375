# SPDX-License-Identifier: Apache-2.0
"""Blocks: what an engine proposes, and the header that commits to the result.

Spec: docs/spec/block.md. The header binds the transactions through the log root, so the block
needs no second Merkle tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tallystick.crypto import sha256
from tallystick.encoding import Value, decode, encode
from tallystick.errors import Malformed
from tallystick.units import HASH_SIZE, INTEGER_MAX

HEADER_VERSION: Final = 1
_APP_HASH_TAG = "tallystick/app-hash/v1"
_HASH_FIELDS = ("parent", "log_root", "state_root", "membership_root", "app_hash")
_NUMBER_FIELDS = ("height", "time", "log_size", "version")


@dataclass(frozen=True, slots=True)
class BlockHeader:
    """The commitments of one block."""

    height: int
    parent: bytes
    """Hash of the header before; the genesis hash for height 1."""
    time: int
    """Block time, unix milliseconds, never before the parent's."""
    log_size: int
    """Leaves in the log after this block."""
    log_root: bytes
    state_root: bytes
    membership_root: bytes
    app_hash: bytes

    def encode(self) -> bytes:
        """Return the canonical bytes, whose SHA-256 is the block's hash."""
        return encode(
            {
                "app_hash": self.app_hash,
                "height": self.height,
                "log_root": self.log_root,
                "log_size": self.log_size,
                "membership_root": self.membership_root,
                "parent": self.parent,
                "state_root": self.state_root,
                "time": self.time,
                "version": HEADER_VERSION,
            }
        )


@dataclass(frozen=True, slots=True)
class Block:
    """A committed block: header bytes, transactions and entries, all as stored."""

    header: BlockHeader
    header_bytes: bytes
    transactions: tuple[bytes, ...]
    entries: tuple[bytes, ...]
    """One log entry for each transaction, in the same order."""
    write_sets: tuple[bytes, ...]
    """Canonical write set of each transaction; its digest is in the entry."""

    @property
    def hash(self) -> bytes:
        """SHA-256 of the header bytes."""
        return sha256(self.header_bytes)

    @property
    def first_leaf(self) -> int:
        """Log index of the first transaction."""
        return self.header.log_size - len(self.entries)


def decode_header(data: bytes) -> BlockHeader:
    """Return the header in canonical `data`.

    Raises:
        Malformed: not canonical, or not the fields of a version 1 header.
    """
    fields = decode(data, name="header")
    names = {*_HASH_FIELDS, *_NUMBER_FIELDS}
    if type(fields) is not dict or fields.keys() != names or fields["version"] != HEADER_VERSION:
        raise Malformed("header: wrong fields", field="header", expected=", ".join(sorted(names)))
    for name in _HASH_FIELDS:
        _check(fields[name], name)
    for name in _NUMBER_FIELDS:
        number = fields[name]
        if type(number) is not int or not 0 <= number <= INTEGER_MAX:
            raise Malformed(f"header: {name} is not a count", field=f"header.{name}")
    del fields["version"]
    return BlockHeader(**fields)  # type: ignore[arg-type]  # every field was checked above


def app_hash(log_size: int, log_root: bytes, state_root: bytes, membership_root: bytes) -> bytes:
    """Return the hash that engines agree on: it covers log, state and membership."""
    return sha256(encode([_APP_HASH_TAG, log_size, log_root, state_root, membership_root]))


def _check(value: Value, name: str) -> None:
    if type(value) is not bytes or len(value) != HASH_SIZE:
        raise Malformed(
            f"header: {name} is not a hash", field=f"header.{name}", expected="32 bytes"
        )
