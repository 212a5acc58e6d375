# SPDX-License-Identifier: Apache-2.0
"""Web captures (WARC, ISO 28500) as evidence: whether one is whole, and what it claims."""

from tallystick.interchange.captures.reading import Capture, CapturedPage, is_capture, read_capture

__all__ = ["Capture", "CapturedPage", "is_capture", "read_capture"]
