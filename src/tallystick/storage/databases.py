# SPDX-License-Identifier: Apache-2.0
"""The databases of the store and the form of their keys and values.

Spec: docs/spec/storage.md section 6. A value is stored behind a checksum of database, key and
value, so that a flipped bit in any of them, or a value under a wrong key, is noticed on reading.
"""

from __future__ import annotations

from enum import IntEnum
from struct import Struct
from typing import Final
from zlib import crc32

from tallystick.errors import Corrupted
from tallystick.ledger import Tree
from tallystick.storage.records import Position


class Database(IntEnum):
    """One ordered map from keys to values in the store's environment."""

    STATE = 0
    """Values of the state tree's keys."""
    MEMBERSHIP = 1
    """Values of the membership tree's keys."""
    STATE_PAGES = 2
    MEMBERSHIP_PAGES = 3
    TILES = 4
    """Log tiles by level and index."""
    POSITIONS = 5
    """Places in the block log by height."""
    LEAVES = 6
    """Heights by the log index of the block's first transaction."""
    META = 7
    """Format version, network id, height, block header."""

    @property
    def stored_name(self) -> bytes:
        """Its name in the environment."""
        return self.name.lower().encode()


VALUES: Final = {Tree.STATE: Database.STATE, Tree.MEMBERSHIP: Database.MEMBERSHIP}
PAGES: Final = {Tree.STATE: Database.STATE_PAGES, Tree.MEMBERSHIP: Database.MEMBERSHIP_PAGES}

META_VERSION: Final = b"version"
META_NETWORK: Final = b"network"
META_HEIGHT: Final = b"height"
META_HEADER: Final = b"header"

CHECKSUM_SIZE: Final = 4
NUMBER: Final = Struct(">Q")
_TILE_KEY = Struct(">BQ")
_POSITION = Struct(">QQIQI")


def page_key(prefix: bytes) -> bytes:
    """Return the key of a page; the root's prefix is empty, which a key cannot be."""
    return prefix or b"/"


def tile_key(level: int, index: int) -> bytes:
    """Return the key of a log tile; tiles of a level follow each other."""
    return _TILE_KEY.pack(level, index)


def encode_position(position: Position) -> bytes:
    """Return the stored value of a position, whose key is its height."""
    return _POSITION.pack(
        position.segment, position.offset, position.size, position.first_leaf, position.count
    )


def decode_position(height: int, data: bytes) -> Position:
    """Return the position stored for `height`."""
    return Position(height, *_POSITION.unpack(data))


def seal(database: Database, key: bytes, value: bytes) -> bytes:
    """Return what is stored for a value: its checksum, then the value."""
    return crc32(value, crc32(key, database)).to_bytes(CHECKSUM_SIZE, "big") + value


def unseal(database: Database, key: bytes, stored: bytes) -> bytes:
    """Return the value of what was stored under `key` (INV-P8).

    Raises:
        Corrupted: the checksum does not fit.
    """
    value = stored[CHECKSUM_SIZE:]
    if crc32(value, crc32(key, database)) != int.from_bytes(stored[:CHECKSUM_SIZE], "big"):
        raise store_damaged(f"the value of {key!r} in {database.name.lower()} fails its checksum")
    return value


def store_damaged(what: str) -> Corrupted:
    """Return the error for a damaged store, which can always be rebuilt from the block log."""
    return Corrupted(
        f"the store is damaged: {what}",
        hint="Stop the node, delete the folder `state` in its data folder, start it again: it "
        "rebuilds the state from the block log (docs/operator/repair.md).",
    )
