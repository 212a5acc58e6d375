# SPDX-License-Identifier: Apache-2.0
"""The connection: uvicorn's HTTP protocol with the bounds that it leaves to others.

Too many connections, headers too large or too slow, and answers that nobody reads are ended here,
before they cost more than a buffer.
"""

from __future__ import annotations

import asyncio
from asyncio.events import TimerHandle
from typing import Any, ClassVar, Final

import msgspec
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState as UvicornState

from tallystick.api.limits import Limits
from tallystick.api.problems import Problem, problem_type
from tallystick.errors import LimitExceeded, Overloaded, TallystickError, TooSlow

_REASONS: Final = {
    408: "Request Timeout",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}


class GuardedProtocol(HttpToolsProtocol):
    """One connection. `limits` is set on a subclass made for each server: see `guarded`."""

    limits: ClassVar[Limits] = Limits()

    def __init__(
        self,
        config: Config,
        server_state: UvicornState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Begin before any byte has come."""
        super().__init__(config, server_state, app_state, _loop)
        self._header_bytes = 0
        self._is_in_headers = False
        self._header_timer: TimerHandle | None = None
        self._reading_timer: TimerHandle | None = None
        self._unread_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or say that there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections_max:
            self._refuse(503, Overloaded("too many connections are open"))
            return
        self._wait_for_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything."""
        self._stop_waiting()
        if self._reading_timer is not None:
            self._reading_timer.cancel()
            self._reading_timer = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; refuse headers that do not end."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self._is_in_headers:
            self._header_bytes += len(data)
            if self._header_bytes > self.limits.header_bytes_max:
                size_max = self.limits.header_bytes_max
                error = LimitExceeded(
                    "the request's headers are too large", expected=f"at most {size_max} bytes"
                )
                self._refuse(431, error)

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._is_in_headers = True
        self._header_bytes = 0
        self._wait_for_headers()

    def on_headers_complete(self) -> None:
        """Hand the request on; its body is bounded by the application."""
        self._is_in_headers = False
        self._stop_waiting()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """Watch a client that takes its answer more slowly than it is made."""
        super().pause_writing()
        self._watch_reading()

    def timeout_keep_alive_handler(self) -> None:
        """End an idle connection; one that still takes its answer may go on taking it."""
        if self.transport.get_write_buffer_size():
            self._watch_reading()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        else:
            super().timeout_keep_alive_handler()

    def _watch_reading(self) -> None:
        """Begin to watch whether the client takes what is there for it."""
        if self._reading_timer is None:
            self._unread_bytes = self.transport.get_write_buffer_size()
            self._reading_timer = self.loop.call_later(
                self.limits.unread_timeout_ms / 1000, self._check_reading
            )

    def _check_reading(self) -> None:
        """Cut off a client that has taken nothing since the last look."""
        self._reading_timer = None
        unread = self.transport.get_write_buffer_size()
        if unread >= self._unread_bytes > 0:
            # Not `close`, which would wait for the client as well.
            self.transport.abort()
        elif unread:
            self._watch_reading()

    def _wait_for_headers(self) -> None:
        self._stop_waiting()
        self._header_timer = self.loop.call_later(
            self.limits.header_timeout_ms / 1000, self._headers_too_slow
        )

    def _stop_waiting(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _headers_too_slow(self) -> None:
        self._header_timer = None
        if self._is_in_headers:
            self._refuse(408, TooSlow("the request's headers did not arrive in time"))
        elif not self.transport.is_closing():
            self.transport.close()

    def _refuse(self, status: int, error: TallystickError) -> None:
        """Answer without the application and close."""
        if not self.transport.is_closing():
            self.transport.write(refusal_bytes(status, error))
            self.transport.close()


def guarded(limits: Limits) -> type[GuardedProtocol]:
    """Return the protocol class for a server with these limits."""
    return type("LimitedProtocol", (GuardedProtocol,), {"limits": limits})


def refusal_bytes(status: int, error: TallystickError) -> bytes:
    """Return a whole HTTP/1.1 answer with a problem, for requests that never became one."""
    kind = type(error)
    problem = Problem(
        type=problem_type(kind.code),
        title=kind.title_en,
        title_zh=kind.title_zh,
        status=status,
        code=kind.code,
        detail=error.message,
        hint=error.hint,
        instance="",
        request_id="",
        expected=error.expected,
    )
    body = msgspec.json.encode(problem)
    retry = "retry-after: 1\r\n" if status == 503 else ""  # RFC 9110
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\n"
        "content-type: application/problem+json\r\n"
        f"content-length: {len(body)}\r\n{retry}"
        "cache-control: no-store\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
