# SPDX-License-Identifier: Apache-2.0
"""Text in the cells of a terminal, where Chinese characters take two: measure, wrap, cut, align."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

_WIDTH_DEFAULT: Final = 100
_COLUMN_MIN: Final = 8
_SHORT_MAX: Final = 20
GAP: Final = 2
"""Cells between columns."""


def terminal_width() -> int:
    """Return the width of the terminal, or a readable one where there is none."""
    return shutil.get_terminal_size((_WIDTH_DEFAULT, 24)).columns


def text_width(text: str) -> int:
    """Return the cells a text takes: wide characters two, combining marks none."""
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, width: int) -> str:
    """Return `text` filled with spaces to `width` cells."""
    return text + " " * (width - text_width(text))


def cut(text: str, width: int) -> str:
    """Return `text`, or its beginning with an ellipsis, in at most `width` cells."""
    if text_width(text) <= width:
        return text
    kept, taken = "", 0
    for character in text:
        taken += _cells(character)
        if taken > width - 1:
            break
        kept += character
    return kept + "…"


def fit_widths(widths: Sequence[int], total: int) -> list[int]:
    """Return column widths that fit into `total` cells.

    Wide columns give way first, the widest before the others; then the short ones too.
    """
    fitted = list(widths)
    room = total - GAP * (len(fitted) - 1)
    for floor in ([_COLUMN_MIN if one > _SHORT_MAX else one for one in widths], [1] * len(fitted)):
        while sum(fitted) > room:
            slack, place = max((width - floor[at], at) for at, width in enumerate(fitted))
            if slack <= 0:
                break
            fitted[place] -= 1
    return fitted


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` cells; Chinese may break anywhere."""
    lines: list[str] = []
    line = ""
    for word in _words(text, width):
        if line and text_width(line) + text_width(word.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += word
    if line.strip() or not lines:
        lines.append(line.rstrip())
    return lines


def _words(text: str, width: int) -> Iterator[str]:
    """Yield pieces that stay whole: words with their space, single wide characters."""
    word = ""
    for character in text:
        word += character
        if character == " " or _cells(character) == 2 or text_width(word) >= width:
            yield word
            word = ""
    yield word


def hanging(head: str, text: str, left: int, width: int) -> Iterator[str]:
    """Yield lines with `head` in a column of `left` cells and `text` wrapped beside it."""
    told = wrap(text, max(width - left, _COLUMN_MIN))
    yield f"{pad(head, left)}{told[0]}".rstrip()
    for line in told[1:]:
        yield f"{' ' * left}{line}"


def column_width(texts: Iterable[str]) -> int:
    """Return the cells of the longest text."""
    return max((text_width(text) for text in texts), default=0)
