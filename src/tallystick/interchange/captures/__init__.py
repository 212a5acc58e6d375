# SPDX-License-Identifier: Apache-2.0
"""Web captures (WARC, ISO 28500) as evidence: whether one is whole, and what it claims."""

from tallystick.interchange.captures.pdfs import captured_pdfs
from tallystick.interchange.captures.reading import (
    RECORDS_MAX,
    Capture,
    CapturedPage,
    is_capture,
    read_capture,
)

__all__ = [
    "RECORDS_MAX",
    "Capture",
    "CapturedPage",
    "captured_pdfs",
    "is_capture",
    "read_capture",
]
