# SPDX-License-Identifier: Apache-2.0
"""One request as it arrives: its headers, its body within limits, its request id.

A body is bounded four ways: by its stated length before a byte is read, by what really arrives,
by time, and by what all requests together hold in memory.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias

from tallystick.api.budget import Budget
from tallystick.api.limits import Limits
from tallystick.errors import LimitExceeded, Malformed, TooSlow, Unavailable, WrongMediaType
from tallystick.interchange.languages import Language, preferred_language

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

_RUN: Final = secrets.token_hex(4)
_NUMBERS: Final = itertools.count(1)


class Exchange:
    """One request and what answering it needs to know of the wire."""

    __slots__ = ("_headers", "_limits", "_memory", "_taken", "receive", "request_id", "scope")

    def __init__(self, scope: Scope, receive: Receive, limits: Limits, memory: Budget) -> None:
        """Begin; nothing of the body is read yet."""
        self.scope = scope
        self.receive = receive
        self.request_id = f"{_RUN}-{next(_NUMBERS):x}"
        self._limits = limits
        self._memory = memory
        self._taken = 0
        self._headers: dict[bytes, bytes] | None = None

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.scope["method"]  # type: ignore[no-any-return]  # ASGI says text

    @property
    def path(self) -> str:
        """The path, percent-decoded."""
        return self.scope["path"]  # type: ignore[no-any-return]  # ASGI says text

    @property
    def language(self) -> Language:
        """The caller's language."""
        return preferred_language(self.header(b"accept-language"))

    def header(self, name: bytes) -> str:
        """Return a header's value, the first if it was repeated; empty when absent."""
        return self.find_header(name) or ""

    def find_header(self, name: bytes) -> str | None:
        """Return a header's value, the first if it was repeated; None when absent."""
        if self._headers is None:
            self._headers = dict(reversed(self.scope["headers"]))
        value = self._headers.get(name)
        return None if value is None else value.decode("latin-1")

    def require_media_type(self, *accepted: str) -> str:
        """Return the body's media type.

        Raises:
            WrongMediaType: none, or not one of those accepted.
        """
        stated = self.header(b"content-type").partition(";")[0].strip().lower()
        if stated not in accepted:
            raise WrongMediaType(
                "the body's media type is not accepted here",
                field="Content-Type",
                expected=" or ".join(accepted),
                found=stated[:100] or "none",
            )
        return stated

    async def read_body(self, size_max: int) -> bytes:
        """Return the whole body.

        Raises:
            LimitExceeded: larger than `size_max`; known before reading when it states its length.
            TooSlow: did not arrive in time.
            Overloaded: all bodies together would hold too much memory.
            Unavailable: the client went away.
        """
        self._check_stated_size(size_max)
        try:
            async with asyncio.timeout(self._limits.body_timeout_ms / 1000):
                return await self._collect(size_max)
        except TimeoutError as error:
            raise TooSlow(
                "the body did not arrive in time",
                field="body",
                expected=f"within {self._limits.body_timeout_ms} ms",
            ) from error

    def release(self) -> None:
        """Give back the memory that the body was counted for."""
        self._memory.release(self._taken)
        self._taken = 0

    def _check_stated_size(self, size_max: int) -> None:
        stated = self.header(b"content-length")
        if not stated:
            return
        if not (stated.isascii() and stated.isdigit()):
            raise Malformed("Content-Length is not a number", field="Content-Length")
        if len(stated) > len(str(size_max)) or int(stated) > size_max:
            raise _too_large(size_max, f"{stated[:20]} bytes")

    async def _collect(self, size_max: int) -> bytes:
        pieces: list[bytes] = []
        size = 0
        more = True
        while more:
            message = await self.receive()
            if message["type"] != "http.request":
                raise Unavailable("the client went away before its request was complete")
            piece: bytes = message.get("body", b"")
            more = message.get("more_body", False)
            size += len(piece)
            if size > size_max:
                raise _too_large(size_max, f"more than {size_max} bytes")
            self._memory.take(len(piece))
            self._taken += len(piece)
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _too_large(size_max: int, found: str) -> LimitExceeded:
    return LimitExceeded(
        "the body is too large", field="body", expected=f"at most {size_max} bytes", found=found
    )
