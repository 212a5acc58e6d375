# SPDX-License-Identifier: Apache-2.0
"""Look at the pages of certificates as PDFium draws them, with ZXing's eyes for the code.

Usage: judge.py FOLDER.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pypdfium2
import pypdfium2.raw
import zxingcpp

from tests.interop.verdicts import Case, Refused, judge_all

SCALE: Final = 3
"""216 dots an inch: a fair screen, or paper before a telephone."""


def _fonts(page: Any) -> Iterator[bool]:
    """Yield whether the font of each text on a page lies in the file."""
    for one in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
        font = pypdfium2.raw.FPDFTextObj_GetFont(one.raw)
        yield pypdfium2.raw.FPDFFont_GetIsEmbedded(font) == 1


def _certificate_page(folder: Path, case: Case) -> None:
    """Its one code says the link; words on the first page can be selected; every font is inside."""
    document = pypdfium2.PdfDocument(folder / case["file"])
    first = document[0]
    pictures = [page.render(scale=SCALE).to_numpy() for page in document]
    codes = [one.text for picture in pictures for one in zxingcpp.read_barcodes(picture)]
    if "link" in case and codes != [case["link"]]:
        raise Refused(f"the codes of the page say {codes}")
    if len(codes) != 1 or case.get("code_has", "") not in codes[0]:
        raise Refused(f"the codes of the page say {codes}")
    told = first.get_textpage().get_text_range()
    for word in case["words"]:
        if word not in told:
            raise Refused(f"no {word!r} among the words of the page")
    embedded = [is_inside for page in document for is_inside in _fonts(page)]
    if not embedded or not all(embedded):
        raise Refused("a font is not in the file")


judge_all("pdf-pages", {"certificate-page": _certificate_page})
