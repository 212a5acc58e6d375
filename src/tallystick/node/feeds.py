# SPDX-License-Identifier: Apache-2.0
"""How committed blocks reach the views: a process of its own, or at once in this one."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Protocol

from tallystick.errors import Unavailable
from tallystick.model import Block
from tallystick.node.config import NodeConfig
from tallystick.node.network_views import NetworkViews, SchemasOf
from tallystick.storage import BlockLog
from tallystick.views import Views

VIEWS_FILE = "views.sqlite"
_LOOK_SECONDS = 0.2
_STUCK_SECONDS = 120
"""Without a step forward. A busy machine may take most of a minute to start a process."""
_STOP_SECONDS = 20


def views_url(data: Path) -> str:
    """Return the database URL of a data folder's views."""
    return f"sqlite:///{(data / VIEWS_FILE).absolute()}"


class Feed(Protocol):
    """Brings blocks to the views."""

    @property
    def is_running(self) -> bool:
        """Whether there is anybody who could bring a block."""
        ...

    def poke(self, block: Block) -> None:
        """Take note of a new durable block; must be quick."""
        ...

    def close(self) -> None:
        """Stop; the views keep what they have and go on from there next time."""
        ...


class InlineFeed:
    """Projects each block as it is committed, in this process: tests and small tools."""

    def __init__(
        self,
        url: str,
        genesis: bytes,
        schemas_of: SchemasOf,
        block_log: BlockLog,
    ) -> None:
        """Open the views and bring them up to the block log."""
        self._block_log = block_log
        self._views = NetworkViews(url, genesis, schemas_of)
        # Views may have been left from before a restore: then they begin again.
        if self._views.height:
            self._views.agree_with(next(block_log.blocks(self._views.height), None))
        self._views.catch_up(block_log.blocks)

    @property
    def is_running(self) -> bool:
        """Always: it is this process."""
        return True

    def poke(self, block: Block) -> None:
        """Project the block; one that the views have already is skipped."""
        if not self._views.apply([block]):
            self._views.catch_up(self._block_log.blocks)

    def close(self) -> None:
        """Close the database."""
        self._views.close()


class ProcessFeed:
    """A projector process that follows the block log; a byte on its input wakes it."""

    def __init__(self, data: Path) -> None:
        """Start the process."""
        command = [sys.executable, "-m", "tallystick.node.projector", "--data", str(data)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE)
        if self._process.stdin is None:
            raise Unavailable("the views process has no input")
        self._input = self._process.stdin.fileno()
        os.set_blocking(self._input, False)

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def poke(self, _: Block) -> None:
        """Wake the process; a full pipe means that it has been woken often enough.

        A process that has died loses nothing: views are rebuilt from the block log, and
        `tally doctor` says that they lag.
        """
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            os.write(self._input, b".")

    def close(self) -> None:
        """End the process and wait for it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def open_feed(
    config: NodeConfig,
    genesis: bytes,
    schemas_of: SchemasOf,
    block_log: BlockLog,
) -> Feed:
    """Return the feed that the configuration asks for."""
    if config.workers:
        return ProcessFeed(config.data)
    return InlineFeed(views_url(config.data), genesis, schemas_of, block_log)


def open_views(config: NodeConfig, feed: Feed, height: int) -> Views:
    """Open the views for reading and wait until they hold what the node had when it stopped.

    However far behind they are, it waits while they come nearer.

    Raises:
        Unavailable: nobody brings them on, or they have made no step for long.
    """
    views = Views(views_url(config.data))
    reached, since = views.height(), time.monotonic()
    while not views.wait_for(height, _LOOK_SECONDS):
        now = views.height()
        if now > reached:
            reached, since = now, time.monotonic()
        elif not feed.is_running or time.monotonic() - since > _STUCK_SECONDS:
            views.close()
            raise Unavailable(
                f"the views have not come further than block {reached} of {height}",
                hint="Run `tally views rebuild`, then start again.",
            )
    return views
