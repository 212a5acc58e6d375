# SPDX-License-Identifier: Apache-2.0
"""The time-stamp authority of a story: its own, so that nothing of the user's is touched."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tallystick.client import file_chunks, write_file
from tallystick.crypto import read_certificates, sha256
from tallystick.interchange.timestamps import (
    Request,
    content_digests,
    create_authority,
    make_request,
    open_authority,
)

NAME: Final = "Example time"
_SERIAL_BITS: Final = 159


class StoryClock:
    """An authority that stamps files of the story."""

    def __init__(self) -> None:
        """Make its keys; they are gone when the story is over."""
        self._files = create_authority(NAME, datetime.now(UTC))
        self._authority = open_authority(self._files)

    @property
    def certificate(self) -> str:
        """SHA-256 of the certificate that signs, as a ledger publishes it."""
        return sha256(read_certificates(self._files.certificate)[0]).hex()

    def stamp(self, path: Path, time_ms: int) -> str:
        """Save a reply beside a file, as `NAME.tsr`; return its SHA-256."""
        asked = make_request(Request(content_digests(file_chunks(path))["sha256"]))
        serial = secrets.randbits(_SERIAL_BITS)
        reply = self._authority.answer(asked, time_ms=time_ms, serial=serial)
        write_file(path.with_name(f"{path.name}.tsr"), reply)
        return sha256(reply).hex()
