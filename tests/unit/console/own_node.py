# SPDX-License-Identifier: Apache-2.0
"""A node of a file's own, for tests that count what is on the ledger: import both fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.node import Node
from tests.unit.console.conftest import node_with_deposits, written_trust


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Run a node on which nobody else's tests put anything."""
    with node_with_deposits(tmp_path_factory.mktemp("own") / "node") as node:
        yield node


@pytest.fixture(scope="module")
def trust(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the trust file of its network."""
    return written_trust(node, tmp_path_factory.mktemp("own-trust") / "trust.json")
