# SPDX-License-Identifier: Apache-2.0
"""Asks an ASGI application of this process: no socket, and nothing compressed to be unpacked.

A page asks the node's API several times, so this does no more than it must.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urlencode

from tallystick.errors import Unavailable

_HOST: Final = (b"host", b"localhost")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the application answered."""

    status: int
    body: bytes


async def ask_inside(
    application: Any,  # noqa: ANN401 # ASGI
    method: str,
    path: str,
    *,
    query: Mapping[str, str | int] | None = None,
    headers: Iterable[tuple[bytes, bytes]] = (),
    body: bytes = b"",
) -> Reply:
    """Return the answer to one request.

    Args:
        application: The ASGI application.
        method: As `GET`.
        path: Percent-encoded.
        query: Parameters of the address.
        headers: Beside the host, which is localhost.
        body: The whole body.

    Raises:
        Unavailable: the application ended without an answer.
    """
    exchange = _Exchange(body)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("ascii"),
        "query_string": urlencode(query or {}).encode("ascii"),
        "root_path": "",
        "headers": [_HOST, *headers],
        "client": ("127.0.0.1", 0),
        "server": ("localhost", 80),
    }
    await application(scope, exchange.receive, exchange.send)
    if not exchange.status:
        raise Unavailable("the node did not answer")
    return Reply(exchange.status, b"".join(exchange.pieces))


@dataclass(slots=True)
class _Exchange:
    """The two ends of one request, as ASGI passes messages."""

    body: bytes
    status: int = 0
    pieces: list[bytes] = field(default_factory=list)
    _is_sent: bool = False

    async def receive(self) -> dict[str, Any]:
        """Give the body once; nobody goes away afterwards."""
        if self._is_sent:
            await asyncio.Event().wait()
        self._is_sent = True
        return {"type": "http.request", "body": self.body, "more_body": False}

    async def send(self, message: Mapping[str, Any]) -> None:
        """Take the answer piece by piece."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.pieces.append(message.get("body", b""))
