# SPDX-License-Identifier: Apache-2.0
"""The two languages: one catalogue per area of the console, merged when the console starts.

English texts stand in templates and code; `locale/zh/AREA.po` says them in Chinese. The catalogues
are extracted by scripts/generate_console_catalogues.py, and a test refuses one that lacks a text.
"""

from __future__ import annotations

from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from tallystick.interchange.languages import LANGUAGES, Language, preferred_language

_LOCALE: Final = Path(__file__).parent / "locale"


@cache
def texts_in(language: Language) -> NullTranslations:
    """Return the catalogue of a language; English is what the sources say."""
    if language == "en":
        return NullTranslations()
    merged = Translations()
    for path in sorted((_LOCALE / language).glob("*.po")):
        merged.merge(_read(path))
    return merged


def _read(path: Path) -> Translations:
    with path.open("rb") as source:
        catalogue = read_po(source, locale="zh_Hans_CN", abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def choose_language(asked: str | None, kept: str | None, accept: str) -> Language:
    """Return the language of a page: asked for in the address, kept in a cookie, or preferred."""
    for wish in (asked, kept):
        if wish in LANGUAGES:
            return wish
    return preferred_language(accept)
