# SPDX-License-Identifier: Apache-2.0
"""The process that suffers: one node of a network, its engine as a child, told what to do by lines.

Run as `python -m tests.faults.victim --data DIR --calls FILE`. A line of JSON on standard input is
a question `{"id": N, "do": ..., ...}`, answered by `{"id": N, ...}`; a line with an `event` comes
by itself: `ready`, `halt`, `failed`.
"""

from __future__ import annotations

import argparse
import base64
import faulthandler
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from tallystick.cli.exit_codes import exit_code
from tallystick.consensus import Committed
from tallystick.consensus.cometbft import EngineProcess
from tallystick.crypto import sha256
from tallystick.errors import TallystickError
from tallystick.node import Node, NodeConfig, open_node
from tallystick.storage import FlushPolicy, open_storage
from tests.faults.behaviours import Conduct, Crashes, slow_disk
from tests.faults.plants import PLANTS

CRASHED = 70
_LOCK = threading.Lock()


def tell(**words: Any) -> None:
    """Write one line to whoever runs this."""
    line = json.dumps(words, ensure_ascii=False) + "\n"
    with _LOCK:
        sys.stdout.write(line)
        sys.stdout.flush()


class Victim:
    """A node and its door."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        """Prepare what surrounds the node."""
        self.arguments = arguments
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self.conduct = Conduct(os.open(arguments.calls, flags, 0o600))
        self.crashes = Crashes()
        self.engine: EngineProcess | None = None
        self.over = threading.Event()
        self.status = 0

    def live(self) -> int:
        """Run until told to stop, or until the node halts; return the exit code."""
        for plant in self.arguments.plant:
            PLANTS[plant]()
        self.conduct.install()
        self.crashes.install()
        if self.arguments.crash:
            place, _, number = self.arguments.crash.rpartition("#")
            self.crashes.aim(place, int(number))
        if self.arguments.slow_sync:
            slow_disk(self.arguments.slow_sync)
        node: Node | None = None
        try:
            self._remember_engine()
            node = self._open()
            node.start()
        except BaseException as fault:  # told to who runs this
            self._end("failed", fault)
            if node is not None:
                node.stop()
            return self.status
        tell(event="ready", height=node.status().height)
        threading.Thread(target=self._listen, args=(node,), daemon=True).start()
        self.over.wait()
        node.stop()
        return self.status

    def _open(self) -> Node:
        offset = self.arguments.clock_offset_ms
        # Few blocks are written to the store at a time, so that crashes find all states of it.
        policy = FlushPolicy(transactions_max=6, idle_ms_max=400, age_ms_max=2_000)
        small = partial(open_storage, policy=policy, segment_bytes=32_768)
        mock.patch("tallystick.node.wiring.open_storage", small).start()
        return open_node(
            NodeConfig(
                data=self.arguments.data,
                workers=False,
                on_halt=partial(self._end, "halt"),
                clock=lambda: time.time_ns() // 1_000_000 + offset,
            )
        )

    def _remember_engine(self) -> None:
        start = EngineProcess.start

        def started(engine: EngineProcess) -> None:
            self.engine = engine
            start(engine)

        mock.patch.object(EngineProcess, "start", started).start()

    def _end(self, event: str, fault: BaseException) -> None:
        is_ours = isinstance(fault, TallystickError)
        self.status = int(exit_code(fault)) if isinstance(fault, TallystickError) else CRASHED
        tell(
            event=event,
            code=fault.code if isinstance(fault, TallystickError) else type(fault).__name__,
            text=str(fault)[:4_000],
            hint=(getattr(fault, "hint", "") or "") if is_ours else "",
        )
        self.over.set()

    def _listen(self, node: Node) -> None:
        for line in sys.stdin:
            asked = json.loads(line)
            try:
                found = self._answer(node, asked)
            except TallystickError as error:
                found = {"error": error.code, "text": str(error)[:400]}
            except Exception as error:  # told to who asked
                found = {"error": type(error).__name__, "text": str(error)[:400]}
            if found is not None:
                tell(id=asked["id"], **found)
        self.over.set()  # who ran this is gone

    def _answer(self, node: Node, asked: dict[str, Any]) -> dict[str, Any] | None:
        answers: dict[str, Callable[[Node, dict[str, Any]], dict[str, Any] | None]] = {
            "submit": self._submit,
            "status": self._status,
            "blocks": self._blocks,
            "find": self._find,
            "receipt": self._receipt,
            "arm": self._arm,
            "crash": self._crash,
            "places": lambda *_: {"places": dict(self.crashes.seen)},
            "stop": self._stop,
        }
        return answers[asked["do"]](node, asked)

    def _submit(self, node: Node, asked: dict[str, Any]) -> None:
        future = node.submit([base64.b64decode(asked["raw"])])

        def answer(done: Future[Any]) -> None:
            try:
                (result,) = done.result()
            except BaseException as error:  # told to who asked
                result = error
            if isinstance(result, Committed):
                place = [result.height, result.index, result.leaf_index, result.code]
                tell(id=asked["id"], place=place)
            else:
                code = result.code if isinstance(result, TallystickError) else repr(result)
                tell(id=asked["id"], error=code, text=str(result)[:400])

        future.add_done_callback(answer)

    def _status(self, node: Node, _: dict[str, Any]) -> dict[str, Any]:
        status = node.status()
        return {
            "height": status.height,
            "app_hash": status.app_hash.hex(),
            "engine": self.engine.process_id if self.engine else None,
            "done": dict(self.conduct.done),
            "views": status.views_height,
        }

    def _blocks(self, node: Node, asked: dict[str, Any]) -> dict[str, Any]:
        rows = []
        for height in range(asked["first"], asked["last"] + 1):
            block = node.block(height)
            ids = [sha256(raw).hex() for raw in block.transactions]
            rows.append([block.header_bytes.hex(), ids, sha256(b"".join(block.entries)).hex()])
        return {"blocks": rows}

    def _find(self, node: Node, asked: dict[str, Any]) -> dict[str, Any]:
        place = node.find(bytes.fromhex(asked["transaction"]))
        return {"place": [place.height, place.index, place.leaf_index, place.code]}

    def _receipt(self, node: Node, asked: dict[str, Any]) -> dict[str, Any]:
        receipt = node.receipt(bytes.fromhex(asked["transaction"]))
        return {"receipt": receipt.to_json()}

    def _arm(self, _: Node, asked: dict[str, Any]) -> dict[str, Any]:
        raw = [base64.b64decode(one) for one in asked.get("raw", [])]
        self.conduct.armed = dict.fromkeys(asked["behave"], raw)
        self.conduct.done.clear()
        return {}

    def _crash(self, _: Node, asked: dict[str, Any]) -> dict[str, Any]:
        self.crashes.aim(asked["place"], asked["number"])
        return {}

    def _stop(self, _node: Node, _: dict[str, Any]) -> dict[str, Any]:
        self.over.set()
        return {}


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--calls", type=Path, required=True)
    parser.add_argument("--plant", action="append", default=[], choices=sorted(PLANTS))
    parser.add_argument("--crash", default="", help="PLACE#N")
    parser.add_argument("--slow-sync", type=float, default=0.0, help="seconds")
    parser.add_argument("--clock-offset-ms", type=int, default=0)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    faulthandler.register(signal.SIGUSR1)  # all threads, to standard error
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    code = Victim(parse()).live()
    sys.stdout.flush()
    # Threads of a halted node may still wait: the exit code is what counts.
    os._exit(code)
