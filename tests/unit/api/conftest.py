# SPDX-License-Identifier: Apache-2.0
"""A fake node, and a caller that speaks to its application without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.api import Door, create_app
from tests.unit.api.caller import Caller
from tests.unit.api.fake_node import FakeNode


@pytest.fixture
def node(tmp_path: Path) -> Iterator[FakeNode]:
    """Return a node at genesis."""
    node = FakeNode(tmp_path)
    yield node
    node.close()


@pytest.fixture
def app(node: FakeNode) -> Door:
    """Return the node's application."""
    return create_app(node)


@pytest.fixture
def caller(app: Door) -> Iterator[Caller]:
    """Return a caller of the application, with one loop for the whole test."""
    with asyncio.Runner() as runner:
        yield Caller(app, runner)
