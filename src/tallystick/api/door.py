# SPDX-License-Identifier: Apache-2.0
"""The ASGI application: every request comes in here, and every answer leaves from here.

- Whatever is raised becomes a typed problem; what nobody expected becomes an incident with a
  number, logged once, without its text reaching the caller.
- Every answer carries the request id, the height, and headers that allow a browser nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from tallystick.api.answer import Answer, HeaderPair, Stream
from tallystick.api.asked import Asked
from tallystick.api.directory import Directory
from tallystick.api.exchange import Exchange, Message, Receive, Scope, Send
from tallystick.api.parameters import (
    MIN_HEIGHT,
    SIGNED_REQUEST,
    Place,
    read_parameters,
    split_query,
)
from tallystick.api.problems import problem_answer, problem_of
from tallystick.api.server_state import ServerState
from tallystick.api.table import Lists, Route
from tallystick.errors import Halted, Rejected, TallystickError, WrongMethod, invariant

_LOG: Final = logging.getLogger("tallystick.api")

_NO_CONTENT: Final = 204
SECURITY_HEADERS: Final[tuple[HeaderPair, ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
CLOSED_POLICY: Final[HeaderPair] = (
    b"content-security-policy",
    b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
)
"""For answers that are not pages; a page brings its own policy."""


class Door:
    """The application that a server runs."""

    def __init__(
        self, state: ServerState, directory: Directory, *, hosts: frozenset[str] = frozenset()
    ) -> None:
        """Take what the door needs.

        Args:
            state: shared by all requests.
            directory: where to find handlers.
            hosts: names the caller may have used for this server; empty means any.
        """
        self.state = state
        self._directory = directory
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3)."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            exchange = Exchange(scope, receive, self.state.limits, self.state.body_bytes)
            answer = await self._answer(exchange)
            if isinstance(answer, Stream):
                await self._send_stream(answer, exchange, send)
            else:
                await self._send(answer, exchange, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Follow the server's start and stop."""
        await receive()
        # The default would be a handful of threads on a small machine, and one slow list is one.
        readers = ThreadPoolExecutor(self.state.limits.reader_threads, "tally-http-reader")
        asyncio.get_running_loop().set_default_executor(readers)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.state.tip.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, exchange: Exchange) -> Answer | Stream:
        try:
            return await self._handle(exchange)
        except TallystickError as error:
            if isinstance(error, Halted):
                _LOG.error("request %s met a fault: %s", exchange.request_id, error)
            return self._problem(error, exchange)
        except Exception:  # the outermost edge of a request: the caller must get an answer
            _LOG.exception("incident %s at %s", exchange.request_id, ascii(exchange.path[:200]))
            incident = TallystickError(f"incident {exchange.request_id}")
            return self._problem(incident, exchange)
        finally:
            exchange.release()

    def _problem(self, error: TallystickError, exchange: Exchange) -> Answer:
        language = exchange.language
        problem = problem_of(
            error, instance=exchange.path, request_id=exchange.request_id, language=language
        )
        allow: tuple[HeaderPair, ...] = ()
        if isinstance(error, WrongMethod):
            allow = ((b"allow", (error.expected or "").encode()),)
        return problem_answer(problem, language, allow)

    async def _handle(self, exchange: Exchange) -> Answer | Stream:
        self._check_host(exchange)
        route, path = self._directory.find(exchange.method, exchange.path)
        query = split_query(exchange.scope["query_string"])
        parameters = read_parameters(
            route.parameters, path=path, query=query, is_open=route.is_open
        )
        if route.lists is Lists.YES:
            await self._wait_for_height(exchange)
        asked = Asked(
            server=self.state,
            parameters=parameters,
            extra=query if route.is_open else {},
            body=await self._body(route, exchange),
            accept=exchange.header(b"accept"),
            accept_encoding=exchange.header(b"accept-encoding"),
            language=exchange.language,
            method=exchange.method,
            path=exchange.path,
            request_id=exchange.request_id,
            last_event_id=exchange.header(b"last-event-id"),
            idempotency_key=exchange.find_header(b"idempotency-key"),
            headers=_declared_headers(route, exchange),
            signed_request=exchange.find_header(SIGNED_REQUEST.name.lower().encode()),
        )
        if route.taker is not None:
            return await route.taker(asked)
        invariant(route.reader is not None, f"{route.name} has no handler")
        # A thread, because the node's methods read files and databases.
        return await asyncio.to_thread(route.reader, asked)  # type: ignore[arg-type]

    async def _body(self, route: Route, exchange: Exchange) -> bytes:
        if route.body is None:
            return b""
        exchange.require_media_type(*route.body.media_types)
        return await exchange.read_body(route.body.size_max)

    async def _wait_for_height(self, exchange: Exchange) -> None:
        stated = exchange.find_header(MIN_HEIGHT.name.lower().encode())
        if stated is not None:
            height = MIN_HEIGHT.read(stated)
            invariant(isinstance(height, int), "heights are numbers")
            await self.state.wait_for_views(int(height))

    def _check_host(self, exchange: Exchange) -> None:
        """Refuse other names for this server: a page elsewhere may have rebound its own name."""
        if not self._hosts:
            return
        name = host_name(exchange.header(b"host"))
        if name not in self._hosts:
            raise Rejected(
                "this server is not known by that name",
                field="Host",
                expected=", ".join(sorted(self._hosts)),
                found=name[:100],
            )

    def _head(self, answer: Answer | Stream, exchange: Exchange) -> list[HeaderPair]:
        height = self.state.tip.height
        if isinstance(answer, Answer) and answer.height is not None:
            height = answer.height
        return [
            (b"content-type", answer.media_type.encode()),
            (b"tally-request-id", exchange.request_id.encode()),
            (b"tally-height", b"%d" % height),
            *SECURITY_HEADERS,
        ]

    async def _send(self, answer: Answer, exchange: Exchange, send: Send) -> None:
        self.state.answers_by_status[answer.status] += 1
        headers = self._head(answer, exchange)
        if answer.status != _NO_CONTENT:  # RFC 9110: then there is no length either
            headers.append((b"content-length", b"%d" % len(answer.body)))
        headers.extend(answer.headers)
        if not any(name == CLOSED_POLICY[0] for name, _ in answer.headers):
            headers.append(CLOSED_POLICY)
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = b"" if exchange.method == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    async def _send_stream(self, stream: Stream, exchange: Exchange, send: Send) -> None:
        """Send pieces as they come, until they end, the client goes, or takes them too slowly."""
        self.state.answers_by_status[200] += 1
        headers = [
            *self._head(stream, exchange),
            *stream.headers,
            CLOSED_POLICY,
        ]
        start: Message = {"type": "http.response.start", "status": 200, "headers": headers}
        is_head = exchange.method == "HEAD"
        # Two tasks for the whole stream, not some for each piece: there are many streams, and a
        # block is a piece for each of them.
        sending = asyncio.ensure_future(_send_pieces(stream, start, send, is_head=is_head))
        gone = asyncio.ensure_future(_until_gone(exchange.receive))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stream.on_end()
            sending.cancel()
            gone.cancel()
            await asyncio.wait({sending, gone})
            await stream.pieces.aclose()
        if not sending.cancelled():
            sending.result()
        with contextlib.suppress(TimeoutError):
            await _send_within(stream.send_timeout_s, send, b"", more=False)


async def _send_pieces(stream: Stream, start: Message, send: Send, *, is_head: bool) -> None:
    """Send the head and what follows, until it ends or is taken too slowly."""
    await send(start)
    if is_head:
        return
    async for data in stream.pieces:
        try:
            await _send_within(stream.send_timeout_s, send, data)
        except TimeoutError:
            with contextlib.suppress(TimeoutError):
                await _send_within(stream.send_timeout_s, send, stream.farewell)
            return


def _declared_headers(route: Route, exchange: Exchange) -> dict[str, str]:
    names = [one.name for one in route.parameters if one.place is Place.HEADER]
    found = ((name, exchange.find_header(name.lower().encode())) for name in names)
    return {name: value for name, value in found if value is not None}


async def _until_gone(receive: Receive) -> None:
    """Return when the client has closed the connection."""
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            return


async def _send_within(timeout_s: float, send: Send, data: bytes, *, more: bool = True) -> None:
    async with asyncio.timeout(timeout_s):
        await send({"type": "http.response.body", "body": data, "more_body": more})


def host_name(host: str) -> str:
    """Return the name in a Host header, without the port."""
    if host.startswith("["):
        return host.partition("]")[0].removeprefix("[").lower()
    return host.partition(":")[0].lower()
