# SPDX-License-Identifier: Apache-2.0
"""Opens stores, fills them from a chain, and compares them with it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tallystick.ledger import Tree
from tallystick.storage import BlockLog, DurableStore, FlushPolicy
from tests.unit.storage.chain import NETWORK, Chain

MAP_BYTES: Final = 2**28
LAZY: Final = FlushPolicy(transactions_max=1_000_000, bytes_max=2**40)


def open_store(
    data: Path, *, in_process: bool = True, policy: FlushPolicy = LAZY, map_bytes: int = MAP_BYTES
) -> DurableStore:
    """Open a store that flushes when told to."""
    return DurableStore.open(
        data, NETWORK, in_process=in_process, policy=policy, map_bytes=map_bytes
    )


def save_all(store: DurableStore, data: Path, chain: Chain) -> None:
    """Append blocks to the log and save them, as a node does."""
    log = BlockLog.open(data, NETWORK)
    for applied in chain.applied[store.height :]:
        if log.height < applied.block.header.height:
            log.append(applied.block)
        store.save(applied, log.position(applied.block.header.height))
    log.close()


def same_as(store: DurableStore, chain: Chain, height: int) -> None:
    """Check every value of the store against the chain at a height."""
    expected: dict[bytes, bytes] = {}
    for applied in chain.applied[:height]:
        for key, value in applied.state.items():
            expected.pop(key, None)
            expected.update({key: value} if value is not None else {})
    assert store.height == height
    assert list(store.items(Tree.STATE)) == sorted(expected.items())
