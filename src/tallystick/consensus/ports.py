# SPDX-License-Identifier: Apache-2.0
"""The engine port: what an engine drives, without knowing that it is a ledger.

An engine orders transactions and decides when a block is final. It calls `check` before it takes
a transaction, `execute` once for each block in order, makes the block durable in its own block
log, and then calls `commit`. Rule of recovery: the block log is the truth; the application may be
behind it, never ahead; on start the engine replays what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Protocol, TypeAlias

from msgspec import Struct

from tallystick.errors import TallystickError
from tallystick.model import Block, Snapshot, Transaction, Unusable


class Proposal(Struct, frozen=True):
    """A block to execute."""

    height: int
    time: int
    """Unix milliseconds, chosen by the engine, never before the parent's."""
    transactions: tuple[Transaction | Unusable, ...]


class Executed(Struct, frozen=True):
    """An executed block, not durable yet."""

    block: Block
    transaction_ids: tuple[bytes, ...]
    codes: tuple[str, ...]
    """Outcome code of each transaction, as in the block's entries."""


class Committed(Struct, frozen=True, gc=False):
    """Where a transaction ended up; given out only after the block is durable."""

    transaction_id: bytes
    height: int
    index: int
    """Place in the block."""
    leaf_index: int
    """Place in the log."""
    code: str
    """`ok` or the code of the refusal."""


class Application(Protocol):
    """What an engine drives."""

    def check(self, transactions: Sequence[bytes]) -> list[Transaction | TallystickError]:
        """Decode and check each, signatures included; may use several cores; changes nothing."""
        ...

    def execute(self, proposal: Proposal) -> Executed:
        """Execute the next block; exactly one entry for each transaction."""
        ...

    def commit(self, block: Block) -> None:
        """Take note that the executed block is durable in the engine's log."""
        ...

    def replay(self, block: Block) -> None:
        """Execute a block from the engine's log again and compare every commitment."""
        ...

    @property
    def height(self) -> int:
        """Height of the last executed block; 0 after genesis."""
        ...

    @property
    def block_time(self) -> int:
        """Time of the last executed block."""
        ...

    @property
    def block_transactions_max(self) -> int:
        """The largest block that may follow."""
        ...


class ReplicatedApplication(Application, Protocol):
    """What an engine of several nodes asks in addition: others' proposals are not to be trusted."""

    @property
    def app_hash(self) -> bytes:
        """The hash of the state after the last executed block, which all nodes must agree on."""
        ...

    def read(self, transactions: Sequence[bytes]) -> list[Transaction | Unusable]:
        """Decode each and verify its signature: facts about the bytes alone, good for ever."""
        ...

    def admit(self, transaction: Transaction, time: int) -> TallystickError | None:
        """Say why a read transaction could not execute at `time`; None if it could."""
        ...

    def may_propose(self, transaction: Transaction, time: int) -> bool:
        """Say whether a block of `time` may hold it: of this network, valid then, its nonce unused.

        A function of transaction, time and the state after the last block alone, so that all nodes
        judge a proposal alike. What `admit` lets pass at `time`, this lets pass.
        """
        ...

    def validators(self) -> list[ValidatorPower]:
        """Return who decides about blocks, as the last executed block left it."""
        ...


ValidatorPower: TypeAlias = tuple[bytes, int]
"""A validator's Ed25519 key and its voting power; power 0 in a change removes it."""


class BlockLog(Protocol):
    """An append-only record of blocks; `append` returns only after the block is on disk."""

    def append(self, block: Block) -> None:
        """Write and sync one block.

        Raises:
            StorageFailed: anything went wrong; the caller must stop and not retry.
        """
        ...

    def blocks(self, first_height: int) -> Iterator[Block]:
        """Read blocks in order from `first_height`, each checked against its checksum."""
        ...


class GatheringBlockLog(BlockLog, Protocol):
    """One that also takes blocks nobody was promised anything about, and syncs them together."""

    def gather(self, block: Block) -> None:
        """Write one block, which is on disk only after the next `sync`.

        Raises:
            StorageFailed: anything went wrong; the caller must stop and not retry.
        """
        ...

    def sync(self) -> None:
        """Return when all gathered blocks are on disk.

        Raises:
            StorageFailed: they are not; the caller must stop and not retry.
        """
        ...


class Snapshots(Protocol):
    """What an engine of several nodes gives to those who join."""

    def list(self) -> Sequence[Snapshot]:
        """Return the snapshots that are ready, newest last; must not keep the caller waiting."""
        ...

    def read_chunk(self, height: int, number: int) -> bytes:
        """Return a chunk of one of them.

        Raises:
            NotFound: there is no such chunk.
        """
        ...


class Restorer(Protocol):
    """Turns the snapshot of another node into this node's ledger, which has no blocks yet."""

    @property
    def height(self) -> int:
        """Height of this node's ledger."""
        ...

    @property
    def app_hash(self) -> bytes:
        """The app hash of this node's ledger."""
        ...

    def begin(self, snapshot: Snapshot) -> None:
        """Make ready for the chunks of a snapshot, and forget those of an earlier one."""
        ...

    def take(self, chunk: bytes) -> None:
        """Take the next chunk, in order, after it was compared with its hash.

        Raises:
            Malformed: it holds something else than blocks.
            InvalidBlock: its blocks do not follow from those before.
        """
        ...

    def finish(self, app_hash: bytes) -> None:
        """Compare the whole with an app hash that is trusted; then it is this node's ledger.

        Raises:
            InvalidBlock: it is another ledger's, or not complete.
        """
        ...

    def abandon(self) -> None:
        """Forget what came in: the ledger is empty, as before."""
        ...


Result: TypeAlias = Committed | TallystickError
"""What became of one submitted transaction: where it is, or why it was not taken."""


class Engine(Protocol):
    """An ordering engine in operation."""

    def submit(self, transactions: Sequence[bytes]) -> Future[list[Result]]:
        """Take transactions; the future ends when all are committed or refused, in order.

        Raises:
            Overloaded: too many are waiting already.
            Unavailable: the engine is not running.
        """
        ...

    def start(self) -> None:
        """Replay what the application lacks, then take transactions."""
        ...

    def stop(self) -> None:
        """Finish what was taken, then stop; returns when everything is durable."""
        ...
