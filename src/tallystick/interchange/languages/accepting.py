# SPDX-License-Identifier: Apache-2.0
"""Which of the two languages a caller reads, from Accept-Language (RFC 9110 section 12.5.4)."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

Language: TypeAlias = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
_HEADER_CHARACTERS_MAX: Final = 200


def preferred_language(accept_language: str) -> Language:
    """Return the better liked of the two languages; English when the header likes neither."""
    best: Language = "en"
    best_weight = 0.0
    for offer in accept_language[:_HEADER_CHARACTERS_MAX].split(","):
        tag, _, parameter = offer.partition(";")
        name = tag.strip().lower().partition("-")[0]
        weight = _weight(parameter)
        if weight > best_weight and name in LANGUAGES:
            best_weight = weight
            best = "zh" if name == "zh" else "en"
    return best


def _weight(parameter: str) -> float:
    name, _, number = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        return min(float(number), 1.0) if name == "q" else 1.0
    except ValueError:
        return 0.0
