# SPDX-License-Identifier: Apache-2.0
"""Which of the two languages a caller reads, from Accept-Language (RFC 9110 section 12.5.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Language: TypeAlias = Literal["en", "zh"]
_HEADER_CHARACTERS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text for people, in both languages."""

    en: str
    zh: str

    def read_in(self, language: Language) -> str:
        """Return the text in one language."""
        return self.zh if language == "zh" else self.en


def preferred_language(accept_language: str) -> Language:
    """Return the better liked of the two languages; English when the header likes neither."""
    best: Language = "en"
    best_weight = 0.0
    for offer in accept_language[:_HEADER_CHARACTERS_MAX].split(","):
        tag, _, parameter = offer.partition(";")
        name = tag.strip().lower().partition("-")[0]
        weight = _weight(parameter)
        if weight > best_weight and name in {"en", "zh"}:
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
