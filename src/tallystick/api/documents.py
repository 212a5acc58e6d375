# SPDX-License-Identifier: Apache-2.0
"""Sealed files of documents: in by pieces, out by ranges, wraps by openings. Nothing is in clear.

Uploads speak the core of tus 1.0 with its creation and expiration: https://tus.io/protocols.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from email.utils import formatdate
from typing import Final

from msgspec import Struct

from tallystick.api.answer import MEDIA_BYTES, NO_STORE, Answer, HeaderPair, Stream, json_answer
from tallystick.api.asked import Asked
from tallystick.api.signed import signer_of
from tallystick.contracts.parts import SealedCopy
from tallystick.errors import Malformed, RangeNotSatisfiable, WrongProtocol
from tallystick.model import UPLOAD_PIECE_BYTES_MAX, DocumentPlace, UploadState

TUS_VERSION: Final = "1.0.0"
_TUS: Final[HeaderPair] = (b"tus-resumable", TUS_VERSION.encode())
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_DIGITS: Final = re.compile(r"\d{1,15}")
_STREAM_BYTES: Final = 1024 * 1024
_SEND_TIMEOUT_S: Final = 30.0


class Uploaded(Struct, frozen=True):
    """How far an upload is."""

    offset: int
    size: int


class WrapKept(Struct, frozen=True):
    """Whose wrap is on disk now."""

    document: str
    version: int
    organization: str


def begin_upload(asked: Asked) -> Answer:
    """Answer POST /v1/documents/{document}/{version}/upload (tus creation)."""
    _check_tus(asked)
    asker, place = signer_of(asked), _place(asked)
    size = _number(asked, "Upload-Length")
    state = asked.server.node.documents.begin(asker, place, size)
    location = (b"location", f"{place.path}/upload".encode())
    return Answer(201, b"", MEDIA_BYTES, (NO_STORE, location, *_state_headers(state)))


def show_upload(asked: Asked) -> Answer:
    """Answer HEAD and GET /v1/documents/{document}/{version}/upload: the offset."""
    _check_tus(asked)
    asker, place = signer_of(asked), _place(asked)
    state = asked.server.node.documents.upload(asker, place)
    headers = (NO_STORE, *_state_headers(state))
    return json_answer(Uploaded(state.offset, state.size), headers=headers)


def take_piece(asked: Asked) -> Answer:
    """Answer PATCH /v1/documents/{document}/{version}/upload: the next piece."""
    _check_tus(asked)
    asker, place = signer_of(asked), _place(asked)
    offset = _number(asked, "Upload-Offset")
    state = asked.server.node.documents.receive(asker, place, offset, asked.body)
    return Answer(204, b"", MEDIA_BYTES, (NO_STORE, *_state_headers(state)))


def give_content(asked: Asked) -> Answer | Stream:
    """Answer GET /v1/documents/{document}/{version}/content: ciphertext, all of it or a range.

    A range gets at most as much as one piece of an upload: who wants more asks again.
    """
    copy = asked.server.node.documents.sealed(signer_of(asked, is_for_nodes=True), _place(asked))
    wanted = asked.headers.get("Range", "")
    about: tuple[HeaderPair, ...] = (
        NO_STORE,
        (b"etag", f'"{copy.cid}"'.encode()),
        (b"accept-ranges", b"bytes"),
    )
    if asked.headers.get("If-Range") not in {None, f'"{copy.cid}"'}:
        wanted = ""
    found = _RANGE.fullmatch(wanted)
    if found is None or found[0] == "bytes=-":  # RFC 9110: other units and forms are ignored
        length = (b"content-length", b"%d" % copy.size)
        return Stream(_pieces(asked, copy), MEDIA_BYTES, _SEND_TIMEOUT_S, headers=(*about, length))
    start, end = _bounds(found[1], found[2], copy.size)
    body = asked.server.node.documents.read(copy, start, end - start)
    shown = f"bytes {start}-{end - 1}/{copy.size}".encode()
    return Answer(206, body, MEDIA_BYTES, (*about, (b"content-range", shown)))


def keep_wrap(asked: Asked) -> Answer:
    """Answer PUT /v1/documents/{document}/{version}/wraps/{organization}."""
    asker, place = signer_of(asked), _place(asked)
    organization = asked.required_text("organization")
    asked.server.node.documents.put_wrap(asker, place, organization, asked.body)
    return json_answer(WrapKept(*place, organization))


def show_wrap(asked: Asked) -> Answer:
    """Answer GET /v1/documents/{document}/{version}/wraps/{organization}: that it is here."""
    asker, place = signer_of(asked), _place(asked)
    organization = asked.required_text("organization")
    asked.server.node.documents.check_wrap(asker, place, organization)
    return json_answer(WrapKept(*place, organization), headers=(NO_STORE,))


def give_wrap(asked: Asked) -> Answer:
    """Answer GET /v1/documents/{document}/{version}/openings/{number}: the asker's wrap."""
    asker, place = signer_of(asked), _place(asked)
    wrap = asked.server.node.documents.open(asker, place, asked.required_integer("number"))
    return Answer(200, wrap, MEDIA_BYTES, (NO_STORE,))


async def _pieces(asked: Asked, copy: SealedCopy) -> AsyncGenerator[bytes, None]:
    for start in range(0, copy.size, _STREAM_BYTES):
        read = asked.server.node.documents.read
        yield await asyncio.to_thread(read, copy, start, min(_STREAM_BYTES, copy.size - start))


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """Return where a range begins and ends, within one piece's size.

    Raises:
        RangeNotSatisfiable: it begins beyond the end, or ends before it begins.
    """
    if first:
        start = int(first)
        end = min(int(last) + 1 if last else size, size)
    else:
        start, end = max(0, size - int(last)), size
    if start >= end:
        raise RangeNotSatisfiable(
            "the range is not within the sealed file",
            field="Range",
            expected=f"bytes within {size}",
            found=f"bytes={first}-{last}",
        )
    return start, min(end, start + UPLOAD_PIECE_BYTES_MAX)


def _state_headers(state: UploadState) -> tuple[HeaderPair, ...]:
    found: list[HeaderPair] = [
        _TUS,
        (b"upload-offset", b"%d" % state.offset),
        (b"upload-length", b"%d" % state.size),
    ]
    if state.expires_at is not None:
        found.append((b"upload-expires", formatdate(state.expires_at / 1000, usegmt=True).encode()))
    return tuple(found)


def _check_tus(asked: Asked) -> None:
    stated = asked.headers.get("Tus-Resumable")
    if stated != TUS_VERSION:
        raise WrongProtocol(
            "an upload names the version of tus",
            field="Tus-Resumable",
            expected=TUS_VERSION,
            found=(stated or "none")[:20],
        )


def _number(asked: Asked, name: str) -> int:
    stated = asked.headers.get(name, "")
    if not _DIGITS.fullmatch(stated):
        raise Malformed(
            f"{name} is a number of bytes", field=name, expected="digits", found=stated[:20]
        )
    return int(stated)


def _place(asked: Asked) -> DocumentPlace:
    return DocumentPlace(asked.required_text("document"), asked.required_integer("version"))
