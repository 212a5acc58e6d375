# SPDX-License-Identifier: Apache-2.0
"""A session joined to a transport, in both colours: runs flows, pages lists, follows events."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from tallystick.client.event_stream import LAST, EventCursor, Following, LiveEvent
from tallystick.client.exchange import Flow, Outcome
from tallystick.client.reading import Listing, fetch_page
from tallystick.client.session import Session
from tallystick.client.trust import Trust
from tallystick.errors import Unavailable

if TYPE_CHECKING:
    import httpx

Arguments = ParamSpec("Arguments")
Row = TypeVar("Row")


class Link:
    """Runs flows with blocking calls."""

    def __init__(self, session: Session, http: httpx.BaseTransport | None = None) -> None:
        """Open a connection pool; `http` replaces the network, for tests and embedding."""
        # Loaded only now: whoever verifies offline needs no HTTP library.
        from tallystick.client.transport import Transport  # noqa: PLC0415

        self.session = session
        self._transport = Transport(session.url, transport=http)

    def run(self, flow: Flow[Outcome]) -> Outcome:
        """Perform a flow, after contact: nothing is asked of a node that is not the same one."""
        self._transport.run(self.session.contact())
        return self._transport.run(flow)

    def run_before_contact(self, flow: Flow[Outcome]) -> Outcome:
        """Perform a flow whoever answers."""
        return self._transport.run(flow)

    def rows(self, listing: Listing[Row]) -> Iterator[Row]:
        """Yield every row of a list, fetching pages as they are needed."""
        cursor: str | None = None
        while True:
            page = self.run(fetch_page(self.session, listing, cursor))
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def follow(self, name: str | None, since: str | int | None) -> Iterator[LiveEvent]:
        """Yield events as they arrive, reconnecting where the stream broke."""
        trust = self.run(self.session.contact())
        following = _following(self.session, trust, name, since)
        while True:
            broken: Unavailable | None = None
            try:
                for line in self._transport.lines(following.ask()):
                    event = following.feed(line)
                    if event is not None:
                        yield event
                        following.finished(event)
            except Unavailable as error:
                broken = error
            self._transport.pause(following.broken(broken))

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()


class AsyncLink:
    """Runs the same flows without blocking the event loop."""

    def __init__(self, session: Session, http: httpx.AsyncBaseTransport | None = None) -> None:
        """Open a connection pool; `http` replaces the network, for tests and embedding."""
        from tallystick.client.transport import AsyncTransport  # noqa: PLC0415

        self.session = session
        self._transport = AsyncTransport(session.url, transport=http)

    async def run(self, flow: Flow[Outcome]) -> Outcome:
        """Perform a flow, after contact: nothing is asked of a node that is not the same one."""
        await self._transport.run(self.session.contact())
        return await self._transport.run(flow)

    async def run_before_contact(self, flow: Flow[Outcome]) -> Outcome:
        """Perform a flow whoever answers."""
        return await self._transport.run(flow)

    async def rows(self, listing: Listing[Row]) -> AsyncIterator[Row]:
        """Yield every row of a list, fetching pages as they are needed."""
        cursor: str | None = None
        while True:
            page = await self.run(fetch_page(self.session, listing, cursor))
            for row in page.items:
                yield row
            cursor = page.next_cursor
            if cursor is None:
                return

    async def follow(self, name: str | None, since: str | int | None) -> AsyncIterator[LiveEvent]:
        """Yield events as they arrive, reconnecting where the stream broke."""
        trust = await self.run(self.session.contact())
        following = _following(self.session, trust, name, since)
        while True:
            broken: Unavailable | None = None
            try:
                async for line in self._transport.lines(following.ask()):
                    event = following.feed(line)
                    if event is not None:
                        yield event
                        following.finished(event)
            except Unavailable as error:
                broken = error
            await self._transport.pause(following.broken(broken))

    async def in_thread(
        self, work: Callable[Arguments, Outcome], *args: Arguments.args, **named: Arguments.kwargs
    ) -> Outcome:
        """Run blocking work, such as hashing a file, beside the event loop."""
        return await self._transport.in_thread(lambda: work(*args, **named))

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()


def _following(
    session: Session, trust: Trust, name: str | None, since: str | int | None
) -> Following:
    is_resumed = since == LAST
    cursor = EventCursor(trust.network, name, session.state.folder) if is_resumed else None
    return Following(name, None if is_resumed else since, cursor)
