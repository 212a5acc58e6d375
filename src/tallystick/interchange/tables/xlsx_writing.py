# SPDX-License-Identifier: Apache-2.0
"""Rows as a workbook whose texts stay texts: long numbers are not rounded, nothing is computed."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Final

from tallystick.interchange.tables.columns import Cell

INTEGER_EXACT: Final = 2**53
"""A spreadsheet keeps whole numbers exactly below this; others are written as text."""


def write_xlsx(
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell | None]],
    *,
    about: Sequence[tuple[str, str]] = (),
) -> bytes:
    """Return a workbook with one sheet of rows, and one that says what they are.

    Args:
        title: of the sheet; what a sheet's name cannot hold is left out.
        header: titles of the columns.
        rows: cells; text is never taken for a formula.
        about: names and values for the second sheet, none for no such sheet.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(title))

    def written(cell: Cell | None) -> object:
        if isinstance(cell, bool) or cell is None:
            return cell
        if isinstance(cell, int) and abs(cell) < INTEGER_EXACT:
            return cell
        made = WriteOnlyCell(sheet, value=_printable(str(cell)))
        made.data_type = "s"  # a text, whatever it begins with
        return made

    sheet.append([written(one) for one in header])
    for row in rows:
        sheet.append([written(one) for one in row])
    if about:
        second = book.create_sheet("about")
        for name, value in about:
            second.append([name, written(value)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet_name(title: str) -> str:
    kept = "".join(one for one in title if one not in "[]:*?/\\'" and one.isprintable())
    return kept[:31] or "rows"


def _printable(text: str) -> str:
    """Return a text without the control characters that XML cannot hold."""
    return "".join(one for one in text if one >= " " or one in "\t\n\r")
