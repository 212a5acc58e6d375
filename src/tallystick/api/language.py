# SPDX-License-Identifier: Apache-2.0
"""Texts for people, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from tallystick.interchange.languages import Language


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text for people, in both languages."""

    en: str
    zh: str

    def read_in(self, language: Language) -> str:
        """Return the text in one language."""
        return self.zh if language == "zh" else self.en
