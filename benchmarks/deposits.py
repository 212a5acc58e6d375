# SPDX-License-Identifier: Apache-2.0
"""Deposits of many small files as a user makes them: hashed, signed, committed, with receipts."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import bundles as court
from benchmarks.deposit_desk import deposit_desk
from tallystick.client import plan_folder
from tallystick.contracts.parts import BatchTree
from tallystick.industries.evidence import deposit_leaf


def run(folder: Path, *, files: int, repeat: int) -> dict[str, Any]:
    """Measure files a second: each deposited with its receipt, and all of them under one root."""
    rounds = []
    with deposit_desk(folder / "node") as (net, _):
        for number in range(repeat):
            place = _written(folder / f"files-{number}", number, files)
            begun = time.perf_counter()
            plan = plan_folder(place, case=f"bench {number}")
            done = [one for one in net.evidence.deposit_batch(plan) if one.receipt]
            each = time.perf_counter() - begun
            rounds.append({"files_s": len(done) / each, "root_files_s": _rooted(place)})
            if len(done) != files:
                raise RuntimeError(f"only {len(done)} of {files} were deposited")
    return {
        "files": files,
        "files_s": round(median(one["files_s"] for one in rounds)),
        "root_files_s": round(median(one["root_files_s"] for one in rounds)),
    }


def bundled(folder: Path, *, bundles: int) -> dict[str, Any]:
    """Measure what becomes of deposits at a court: its bundles, packed and checked."""
    return court.run(folder, bundles=bundles)


def _written(place: Path, number: int, count: int) -> Path:
    """Write small files, each with content of its own."""
    place.mkdir(parents=True)
    for name in range(count):
        (place / f"{name:06d}.txt").write_bytes(f"round {number}, file {name}\n".encode() * 40)
    return place


def _rooted(place: Path) -> float:
    """Return how many files a second are hashed into the root of a batch, with a path for one."""
    begun = time.perf_counter()
    items = plan_folder(place).items
    tree = BatchTree([deposit_leaf(one.facts.sha256.hex(), one.facts.size or 0) for one in items])
    tree.path(0)
    return len(items) / (time.perf_counter() - begun)
