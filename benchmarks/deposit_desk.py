# SPDX-License-Identifier: Apache-2.0
"""A fresh node of a demonstration, and a member's connection to it over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tallystick.api import HttpServer
from tallystick.cli.demo.names import DEFAULT_KEY, KEYS_FOLDER, TRUST_FILE
from tallystick.cli.founding import found_demo
from tallystick.client import KeyStore, Net, connect
from tallystick.node import NodeConfig, open_node


@contextmanager
def deposit_desk(data: Path) -> Iterator[tuple[Net, Path]]:
    """Yield the connection of who deposits, and the trust file; the node ends with it."""
    found_demo(data)
    identity, trust = KeyStore(data / KEYS_FOLDER).load(DEFAULT_KEY), data / TRUST_FILE
    node = open_node(NodeConfig(data=data))
    node.start()
    try:
        with HttpServer(node, port=0) as server:
            url = f"http://localhost:{server.port}"
            with connect(url, identity=identity, trust=trust) as net:
                yield net, trust
    finally:
        node.stop()
