# SPDX-License-Identifier: Apache-2.0
"""Field types of the JSON answers, with the descriptions that the OpenAPI document shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, TypeAlias

from msgspec import Meta

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MS: Final = 253_402_300_799_999
"""The last millisecond of the year 9999, beyond which RFC 3339 has no text."""

Hash: TypeAlias = Annotated[
    str, Meta(pattern="^[0-9a-f]{64}$", description="32 bytes, hexadecimal.")
]
Hex: TypeAlias = Annotated[str, Meta(pattern="^([0-9a-f]{2})*$", description="Bytes, hexadecimal.")]
Base64: TypeAlias = Annotated[
    str, Meta(description="Bytes, base64.", extra_json_schema={"contentEncoding": "base64"})
]
Time: TypeAlias = Annotated[
    str, Meta(description="RFC 3339, UTC.", extra_json_schema={"format": "date-time"})
]
TimeMs: TypeAlias = Annotated[int, Meta(ge=0, description="Unix time, milliseconds, UTC.")]
Count: TypeAlias = Annotated[int, Meta(ge=0)]
Code: TypeAlias = Annotated[str, Meta(description="`ok`, or the stable code of the refusal.")]
Level: TypeAlias = Annotated[
    str,
    Meta(
        description="`accepted`: taken, not final; `committed`: durable and final; "
        "`witnessed`: cosigned by other organisations.",
        extra_json_schema={"enum": ["accepted", "committed", "witnessed"]},
    ),
]
Json: TypeAlias = Annotated[
    Any, Meta(description="Any JSON value; bytes are shown as hexadecimal text.")
]


def format_time(milliseconds: int) -> str:
    """Return RFC 3339 UTC text with milliseconds.

    Times beyond the year 9999, which a `valid_until` may hold, read as the last one there is; the
    number beside the text is exact.
    """
    shown = min(milliseconds, _LATEST_MS)
    return (_EPOCH + timedelta(milliseconds=shown)).isoformat(timespec="milliseconds")[:-6] + "Z"


def parse_time(text: str) -> int | None:
    """Return unix milliseconds of RFC 3339 text or of a number of milliseconds; None if neither.

    A time without a zone is refused: nobody could say when it was.
    """
    if text.isascii() and text.isdigit():
        return int(text) if len(text) <= len(str(_LATEST_MS)) and int(text) <= _LATEST_MS else None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None or "T" not in text.upper():
        return None
    milliseconds = (moment - _EPOCH) // timedelta(milliseconds=1)
    return milliseconds if milliseconds >= 0 else None
