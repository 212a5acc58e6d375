# SPDX-License-Identifier: Apache-2.0
"""Opens store and block log of a data folder in the right order: each needs the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tallystick.errors import Corrupted
from tallystick.storage.block_log import SEGMENT_BYTES, BlockLog
from tallystick.storage.data_folder import DataFolder
from tallystick.storage.durable_store import DurableStore
from tallystick.storage.environment import MAP_BYTES
from tallystick.storage.policy import FlushPolicy


class Storage(NamedTuple):
    """What a node keeps on disk, open."""

    log: BlockLog
    store: DurableStore

    def exchange(self, move: Callable[[], None]) -> None:
        """Close both, let `move` exchange their files, and go on with those in place.

        Nobody may read meanwhile.

        Raises:
            Corrupted: what stands there now is damaged, or does not belong together.
            StorageFailed: the system refused.
        """
        self.log.close()
        self.store.close()
        move()
        self.store.reopen()
        self.log.reopen(self.store.position(self.store.height))
        _check_same_block(self.store, self.log)

    def close(self) -> None:
        """Flush the store, then close both; committed blocks are on disk already.

        Raises:
            StorageFailed: the store could not be flushed; the block log has everything.
        """
        try:
            self.store.close()
        finally:
            self.log.close()


def open_storage(
    folder: DataFolder,
    *,
    in_process: bool = False,
    policy: FlushPolicy | None = None,
    map_bytes: int = MAP_BYTES,
    segment_bytes: int = SEGMENT_BYTES,
) -> Storage:
    """Open the block log and the store of a data folder; the caller replays what the store lacks.

    Raises:
        Corrupted: the block log is damaged or lacks a committed block, or the store is damaged.
        DataFolderProblem: a part is of another network or a newer version.
        StorageFailed: the system refused.
    """
    store = DurableStore.open(
        folder.path, folder.network, in_process=in_process, policy=policy, map_bytes=map_bytes
    )
    try:
        known = store.position(store.height) if store.height else None
        log = BlockLog.open(
            folder.path,
            folder.network,
            known=known,
            index=store.position,
            segment_bytes=segment_bytes,
        )
    except BaseException:
        store.close()
        raise
    try:
        _check_same_block(store, log)
    except BaseException:
        store.close()
        log.close()
        raise
    return Storage(log, store)


def _check_same_block(store: DurableStore, log: BlockLog) -> None:
    """Raise `Corrupted` if the store's last block is another than the log's of that height."""
    if store.height and log.block(store.height).header_bytes != store.header:
        raise Corrupted(
            f"store and block log have different blocks at height {store.height}",
            hint="One of the two folders `blocks` and `state` comes from elsewhere. If `blocks` is "
            "the right one, delete `state` and start again: docs/operator/repair.md.",
        )
