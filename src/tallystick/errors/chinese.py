# SPDX-License-Identifier: Apache-2.0
"""What an error says to Chinese readers.

Messages are written once, in English, where they are raised; a catalogue maps each to its Chinese,
with `{}` in the places of what differs (`{1}`, `{0}` where the order does). What has no entry,
such as the words of a library or of another program, is told by its cause and stands behind it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from tallystick.errors.causes import CAUSES_ZH
from tallystick.errors.chinese_texts import TEXTS_ZH
from tallystick.errors.root import TallystickError

TEXT_CHARACTERS_MAX: Final = 400
"""A longer text was not written here."""
_PLACE: Final = re.compile(r"\{(\d?)\}")
_CHINESE: Final = re.compile("[\u4e00-\u9fff]")


class Said(NamedTuple):
    """The texts of an error in one language."""

    message: str
    expected: str | None
    hint: str


def in_english(error: TallystickError) -> Said:
    """Return what an error says as it was written."""
    return Said(error.message, error.expected, error.hint)


class ChineseTexts:
    """A catalogue: English texts, with places, to Chinese ones."""

    def __init__(self, *tables: Mapping[str, str]) -> None:
        """Join tables; the entry that says most of a text itself is tried first."""
        self._plain: dict[str, str] = {}
        self._patterns: list[tuple[re.Pattern[str], str]] = []
        for table in tables:
            self._plain |= {text: zh for text, zh in table.items() if "{}" not in text}
        placed = [pair for table in tables for pair in table.items() if "{}" in pair[0]]
        for text, zh in sorted(placed, key=lambda pair: -len(pair[0].replace("{}", ""))):
            parts = (re.escape(part) for part in text.split("{}"))
            self._patterns.append((re.compile("(.{1,200}?)".join(parts), re.DOTALL), zh))

    def of(self, text: str) -> str | None:
        """Return the Chinese of an English text, or None where the catalogue has none.

        What stands in a place is looked up too: it may be an expectation.
        """
        found = self._plain.get(text)
        if found is not None or len(text) > TEXT_CHARACTERS_MAX:
            return found
        for pattern, zh in self._patterns:
            match = pattern.fullmatch(text)
            if match is not None:
                return _filled(zh, [self.of(one) or one for one in match.groups()])
        head, colon, rest = text.partition(": ")
        behind = self.of(rest) if colon else None
        return None if behind is None else f"{head}：{behind}"

    def said(self, error: TallystickError) -> Said:
        """Return what an error says in Chinese."""
        own_hint = error.hint == type(error).hint_en
        return Said(
            message=self._message(error),
            expected=None if error.expected is None else self._or_as_it_is(error.expected),
            hint=type(error).hint_zh if own_hint else self._or_as_it_is(error.hint),
        )

    def _or_as_it_is(self, text: str) -> str:
        return self.of(text) or text

    def _message(self, error: TallystickError) -> str:
        if error.message_zh is not None:
            return error.message_zh
        text = error.message
        if _CHINESE.search(text):
            return text
        cause = CAUSES_ZH.get(error.code, type(error).title_zh)
        return self.of(text) or (f"{cause}（{text}）" if text else cause)


def _filled(zh: str, values: Sequence[str]) -> str:
    """Return a text with its places filled: `{}` in order, `{1}` by number."""
    waiting = iter(values)
    return _PLACE.sub(lambda place: values[int(place[1])] if place[1] else next(waiting), zh)


CHINESE_TEXTS: Final = ChineseTexts(TEXTS_ZH)
"""What the rooms of a node say."""
