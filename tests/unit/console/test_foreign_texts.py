# SPDX-License-Identifier: Apache-2.0
"""What the ledger has in one language only is marked as being in it, for who has it read aloud."""

from __future__ import annotations

import pytest

from tallystick.console.shown import foreign
from tallystick.interchange.languages import Language
from tests.unit.console.system_stage import Actor
from tests.unit.console.test_entries import OFFICER, registered


@pytest.mark.parametrize(
    ("text", "language", "marked"),
    [
        ("A library for the valley", "zh", "en"),
        ("A library for the valley", "en", ""),
        ("山谷图书馆", "en", "zh-CN"),
        ("山谷图书馆 A library for it", "zh", ""),
        ("CP-2026-000001", "zh", ""),
        ("RUNNING", "zh", ""),
        ("", "zh", ""),
    ],
)
def test_a_text_in_the_other_language_is_marked(text: str, language: Language, marked: str) -> None:
    """Numbers and single words are of no language."""
    assert foreign(text, language) == marked


@pytest.mark.parametrize(
    ("title", "marked"), [("A library for the valley", "en"), ("山谷图书馆", "")]
)
def test_what_changed_marks_what_has_no_translation(actor: Actor, title: str, marked: str) -> None:
    """An English title on a Chinese page; beside it the words of the system are Chinese."""
    registered(actor, title)
    actor.be(OFFICER)
    newest = actor.shown("/t?contract=charity")["transactions"]["items"][0]["id"]
    page = actor.reader.get(f"/t/{newest}", headers={"accept-language": "zh"}).text
    changes = page.partition('id="changes"')[2].partition('id="events"')[0]
    attribute = f' lang="{marked}"' if marked else ""
    assert f"<td{attribute}>{title}</td>" in changes
    assert changes.count('lang="') == (1 if marked else 0)
