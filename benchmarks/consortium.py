# SPDX-License-Identifier: Apache-2.0
"""Several organisations on CometBFT, beside the same engines with their own key-value store.

Each repetition starts the engines with the key-value store, then our nodes, in turn: same engine,
keys, profile, transaction size and load tool. So the ratio of the two holds on a machine that
others use too; the foreign load of each stretch is recorded all the same.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from benchmarks.engine_load import Job
from benchmarks.machine import measured
from benchmarks.members import Kvstores, Network, Tallysticks, Wallets, write_transactions
from tallystick.encoding import encode

BATCH = 100
"""Transactions in one request to an engine."""
WINDOW = 4_000
"""Submitted and not committed: enough for full blocks, few enough for every mempool."""
LONE_RATE = 4.0
"""Lone transactions a second: the chain is idle again before the next."""
PACED_BATCH = 10


def run(folder: Path, *, organizations: int, transactions: int, repeat: int) -> dict[str, Any]:
    """Measure both networks `repeat` times, one after the other."""
    folder.mkdir(parents=True, exist_ok=True)
    accounts = 2_000
    size = len(Wallets("benchmark-" + "0" * 32, 1, accounts).transfers(1)[0])
    found: dict[str, list[dict[str, Any]]] = {"kvstore": [], "tallystick": []}
    for _ in range(repeat):
        for name, make in (
            ("kvstore", lambda: Kvstores(folder / "k", organizations, size)),
            ("tallystick", lambda: Tallysticks(folder / "t", organizations, accounts)),
        ):
            found[name].append(_round(make, transactions))
            print(json.dumps({name: found[name][-1]}), flush=True)
    return {
        "organizations": organizations,
        "transaction_bytes": size,
        "requests_of": BATCH,
        "in_flight": WINDOW,
        **{name: _medians(rounds) for name, rounds in found.items()},
        "ratio": _ratio(found),
        "rounds": found,
    }


def _round(make: Callable[[], Network], transactions: int) -> dict[str, Any]:
    network = make()
    try:
        if isinstance(network, Tallysticks):
            load(network, network.wallets.openings(), window=WINDOW)
        load(network, network.transactions(transactions // 4), window=WINDOW)
        before = _disk(network.folder)
        full = load(network, network.transactions(transactions), window=WINDOW)
        time.sleep(1)  # what is written behind
        grown = _disk(network.folder) - before
        half = full["tx_s"] / 2
        paced = network.transactions(math.ceil(half * 5 / PACED_BATCH) * PACED_BATCH)
        result = {
            "full": full,
            "disk_bytes_per_tx": round(grown / transactions),
            "half": load(network, paced, rate=half, batch=PACED_BATCH, poll_ms=10),
            "lone": load(network, network.transactions(80), rate=LONE_RATE, batch=1, poll_ms=5),
        }
        if isinstance(network, Tallysticks):
            result["http"] = _http(network, transactions)
        return result
    finally:
        network.close()


def load(
    network: Network,
    transactions: list[bytes],
    *,
    batch: int = BATCH,
    window: int = 0,
    rate: float = 0.0,
    poll_ms: int = 25,
) -> dict[str, Any]:
    """Have the load tool put transactions through, and return what it saw."""
    file = write_transactions(network.folder / "transactions", transactions)
    job = Job(
        engines=network.engines,
        transactions=str(file),
        batch=batch,
        window=window,
        rate=rate,
        poll_ms=poll_ms,
    )
    path = network.folder / "job.json"
    path.write_bytes(msgspec.json.encode(job))
    with measured("bench") as used:
        done = _run("benchmarks.engine_load", str(path))
    file.unlink()
    found: dict[str, Any] = json.loads(done)
    return found | {
        "foreign_cores": used.foreign_cores,
        "cpu_us_per_tx": {
            role: round(seconds / len(transactions) * 1e6)
            for role, seconds in used.own_by_process.items()
        },
    }


def _http(network: Tallysticks, transactions: int) -> dict[str, Any]:
    """Measure our own door: batches to all nodes, each answered when it is committed."""
    signed = network.transactions(transactions)
    with tempfile.TemporaryDirectory() as bodies:
        for start in range(0, len(signed), BATCH):
            body = encode(list(signed[start : start + BATCH]))
            Path(bodies, f"{start:06d}").write_bytes(body)
        ports = ",".join(str(port) for port in network.ports)
        with measured("bench") as used:
            done = json.loads(_run("benchmarks.load", ports, bodies, str(WINDOW // BATCH)))
    if done["committed"] != len(signed):
        raise RuntimeError(f"of {len(signed)} were not committed: {done['refused']}")
    return {
        "tx_s": round(len(signed) / done["seconds"]),
        "wait_ms_p50": round(done["wait_s_p50"] * 1e3),
        "foreign_cores": used.foreign_cores,
        "cpu_us_per_tx": {
            role: round(seconds / len(signed) * 1e6)
            for role, seconds in used.own_by_process.items()
        },
    }


def _run(module: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def _medians(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    def middle(part: str, name: str) -> float:
        return float(median(one[part][name] for one in rounds))

    found: dict[str, Any] = {
        "tx_s": round(middle("full", "tx_s")),
        "transactions_per_block": round(middle("full", "transactions_per_block")),
        "disk_bytes_per_tx": round(median(one["disk_bytes_per_tx"] for one in rounds)),
        "lone_ms": [middle("lone", "wait_ms_p50"), middle("lone", "wait_ms_p99")],
        "half_load_ms": [middle("half", "wait_ms_p50"), middle("half", "wait_ms_p99")],
        "cpu_us_per_tx": {
            role: round(median(one["full"]["cpu_us_per_tx"].get(role, 0) for one in rounds))
            for role in rounds[0]["full"]["cpu_us_per_tx"]
        },
    }
    if "http" in rounds[0]:
        found["http_tx_s"] = round(middle("http", "tx_s"))
    return found


def _ratio(found: dict[str, list[dict[str, Any]]]) -> float:
    """Return our throughput by the store's: the median of the repetitions' ratios."""
    pairs = zip(found["tallystick"], found["kvstore"], strict=True)
    middle = median(ours["full"]["tx_s"] / other["full"]["tx_s"] for ours, other in pairs)
    return round(float(middle), 2)


def _disk(folder: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())
