# SPDX-License-Identifier: Apache-2.0
"""The budget of each stage of the hot path, by timers put around the rooms' functions.

CPU time of the thread that runs a stage (`time.thread_time`), so waiting for the interpreter
lock does not count. The timers themselves cost about a microsecond for each call of a
per-transaction stage; that much is taken off.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.pipeline import BATCH
from benchmarks.world import World

_PROBE_CALLS = 20_000


class Timers:
    """Adds up the time of wrapped functions by stage."""

    def __init__(self) -> None:
        """Measure what a timer itself costs first."""
        self.seconds: dict[str, float] = {}
        self.calls: dict[str, int] = {}
        self._undo: list[Callable[[], None]] = []
        probe = self._wrap("probe", lambda: None)
        for _ in range(_PROBE_CALLS):
            probe()
        self._cost = self.seconds.pop("probe") / self.calls.pop("probe")

    def put(self, stage: str, owner: Any, name: str) -> None:
        """Time every call of `owner.name` as part of a stage."""
        original = getattr(owner, name)
        setattr(owner, name, self._wrap(stage, original))
        self._undo.append(lambda: setattr(owner, name, original))

    def remove(self) -> None:
        """Take all timers away."""
        for undo in reversed(self._undo):
            undo()

    def us_per_transaction(self, transactions: int) -> dict[str, float]:
        """Return each stage's time per transaction in microseconds."""
        return {
            stage: round((seconds - self.calls[stage] * self._cost) / transactions * 1e6, 1)
            for stage, seconds in self.seconds.items()
        }

    def _wrap(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **named: Any) -> Any:
            started = time.thread_time()
            try:
                return work(*args, **named)
            finally:
                self.seconds[stage] = self.seconds.get(stage, 0.0) + time.thread_time() - started
                self.calls[stage] = self.calls.get(stage, 0) + 1

        return timed


def run(folder: Path, *, accounts: int, batches: int) -> dict[str, Any]:
    """Return the budget of the node's own process, stage by stage."""
    from tallystick.ledger import apply  # noqa: PLC0415  # the modules are what is wrapped
    from tallystick.node import application  # noqa: PLC0415

    world = World.make(folder, accounts)
    timers = Timers()
    try:
        parts = world.node._parts
        ledger = parts.application.ledger
        for batch in world.batches(5, BATCH):
            world.node.submit(batch).result()
        timers.put("decode transaction", application, "decode_transaction")
        timers.put("admission at the door", application, "check_admission")
        timers.put("arguments at the door", parts.runner, "check_call")
        timers.put("hand signatures to the verifier", parts.application._verifiers, "verify")
        timers.put("admission in the block", apply, "check_admission")
        timers.put("run the contract, with state reads", ledger.host, "execute")
        timers.put("write set", apply, "encode_write_set")
        timers.put("entry", apply, "_encode_entry")
        for name in ("append", "root"):
            timers.put("log tree", type(ledger.log), name)
        timers.put("state tree", type(ledger.state_tree), "update")
        timers.put("pages and tiles for storage", apply, "take_pages")
        timers.put("block log, encode and write", parts.block_log, "append")
        timers.put("store, in memory", parts.store, "save")
        signed = world.batches(batches, BATCH)
        for future in [world.node.submit(batch) for batch in signed]:
            future.result()
        timers.remove()
        return {"accounts": accounts, "us_per_tx": timers.us_per_transaction(batches * BATCH)}
    finally:
        world.close()
