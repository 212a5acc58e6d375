# SPDX-License-Identifier: Apache-2.0
"""How fast a node of several comes back: from its own log, its engine, the others, a snapshot."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.consortium import WINDOW, load
from benchmarks.members import Tallysticks
from tallystick.storage.layout import BLOCKS_FOLDER, STATE_FOLDER

ORGANIZATIONS = 4
SNAPSHOT_BLOCKS = 5
"""A snapshot every so many blocks: full ones, so that the newest is not far behind."""
_LAST = ORGANIZATIONS - 1
_VIEWS = "views.sqlite*"
_ALL = (STATE_FOLDER, _VIEWS, BLOCKS_FOLDER, "engine/data/*.db", "*/*/cs.wal")


def run(folder: Path, *, transactions: int, repeat: int) -> dict[str, Any]:
    """Measure the last of four nodes: how long until it has every block again.

    - `plain`: it lacks nothing: what a start costs at all, and is taken off the others.
    - `replay`: its store and views are gone; it executes its own block log again.
    - `handshake`: its block log is gone, too; its engine gives it every block it has.
    - `blocksync`: all is gone but keys and genesis; the engine fetches the blocks of the others.
    - `statesync`: the same, but it begins from a snapshot that the others made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    network = Tallysticks(folder / "t", ORGANIZATIONS, 2_000, snapshot_interval=SNAPSHOT_BLOCKS)
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
            for name in ("replay", "handshake", "blocksync", "statesync")
        },
        "rounds": rounds,
    }


def _round(network: Tallysticks) -> dict[str, Any]:
    found = {
        "plain": _back(network, ()),
        "replay": _back(network, (STATE_FOLDER, _VIEWS)),
        "handshake": _back(network, (STATE_FOLDER, _VIEWS, BLOCKS_FOLDER)),
        "statesync": _back(network, _ALL, believed=2),
        # Last: it leaves an engine that has every block, as the next handshake needs.
        "blocksync": _back(network, _ALL),
    }
    print(json.dumps(found), flush=True)
    return found


def _back(
    network: Tallysticks, lost: tuple[str, ...], believed: int | None = None
) -> dict[str, float]:
    data = network.stop_one(_LAST)
    for path in [path for pattern in lost for path in data.glob(pattern)]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    network.believe(_LAST, believed)
    return {"seconds": round(network.start_one(_LAST), 2)}
