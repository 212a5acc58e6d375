# SPDX-License-Identifier: Apache-2.0
"""The node of one organisation: `python -m benchmarks.member FOLDER [BLOCKS]`, as `tally up` has it.

Serves HTTP on a port of the system's choice, says so with one line of JSON, and ends with its
input. A snapshot is made every so many BLOCKS.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path

from benchmarks.bank import Bank
from tallystick.api import HttpServer
from tallystick.model import SNAPSHOT_INTERVAL
from tallystick.node import NodeConfig, open_node, settle_collector


def main() -> None:
    """Run as a program."""
    logging.basicConfig(level=logging.WARNING)
    interval = int(sys.argv[2]) if len(sys.argv) > 2 else SNAPSHOT_INTERVAL
    node = open_node(
        NodeConfig(
            data=Path(sys.argv[1]), contracts=(Bank,), on_halt=_end, snapshot_interval=interval
        )
    )
    node.start()
    settle_collector()
    with HttpServer(node, port=0) as server:
        print(json.dumps({"port": server.port}), flush=True)
        sys.stdin.read()
    node.stop()


def _end(fault: BaseException) -> None:
    logging.getLogger("benchmarks").critical("the node halts", exc_info=fault)
    os._exit(1)


if __name__ == "__main__":
    main()
