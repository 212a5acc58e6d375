# SPDX-License-Identifier: Apache-2.0
"""Speaks ASGI to an application, so that tests see each message and need no socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import unquote

from tallystick.api import Door

T = TypeVar("T")
Message = MutableMapping[str, Any]


@dataclass
class Reply:
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body's JSON value."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a problem."""
        assert self.headers["content-type"] == "application/problem+json", self.body[:200]
        code: str = self.json["code"]
        return code

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass
class Caller:
    """Asks an application."""

    app: Door
    runner: asyncio.Runner
    headers: dict[str, str] = field(default_factory=dict)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run work on the test's loop."""
        return self.runner.run(work)

    def get(self, target: str, method: str = "GET", **headers: str) -> Reply:
        """Ask for a path with its query."""
        return self.run(ask(self.app, method, target, headers=_named(headers)))

    def post(
        self,
        target: str,
        body: bytes | str | Mapping[str, Any],
        content_type: str | None = None,
        **headers: str,
    ) -> Reply:
        """Post a body: bytes as COSE, a map as JSON, unless said otherwise."""
        data = body if isinstance(body, bytes) else _text(body).encode()
        kind = "application/cose" if isinstance(body, bytes) else "application/json"
        if content_type is not None:
            kind = content_type
        named = {"content-type": kind, **_named(headers)}
        return self.run(ask(self.app, "POST", target, headers=named, body=data))


def _text(body: str | Mapping[str, Any]) -> str:
    return body if isinstance(body, str) else json.dumps(body)


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-").lower(): value for name, value in headers.items()}


async def ask(
    app: Callable[..., Coroutine[Any, Any, None]],
    method: str,
    target: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    pieces: Iterable[bytes] | None = None,
) -> Reply:
    """Send one request, in the given pieces, and return the whole answer."""
    parts = [body] if pieces is None else list(pieces)
    incoming: list[Message] = [
        {"type": "http.request", "body": part, "more_body": place < len(parts) - 1}
        for place, part in enumerate(parts)
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        if incoming:
            return incoming.pop(0)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope(method, target, headers or {}, len(body)), receive, send)
    head = sent[0]
    return Reply(
        head["status"],
        {name.decode(): value.decode() for name, value in head["headers"]},
        b"".join(message.get("body", b"") for message in sent[1:]),
    )


def scope(method: str, target: str, headers: Mapping[str, str], size: int = 0) -> Message:
    """Return the ASGI scope of a request, as uvicorn makes it."""
    path, _, query = target.partition("?")
    pairs = [(b"host", b"localhost:8700")]
    if size:
        pairs.append((b"content-length", str(size).encode()))
    pairs += [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    return {
        "type": "http",
        "method": method,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": pairs,
    }


class OpenStream:
    """An event stream in progress."""

    def __init__(self, app: Door, target: str, **headers: str) -> None:
        """Ask for the stream; nothing runs until the first `read`."""
        self._app = app
        self._scope = scope("GET", target, _named(headers))
        self.head: Message = {}
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._gone = asyncio.Event()
        self.stuck_sends = 0
        """How many more sends the client does not take."""
        self._task: asyncio.Task[None] | None = None

    async def read(self, timeout_s: float = 5) -> bytes | None:
        """Return the next piece, or None when the stream has ended."""
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        async with asyncio.timeout(timeout_s):
            return await self._pieces.get()

    async def read_events(self, count: int) -> list[dict[str, Any]]:
        """Return the data of the next events."""
        found: list[dict[str, Any]] = []
        while len(found) < count:
            piece = await self.read()
            assert piece is not None, f"the stream ended after {len(found)} events"
            found += events_in(piece)
        return found

    async def close(self) -> None:
        """Go away, and wait until the application has noticed."""
        self._gone.set()
        if self._task is not None:
            async with asyncio.timeout(5):
                await self._task

    async def ended(self) -> None:
        """Wait until the application has ended the stream."""
        if self._task is not None:
            async with asyncio.timeout(5):
                await self._task

    async def _run(self) -> None:
        try:
            await self._app(self._scope, self._receive, self._send)
        finally:
            self._pieces.put_nowait(None)

    async def _receive(self) -> Message:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.head = message
            return
        if self.stuck_sends:
            self.stuck_sends -= 1
            await asyncio.Event().wait()
        if message.get("body"):
            self._pieces.put_nowait(message["body"])


def events_in(piece: bytes) -> list[dict[str, Any]]:
    """Return the data of the events in a piece of a stream."""
    return [
        json.loads(line.removeprefix("data: "))
        for line in piece.decode().splitlines()
        if line.startswith("data: ")
    ]
