# SPDX-License-Identifier: Apache-2.0
"""The console's Chinese: every text is translated, and the catalogues are those of the sources."""

from __future__ import annotations

from collections import defaultdict

import pytest
from babel.messages.pofile import read_po

from scripts.generate_console_catalogues import LOCALE, areas, catalogue_of, untranslated


@pytest.mark.parametrize("area", areas())
def test_every_text_has_a_translation(area: str) -> None:
    """No text of an area lacks its Chinese."""
    assert untranslated(LOCALE / f"{area}.po") == []


@pytest.mark.parametrize("area", areas())
def test_catalogues_are_up_to_date(area: str) -> None:
    """Extracting again gives the same file (scripts/generate_console_catalogues.py)."""
    assert (LOCALE / f"{area}.po").read_bytes() == catalogue_of(area)


def test_a_text_has_one_translation_in_all_areas() -> None:
    """The catalogues are merged: of two translations a page would show whichever came last."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for area in areas():
        with (LOCALE / f"{area}.po").open("rb") as source:
            for message in read_po(source):
                if message.id:
                    found[str(message.id)].add(str(message.string))
    assert {text: said for text, said in found.items() if len(said) > 1} == {}
