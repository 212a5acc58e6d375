# SPDX-License-Identifier: Apache-2.0
"""Which of several media types a caller wants, from Accept (RFC 9110 section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_OFFERS_MAX: Final = 20


def preferred_media_type(accept: str, offered: Sequence[str]) -> str:
    """Return the best liked of the media types offered; the first when the header likes none."""
    best, best_weight = offered[0], 0.0
    for wish in accept.lower().split(",")[:_OFFERS_MAX]:
        name, *parameters = [part.strip() for part in wish.split(";")]
        weight = _weight(parameters)
        match = next((offer for offer in offered if _matches(name, offer)), None)
        if match is not None and weight > best_weight:
            best, best_weight = match, weight
    return best


def _matches(wish: str, offer: str) -> bool:
    if wish in {"*/*", offer}:
        return True
    kind, _, rest = wish.partition("/")
    return rest == "*" and offer.startswith(f"{kind}/")


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0
