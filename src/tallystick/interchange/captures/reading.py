# SPDX-License-Identifier: Apache-2.0
"""Reads a WARC file as a stream, record by record, compares its digests, and keeps its claims.

Address and date are what the capturing program wrote; nothing in the file proves them. A digest
that is there must hold. Truncated records, and archives packed as a whole where each record must
stand alone, are refused. warcio is loaded when a capture is read.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, Final, TypeAlias

from tallystick.errors import InvalidCapture, LimitExceeded

RECORDS_MAX: Final = 1_000_000
UNPACKED_BYTES_MAX: Final = 4 * 1024**3
_PAGES_MAX: Final = 1_000
_VERSIONS: Final = frozenset({"WARC/1.0", "WARC/1.1"})
_CHUNK: Final = 64 * 1024
_GZIP: Final = b"\x1f\x8b"
_LINE_MAX: Final = 400
Record: TypeAlias = Any
"""A record of warcio, which has no types."""


@dataclass(frozen=True, slots=True)
class CapturedPage:
    """What a capture claims of one page."""

    uri: str
    captured_at_ms: int
    digest: str | None
    """Of the payload, as the file has it (`sha1:...`); it was compared."""


@dataclass(frozen=True, slots=True)
class Capture:
    """A whole capture, and the pages it claims to hold."""

    records: int
    pages: tuple[CapturedPage, ...]
    """Responses and resources, in the file's order; the first thousand."""
    checked: int
    """Digests that were there and hold."""


def is_capture(head: bytes, name: str) -> bool:
    """Return whether a file is meant as a web capture, by its first bytes or its name."""
    return head.startswith(b"WARC/") or (
        head.startswith(_GZIP) and name.lower().endswith(".warc.gz")
    )


def read_capture(source: IO[bytes]) -> Capture:
    """Return what a capture claims, after it was read to its end.

    Raises:
        InvalidCapture: not WARC 1.0 or 1.1, truncated, damaged, or a digest that does not hold.
        LimitExceeded: too many records, or too much in them.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    pages: list[CapturedPage] = []
    records = checked = size = 0
    try:
        for record in ArchiveIterator(source, check_digests=True):
            records += 1
            _check_version(record)
            for chunk in _content(record):
                size += len(chunk)
                if records > RECORDS_MAX or size > UNPACKED_BYTES_MAX:
                    raise LimitExceeded(
                        "the capture holds too much", expected=f"{UNPACKED_BYTES_MAX} bytes"
                    )
            checked += _check_digests(record)
            if record.rec_type in {"response", "resource"} and len(pages) < _PAGES_MAX:
                pages.append(_page(record))
    except (ArchiveLoadFailed, EOFError, zlib.error, ValueError, OSError) as error:
        raise InvalidCapture("the capture is damaged", found=type(error).__name__) from error
    if not records:
        raise InvalidCapture("not a web capture", expected=", ".join(sorted(_VERSIONS)))
    return Capture(records, tuple(pages), checked)


def _check_version(record: Record) -> None:
    found = record.rec_headers.protocol if record.format == "warc" else record.format.upper()
    if found not in _VERSIONS:
        raise InvalidCapture(
            "not a capture of a form that is taken",
            expected=", ".join(sorted(_VERSIONS)),
            found=str(found)[:40],
        )


def _content(record: Record) -> Iterator[bytes]:
    """Yield a record's content; one that ends too early is refused."""
    while chunk := record.raw_stream.read(_CHUNK):
        yield chunk
    # A record without a length, and one whose head was cut, has no end that could be known.
    missing = getattr(record.raw_stream, "limit", None)
    if missing != 0:
        raise InvalidCapture("a record is truncated", found=f"{missing} bytes are missing")


def _check_digests(record: Record) -> int:
    checker = record.digest_checker
    if checker.passed is False:
        raise InvalidCapture(
            "a digest does not hold", field="digest", found="; ".join(checker.problems)[:_LINE_MAX]
        )
    return 1 if checker.passed else 0


def _page(record: Record) -> CapturedPage:
    headers = record.rec_headers
    return CapturedPage(
        uri=str(headers.get_header("WARC-Target-URI", ""))[:_LINE_MAX],
        captured_at_ms=_time_ms(str(headers.get_header("WARC-Date", ""))),
        digest=headers.get_header("WARC-Payload-Digest"),
    )


def _time_ms(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidCapture("a date cannot be read", field="WARC-Date", found=text[:40]) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)
