# SPDX-License-Identifier: Apache-2.0
"""Extract the console's texts into one catalogue an area: src/tallystick/console/locale/zh/*.po.

Translations that are there stay; a text without one is printed, and a test refuses it. Run it after
changing a template or a `say(...)`, translate what it prints, and run it again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

CONSOLE: Final = Path(__file__).parent.parent / "src" / "tallystick" / "console"
LOCALE: Final = CONSOLE / "locale" / "zh"
SHARED_AREA: Final = "layout"
"""Of what lies in no area's folder."""
_KEYWORDS: Final = {"_": None, "gettext": None, "ngettext": (1, 2), "say": None, "_flaw": (2,)}
_OPTIONS: Final = {"newstyle_gettext": "true", "trimmed": "false"}


def main() -> int:
    """Write all catalogues; return how many texts have no translation, at most 1 as exit code."""
    missing = 0
    for area in areas():
        path = LOCALE / f"{area}.po"
        path.write_bytes(catalogue_of(area))
        for text in untranslated(path):
            missing += 1
            print(f"{path.name}: {text}")
    return min(missing, 1)


def areas() -> list[str]:
    """Return the areas: the folders of templates."""
    return sorted(path.name for path in (CONSOLE / "templates").iterdir() if path.is_dir())


def catalogue_of(area: str) -> bytes:
    """Return the catalogue of an area: its texts today, with the translations that are known."""
    catalogue = Catalog(locale="zh_Hans_CN", project="Tallystick", fuzzy=False)
    for path in _sources(area):
        method = "jinja2.ext:babel_extract" if path.suffix == ".html" else "python"
        for _, text, _, context in extract_from_file(
            method, path, keywords=_KEYWORDS, options=_OPTIONS
        ):
            catalogue.add(
                text, locations=[(path.relative_to(CONSOLE).as_posix(), 0)], context=context
            )
    for text, translation in known_translations(area).items():
        if text in catalogue:
            catalogue[text].string = translation
    written = BytesIO()
    write_po(
        written, catalogue, sort_output=True, omit_header=True, include_lineno=False, width=100
    )
    return written.getvalue()


def known_translations(area: str) -> dict[Any, Any]:
    """Return what is translated already; the area's own word goes before another area's."""
    paths = sorted(LOCALE.glob("*.po"), key=lambda path: path.stem == area)
    known: dict[Any, Any] = {}
    for path in paths:
        with path.open("rb") as source:
            for message in read_po(source, locale="zh_Hans_CN"):
                if message.id and _is_said(message.string):
                    known[message.id] = message.string
    return known


def untranslated(path: Path) -> list[str]:
    """Return the texts of a catalogue that have no translation."""
    with path.open("rb") as source:
        catalogue = read_po(source, locale="zh_Hans_CN")
    return [str(message.id) for message in catalogue if message.id and not _is_said(message.string)]


def _is_said(string: object) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


def _sources(area: str) -> Iterable[Path]:
    yield from sorted((CONSOLE / "templates" / area).glob("**/*.html"))
    if area == SHARED_AREA:
        yield from sorted(CONSOLE.glob("*.py"))
    else:
        yield from sorted((CONSOLE / area).glob("**/*.py"))


if __name__ == "__main__":
    sys.exit(main())
