# SPDX-License-Identifier: Apache-2.0
"""Project committed blocks into the SQL tables that people read from.

- Every block is projected exactly once: rows and cursor change in the same SQL transaction.
- What is written depends on genesis and blocks only, never on a clock or on how blocks are
  grouped, so that a rebuild gives identical content.
- Views of another form are dropped and built anew from the blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from sqlalchemy import inspect, select, update

from tallystick.crypto import sha256
from tallystick.errors import DataFolderProblem, InvalidBlock
from tallystick.model import Block, decode_genesis, network_id
from tallystick.views.batch import Batch
from tallystick.views.database import open_writer, writing
from tallystick.views.figures import Figures
from tallystick.views.numbering import Numbering, Numbers
from tallystick.views.specs import ViewSpecs
from tallystick.views.tables import (
    BLOCKS,
    CLASSES,
    EVENT_NAMES,
    META,
    SIGNERS,
    Tables,
    drop_all,
)
from tallystick.views.writer import Writer

BATCH_TRANSACTIONS: Final = 5_000
"""About so many go into one SQL transaction when there is much to catch up with."""
_META_ID: Final = 1


@dataclass(frozen=True, slots=True)
class Head:
    """The newest block in the views."""

    height: int
    """0 when they hold genesis alone."""
    block_hash: bytes
    """At height 0 the hash of genesis, which is the parent of the first block."""
    log_size: int
    refused: int
    """Transactions up to it that were refused."""


class Projector:
    """The one writer of the views; may live in any process."""

    def __init__(self, url: str, genesis: bytes, specs: ViewSpecs) -> None:
        """Open the views; build them anew, without blocks, if there are none of this form.

        Args:
            url: of the database; a SQLite file is created.
            genesis: exact bytes of the genesis document.
            specs: tables and events of the contracts.

        Raises:
            DataFolderProblem: the views belong to another network.
            StorageFailed: the database cannot be written.
        """
        self._genesis_hash = sha256(genesis)
        self._genesis = decode_genesis(genesis)
        self._network = network_id(self._genesis.name, genesis)
        self._engine = open_writer(url)
        self._take(specs)
        self._numbering = Numbering(Numbers(), Numbers(), Numbers())
        self.head = Head(0, self._genesis_hash, 0, 0)
        if self._is_current():
            self._load()
        else:
            self.reset()

    def __enter__(self) -> Self:
        """Use as a context: closed at its end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the database."""
        self.close()

    @property
    def height(self) -> int:
        """Height of the newest block in the views; 0 when they hold genesis alone."""
        return self.head.height

    def apply(self, blocks: Sequence[Block]) -> None:
        """Add blocks, in order and in one SQL transaction; skip those that are there already.

        Raises:
            InvalidBlock: a gap, or blocks of another history than the one in the views.
            StorageFailed: the database cannot be written; nothing was changed.
        """
        fresh = self._fresh(blocks)
        if not fresh:
            return
        last = fresh[-1].header
        watched = self._figures.watched
        batch = Batch(self._numbering, self._writer.readers, watched, self.head.refused)
        try:
            for block in fresh:
                batch.add(block)
            head = Head(last.height, fresh[-1].hash, last.log_size, batch.refused)
            with writing(self._engine) as connection:
                self._writer.write(connection, batch, self._numbering, self.head.log_size)
                self._figures.fold(connection, batch.moments)
                cursor = update(META).values(
                    height=head.height,
                    block_hash=head.block_hash,
                    block_time=last.time,
                    log_size=head.log_size,
                )
                connection.execute(cursor)
        except BaseException:
            self._load()  # forget the numbers given to what was not written
            raise
        self.head = head

    def widen(self, specs: ViewSpecs) -> None:
        """Take in contracts that the network may run from the next block on.

        None of their records is in a block so far, so the others are left as they are. Should a
        table need the name of another one, the views begin again with genesis alone.

        Args:
            specs: those known so far, and those of further contracts.

        Raises:
            StorageFailed: the database cannot be written.
        """
        before = self._tables
        self._take(specs)
        with writing(self._engine) as connection:
            is_whole = self._tables.add_to(connection, before)
            form = {"schema": specs.digest, "specs": specs.encode()}
            connection.execute(update(META).values(**form))
        if is_whole:
            self._load()
        else:
            self.reset()

    def agree_with(self, newest: Block | None) -> None:
        """Begin again with genesis alone if the ledger's history is not the one in the views.

        `newest` is the ledger's block at the views' height, None if it has none: a ledger that was
        restored from a backup may be behind views that were left from before.

        Raises:
            StorageFailed: the database cannot be written.
        """
        if self.height and (newest is None or newest.hash != self.head.block_hash):
            self.reset()

    def reset(self, specs: ViewSpecs | None = None) -> None:
        """Drop everything and begin again with genesis alone, and with other specs if given.

        Raises:
            StorageFailed: the database cannot be written.
        """
        if specs is not None:
            self._take(specs)
        row = (
            *(_META_ID, self._specs.digest, self._specs.encode(), self._network),
            *(0, self._genesis_hash, self._genesis.created, 0),
        )
        with writing(self._engine) as connection:
            drop_all(connection)
            self._tables.create(connection)
            self._writer.write_meta(connection, row)
            self._writer.write_founders(connection, self._genesis)
        self._load()

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()

    def _take(self, specs: ViewSpecs) -> None:
        self._specs = specs
        self._tables = Tables(specs)
        self._writer = Writer(self._engine, self._tables)
        self._figures = Figures(self._engine, specs)

    def _is_current(self) -> bool:
        """Say whether the views that are there can be continued."""
        with writing(self._engine) as connection:
            if not inspect(connection).has_table(META.name):
                return False
            found = connection.execute(select(META.c.schema, META.c.network)).one()
        if found.network != self._network:
            raise DataFolderProblem(
                "the views belong to another network",
                field="views",
                expected=self._network,
                found=found.network,
            )
        return bool(found.schema == self._specs.digest)

    def _load(self) -> None:
        """Take over cursor and numbers from the database."""
        with writing(self._engine) as connection:
            meta = connection.execute(select(META)).one()
            self._figures.load(connection)
            classes = connection.execute(select(CLASSES).order_by(CLASSES.c.id))
            signers = connection.execute(select(SIGNERS).order_by(SIGNERS.c.id))
            names = connection.execute(select(EVENT_NAMES).order_by(EVENT_NAMES.c.id))
            refused = select(BLOCKS.c.refused_total).where(BLOCKS.c.height == meta.height)
            refused_total = connection.scalar(refused) or 0
            numbering = Numbering(
                Numbers((row.organization, row.contract, row.method, row.code) for row in classes),
                Numbers(bytes.fromhex(row.public_key) for row in signers),
                Numbers(row.name for row in names),
            )
        self._numbering = numbering
        self.head = Head(meta.height, meta.block_hash, meta.log_size, refused_total)

    def _fresh(self, blocks: Sequence[Block]) -> list[Block]:
        """Return the blocks that are new, having checked that they continue this history."""
        fresh: list[Block] = []
        height, parent = self.head.height, self.head.block_hash
        for block in blocks:
            if block.header.height <= self.head.height:
                if block.header.height == self.head.height and block.hash != self.head.block_hash:
                    raise _diverged(block)
            elif block.header.height != height + 1 or block.header.parent != parent:
                raise _diverged(block)
            else:
                fresh.append(block)
                height, parent = block.header.height, block.hash
        return fresh


def group_blocks(
    blocks: Iterable[Block], transactions: int = BATCH_TRANSACTIONS
) -> Iterator[list[Block]]:
    """Yield blocks in groups of about `transactions` transactions, as soon as a group is full."""
    group: list[Block] = []
    count = 0
    for block in blocks:
        group.append(block)
        count += len(block.transactions)
        if count >= transactions:
            yield group
            group, count = [], 0
    if group:
        yield group


def _diverged(block: Block) -> InvalidBlock:
    return InvalidBlock(
        f"block {block.header.height} does not continue the history in the views",
        field="height",
        found=str(block.header.height),
        hint="Build the views anew: `tally views rebuild`.",
    )
