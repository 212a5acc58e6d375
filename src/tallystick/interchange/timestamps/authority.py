# SPDX-License-Identifier: Apache-2.0
"""A time-stamp authority of one's own, for networks and machines that cannot ask another.

Its word is worth what its operator's clock and key are worth: it is no qualified authority, and a
token of it proves to strangers only as much as they believe its certificate. The certificate of
the root is what others pin; its key is thrown away once it has certified the authority's.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

from tallystick.interchange.timestamps.records import AuthorityFiles

DAYS: Final = 3650


class Authority(Protocol):
    """Answers requests with tokens."""

    def answer(self, request: bytes, *, time_ms: int, serial: int) -> bytes:
        """Return the reply to a request: a token, or why there is none.

        Args:
            request: DER.
            time_ms: now; tokens say seconds and thousandths.
            serial: never used before by this authority; 160 random bits do.
        """
        ...


def open_authority(files: AuthorityFiles) -> Authority:
    """Return the authority in its files.

    Raises:
        InvalidTimeStamp: they cannot be read, or do not belong together.
    """
    from tallystick.interchange.timestamps.issuing import open_keyed

    return open_keyed(files)


def create_authority(name: str, now: datetime, *, days: int = DAYS) -> AuthorityFiles:
    """Return the files of a new authority, under a root of its own whose key nobody keeps."""
    from tallystick.interchange.timestamps.issuing import new_authority

    return new_authority(name, now, days)
