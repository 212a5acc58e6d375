# SPDX-License-Identifier: Apache-2.0
"""How fast a node of several comes back: from its own log, from its engine, from the others."""

from __future__ import annotations

import shutil
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.consortium import WINDOW, load
from benchmarks.machine import measured
from benchmarks.members import Tallysticks
from tallystick.storage.layout import BLOCKS_FOLDER, STATE_FOLDER

ORGANIZATIONS = 4
_LAST = ORGANIZATIONS - 1


def run(folder: Path, *, transactions: int, repeat: int) -> dict[str, Any]:
    """Measure the last of four nodes: how long until it has every block again.

    - `plain`: it lacks nothing: what a start costs at all, and is taken off the others.
    - `replay`: its store and views are gone; it executes its own block log again.
    - `handshake`: its block log is gone, too; its engine gives it every block it has.
    - `blocksync`: all is gone but keys and genesis; the engine fetches the blocks of the others.
    """
    folder.mkdir(parents=True, exist_ok=True)
    network = Tallysticks(folder / "t", ORGANIZATIONS, 2_000)
    try:
        load(network, network.wallets.openings(), window=WINDOW)
        load(network, network.transactions(transactions), window=WINDOW)
        rounds = [_round(network) for _ in range(repeat)]
    finally:
        network.close()
    total = transactions + 2_000
    plain = median(one["plain"]["seconds"] for one in rounds)
    return {
        "organizations": ORGANIZATIONS,
        "transactions": total,
        "start_s": round(float(plain), 2),
        "tx_s": {
            name: round(total / max(0.01, median(one[name]["seconds"] for one in rounds) - plain))
            for name in ("replay", "handshake", "blocksync")
        },
        "rounds": rounds,
    }


def _round(network: Tallysticks) -> dict[str, Any]:
    return {
        "plain": _back(network, ()),
        "replay": _back(network, (STATE_FOLDER, "views.sqlite*")),
        "handshake": _back(network, (STATE_FOLDER, "views.sqlite*", BLOCKS_FOLDER)),
        "blocksync": _back(
            network,
            (STATE_FOLDER, "views.sqlite*", BLOCKS_FOLDER, "engine/data/*.db", "*/*/cs.wal"),
        ),
    }


def _back(network: Tallysticks, lost: tuple[str, ...]) -> dict[str, float]:
    data = network.stop_one(_LAST)
    for path in [path for pattern in lost for path in data.glob(pattern)]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    with measured("bench") as used:
        seconds = network.start_one(_LAST)
    return {"seconds": round(seconds, 2), "foreign_cores": used.foreign_cores}
