# SPDX-License-Identifier: Apache-2.0
"""The connection's own bounds, with a made-up transport and no waiting for real clients."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from tallystick.api import Limits
from tallystick.api.guard import GuardedProtocol, guarded

TIGHT = Limits(connections_max=1, header_timeout_ms=20, unread_timeout_ms=20, keep_alive_ms=20)


class Transport(asyncio.Transport):
    """Remembers what happened to it."""

    def __init__(self) -> None:
        """Be open and empty."""
        super().__init__()
        self.unread = 0
        self.written = b""
        self.end = ""

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def get_write_buffer_size(self) -> int:
        return self.unread

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def is_closing(self) -> bool:
        return bool(self.end)

    def close(self) -> None:
        self.end = self.end or "closed"

    def abort(self) -> None:
        self.end = "aborted"

    def pause_reading(self) -> None:
        """Nothing is read here."""

    def resume_reading(self) -> None:
        """Nothing is read here."""


Scene = Callable[[GuardedProtocol, Transport], Awaitable[None]]


def play(scene: Scene, others: int = 0) -> None:
    """Run a scene with a connection that has just been made."""

    async def whole() -> None:
        async def app(_: Any, __: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"hello"})

        config = uvicorn.Config(
            app, http=guarded(TIGHT), ws="none", lifespan="off", log_config=None
        )
        state = ServerState()
        state.connections.update(object() for _ in range(others))  # type: ignore[misc]
        protocol = guarded(TIGHT)(config, state, {}, asyncio.get_running_loop())
        transport = Transport()
        protocol.connection_made(transport)
        await scene(protocol, transport)
        protocol.connection_lost(None)

    asyncio.run(whole())


async def until(transport: Transport) -> str:
    """Wait until the connection has ended; return how."""
    async with asyncio.timeout(5):
        while not transport.end:  # noqa: ASYNC110  # a real transport announces it elsewhere
            await asyncio.sleep(0.005)
    return transport.end


def test_the_limits_belong_to_one_server() -> None:
    """Two servers in a process may differ."""
    assert guarded(TIGHT).limits is TIGHT
    assert GuardedProtocol.limits == Limits()


def test_a_silent_connection_is_closed() -> None:
    """Without an answer."""

    async def scene(_: GuardedProtocol, transport: Transport) -> None:
        assert await until(transport) == "closed"
        assert transport.written == b""

    play(scene)


def test_a_request_that_stops_in_its_headers_is_408() -> None:
    """The timer runs from the first byte."""

    async def scene(protocol: GuardedProtocol, transport: Transport) -> None:
        protocol.data_received(b"GET / HTTP/1.1\r\nx:")
        assert await until(transport) == "closed"
        assert transport.written.startswith(b"HTTP/1.1 408 ")

    play(scene)


def test_a_connection_beyond_the_number_is_refused_and_hears_nothing_more() -> None:
    """What it sends afterwards is not parsed."""

    async def scene(protocol: GuardedProtocol, transport: Transport) -> None:
        assert transport.end == "closed"
        protocol.data_received(b"GET / HTTP/1.1\r\n\r\n")
        assert transport.written.startswith(b"HTTP/1.1 503 ")
        assert transport.written.count(b"HTTP/1.1") == 1

    play(scene, others=1)


def test_a_connection_that_has_ended_is_not_closed_twice() -> None:
    """By whichever timer comes later."""

    async def scene(protocol: GuardedProtocol, transport: Transport) -> None:
        transport.end = "aborted"
        await asyncio.sleep(0.05)
        protocol._is_in_headers = True
        protocol._headers_too_slow()
        assert transport.end == "aborted"
        assert transport.written == b""

    play(scene)


@pytest.mark.parametrize(
    ("unread", "end"), [([100, 100], "aborted"), ([100, 60, 60], "aborted"), ([100, 60, 0], "")]
)
def test_a_client_is_cut_off_only_when_it_takes_nothing(unread: list[int], end: str) -> None:
    """One that reads slowly may go on; each look compares with the one before."""

    async def scene(protocol: GuardedProtocol, transport: Transport) -> None:
        protocol._stop_waiting()
        transport.unread = unread[0]
        protocol.pause_writing()
        protocol.pause_writing()
        for size in unread[1:]:
            transport.unread = size
            timer = protocol._reading_timer
            assert timer is not None
            timer.cancel()
            protocol._check_reading()
        assert transport.end == end
        assert (protocol._reading_timer is None) is (end != "" or unread[-1] == 0)

    play(scene)


def test_a_connection_lost_while_watched_leaves_no_timer() -> None:
    """Nothing fires afterwards."""

    async def scene(protocol: GuardedProtocol, transport: Transport) -> None:
        transport.unread = 9
        protocol.pause_writing()
        timer = protocol._reading_timer
        protocol.connection_lost(None)
        assert timer is not None
        assert timer.cancelled()

    play(scene)


def test_an_idle_connection_whose_answer_is_still_being_read_stays() -> None:
    """And is closed when it is idle and everything was read."""

    async def scene(protocol: GuardedProtocol, transport: Transport) -> None:
        protocol.data_received(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        await asyncio.sleep(0.01)
        assert transport.written.endswith(b"hello\r\n0\r\n\r\n")
        transport.unread = 9
        protocol._unset_keepalive_if_required()
        protocol.timeout_keep_alive_handler()
        assert transport.end == ""
        assert protocol.timeout_keep_alive_task is not None
        transport.unread = 0
        protocol.timeout_keep_alive_handler()
        assert transport.end == "closed"

    play(scene)
