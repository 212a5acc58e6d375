# SPDX-License-Identifier: Apache-2.0
"""What a handler returns: a whole answer, or a stream of pieces; and how either is sent."""

from __future__ import annotations

import gzip
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import msgspec

HeaderPair: TypeAlias = tuple[bytes, bytes]

MEDIA_JSON: Final = "application/json"
MEDIA_PROBLEM: Final = "application/problem+json"
MEDIA_CBOR: Final = "application/cbor"
MEDIA_COSE: Final = "application/cose"
MEDIA_SCITT_RECEIPT: Final = "application/scitt-receipt+cose"
MEDIA_EVENTS: Final = "text/event-stream"
MEDIA_TEXT: Final = "text/plain; charset=utf-8"
MEDIA_HTML: Final = "text/html; charset=utf-8"
MEDIA_BYTES: Final = "application/octet-stream"

NO_STORE: Final[HeaderPair] = (b"cache-control", b"no-store")
BRIEFLY: Final[HeaderPair] = (b"cache-control", b"public, max-age=2")
FOR_EVER: Final[HeaderPair] = (b"cache-control", b"public, max-age=31536000, immutable")

_COMPRESS_BYTES_MIN: Final = 1_024


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    body: bytes
    media_type: str
    headers: tuple[HeaderPair, ...] = (NO_STORE,)
    """Beside those that every answer has."""
    height: int | None = None
    """For `Tally-Height`, where it is not the newest block's: lists reflect the views' height."""


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer that goes on: pieces are sent as they come, until either side ends it."""

    pieces: AsyncGenerator[bytes, None]
    media_type: str
    send_timeout_s: float
    """A client that takes nothing for so long is given up."""
    farewell: bytes = b""
    """Sent, where it still can be, to a client that was too slow."""
    on_end: Callable[[], None] = lambda: None
    """Called once when the stream is over, however it ended."""
    headers: tuple[HeaderPair, ...] = (
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    )
    """Beside those that every answer has."""


def json_answer(
    record: object, *, status: int = 200, headers: tuple[HeaderPair, ...] = (NO_STORE,)
) -> Answer:
    """Return `record` (a wire record or plain values) as JSON."""
    return Answer(status, msgspec.json.encode(record), MEDIA_JSON, headers)


def compressed(answer: Answer, accept_encoding: str) -> Answer:
    """Return the answer gzipped when it is worth it and the client reads gzip (RFC 9110)."""
    if len(answer.body) < _COMPRESS_BYTES_MIN or not accepts_gzip(accept_encoding):
        return answer
    headers = (*answer.headers, (b"content-encoding", b"gzip"), (b"vary", b"accept-encoding"))
    # Without a time stamp, so that the same content has the same bytes.
    body = gzip.compress(answer.body, 6, mtime=0)
    return Answer(answer.status, body, answer.media_type, headers, answer.height)


def accepts_gzip(accept_encoding: str) -> bool:
    """Say whether an Accept-Encoding header allows gzip."""
    for offer in accept_encoding.lower().split(","):
        name, _, weight = offer.partition(";")
        if name.strip() in {"gzip", "*"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
