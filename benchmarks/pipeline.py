# SPDX-License-Identifier: Apache-2.0
"""Throughput: signed transfers through submit, verify, execute, state root, durable commit."""

from __future__ import annotations

import time
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.machine import measured, memory_by_role
from benchmarks.world import World

BATCH = 1_000
IN_FLIGHT_MAX = 30
"""Batches submitted and not yet answered: enough to keep every stage busy."""


def run(folder: Path, *, accounts: int, batches: int, repeat: int) -> dict[str, Any]:
    """Measure the real node, in process, with its verifier, store and views processes."""
    world = World.make(folder, accounts)
    try:
        rounds = [_round(world, batches) for _ in range(repeat)]
        lone = lone_transactions(world)
        return {
            "accounts": accounts,
            "transactions_per_round": batches * BATCH,
            "rounds": rounds,
            "tx_s": round(median(one["tx_s"] for one in rounds)),
            "lone": lone,
            "memory_mib": memory_by_role(),
            "store_mib": _size(folder / "state"),
            "blocks_mib": _size(folder / "blocks"),
            "views_mib": _size_of(folder / "views.sqlite"),
        }
    finally:
        world.close()


def _round(world: World, count: int) -> dict[str, Any]:
    signed = world.batches(count, BATCH)
    before = world.node.status().height
    waits: list[float] = []
    pending: list[Future[Any]] = []
    with measured() as load:
        for batch in signed:
            future = world.node.submit(batch)
            future.add_done_callback(partial(_note, waits, time.perf_counter()))
            pending.append(future)
            if len(pending) > IN_FLIGHT_MAX:
                _check(pending.pop(0).result())
        for future in pending:
            _check(future.result())
    total = count * BATCH
    status = world.node.status()
    waits.sort()
    return {
        "tx_s": round(total / load.seconds),
        "foreign_cores": load.foreign_cores,
        "cpu_us_per_tx": {
            role: round(seconds / total * 1e6, 1) for role, seconds in load.own_by_process.items()
        },
        "transactions_per_block": round(total / (status.height - before)),
        "batch_wait_ms_p50": round(waits[len(waits) // 2] * 1e3, 1),
        "batch_wait_ms_p99": round(waits[int(len(waits) * 0.99)] * 1e3, 1),
        "views_behind_blocks": status.height - status.views_height,
    }


def lone_transactions(world: World, count: int = 500) -> dict[str, Any]:
    """Measure one transaction at a time on a quiet node: durable, with its receipt in hand."""
    world.node.views.wait_for(world.node.status().height, 120)
    time.sleep(2)  # let the store write what has gathered
    (signed,) = world.batches(1, count)
    waits = []
    for raw in signed:
        started = time.perf_counter()
        (place,) = world.node.submit([raw]).result()
        world.node.receipt(place.transaction_id)  # type: ignore[union-attr]  # fails loudly
        waits.append(time.perf_counter() - started)
    waits.sort()
    return {
        "count": count,
        "p50_ms": round(waits[count // 2] * 1e3, 2),
        "p99_ms": round(waits[int(count * 0.99)] * 1e3, 2),
    }


def _note(waits: list[float], started: float, _: object) -> None:
    waits.append(time.perf_counter() - started)


def _check(results: list[Any]) -> None:
    codes = {result.code for result in results}
    if codes != {"ok"}:
        raise RuntimeError(f"the load was refused: {codes}")


def _size(folder: Path) -> float:
    return round(sum(_size_of(path) for path in folder.iterdir()), 1)


def _size_of(path: Path) -> float:
    # Blocks on disk, not the length: LMDB files are sparse.
    return round(path.stat().st_blocks * 512 / 2**20, 1)
