# SPDX-License-Identifier: Apache-2.0
"""The part of `Views` that answers for blocks, and for how much happened over time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

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
from tallystick.views.tables import BLOCKS

_ALWAYS: Final = TimeRange()


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

    def activity(self, moments: Sequence[int]) -> Page[Activity]:
        """Return how much happened between each moment and the next, oldest first.

        Each block says how much there was up to it, so a stretch of any length costs two lookups
        by time and no walk through the blocks in it.

        Args:
            moments: unix milliseconds, rising: two or more.

        Raises:
            InvalidArguments: too few, too many, or not rising.
        """
        check_moments(moments)
        with self._reader.snapshot() as snapshot:
            sums = [_sum_before(snapshot.connection, moment) for moment in moments]
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
    query = (
        select(BLOCKS.c.height, BLOCKS.c.log_size, BLOCKS.c.refused_total)
        .where(BLOCKS.c.time < within_int64(moment))
        .order_by(BLOCKS.c.time.desc(), BLOCKS.c.height.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return _Sum(0, 0, 0) if row is None else _Sum(*row)
