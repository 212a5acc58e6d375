# SPDX-License-Identifier: Apache-2.0
"""The console under load: many readers with their live lines, some writers, each page's p95.

Readers and writers are people: a reader opens a page, reads it for a while and opens another; a
writer puts something on record every few seconds. They live in a process of their own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from tallystick.api import Application, Door, HttpServer
from tallystick.cli.demo.names import DEFAULT_KEY, KEYS_FOLDER, TRUST_FILE
from tallystick.cli.founding import found_demo
from tallystick.cli.proof_checks import check_any_proof
from tallystick.client import KeyStore, connect, deposit_args, facts_of
from tallystick.console import ConsoleOptions, create_console
from tallystick.encoding import Value
from tallystick.node import NodeConfig, open_node, settle_collector

_POLL_S: Final = 0.05
READERS: Final = 100
WRITERS: Final = 20


def run(
    folder: Path,
    *,
    seconds: float,
    deposits: int,
    readers: int = READERS,
    writers: int = WRITERS,
) -> dict[str, Any]:
    """Measure errors, pages a second, and p50 and p95 of each kind of page in milliseconds."""
    with served(folder / "node", deposits) as url:
        command = (sys.executable, "-m", "benchmarks.console_load", url, str(folder / "node"))
        done = subprocess.run(
            [*command, str(seconds), str(readers), str(writers)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    found: dict[str, Any] = json.loads(done.stdout)
    return {"deposits": deposits} | found


@contextmanager
def served(data: Path, deposits: int) -> Iterator[str]:
    """Serve a demonstration with its console and deposits on record; give its address."""
    found_demo(data)

    def pages(door: Door, names: frozenset[str]) -> Application:
        check = partial(check_any_proof, trust=data / TRUST_FILE)
        keys = data / KEYS_FOLDER
        options = ConsoleOptions(data=data, hosts=names, check_proof=check, demonstration_keys=keys)
        return create_console(door, options)

    node = open_node(NodeConfig(data=data))
    node.start()
    try:
        with HttpServer(node, port=0, pages=pages) as server:
            url = f"http://localhost:{server.port}"
            settle_collector()  # as `tally up` does
            _fill(url, data, deposits)
            while node.status().views_height < node.status().height:
                time.sleep(_POLL_S)
            yield url
    finally:
        node.stop()


def _fill(url: str, data: Path, deposits: int) -> None:
    identity = KeyStore(data / KEYS_FOLDER).load(DEFAULT_KEY)
    with connect(url, identity=identity, trust=data / TRUST_FILE) as net:
        for first in range(0, deposits, 100):
            contents = [f"deposit {number}" for number in range(first, min(first + 100, deposits))]
            args: list[Value] = [deposit_args(facts_of(one.encode()), {}) for one in contents]
            net.call("evidence", "deposit_many", deposits=args)
        # The newest is an ordinary one: its transaction is the page of a transaction.
        net.call("evidence", "deposit", **deposit_args(facts_of(b"one more"), {}))
