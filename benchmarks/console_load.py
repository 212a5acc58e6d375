# SPDX-License-Identifier: Apache-2.0
"""The people of the console's benchmark: `python -m benchmarks.console_load URL DATA SECONDS R W`.

Prints JSON: pages and deposits made, errors by what they were, and the waiting times by page kind.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

import httpx

from tallystick.cli.demo.names import DEFAULT_KEY, KEYS_FOLDER, TRUST_FILE
from tallystick.client import AsyncNet, KeyStore, connect_async, deposit_args, facts_of

READING_S: Final = (2.0, 4.0)
"""How long a reader looks at a page before the next."""
WRITING_S: Final = (4.0, 6.0)
"""How long a writer takes between two deposits."""


class People:
    """All readers and writers, and what happened to them."""

    def __init__(self, seconds: float) -> None:
        """Begin to count; they end after so many seconds."""
        self.end = time.monotonic() + seconds
        self.waits: defaultdict[str, list[float]] = defaultdict(list)
        self.errors: Counter[str] = Counter()
        self.deposits = 0

    async def read(self, client: httpx.AsyncClient, pages: dict[str, str], seed: int) -> None:
        """Open pages one after the other, with the live line open meanwhile."""
        chance = random.Random(seed)  # which page next is no secret
        live = asyncio.create_task(_listen(client))
        await asyncio.sleep(chance.uniform(0, READING_S[1]))
        while time.monotonic() < self.end:
            kind, path = chance.choice(list(pages.items()))
            started = time.perf_counter()
            answer = await client.get(path)
            self.waits[kind].append(time.perf_counter() - started)
            if answer.status_code not in {200, 303}:
                self.errors[f"{kind} {answer.status_code}"] += 1
            await asyncio.sleep(chance.uniform(*READING_S))
        live.cancel()

    async def write(self, net: AsyncNet, number: int) -> None:
        """Put something on record again and again."""
        chance = random.Random(-number)  # when is no secret
        await asyncio.sleep(chance.uniform(0, WRITING_S[1]))
        while time.monotonic() < self.end:
            facts = facts_of(f"{number} {time.time_ns()}".encode())
            try:
                await net.call("evidence", "deposit", **deposit_args(facts, {}))
                self.deposits += 1
            except Exception as error:  # whatever it is, it is counted
                self.errors[type(error).__name__] += 1
            await asyncio.sleep(chance.uniform(*WRITING_S))

    def report(self, seconds: float) -> dict[str, Any]:
        """Return what was seen."""
        every = [wait for waits in self.waits.values() for wait in waits]
        return {
            "pages": len(every),
            "pages_s": round(len(every) / seconds, 1),
            "all_ms": _percentiles(every),
            "written": self.deposits,
            "errors": self.errors,
            "ms": {kind: _percentiles(waits) for kind, waits in sorted(self.waits.items())},
        }


async def _listen(client: httpx.AsyncClient) -> None:
    """Keep the live line of a page open."""
    async with client.stream("GET", "/v1/events", timeout=None) as lines:
        async for _ in lines.aiter_lines():
            pass


def _percentiles(waits: list[float]) -> dict[str, float]:
    cuts = quantiles([*waits, *waits[:1]], n=100, method="inclusive")
    return {"count": len(waits), "p50": round(cuts[49] * 1e3, 1), "p95": round(cuts[94] * 1e3, 1)}


async def kinds_of_page(client: httpx.AsyncClient) -> dict[str, str]:
    """Return an address of each kind of page that anybody may open."""

    async def first(path: str) -> dict[str, Any]:
        found: dict[str, Any] = (await client.get(path)).json()["items"][0]
        return found

    transaction = await first("/v1/transactions")
    organization = await first("/v1/organizations")
    deposit = await first("/v1/evidence/deposits")
    return {
        "first": "/",
        "overview": "/explorer",
        "blocks": "/b",
        "block": f"/b/{transaction['height']}",
        "transactions": "/t",
        "transaction": f"/t/{transaction['id']}",
        "organisations": "/o",
        "organisation": f"/o/{organization['id']}",
        "contracts": "/c",
        "contract": "/c/evidence",
        "table": "/state/evidence/deposits",
        "record": f"/state/evidence/deposits/{deposit['id']}",
        "verify": "/v",
        "verification": f"/v/hash?hash={deposit['sha256']}",
        "deposit": f"/r/{deposit['id']}",
        "search": f"/search?q={deposit['id']}",
        "suggestions": "/search/suggest?q=EV",
        "help": "/learn",
        "error codes": "/learn/errors",
        "statistics": "/stats",
        "statistics of a system": "/stats/justice",
        "wall display": "/screen/justice",
        "alerts": "/alerts",
        "governance": "/gov",
        "keys": "/gov/keys",
        "nodes": "/nodes",
        "application": "/app/justice",
        "sign-in": "/sign-in",
        "regulator": "/stats/regulator",
        "wall of all systems": "/screen",
    }


async def open_each(client: httpx.AsyncClient, pages: dict[str, str]) -> None:
    """Open each kind of page once: the minute is one of a node that people use, not its first."""
    for path in pages.values():
        (await client.get(path)).read()


async def main(url: str, data: Path, seconds: float, readers: int, writers: int) -> None:
    """Let all of them live for a while and say how it went."""
    identity = KeyStore(data / KEYS_FOLDER).load(DEFAULT_KEY)
    # One client for all: it keeps a connection for each, and to make a client takes long.
    many = httpx.Limits(max_connections=None)
    async with (
        httpx.AsyncClient(base_url=url, timeout=60, limits=many) as client,
        connect_async(url, identity=identity, trust=data / TRUST_FILE) as net,
    ):
        pages = await kinds_of_page(client)
        await open_each(client, pages)
        people = People(seconds)
        await asyncio.gather(
            *(people.read(client, pages, number) for number in range(readers)),
            *(people.write(net, number) for number in range(writers)),
        )
    print(json.dumps({"readers": readers, "writers": writers} | people.report(seconds)))


if __name__ == "__main__":
    address, folder, wanted_s, *counts = sys.argv[1:]
    asyncio.run(main(address, Path(folder), float(wanted_s), int(counts[0]), int(counts[1])))
