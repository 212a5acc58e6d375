# SPDX-License-Identifier: Apache-2.0
"""Nodes in a test's own process that stop however the test, or its fixture, ends.

A node that is left running has threads that keep the interpreter from ending: pytest would hang.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tallystick.api import HttpServer
from tallystick.cli.runfile import RunFile, RunRecord
from tallystick.node import Node, NodeConfig, open_node


@dataclass(frozen=True)
class Served:
    """A node that answers."""

    node: Node
    url: str


@contextmanager
def started_node(config: NodeConfig) -> Iterator[Node]:
    """Start a node, and stop it at the end."""
    node = open_node(config)
    try:
        node.start()
        yield node
    finally:
        node.stop()


@contextmanager
def served_node(config: NodeConfig) -> Iterator[Served]:
    """Start a node and serve it over HTTP; a command with its data folder finds it."""
    with started_node(config) as node, HttpServer(node, port=0) as server:
        url = f"http://localhost:{server.port}"
        with RunFile(config.data).hold(RunRecord(os.getpid(), url, ready=True)):
            yield Served(node, url)
