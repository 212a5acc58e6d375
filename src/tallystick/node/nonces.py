# SPDX-License-Identifier: Apache-2.0
"""Which nonces a node knows to be used when it starts: those of recent blocks."""

from __future__ import annotations

from bisect import bisect_left

from tallystick.ledger import Ledger, oldest_remembered_time, remember_block
from tallystick.storage import BlockLog


def remember_recent(ledger: Ledger, block_log: BlockLog) -> None:
    """Mark the nonces of recent blocks as used: those that could still execute again.

    Only blocks that the store has; the engine replays the rest and so remembers them itself.
    """
    oldest_time = oldest_remembered_time(ledger)
    heights = range(1, ledger.head.height + 1)
    first = bisect_left(
        heights, oldest_time, key=lambda height: block_log.block(height).header.time
    )
    for block in block_log.blocks(first + 1):
        if block.header.height > ledger.head.height:
            return
        remember_block(ledger, block)
