# SPDX-License-Identifier: Apache-2.0
"""What the ledger needs from outside: a store to read and a host that runs contracts.

Also the record that crosses to storage. Implementations: `storage` and `execution`; `testing` has
in-memory ones.
"""

from __future__ import annotations

from collections.abc import Generator
from enum import IntEnum
from typing import Protocol

from msgspec import Struct

from tallystick.merkle import TileKey
from tallystick.model import Block, Execution, Invocation, Migrated, MigrationStep


class Tree(IntEnum):
    """The two state trees whose roots a block header carries."""

    STATE = 0
    """What contracts keep."""
    MEMBERSHIP = 1
    """Organisations, members, keys."""


class StateReader(Protocol):
    """Reads the world state as of the transaction before."""

    def get(self, key: bytes, /) -> bytes | None:
        """Return the value bytes of a state key, or None."""
        ...


class StateScanner(StateReader, Protocol):
    """Walks the world state besides: for migrations alone, never for calls."""

    def scan(self, prefix: bytes, after: bytes) -> Generator[tuple[bytes, bytes], None, None]:
        """Yield keys after `after` that begin with `prefix`, and their values, in order."""
        ...


class ContractHost(Protocol):
    """Runs contract calls. A refusal is a result; an exception is a fault of this node."""

    def execute(self, invocation: Invocation, state: StateReader) -> Execution:
        """Run one call on `state`."""
        ...

    def migrate(self, step: MigrationStep, state: StateScanner) -> Migrated:
        """Bring some records of an older version into the form of the newer one."""
        ...


class Store(Protocol):
    """The durable state that the ledger continues from; may lag behind, never ahead."""

    def get(self, tree: Tree, key: bytes, /) -> bytes | None:
        """Return a value of the newest saved block."""
        ...

    def items(
        self, tree: Tree, /, *, prefix: bytes = b"", after: bytes = b""
    ) -> Generator[tuple[bytes, bytes], None, None]:
        """Yield keys of the newest saved block and their values, sorted by key.

        Only those that begin with `prefix` and come after `after`; every key by default.
        """
        ...

    def read_page(self, tree: Tree, prefix: bytes, /) -> bytes | None:
        """Return a record of a state tree (see `merkle.StateTree`)."""
        ...

    def read_tile(self, level: int, index: int, width: int, /) -> bytes | None:
        """Return `width` hashes of a log tile, 32 bytes each, or None."""
        ...


class AppliedBlock(Struct, frozen=True):
    """A block and every change it makes; handed to storage as one unit."""

    block: Block
    transaction_ids: tuple[bytes, ...]
    codes: tuple[str, ...]
    """Outcome code of each transaction."""
    state: dict[bytes, bytes | None]
    membership: dict[bytes, bytes | None]
    pages: dict[tuple[Tree, bytes], bytes | None]
    """Changed records of both state trees by (tree, prefix); None deletes."""
    tiles: dict[TileKey, bytes]
    """Changed log tiles by (level, index), full or partial, 32 bytes a hash."""
