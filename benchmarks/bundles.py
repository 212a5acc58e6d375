# SPDX-License-Identifier: Apache-2.0
"""A day's bundles of a court: 20 to 60 originals, 5 to 50 MB, packed with proofs and checked again.

Originals are deposited on a running node, packed as `tally evidence package` and `bundle` pack them
(BagIt with receipt, statement, log proof and chain of custody), and checked as a receiver does:
every file hashed, every proof verified by the trust file alone.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.deposit_desk import deposit_desk
from tallystick.cli.evidence_packing import gather, originals_in, pack
from tallystick.cli.proof_checks import check_any_proof
from tallystick.client import Net, Result, plan_folder

SMALLEST: Final = (20, 5)
"""Originals, and megabytes in all."""
LARGEST: Final = (60, 50)
_MEGABYTE: Final = 1_000_000


def run(folder: Path, *, bundles: int) -> dict[str, Any]:
    """Measure seconds a bundle, packed and checked, of bundles that grow evenly in both figures."""
    rounds = []
    with deposit_desk(folder / "node") as (net, trust):
        for number, (count, megabytes) in enumerate(_sizes(bundles)):
            rounds.append(_one(net, _written(folder / f"case-{number}", count, megabytes), trust))
    return {
        "bundles": bundles,
        "items": sum(one["items"] for one in rounds),
        "megabytes": round(sum(one["megabytes"] for one in rounds)),
        "pack_s": round(median(one["pack_s"] for one in rounds), 2),
        "pack_s_max": round(max(one["pack_s"] for one in rounds), 2),
        "check_s": round(median(one["check_s"] for one in rounds), 2),
        "check_s_max": round(max(one["check_s"] for one in rounds), 2),
    }


def _sizes(bundles: int) -> Iterator[tuple[int, int]]:
    """Yield how many originals and megabytes each bundle has, from the smallest to the largest."""
    for number in range(bundles):
        share = number / max(1, bundles - 1)
        least, most = zip(SMALLEST, LARGEST, strict=True)
        count = least[0] + share * (least[1] - least[0])
        megabytes = most[0] + share * (most[1] - most[0])
        yield round(count), round(megabytes)


def _written(place: Path, count: int, megabytes: int) -> Path:
    place.mkdir(parents=True)
    for number in range(count):
        (place / f"{number:03d}.bin").write_bytes(os.urandom(megabytes * _MEGABYTE // count))
    return place


def _one(net: Net, place: Path, trust: Path) -> dict[str, float]:
    done = list(net.evidence.deposit_batch(plan_folder(place, case=place.name)))
    target = place.with_suffix(".zip")
    begun = time.perf_counter()
    pack(net, gather(net, [], place.name), originals_in([place]), target)
    packed = time.perf_counter()
    found = check_any_proof(target, trust=trust)
    checked = time.perf_counter()
    if {one.result for _, one in found} != {Result.MATCH} or len(found) <= len(done):
        raise RuntimeError("a bundle does not verify")
    size = sum(one.stat().st_size for one in place.iterdir())
    return {
        "items": len(done),
        "megabytes": size / _MEGABYTE,
        "pack_s": packed - begun,
        "check_s": checked - packed,
    }
