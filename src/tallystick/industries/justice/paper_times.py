# SPDX-License-Identifier: Apache-2.0
"""Times as papers write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from tallystick.contracts import CHINA_OFFSET_MINUTES

_CHINA: Final = timezone(timedelta(minutes=CHINA_OFFSET_MINUTES))
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC).astimezone(_CHINA)


def time_of(at: int | None) -> str | None:
    """Return a time as people write it, at +08:00."""
    if at is None:
        return None
    return (_EPOCH + timedelta(milliseconds=at)).isoformat(timespec="seconds")
