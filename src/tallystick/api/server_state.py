# SPDX-License-Identifier: Apache-2.0
"""What all requests of one server share: the node, the bounds, the memory of earlier requests."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

from tallystick.api.budget import Budget
from tallystick.api.catalogue import Catalogue
from tallystick.api.frames import RecentFrames
from tallystick.api.idempotency import IdempotencyKeys
from tallystick.api.limits import Limits
from tallystick.api.ports import LedgerNode
from tallystick.api.tip import Tip
from tallystick.errors import Behind

_POLL_S = 0.01
_SLACK_BLOCKS = 16


class ServerState:
    """One per application; handlers reach the node through it."""

    def __init__(self, node: LedgerNode, limits: Limits) -> None:
        """Begin with empty books."""
        self.node = node
        self.limits = limits
        self.tip = Tip(node)
        self._catalogue = Catalogue(node.contracts(), node.contract_desk.known())
        self._catalogue_height = self.tip.height
        self.recent_frames = RecentFrames(node, self._catalogue)
        self.in_flight = Budget("transactions in flight", limits.in_flight_transactions_max)
        self.body_bytes = Budget("bytes of request bodies", limits.body_bytes_total_max)
        self.event_clients = Budget("event streams", limits.event_clients_max)
        self.idempotency = IdempotencyKeys(
            entries_max=limits.idempotency_entries_max,
            lifetime_ms=limits.idempotency_lifetime_ms,
            clock=lambda: time.monotonic_ns() // 1_000_000,
        )
        self.answers_by_status: Counter[int] = Counter()
        self._views_height = -1
        self._views_read_at = 0.0

    @property
    def catalogue(self) -> Catalogue:
        """The contracts as the next block runs them: a vote lets another version begin."""
        if self._catalogue_height != self.tip.height:
            self._catalogue_height = self.tip.height
            self._catalogue.show(self.node.contracts())
        return self._catalogue

    async def wait_for_views(self, height: int) -> None:
        """Wait until lists reflect `height`, a few seconds at most.

        Raises:
            Behind: they do not, or the height is far beyond the newest block.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.limits.views_wait_ms_max / 1000
        is_near = height <= self.tip.height + _SLACK_BLOCKS
        while await self._views_height_now() < height:
            if not is_near or loop.time() >= deadline:
                raise Behind(
                    "the lists of this node have not reached that height",
                    field="Tally-Min-Height",
                    expected=f"at most {self._views_height}",
                    found=str(height),
                )
            await asyncio.sleep(_POLL_S)

    async def _views_height_now(self) -> int:
        """Return the views' height, asked at most once in a while however many wait."""
        now = asyncio.get_running_loop().time()
        if now - self._views_read_at >= _POLL_S:
            self._views_read_at = now
            self._views_height = await asyncio.to_thread(self.node.views.height)
        return self._views_height
