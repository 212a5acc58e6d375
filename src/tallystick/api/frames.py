# SPDX-License-Identifier: Apache-2.0
"""Events as the stream sends them; those of the newest blocks are made ready once for all."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from tallystick.api.catalogue import Catalogue
from tallystick.api.event_ids import format_place
from tallystick.api.ports import LedgerNode
from tallystick.api.records import Sentence
from tallystick.api.represent import show_sentence, show_value
from tallystick.api.view_ports import EventPlace, EventRow
from tallystick.api.view_rows import Said
from tallystick.api.wire_types import Count, Hash, Json, Time, TimeMs, format_time
from tallystick.encoding import Value
from tallystick.model import Block, decode_entry

_CACHED_BLOCKS_MAX: Final = 16
_CACHED_BYTES_MAX: Final = 2 * 1024 * 1024


class StreamedEvent(Struct, frozen=True, kw_only=True):
    """The data of one event, on the stream and in lists."""

    id: str
    name: str
    height: Count
    index: Count
    position: Count
    transaction: Hash
    time: Time
    time_ms: TimeMs
    fields: Json
    sentence: Sentence | None


class Frame(NamedTuple):
    """One event, ready to be sent."""

    place: EventPlace
    name: str
    data: bytes


class RecentFrames:
    """A small memory of the newest blocks' events; used on the loop only."""

    def __init__(self, node: LedgerNode, catalogue: Catalogue) -> None:
        """Begin empty."""
        self._node = node
        self._catalogue = catalogue
        self._frames: OrderedDict[int, Sequence[Frame]] = OrderedDict()
        self._reading: dict[int, asyncio.Task[Sequence[Frame]]] = {}

    async def of_block(self, height: int) -> Sequence[Frame]:
        """Return the events of a committed block, in order.

        All streams ask for a new block at once; the first of them has it read, for all.
        """
        frames = self._frames.get(height)
        if frames is not None:
            return frames
        reading = self._reading.get(height)
        if reading is None:
            reading = asyncio.create_task(self._read(height))
            self._reading[height] = reading
            reading.add_done_callback(lambda _: self._reading.pop(height, None))
        # A stream that ends while it waits takes nothing from the others.
        return await asyncio.shield(reading)

    async def _read(self, height: int) -> Sequence[Frame]:
        frames = await asyncio.to_thread(self._frames_at, height)
        if sum(len(frame.data) for frame in frames) <= _CACHED_BYTES_MAX:
            self._frames[height] = frames
            if len(self._frames) > _CACHED_BLOCKS_MAX:
                self._frames.popitem(last=False)
        return frames

    def _frames_at(self, height: int) -> Sequence[Frame]:
        return block_frames(self._node.block(height), self._catalogue)


def block_frames(block: Block, catalogue: Catalogue) -> Sequence[Frame]:
    """Return the events of a block, in order."""
    frames: list[Frame] = []
    for index, data in enumerate(block.entries):
        entry = decode_entry(data)
        for position, event in enumerate(entry.outcome.events):
            shown = _shown(
                EventPlace(block.header.height, index, position),
                event.name,
                event.fields,
                transaction_id=entry.transaction_id,
                time=entry.block_time,
                said=catalogue.event_sentence(event.name, event.fields),
            )
            frames.append(_frame(shown))
    return frames


def row_frame(row: EventRow) -> Frame:
    """Return an event of the views."""
    return _frame(show_event_row(row))


def show_event_row(row: EventRow) -> StreamedEvent:
    """Return the data of an event of the views."""
    return _shown(
        EventPlace(row.height, row.index, row.position),
        row.name,
        row.fields,
        transaction_id=row.transaction_id,
        time=row.time,
        said=row.summary,
    )


def _shown(
    place: EventPlace,
    name: str,
    fields: Value,
    *,
    transaction_id: bytes,
    time: int,
    said: Said | None,
) -> StreamedEvent:
    return StreamedEvent(
        id=format_place(place),
        name=name,
        height=place.height,
        index=place.index,
        position=place.position,
        transaction=transaction_id.hex(),
        time=format_time(time),
        time_ms=time,
        fields=show_value(fields),
        sentence=show_sentence(said),
    )


def _frame(event: StreamedEvent) -> Frame:
    # A line break would end the field; names have none, but nothing else here depends on it.
    line = " ".join(event.name.split())
    head = f"id: {event.id}\nevent: {line}\ndata: "
    place = EventPlace(event.height, event.index, event.position)
    return Frame(place, event.name, head.encode() + msgspec.json.encode(event) + b"\n\n")
