# SPDX-License-Identifier: Apache-2.0
"""The web door that beneficiaries come to: `/begin` sends them away, `/callback` takes them back.

One ASGI callable that knows two paths. It logs no address and no query, because codes stand there,
and tells a browser to keep nothing.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from tallystick.cli.catalogue import say
from tallystick.cli.identity.bridge import WAIT_S, Bridge
from tallystick.cli.identity.pages import Answer, failure_page, vouched_page
from tallystick.errors import (
    Malformed,
    NotFound,
    Refused,
    Rejected,
    TallystickError,
    Unavailable,
    Unverified,
    UsageError,
)
from tallystick.units import LOOPBACK_NAMES

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Headers = list[tuple[bytes, bytes]]

_LOG: Final = logging.getLogger("tallystick.identity")
_COOKIE: Final = "tally-identity"
_COOKIES: Final = re.compile(
    r"(?:__Host-)?tally-identity-[0-9a-f]{8}=([A-Za-z0-9_-]{43})", re.ASCII
)
_POLICY: Final = (
    b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; "
    b"form-action 'none'"
)
_HEADERS: Final[Headers] = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", _POLICY),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_QUERY_CHARACTERS_MAX: Final = 4096
_FIELDS_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser asks."""

    method: str
    path: str
    query: str
    host: str
    cookies: str
    wants_json: bool


class Door:
    """The ASGI application."""

    def __init__(self, bridge: Bridge, public: str) -> None:
        """Know the address by which browsers reach it.

        Raises:
            UsageError: the address is not `https://...`, or of this machine.
        """
        parts = urlsplit(public)
        is_secure = parts.scheme == "https"
        is_local = parts.scheme == "http" and parts.hostname in LOOPBACK_NAMES
        if not parts.hostname or not (is_secure or is_local) or parts.query or parts.fragment:
            raise UsageError(
                say("identity.public", address=public),
                field="--public",
                expected="https://HOST[/PATH]",
            )
        self._bridge = bridge
        self._host = parts.netloc.lower()
        self.public = public.rstrip("/")
        self._back = f"{self.public}/callback"
        # The prefix makes browsers refuse a cookie that another host or plain HTTP has set.
        self._prefix, self._suffix = ("__Host-", "; Secure") if is_secure else ("", "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3)."""
        headers = {bytes(name): bytes(value) for name, value in scope["headers"]}
        asked = Asked(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            host=headers.get(b"host", b"").decode("latin-1").lower(),
            cookies=headers.get(b"cookie", b"").decode("latin-1"),
            wants_json=b"application/json" in headers.get(b"accept", b""),
        )
        answer = await asyncio.to_thread(self.answer, asked)
        length = (b"content-length", str(len(answer.body)).encode())
        kind = (b"content-type", answer.media_type.encode())
        head = [*_HEADERS, length, kind, *answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": head})
        await send({"type": "http.response.body", "body": answer.body})

    def answer(self, asked: Asked) -> Answer:
        """Answer one request; whatever is raised becomes a page."""
        try:
            return self._answer(asked)
        except TallystickError as error:
            if isinstance(error, (Unverified, Unavailable, Refused)):
                # For the operator: what failed and where, which says nothing about a person.
                _LOG.warning("%s %s", error.code, error.field or "")
            return failure_page(error, wants_json=asked.wants_json)
        except Exception as error:  # the outermost edge: its text may be about a person
            _LOG.error("incident: %s", type(error).__name__)  # no traceback either
            return failure_page(TallystickError("incident"), wants_json=asked.wants_json)

    def _answer(self, asked: Asked) -> Answer:
        if asked.host != self._host:
            raise Rejected(say("identity.other_host"), field="Host")
        if asked.method != "GET" or asked.path not in {"/begin", "/callback"}:
            raise NotFound(say("identity.no_page"))
        found = _fields(asked.query)
        if asked.path == "/begin":
            return self._begin(found)
        cookies = frozenset(_COOKIES.findall(asked.cookies))
        word = self._bridge.finish(found.get("state", ""), cookies, asked.query)
        return vouched_page(word, wants_json=asked.wants_json)

    def _begin(self, found: dict[str, str]) -> Answer:
        record, key = found.get("record", ""), found.get("key", "")
        where, waiting = self._bridge.begin(record, key, self._back)
        # One cookie for each login, so a guardian and a child can use one telephone.
        name = f"{self._prefix}{_COOKIE}-{waiting.binding.hex()[:8]}"
        cookie = f"{name}={waiting.browser}; Path=/; HttpOnly; SameSite=Lax; Max-Age={WAIT_S}"
        headers = (
            (b"location", where.encode("ascii")),
            (b"set-cookie", f"{cookie}{self._suffix}".encode()),
        )
        return Answer(303, headers=headers)


def _fields(query: str) -> dict[str, str]:
    """Return what a query says, if it is a short one."""
    try:
        if len(query) <= _QUERY_CHARACTERS_MAX:
            return dict(parse_qsl(query, max_num_fields=_FIELDS_MAX, keep_blank_values=True))
    except ValueError:
        pass
    raise Malformed(say("identity.query"), expected=f"at most {_QUERY_CHARACTERS_MAX} characters")
