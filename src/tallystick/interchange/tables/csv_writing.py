# SPDX-License-Identifier: Apache-2.0
"""Rows as a CSV file that a spreadsheet shows and never computes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from tallystick.interchange.tables.columns import Cell
from tallystick.interchange.tables.read_csv import FORMULA_STARTS


def write_csv(
    header: Sequence[str],
    rows: Iterable[Sequence[Cell | None]],
    *,
    encoding: str = "utf-8-sig",
    delimiter: str = ",",
) -> bytes:
    """Return a CSV file, by default in UTF-8 with the mark that makes Excel see it.

    Text that a spreadsheet would compute gets an apostrophe before it, which `read_table` takes
    away again. Numbers are written as they are.

    Raises:
        UnicodeEncodeError: a character that the encoding does not have.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([_safe(title) for title in header])
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return out.getvalue().encode(encoding)


def write_csv_rows(rows: Iterable[Sequence[Cell | None]]) -> bytes:
    """Return more rows of a file that `write_csv` began in UTF-8: a long one is made in parts."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def _safe(cell: Cell | None) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.lstrip("'").startswith(FORMULA_STARTS) else cell
    return str(cell)
