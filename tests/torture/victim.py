# SPDX-License-Identifier: Apache-2.0
"""The process that is tortured: a real node with clients, which writes down all that it shows.

Run as `python -m tests.torture.victim --data DIR --shown FILE`; see `shown.py` for the lines.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import threading
from concurrent.futures import CancelledError
from functools import partial
from pathlib import Path
from typing import Final
from unittest import mock

from tallystick.cli.exit_codes import exit_code
from tallystick.consensus import Committed
from tallystick.crypto import sha256
from tallystick.errors import NotFinal, NotFound, TallystickError
from tallystick.node import Node, NodeConfig, open_node
from tallystick.storage import FlushPolicy, open_storage
from tests.torture import world
from tests.torture.plants import PLANTS
from tests.torture.shown import ShownFile

WAIT_S: Final = 60.0
SHOW_EVERY: Final = 3
AGAIN_MAX: Final = 10
CRASHED: Final = 70


class Victim:
    """A node, its clients, and the file that remembers."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        """Take the command line."""
        self.arguments = arguments
        self.shown = ShownFile(arguments.shown)
        self.halted = threading.Event()
        self.fault: BaseException | None = None

    def live(self) -> int:
        """Run, and write down what kept the node from opening or from closing."""
        try:
            return self.run()
        except TallystickError as error:
            self.shown.write("failed", error.code)
            return int(exit_code(error))

    def open(self) -> Node:
        """Open and start the node, with limits so small that every path is walked."""
        arguments = self.arguments
        policy = FlushPolicy(transactions_max=arguments.flush, idle_ms_max=300, age_ms_max=1_000)
        small = partial(open_storage, policy=policy, segment_bytes=arguments.segment)
        mock.patch("tallystick.node.wiring.open_storage", small).start()
        node = open_node(
            NodeConfig(
                data=arguments.data,
                contracts=world.CONTRACTS,
                workers=not arguments.inline,
                on_halt=self.halt,
                clock=world.wall_ms,
            )
        )
        node.start()
        return node

    def halt(self, fault: BaseException) -> None:
        """Write down why the node stopped."""
        self.fault = fault
        name = fault.code if isinstance(fault, TallystickError) else type(fault).__name__
        self.shown.write("halt", name)
        self.halted.set()

    def repeat_last(self, node: Node) -> None:
        """Submit again what an earlier life of this folder committed: the answer must be the same.

        One by one and in one batch, so that both ways to verify signatures are walked.
        """
        height = node.status().height
        newest = [node.block(at) for at in range(max(1, height - AGAIN_MAX), height + 1)]
        raw = [raw for block in newest for raw in block.transactions][-AGAIN_MAX:]
        if raw:
            self.submit(node, raw)

    def work(self, node: Node, client: int) -> None:
        """Submit batch after batch as one client."""
        arguments = self.arguments
        choice = random.Random(arguments.seed * 97 + client)
        number = arguments.seed * 10**9 + client * 10**6
        for turn in range(arguments.batches):
            size = choice.randint(1, arguments.batch)
            raw = [world.deposit(number + place) for place in range(size)]
            number += size
            if turn % SHOW_EVERY == 1:
                raw.append(world.forge(world.deposit(number)))
                number += 1
            if not self.submit(node, raw):
                return
            if turn % SHOW_EVERY == 0:
                self.show(node, sha256(raw[0]))

    def submit(self, node: Node, raw: list[bytes]) -> bool:
        """Submit a batch and write down the answers; return False when the node takes no more."""
        try:
            answers = node.submit(raw).result(WAIT_S)
        except (TallystickError, CancelledError, TimeoutError):
            return False
        for data, answer in zip(raw, answers, strict=True):
            name = sha256(data).hex()
            match answer:
                case Committed():
                    self.shown.write("ack", name, answer.height, answer.leaf_index, answer.code)
                case NotFinal():
                    self.shown.write("unknown", name, answer.code)
                case TallystickError():
                    self.shown.write("refused", name, answer.code)
        return not self.halted.is_set()

    def show(self, node: Node, transaction_id: bytes) -> None:
        """Give out a checkpoint and a receipt."""
        try:
            note, receipt = node.checkpoint(), node.receipt(transaction_id)
        except NotFound:
            return
        self.shown.write_bytes("checkpoint", note.encode())
        self.shown.write_bytes("receipt", receipt.to_json().encode())

    def run(self) -> int:
        """Live until the work is done or the node halts; return the exit code."""
        node = self.open()
        self.shown.write("ready", node.status().height)
        self.repeat_last(node)
        clients = [
            threading.Thread(target=self.work, args=(node, client), daemon=True)
            for client in range(self.arguments.clients)
        ]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        if self.halted.wait(0.5 if self.arguments.linger else 0):
            return self.after_halt(node)
        node.stop()
        if self.halted.is_set():
            return self.after_halt(node)
        self.shown.write("stopped")
        return 0

    def after_halt(self, node: Node) -> int:
        """Show that nothing is taken any more; return the documented exit code of the fault."""
        self.halted.wait(WAIT_S)
        try:
            node.submit([world.deposit(1)])
            self.shown.write("late", "none")
        except TallystickError as error:
            self.shown.write("late", error.code)
        fault = self.fault
        return int(exit_code(fault)) if isinstance(fault, TallystickError) else CRASHED


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--shown", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clients", type=int, default=1)
    parser.add_argument("--batches", type=int, default=8)
    parser.add_argument("--batch", type=int, default=5)
    parser.add_argument("--flush", type=int, default=12)
    parser.add_argument("--segment", type=int, default=8_192)
    parser.add_argument("--inline", action="store_true")
    parser.add_argument("--linger", action="store_true", help="give the store time to be written")
    parser.add_argument("--file-size", type=int, default=0, help="largest file, in bytes")
    parser.add_argument("--plant", choices=sorted(PLANTS))
    return parser.parse_args(arguments)


def main() -> int:
    """Run as a program."""
    arguments = parse()
    if arguments.plant:
        PLANTS[arguments.plant]()
    if arguments.file_size:
        import resource

        # Without the signal's default action a write beyond the limit is an error like any other.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        limit = (arguments.file_size, resource.RLIM_INFINITY)
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    return Victim(arguments).live()


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # Threads of a halted node may still wait: the exit code is what counts.
    os._exit(code)
