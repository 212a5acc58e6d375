# SPDX-License-Identifier: Apache-2.0
"""The newest block's height, followed from the node's own announcements, and who waits for it."""

from __future__ import annotations

import asyncio
import contextlib

from tallystick.api.ports import LedgerNode
from tallystick.model import Block


class Tip:
    """Follows the newest block. Announcements come on the commit thread; waiting is on the loop."""

    def __init__(self, node: LedgerNode) -> None:
        """Begin to follow; nobody waits yet."""
        self.height = 0
        """Height of the newest committed block that was announced."""
        self.is_closing = False
        """Whether the server is stopping: streams end."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: set[asyncio.Event] = set()
        self._unsubscribe = node.subscribe(self._announced)
        # After subscribing, so that no block falls between.
        self.height = max(self.height, node.status().height)

    async def wait_beyond(self, height: int, timeout_s: float) -> bool:
        """Wait until a block above `height` is there or the server stops; False at the timeout."""
        self._loop = asyncio.get_running_loop()
        changed = asyncio.Event()
        self._waiting.add(changed)
        try:
            # Registered before looking, so that a block announced just now is not missed.
            if self.height > height or self.is_closing:
                return True
            async with asyncio.timeout(timeout_s):
                await changed.wait()
        except TimeoutError:
            return False
        else:
            return True
        finally:
            self._waiting.discard(changed)

    def close(self) -> None:
        """Stop following, and let everybody who waits go on; call it on the loop, or again."""
        if not self.is_closing:
            self.is_closing = True
            self._unsubscribe()
            self._wake()

    def _announced(self, block: Block) -> None:
        """Take note of a block; runs on the commit thread, so it does next to nothing."""
        self.height = max(self.height, block.header.height)
        loop = self._loop
        if self._waiting and loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has been closed: nobody waits
                loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for changed in self._waiting:
            changed.set()
