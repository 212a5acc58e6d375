# SPDX-License-Identifier: Apache-2.0
"""The client of the consortium benchmark: the same for every application behind the engine.

Run as `python -m benchmarks.engine_load JOB`, a file as `Job` below. Transactions go through the
engine's own interface (`broadcast_tx_async`, JSON-RPC in batches), to all engines in turn; a block
counts when the first engine has left its height, that is when its application has committed it.
Prints what it saw as JSON.
"""

from __future__ import annotations

import base64
import statistics
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from tallystick.consensus.cometbft.rpc_line import EngineLine
from tallystick.crypto import sha256

TIMEOUT_S = 120.0
STEADY = (0.15, 0.95)
"""Which part of the transactions counts for the throughput: without the start and the end."""
_STEADY_BLOCKS_MIN = 6
"""With fewer blocks than this in that part, all of them count."""


class Job(msgspec.Struct, kw_only=True):
    """What to do."""

    engines: list[str]
    """Addresses of the engines' interfaces."""
    transactions: str
    """A file: a MessagePack list of transactions."""
    batch: int
    """Transactions in one request."""
    window: int = 0
    """How many may be submitted and not committed; 0 together with `rate`."""
    rate: float = 0.0
    """Transactions a second; 0: as fast as the window allows."""
    poll_ms: int = 25


class Follower:
    """Watches one engine: when each block was committed, and how much was in it."""

    def __init__(self, address: str, poll_ms: int) -> None:
        """Find where the chain is; `start` follows it."""
        self._line = EngineLine(address, timeout_s=TIMEOUT_S)
        self._poll_s = poll_ms / 1_000
        self.first = self._next = self._height()
        self.changed = threading.Condition()
        self.committed = 0
        self.times: dict[int, float] = {}
        self.counts: dict[int, int] = {}
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        """Follow from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Follow no more."""
        self._is_stopping = True
        self._thread.join()

    def block_ids(self, height: int) -> list[bytes]:
        """Return the hashes of a block's transactions."""
        block = ask(self._line, "block", {"height": str(height)})["block"]
        return [sha256(base64.b64decode(one)) for one in block["data"]["txs"]]

    def _run(self) -> None:
        while not self._is_stopping:
            height = self._height()
            now = time.perf_counter()
            while self._next < height:
                self._note(self._next, now)
                self._next += 1
            time.sleep(self._poll_s)

    def _note(self, height: int, now: float) -> None:
        asked = {"minHeight": str(height), "maxHeight": str(height)}
        (meta,) = ask(self._line, "blockchain", asked)["block_metas"]
        with self.changed:
            self.times[height] = now
            self.counts[height] = int(meta["num_txs"])
            self.committed += self.counts[height]
            self.changed.notify_all()

    def _height(self) -> int:
        state = ask(self._line, "consensus_state", {})["round_state"]
        return int(state["height/round/step"].partition("/")[0])


class Batch(msgspec.Struct):
    """A request that is ready to be sent."""

    body: bytes
    ids: list[bytes]
    sent: float = 0.0


def ask(line: EngineLine, method: str, parameters: dict[str, str]) -> Any:
    """Ask an engine one question."""
    body = {"jsonrpc": "2.0", "id": 0, "method": method, "params": parameters}
    answer = msgspec.json.decode(line.post(msgspec.json.encode(body)))
    if "error" in answer:
        raise RuntimeError(f"{method}: {answer['error']}")
    return answer["result"]


def batches(transactions: Sequence[bytes], size: int) -> list[Batch]:
    """Return requests for all transactions."""
    return [
        _batch(transactions[start : start + size]) for start in range(0, len(transactions), size)
    ]


def _batch(transactions: Sequence[bytes]) -> Batch:
    asked = [
        {
            "jsonrpc": "2.0",
            "id": number,
            "method": "broadcast_tx_async",
            "params": {"tx": base64.b64encode(one).decode()},
        }
        for number, one in enumerate(transactions)
    ]
    return Batch(msgspec.json.encode(asked), [sha256(one) for one in transactions])


