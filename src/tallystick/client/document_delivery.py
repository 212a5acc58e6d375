# SPDX-License-Identifier: Apache-2.0
"""What a node is asked when it is given a sealed file, whoever signs and sends the requests.

The SDK and the console sign differently, so this only says what comes next: a generator of
requests, each of which is sent the body of its answer.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from tallystick.client.document_requests import PIECE_BYTES, Progress
from tallystick.model import DocumentPlace

MEDIA_PIECE: Final = "application/offset+octet-stream"
_MEDIA_WRAP: Final = "application/octet-stream"
_TUS: Final = ("tus-resumable", "1.0.0")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRequest:
    """One request about a document, before it is signed."""

    method: str
    path: str
    """As it is signed: not percent-encoded."""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    content_type: str | None = None


Delivery = Generator[DeliveryRequest, bytes, None]


def next_request(delivery: Delivery, answer: bytes | None = None) -> DeliveryRequest | None:
    """Return what to ask after an answer; the first has none before it, and None ends it."""
    try:
        return next(delivery) if answer is None else delivery.send(answer)
    except StopIteration:
        return None


def file_delivery(place: DocumentPlace, sealed: Path, progress: Progress | None = None) -> Delivery:
    """Yield what uploads ciphertext by tus, from where the node has it on."""
    path, size = f"{place.path}/upload", sealed.stat().st_size
    begun = (_TUS, ("upload-length", str(size)))
    yield DeliveryRequest(method="POST", path=path, headers=begun)
    answer = yield DeliveryRequest(method="GET", path=path, headers=(_TUS,))
    offset = int(msgspec.json.decode(answer)["offset"])
    with sealed.open("rb") as file:
        file.seek(offset)
        while piece := file.read(PIECE_BYTES):
            headers = (_TUS, ("upload-offset", str(offset)))
            yield DeliveryRequest(
                method="PATCH", path=path, headers=headers, body=piece, content_type=MEDIA_PIECE
            )
            offset += len(piece)
            if progress is not None:
                progress(offset, size)


def wrap_delivery(place: DocumentPlace, organization: str, wrap: bytes) -> Delivery:
    """Yield what hands over the key of a file, sealed to an organisation."""
    path = f"{place.path}/wraps/{organization}"
    yield DeliveryRequest(method="PUT", path=path, body=wrap, content_type=_MEDIA_WRAP)
