# SPDX-License-Identifier: Apache-2.0
"""The PDF files that a web capture holds, one after another, for whoever looks into them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import IO, Final

_HEAD: Final = b"%PDF-"
_HEAD_BYTES: Final = 1024


def captured_pdfs(source: IO[bytes], *, size_max: int, records_max: int) -> Iterator[bytes]:
    """Yield each PDF of a capture as a browser got it: unpacked, and at most a byte too long.

    Ends where the capture is damaged: `read_capture` says so.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    try:
        for number, record in enumerate(ArchiveIterator(source)):
            if number >= records_max:
                return
            if record.rec_type not in {"response", "resource"}:
                continue
            content = record.content_stream()
            head = content.read(_HEAD_BYTES)
            if _HEAD in head:
                yield head + content.read(size_max + 1 - len(head))
    except (ArchiveLoadFailed, EOFError, zlib.error, ValueError, OSError):
        return
