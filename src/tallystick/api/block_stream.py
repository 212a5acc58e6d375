# SPDX-License-Identifier: Apache-2.0
"""New blocks as they come: for pages that show lists, and ask for them again."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from typing import Final

from tallystick.api.answer import MEDIA_EVENTS, Stream
from tallystick.api.asked import Asked
from tallystick.api.server_state import ServerState
from tallystick.errors import Behind

_HEARTBEAT: Final = b": heartbeat\n\n"
_HELLO: Final = b"retry: 2000\n: the newest block follows, then each newer one\n\n"


async def follow_blocks(asked: Asked) -> Stream:
    """Answer GET /v1/blocks/follow.

    Raises:
        Overloaded: too many streams are open.
    """
    server = asked.server
    server.event_clients.take(1)
    return Stream(
        pieces=_pieces(server),
        media_type=MEDIA_EVENTS,
        send_timeout_s=server.limits.event_send_timeout_ms / 1000,
        on_end=lambda: server.event_clients.release(1),
    )


async def _pieces(server: ServerState) -> AsyncGenerator[bytes, None]:
    """Yield the newest height whenever it is another one; blocks in between are not told apart."""
    yield _HELLO
    told = -1
    while not server.tip.is_closing:
        height = server.tip.height
        if height > told:
            with contextlib.suppress(Behind):  # whoever asks for lists then gets older ones
                await server.wait_for_views(height)
            yield f'id: {height}\ndata: {{"height":{height}}}\n\n'.encode()
            told = height
        elif not await server.tip.wait_beyond(told, server.limits.event_heartbeat_ms / 1000):
            yield _HEARTBEAT
