# SPDX-License-Identifier: Apache-2.0
"""Joining a network: making a snapshot and restoring it, against executing the same blocks again."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from benchmarks.fill import BALANCE
from benchmarks.machine import measured
from benchmarks.world import KEYS, NOTE, ORGANIZATION, SIGNERS, World, found
from tallystick.model import Call, sign_transaction
from tallystick.storage import (
    BlockLogReader,
    ChunkIndex,
    backup,
    make_snapshot,
    restore,
    restore_snapshot,
    write_snapshot,
)
from tallystick.units import TimeMs

BATCH = 1_000
_LIFETIME_MS = 600_000


def run(folder: Path, *, accounts: int, batches: int) -> dict[str, Any]:
    """Let a node decide transfers, then bring two other folders to the same block."""
    folder.mkdir(parents=True)
    source = folder / "source"
    found(source)
    world = World(source, accounts)
    for start in range(0, accounts, BATCH):
        opened = [_open(world, number) for number in range(start, min(accounts, start + BATCH))]
        world.node.submit(opened).result()
    for batch in world.batches(batches, BATCH):
        world.node.submit(batch).result()
    world.node.stop()
    height = BlockLogReader(source).committed_height()
    total = accounts + batches * BATCH
    try:
        with measured() as making:
            make_snapshot(BlockLogReader(source), ChunkIndex(), height)
        info = write_snapshot(source, folder / "file")
        size = (folder / "file").stat().st_size
        with measured() as restoring:
            restore_snapshot(folder / "file", folder / "restored")
        backup(source, folder / "backup", include_keys=True)
        restore(folder / "backup", folder / "replayed")
        with measured() as replaying:
            again = World(folder / "replayed", accounts)
        again.node.stop()
        return {
            "transactions": total,
            "blocks": height,
            "chunks": len(info.chunks),
            "snapshot_mib": round(size / 2**20, 1),
            "bytes_per_transaction": round(size / total),
            "make_mib_s": round(size / 2**20 / making.seconds),
            "restore_tx_s": round(total / restoring.seconds),
            "restore_blocks_s": round(height / restoring.seconds, 1),
            "replay_tx_s": round(total / replaying.seconds),
            "foreign_cores": [one.foreign_cores for one in (making, restoring, replaying)],
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _open(world: World, number: int) -> bytes:
    call = Call(
        world.network,
        "bank",
        "open",
        {"id": f"acct-{number:08d}", "balance": BALANCE, "note": NOTE},
        number,
        TimeMs(time.time_ns() // 1_000_000 + _LIFETIME_MS),
    )
    return sign_transaction(call, KEYS[number % SIGNERS], ORGANIZATION)