class Submitter:
    """Sends every n-th request to one engine."""

    def __init__(self, job: Job, number: int, work: Sequence[Batch], follower: Follower) -> None:
        """Prepare; `run` sends."""
        self._job = job
        self._number = number
        self._work = work
        self._follower = follower
        self._line = EngineLine(job.engines[number], timeout_s=TIMEOUT_S)
        self.faults: list[str] = []

    def run(self, started: float) -> None:
        """Send everything, as fast as the job says."""
        count = len(self._job.engines)
        for place in range(self._number, len(self._work), count):
            self._wait(place, started)
            batch = self._work[place]
            batch.sent = time.perf_counter()
            answer = msgspec.json.decode(self._line.post(batch.body))
            answers = answer if isinstance(answer, list) else [answer]
            self.faults += [str(one["error"]) for one in answers if "error" in one]

    def _wait(self, place: int, started: float) -> None:
        job = self._job
        if job.rate:
            time.sleep(max(0.0, started + place * job.batch / job.rate - time.perf_counter()))
            return
        before = (place + 1) * job.batch
        with self._follower.changed:
            self._follower.changed.wait_for(
                lambda: before - self._follower.committed <= job.window, TIMEOUT_S
            )


def run(job: Job) -> dict[str, Any]:
    """Do the job and return what was seen."""
    transactions = msgspec.msgpack.decode(Path(job.transactions).read_bytes(), type=list[bytes])
    work = batches(transactions, job.batch)
    follower = Follower(job.engines[0], job.poll_ms)
    follower.start()
    submitters = [Submitter(job, n, work, follower) for n in range(len(job.engines))]
    started = time.perf_counter()
    threads = [threading.Thread(target=one.run, args=(started,)) for one in submitters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with follower.changed:
        is_complete = follower.changed.wait_for(
            lambda: follower.committed >= len(transactions), TIMEOUT_S
        )
    follower.stop()
    faults = [fault for one in submitters for fault in one.faults]
    if faults or not is_complete:
        raise RuntimeError(f"{follower.committed} of {len(transactions)} committed; {faults[:3]}")
    return _figures(work, follower, started, len(transactions))


def _figures(work: list[Batch], follower: Follower, started: float, total: int) -> dict[str, Any]:
    full = [height for height, count in follower.counts.items() if count]
    sent = {one: batch.sent for batch in work for one in batch.ids}
    waits = sorted(
        follower.times[height] - sent[one]
        for height in full
        for one in follower.block_ids(height)
        if one in sent
    )
    seconds = max(follower.times[height] for height in full) - started
    return {
        "transactions": total,
        "seconds": round(seconds, 2),
        "tx_s": round(_steady_rate(follower, full, total) or total / seconds),
        "blocks": len(full),
        "transactions_per_block": round(statistics.median(follower.counts[h] for h in full)),
        "wait_ms_p50": round(waits[len(waits) // 2] * 1e3, 1),
        "wait_ms_p99": round(waits[int(len(waits) * 0.99)] * 1e3, 1),
    }


def _steady_rate(follower: Follower, full: list[int], total: int) -> float:
    """Return transactions a second between steady blocks; 0 if there are too few of them."""
    reached = 0
    points: list[tuple[float, int]] = []
    for height in full:
        reached += follower.counts[height]
        if STEADY[0] * total <= reached <= STEADY[1] * total:
            points.append((follower.times[height], reached))
    if len(points) < _STEADY_BLOCKS_MIN:
        return 0.0
    (first, low), (last, high) = points[0], points[-1]
    return (high - low) / (last - first)


def main() -> None:
    """Run as a program."""
    job = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Job)
    print(msgspec.json.encode(run(job)).decode())


if __name__ == "__main__":
    main()
