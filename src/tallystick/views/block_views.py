# SPDX-License-Identifier: Apache-2.0
"""The part of `Views` that answers for blocks, and for how much happened over time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from tallystick.errors import LimitExceeded
from tallystick.model import OK
from tallystick.views.cursors import check_limit
from tallystick.views.event_views import LIMIT_DEFAULT
from tallystick.views.filters import (
    TimeRange,
    check_moments,
    height_bounds,
    with_hash,
    within_int64,
)
from tallystick.views.pages import Listing
from tallystick.views.results import Activity, BlockRow, Page
from tallystick.views.shapes import block_row
from tallystick.views.snapshot import Reader
from tallystick.views.tables import BLOCKS, CLASSES, LOG

_ALWAYS: Final = TimeRange()
COUNTED_MAX: Final = 200_000
"""Most transactions that are counted one by one: some 20 ms."""

_LAST_BEFORE: Final = (
    select(BLOCKS.c.height, BLOCKS.c.log_size, BLOCKS.c.refused_total)
    .where(BLOCKS.c.time < bindparam("moment"))
    .order_by(BLOCKS.c.time.desc(), BLOCKS.c.height.desc())
    .limit(1)
)
"""Written once: a chart asks it for each of its stretches."""


class _Sum(NamedTuple):
    """What there was up to a moment."""

    blocks: int
    transactions: int
    refused: int


class BlockViews:
    """Reads blocks; see `Views`."""

    _reader: Reader

    def list_blocks(
        self,
        *,
        during: TimeRange = _ALWAYS,
        beginning: str | None = None,
        cursor: str | None = None,
        limit: int = LIMIT_DEFAULT,
    ) -> Page[BlockRow]:
        """Return blocks.

        Args:
            during: of which time.
            beginning: of the hash: 8 hexadecimal digits or more.
            cursor: of the page before.
            limit: rows wanted.

        Raises:
            InvalidArguments: a wrong beginning, cursor or limit.
        """
        check_limit(limit)
        with self._reader.snapshot() as snapshot:
            bounds = height_bounds(snapshot.connection, during)
            found = () if beginning is None else (with_hash(beginning, snapshot.meta.height),)
            listing = Listing(
                query=select(BLOCKS), number=BLOCKS.c.height, bounds=bounds, alternatives=found
            )
            rows, after = snapshot.page("blocks", listing, cursor, limit)
            return Page(tuple(block_row(row) for row in rows), after, snapshot.meta.height)

    def get_block(self, height: int) -> BlockRow | None:
        """Return the block at a height, or None."""
        with self._reader.snapshot() as snapshot:
            query = select(BLOCKS).where(BLOCKS.c.height == within_int64(height))
            row = snapshot.connection.execute(query).first()
            return None if row is None else block_row(row)

    def activity(self, moments: Sequence[int], *, contract: str | None = None) -> Page[Activity]:
        """Return how much happened between each moment and the next, oldest first.

        Each block says how much there was up to it, so a stretch of any length costs two lookups
        by time and no walk through the blocks in it.

        Args:
            moments: unix milliseconds, rising: two or more.
            contract: only its transactions; the blocks are all there were.

        Raises:
            InvalidArguments: too few, too many, or not rising.
            LimitExceeded: more than `COUNTED_MAX` transactions of one contract in this time.
        """
        check_moments(moments)
        with self._reader.snapshot() as snapshot:
            sums = [_sum_before(snapshot.connection, moment) for moment in moments]
            if contract is not None:
                sums = _of_contract(snapshot.connection, contract, sums)
            stretches = zip(pairwise(moments), pairwise(sums), strict=True)
            items = tuple(
                Activity(
                    from_ms=begin,
                    to_ms=end,
                    blocks=after.blocks - before.blocks,
                    transactions=after.transactions - before.transactions,
                    refused=after.refused - before.refused,
                )
                for (begin, end), (before, after) in stretches
            )
            return Page(items, None, snapshot.meta.height)


def _sum_before(connection: Connection, moment: int) -> _Sum:
    """Return what there was in all blocks before a moment."""
    row = connection.execute(_LAST_BEFORE, {"moment": within_int64(moment)}).first()
    return _Sum(0, 0, 0) if row is None else _Sum(*row)


def _of_contract(connection: Connection, contract: str, sums: list[_Sum]) -> list[_Sum]:
    """Return the sums with the transactions of one contract, counted through their index."""
    query = select(CLASSES.c.id, CLASSES.c.code, CLASSES.c.count)
    found = connection.execute(query.where(CLASSES.c.contract == contract))
    classes = {number: (code, count) for number, code, count in found}
    span = sums[-1].transactions - sums[0].transactions
    if min(span, sum(count for _, count in classes.values())) > COUNTED_MAX:
        raise LimitExceeded(
            "too many transactions to count those of one contract in this time",
            field="from",
            expected=f"a time with at most {COUNTED_MAX} transactions",
            hint="Ask for a shorter time.",
        )
    number, kind = LOG.c.leaf_index, LOG.c.class_id
    count = select(kind, func.count()).where(kind.in_(classes)).group_by(kind)
    counted = [sums[0]._replace(transactions=0, refused=0)]
    for before, after in pairwise(sums):
        during = count.where(number >= before.transactions, number < after.transactions)
        counts = {row[0]: row[1] for row in connection.execute(during)}
        refused = sum(n for one, n in counts.items() if classes[one][0] != OK)
        done = counted[-1]
        transactions = done.transactions + sum(counts.values())
        counted.append(_Sum(after.blocks, transactions, done.refused + refused))
    return counted
