# SPDX-License-Identifier: Apache-2.0
"""Looks for what must be nowhere, in every byte and name of a folder."""

from __future__ import annotations

from pathlib import Path

from tallystick.encoding import format_base64url


def canaries_of(*clear: bytes) -> list[bytes]:
    """Return texts, and the head of any secret key, raw and as a log or file might encode them."""
    raw = [*clear, b"AGE-SECRET-KEY-1"]
    encoded = [format_base64url(one[: len(one) // 3 * 3]).encode() for one in raw]
    return [*raw, *(one.hex().encode() for one in raw), *encoded]


def search_for(folder: Path, canaries: list[bytes]) -> None:
    """Fail if a canary is in any byte or name of a folder."""
    paths = [folder] if folder.is_file() else list(folder.rglob("*"))
    assert paths
    for path in paths:
        data = path.read_bytes() if path.is_file() else b""
        assert not [one for one in canaries if one in data or one in bytes(path)]
