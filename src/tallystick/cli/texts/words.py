# SPDX-License-Identifier: Apache-2.0
"""The form of a bilingual text."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """One text in the two languages that users read."""

    en: str
    zh: str


class CommandText(NamedTuple):
    """What the help page of a command says."""

    summary: Text
    examples: tuple[str, ...] = ()
    """Two or three lines to copy, the same in both languages."""
    details: Text | None = None
    """What one line cannot say."""
