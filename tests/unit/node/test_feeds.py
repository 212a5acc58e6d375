# SPDX-License-Identifier: Apache-2.0
"""A node starts when its views hold what it had, and says so when nobody brings them on."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from tallystick.errors import Unavailable
from tallystick.model import Block
from tallystick.node import NodeConfig, feeds
from tallystick.node.feeds import open_views, views_url
from tallystick.views import Projector
from tests.unit.node.test_projector_process import GENESIS, PARENT, SPECS
from tests.unit.views.chain import Chain, Deed


class SlowFeed:
    """Brings one block each time somebody asks whether it still runs."""

    def __init__(self, folder: Path, blocks: list[Block], *, ends: bool = False) -> None:
        """Take the blocks to bring; `ends`: it stops when it has brought them."""
        self._projector = Projector(views_url(folder), GENESIS.encode(), SPECS)
        self._blocks = blocks
        self._ends = ends

    @property
    def is_running(self) -> bool:
        """Project one block more."""
        if self._blocks:
            self._projector.apply([self._blocks.pop(0)])
            return True
        return not self._ends

    def poke(self, block: Block) -> None:
        """Nothing: it looks for itself."""

    def close(self) -> None:
        """Close the database."""
        self._projector.close()


def two_blocks() -> list[Block]:
    """Return the first two blocks of the test's network."""
    chain = Chain(genesis_hash=PARENT)
    chain.add(Deed())
    chain.add(Deed())
    return list(chain.blocks)


def test_a_node_waits_as_long_as_its_views_come_nearer(tmp_path: Path) -> None:
    """However long it takes altogether."""
    config = NodeConfig(data=tmp_path)
    with (
        closing(SlowFeed(tmp_path, two_blocks())) as feed,
        closing(open_views(config, feed, 2)) as views,
    ):
        assert views.height() == 2


def test_views_that_nobody_brings_on_are_said_at_once(tmp_path: Path) -> None:
    """The process has ended, so waiting helps nothing; the operator reads how far it came."""
    told = pytest.raises(Unavailable, match="not come further than block 2 of 3")
    with closing(SlowFeed(tmp_path, two_blocks(), ends=True)) as feed, told:
        open_views(NodeConfig(data=tmp_path), feed, 3)


def test_views_that_stand_still_are_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their process runs and does nothing: after a while the node says so and does not start."""
    monkeypatch.setattr(feeds, "_STUCK_SECONDS", 0)
    told = pytest.raises(Unavailable, match="block 0 of 1")
    with closing(SlowFeed(tmp_path, [])) as feed, told:
        open_views(NodeConfig(data=tmp_path), feed, 1)
