# SPDX-License-Identifier: Apache-2.0
"""The console's Chinese: every text is translated, and the catalogues are those of the sources."""

from __future__ import annotations

import pytest

from scripts.generate_console_catalogues import LOCALE, areas, catalogue_of, untranslated


@pytest.mark.parametrize("area", areas())
def test_every_text_has_a_translation(area: str) -> None:
    """No text of an area lacks its Chinese."""
    assert untranslated(LOCALE / f"{area}.po") == []


@pytest.mark.parametrize("area", areas())
def test_catalogues_are_up_to_date(area: str) -> None:
    """Extracting again gives the same file (scripts/generate_console_catalogues.py)."""
    assert (LOCALE / f"{area}.po").read_bytes() == catalogue_of(area)
