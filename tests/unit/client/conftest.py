# SPDX-License-Identifier: Apache-2.0
"""Every client test has a home folder of its own, and pauses take no time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tallystick.client.transport import AsyncTransport, Transport
from tests.unit.client.mock_node import MockNode
from tests.unit.client.world import make_world


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point `$TALLY_HOME` into the test's folder."""
    folder = tmp_path / "tally-home"
    monkeypatch.setenv("TALLY_HOME", str(folder))
    for name in ("TALLY_URL", "TALLY_KEY"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record pauses instead of making them."""
    made: list[float] = []

    async def pause(_: AsyncTransport, duration_ms: int) -> None:
        made.append(duration_ms / 1000)
        await asyncio.sleep(0)

    monkeypatch.setattr(Transport, "pause", lambda _, duration_ms: made.append(duration_ms / 1000))
    monkeypatch.setattr(AsyncTransport, "pause", pause)
    return made


@pytest.fixture
def node() -> MockNode:
    """Return a node whose log has eight deposits, one of them of `DOCUMENT`."""
    return MockNode(make_world()[0])
