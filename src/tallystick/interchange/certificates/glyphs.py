# SPDX-License-Identifier: Apache-2.0
"""Which characters the page can show; all others are written as their number, and never left out.

Control and direction characters are among those: they could make a page look as if it said
something else. The list is that of the font beside this file, made by
`scripts/make_certificate_font.py`.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from importlib import resources
from typing import Final

FONTS: Final = resources.files("tallystick.interchange.certificates") / "fonts"


def displayable(text: str) -> str:
    """Return a text of characters that the page can show."""
    return "".join(one if can_show(one) else f"[U+{ord(one):04X}]" for one in text)


def can_show(character: str) -> bool:
    """Return whether the font has a character that is seen as it is."""
    if character != " " and not character.isprintable():
        return False
    starts, ends = _coverage()
    at = bisect_right(starts, ord(character)) - 1
    return at >= 0 and ord(character) <= ends[at]


@cache
def _coverage() -> tuple[list[int], list[int]]:
    """Return where the font's runs of characters start and end."""
    lines = (FONTS / "coverage.txt").read_text(encoding="ascii").split()
    runs = [one.partition("-") for one in lines if not one.startswith("#")]
    return [int(one[0], 16) for one in runs], [int(one[2] or one[0], 16) for one in runs]
