# SPDX-License-Identifier: Apache-2.0
"""Rows as a workbook whose texts stay texts: long numbers are not rounded, nothing is computed."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import IO, TYPE_CHECKING, Final

from tallystick.interchange.tables.columns import Cell

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

INTEGER_EXACT: Final = 2**53
"""A spreadsheet keeps whole numbers exactly below this; others are written as text."""


class _Nowhere(io.RawIOBase):
    """Takes bytes and keeps none."""

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        return memoryview(data).nbytes


class Workbook:
    """A workbook that is written row by row; rows wait in a file, not in memory."""

    def __init__(self, title: str, header: Sequence[str]) -> None:
        """Begin a sheet with the titles of its columns.

        Args:
            title: of the sheet; what a sheet's name cannot hold is left out.
            header: titles of the columns.
        """
        from openpyxl import Workbook as Book

        self._book = Book(write_only=True)
        self._sheet = self._book.create_sheet(_sheet_name(title))
        self._sheet.append([self._written(one) for one in header])

    def add(self, rows: Iterable[Sequence[Cell | None]]) -> None:
        """Append rows of cells; text is never taken for a formula."""
        for row in rows:
            self._sheet.append([self._written(one) for one in row])

    def save(self, out: IO[bytes], about: Sequence[tuple[str, str]] = ()) -> None:
        """Write the file, once, with names and values on a second sheet if there are any."""
        if about:
            second = self._book.create_sheet("about")
            for name, value in about:
                second.append([name, self._written(value)])
        self._book.save(out)

    def give_up(self) -> None:
        """Take away what was written so far; a book that is neither saved nor given up leaves it.

        Only saving ends the files that openpyxl keeps the rows in.
        """
        self._book.save(_Nowhere())

    def _written(self, cell: Cell | None) -> object:
        from openpyxl.cell import WriteOnlyCell

        if isinstance(cell, bool) or cell is None:
            return cell
        if isinstance(cell, int) and abs(cell) < INTEGER_EXACT:
            return cell
        made = WriteOnlyCell(self._sheet, value=_printable(str(cell)))
        made.data_type = "s"  # a text, whatever it begins with
        return made


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
    book, out = Workbook(title, header), io.BytesIO()
    book.add(rows)
    book.save(out, about)
    return out.getvalue()


def _sheet_name(title: str) -> str:
    kept = "".join(one for one in title if one not in "[]:*?/\\'" and one.isprintable())
    return kept[:31] or "rows"


def _printable(text: str) -> str:
    """Return a text without the control characters that XML cannot hold."""
    return "".join(one for one in text if one >= " " or one in "\t\n\r")
