# SPDX-License-Identifier: Apache-2.0
"""The event stream: history from the views, then each new block, without gap or repetition.

Nothing is queued for a client. Each stream holds one place, reads what follows it and sends that;
so a slow client costs no memory, only lags, and there is no seam between history and the present
at which an event could be lost or sent twice. A client that takes nothing for long is let go.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Final

from tallystick.api.answer import MEDIA_EVENTS, Stream
from tallystick.api.asked import Asked
from tallystick.api.event_ids import LAST, check_pattern, format_place, matches, parse_place
from tallystick.api.frames import Frame, row_frame
from tallystick.api.server_state import ServerState
from tallystick.api.view_ports import EventPlace
from tallystick.errors import TallystickError

_LOG: Final = logging.getLogger("tallystick.api")
_HISTORY_BLOCKS_MIN: Final = 32
"""Further behind than this, the views are asked rather than block after block."""
_HISTORY_PAGE: Final = 200
_PIECE_BYTES: Final = 64 * 1024
_HEARTBEAT: Final = b": heartbeat\n\n"
_HELLO: Final = b"retry: 2000\n: events follow; resume with the last id\n\n"
_FAREWELL: Final = b": too slow; resume with the last id\n\n"


async def follow_events(asked: Asked) -> Stream:
    """Answer GET /v1/events.

    Raises:
        Overloaded: too many streams are open.
        Rejected: not a place, or not a name.
    """
    server = asked.server
    pattern = check_pattern(asked.text("name"))
    wanted = asked.last_event_id or asked.text("since")
    place = parse_place(wanted) if wanted else EventPlace(server.tip.height, LAST, LAST)
    server.event_clients.take(1)
    return Stream(
        pieces=_pieces(server, place, pattern),
        media_type=MEDIA_EVENTS,
        send_timeout_s=server.limits.event_send_timeout_ms / 1000,
        farewell=_FAREWELL,
        on_end=lambda: server.event_clients.release(1),
    )


async def _pieces(
    server: ServerState, place: EventPlace, pattern: str | None
) -> AsyncGenerator[bytes, None]:
    """Yield what follows `place`, for as long as the server runs."""
    yield _HELLO
    try:
        while not server.tip.is_closing:
            frames, following = await _following(server, place, pattern)
            for piece in _join(frames):
                yield piece
            if following == place and not await server.tip.wait_beyond(
                place.height, server.limits.event_heartbeat_ms / 1000
            ):
                yield _HEARTBEAT
            place = following
    except TallystickError as error:
        # The head of the answer is gone; all that is left is to end, so that the client resumes.
        _LOG.warning("an event stream ended at %s: %s", format_place(place), error)


async def _following(
    server: ServerState, place: EventPlace, pattern: str | None
) -> tuple[Sequence[Frame], EventPlace]:
    """Return some events after `place`, and the place to go on from: the same if none can be."""
    tip = server.tip.height
    height = place.height + 1 if place.index == LAST else place.height
    if height > tip:
        return (), place
    if tip - height >= _HISTORY_BLOCKS_MIN:
        found = await asyncio.to_thread(_from_history, server, place, pattern)
        if found is not None:
            return found
    frames = await server.recent_frames.of_block(height) if height > 0 else ()
    wanted = [one for one in frames if one.place > place and matches(pattern, one.name)]
    return wanted, EventPlace(height, LAST, LAST)


def _from_history(
    server: ServerState, place: EventPlace, pattern: str | None
) -> tuple[Sequence[Frame], EventPlace] | None:
    """Return a page of events from the views, or None if the views are not beyond `place`."""
    cursor: str | None = None
    while True:
        page = server.node.views.list_events(
            pattern, after=place, cursor=cursor, limit=_HISTORY_PAGE
        )
        frames = [row_frame(row) for row in page.items]
        cursor = page.cursor
        if cursor is None:
            break
        if frames:
            return frames, frames[-1].place
    if page.height <= place.height:
        return None
    # Nothing more up to the height that the page reflects.
    return frames, EventPlace(page.height, LAST, LAST)


def _join(frames: Sequence[Frame]) -> Iterator[bytes]:
    """Yield the frames in pieces that are worth a send and fit a buffer."""
    pending: list[bytes] = []
    size = 0
    for frame in frames:
        pending.append(frame.data)
        size += len(frame.data)
        if size >= _PIECE_BYTES:
            yield b"".join(pending)
            pending, size = [], 0
    if pending:
        yield b"".join(pending)
