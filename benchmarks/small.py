# SPDX-License-Identifier: Apache-2.0
"""Offline verification, proofs of a growing log, and start-up times."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.machine import measured
from benchmarks.world import World
from tallystick import Trust, verify
from tallystick.crypto import sha256
from tallystick.merkle import LogTree, TileKey

_BLOCK = 1_000


def verification(folder: Path, *, repeat: int) -> dict[str, Any]:
    """Measure `tallystick.verify` of a receipt against a trust file, all in memory."""
    world = World.make(folder, 1_000)
    try:
        for batch in world.batches(20, 500):
            world.node.submit(batch).result()
        (raw,) = world.batches(1, 1)[0]
        (place,) = world.node.submit([raw]).result()
        receipt = world.node.receipt(place.transaction_id).to_json().encode()  # type: ignore[union-attr]
        trust = Trust.of_genesis(world.node.genesis_bytes)
    finally:
        world.close()
    verify(receipt, trust=trust).raise_for_failure()
    rounds = [_milliseconds(lambda: verify(receipt, trust=trust), 300) for _ in range(repeat)]
    return {"median_ms": round(median(rounds), 3), "rounds_ms": rounds, "log_leaves": 10_001}


def _milliseconds(work: Callable[[], object], count: int) -> float:
    times = []
    for _ in range(count):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return round(median(times) * 1e3, 3)


class _Tiles:
    """A tile reader over a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[TileKey, bytes] = {}

    def read_tile(self, level: int, index: int, width: int, /) -> bytes | None:
        tile = self.kept.get(TileKey(level, index))
        return None if tile is None else tile[: 32 * width]


def log_growth(sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    """Measure appending blocks of 1,000 leaves, and a proof, as the log grows."""
    tiles = _Tiles()
    tree = LogTree(tiles)
    leaf = [sha256(n.to_bytes(8, "big")) for n in range(_BLOCK)]
    rows = []
    for size in sizes:
        while tree.size + 20 * _BLOCK < size:
            tree.append(leaf)
            tiles.kept.update(tree.take_dirty())
        appends = []
        while tree.size < size:
            started = time.process_time()
            tree.append(leaf)
            tree.root()
            tiles.kept.update(tree.take_dirty())
            appends.append((time.process_time() - started) / _BLOCK * 1e6)
        proofs = [
            _milliseconds(lambda n=n: tree.inclusion_proof(n), 1)  # type: ignore[misc]
            for n in range(0, tree.size, max(1, tree.size // 200))
        ]
        rows.append(
            {
                "leaves": tree.size,
                "append_us_per_leaf": round(median(appends), 2),
                "proof_ms": round(median(proofs), 3),
            }
        )
    return rows


def start_up(*, repeat: int) -> dict[str, Any]:
    """Measure how long the command takes to say its version and its help."""
    tally = str(Path(sys.executable).with_name("tally"))
    found = {}
    for arguments in (["--version"], ["--help"]):
        times = []
        for _ in range(repeat + 1):
            started = time.perf_counter()
            subprocess.run([tally, *arguments], capture_output=True, check=True)
            times.append(time.perf_counter() - started)
        # The first run compiles and reads from disk.
        found[" ".join(["tally", *arguments])] = round(median(times[1:]) * 1e3)
    return found


def node_start(folder: Path, *, accounts: int, transactions: int) -> dict[str, Any]:
    """Measure opening a node: after a clean stop, and when the store lacks everything since."""
    world = World.make(folder, accounts)
    try:
        for batch in world.batches(transactions // _BLOCK, _BLOCK):
            world.node.submit(batch).result()
        world.node.stop()
        started = time.perf_counter()
        with measured() as load:
            world.open()
        clean = time.perf_counter() - started
        return {
            "accounts": accounts,
            "clean_s": round(clean, 2),
            "foreign_cores": load.foreign_cores,
        }
    finally:
        world.close()
