# SPDX-License-Identifier: Apache-2.0
"""Throughput over HTTP: batches posted by a process of its own to a node that serves."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.machine import measured
from benchmarks.world import World
from tallystick.api import HttpServer
from tallystick.encoding import encode

BATCH = 1_000
CONNECTIONS = 6


def run(folder: Path, *, accounts: int, batches: int, repeat: int) -> dict[str, Any]:
    """Measure POST /v1/transactions/batch with CBOR answers, and a lone POST with its receipt."""
    world = World.make(folder, accounts)
    try:
        with HttpServer(world.node, port=0) as server:
            rounds = [_round(world, server.port, batches) for _ in range(repeat)]
            lone = _lone(world, server.port)
    finally:
        world.close()
    return {
        "accounts": accounts,
        "transactions_per_request": BATCH,
        "connections": CONNECTIONS,
        "rounds": rounds,
        "tx_s": round(median(one["tx_s"] for one in rounds)),
        "lone": lone,
    }


def _round(world: World, port: int, count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as bodies:
        for number, batch in enumerate(world.batches(count, BATCH)):
            Path(bodies, f"{number:06d}").write_bytes(encode(list(batch)))
        with measured() as load:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.load", str(port), bodies, str(CONNECTIONS)],
                capture_output=True,
                text=True,
                check=True,
            )
    result = json.loads(done.stdout)
    total = count * BATCH
    if result["committed"] != total:
        raise RuntimeError(f"only {result['committed']} of {total} were committed")
    return {
        "tx_s": round(total / result["seconds"]),
        "foreign_cores": load.foreign_cores,
        "cpu_us_per_tx": {
            role: round(seconds / total * 1e6, 1) for role, seconds in load.own_by_process.items()
        },
        "request_s_p50": round(result["wait_s_p50"], 2),
    }


def _lone(world: World, port: int, count: int = 500) -> dict[str, Any]:
    """Measure one POST at a time: durable, with the receipt fetched by a second request."""
    world.node.views.wait_for(world.node.status().height, 120)
    time.sleep(2)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    (signed,) = world.batches(1, count)
    waits = []
    for raw in signed:
        started = time.perf_counter()
        connection.request("POST", "/v1/transactions", raw, {"Content-Type": "application/cose"})
        placed = json.loads(connection.getresponse().read())
        connection.request("GET", f"/v1/transactions/{placed['transaction']['id']}/receipt")
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"no receipt: {answer.status}")
        waits.append(time.perf_counter() - started)
    waits.sort()
    return {
        "count": count,
        "p50_ms": round(waits[count // 2] * 1e3, 2),
        "p99_ms": round(waits[int(count * 0.99)] * 1e3, 2),
    }
