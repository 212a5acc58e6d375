# SPDX-License-Identifier: Apache-2.0
"""A certificate for judges, and altered copies of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = b"%%EOF"


def altered_certificates(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield copies that no judge may accept, with what was altered."""
    size = data.index(_END) + len(_END)  # the seal comes as an update behind the first end
    for what, place in (
        ("head", 1_000),
        ("page", size // 2),
        ("attachment", size * 9 // 10),
        ("seal's field", size + 60),
    ):
        yield what, data[:place] + bytes((data[place] ^ 1,)) + data[place + 1 :]
    yield "end", data + b"% more\n"
    yield "seal taken off", data[:size]


def altered_archives(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield copies that are no PDF/A-3b, whatever their seal is worth."""
    yield "mark of PDF/A left out", data.replace(b"pdfaid:part", b"pdfaid:pant")
    other = re.sub(rb'pdfaid:part(>|=")3', rb"pdfaid:part\g<1>1", data)
    yield "another level of PDF/A", other
