# SPDX-License-Identifier: Apache-2.0
"""Reads a list row by row; a wrong cell is a problem of its row, not the end of the reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tallystick.errors import InvalidTable, LimitExceeded
from tallystick.interchange.tables.cells import Formula, Raw, Seen, check_cell, is_blank, shown
from tallystick.interchange.tables.columns import (
    Cell,
    CellProblem,
    Column,
    Limits,
    Problem,
    normal_header,
)
from tallystick.interchange.tables.read_csv import csv_rows
from tallystick.interchange.tables.read_xlsx import is_workbook, workbook_rows


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list."""

    number: int
    """As a spreadsheet counts: the first line is 1."""
    values: dict[str, Cell | None]
    """Column name -> value; None where it is empty or wrong."""
    problems: tuple[CellProblem, ...]

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.problems


def read_table(
    data: bytes,
    columns: Sequence[Column],
    *,
    limits: Limits | None = None,
    sheet: str | None = None,
    ignore_unknown: bool = False,
) -> Iterator[Row]:
    """Yield the rows of a CSV file or an XLSX workbook; which of them it is, the bytes say.

    The header is the first row that is not empty. Columns may stand in any order; empty rows are
    passed over and counted.

    Args:
        data: the whole file.
        columns: what the list must have.
        limits: how large it may be.
        sheet: name of the sheet of a workbook; the first one if not given.
        ignore_unknown: whether columns that are not declared are passed over or refused.

    Raises:
        InvalidTable: the file is no table, or its header is not that of the columns.
        HostileFile: a workbook that is a bomb or has what no workbook needs.
        LimitExceeded: the file, a row or a cell is too large, or there are too many rows.
    """
    bounds = limits or Limits()
    if len(data) > bounds.file_bytes:
        raise LimitExceeded(
            "the file is too large",
            expected=f"at most {bounds.file_bytes} bytes",
            found=f"{len(data)} bytes",
        )
    rows = (
        workbook_rows(data, bounds, sheet)
        if is_workbook(data)
        else csv_rows(data, known=frozenset().union(*(one.spellings for one in columns)))
    )
    filled = (
        (number, cells) for number, cells in _counted(rows, bounds) if not all(map(is_blank, cells))
    )
    places = _places(next(filled, (1, []))[1], columns, ignore_unknown=ignore_unknown)
    seen: Seen = {}
    for number, cells in filled:
        yield _row(number, cells, places, seen)


def _counted(rows: Iterator[Sequence[Raw]], limits: Limits) -> Iterator[tuple[int, Sequence[Raw]]]:
    """Number the rows, and stop a file that has too many of them or too much in one."""
    for number, cells in enumerate(rows, 1):
        if number > limits.rows:
            raise LimitExceeded(
                "the list has too many rows",
                field=f"row {number}",
                expected=f"at most {limits.rows}",
            )
        if len(cells) > limits.columns and not all(map(is_blank, cells[limits.columns :])):
            raise LimitExceeded(
                "a row has too many cells",
                field=f"row {number}",
                expected=f"at most {limits.columns}",
            )
        if any(isinstance(one, str) and len(one) > limits.cell_characters for one in cells):
            raise LimitExceeded(
                "a cell is too long",
                field=f"row {number}",
                expected=f"at most {limits.cell_characters} characters",
            )
        yield number, cells


def _places(
    header: Sequence[Raw], columns: Sequence[Column], *, ignore_unknown: bool
) -> list[Column | None]:
    """Return which column stands at each place of a row."""
    by_spelling = {spelling: one for one in columns for spelling in one.spellings}
    size = max((number for number, cell in enumerate(header, 1) if not is_blank(cell)), default=0)
    titles = [shown(cell) for cell in header[:size]]
    places = [by_spelling.get(normal_header(title)) for title in titles]
    found = [one.name for one in places if one is not None]
    missing = [one.headers[0] for one in columns if one.required and one.name not in found]
    unknown = [
        title for title, one in zip(titles, places, strict=True) if one is None and title.strip()
    ]
    if len(set(found)) != len(found):
        raise InvalidTable("a column is there twice", field="header", found=", ".join(titles)[:200])
    if missing or (unknown and not ignore_unknown):
        raise InvalidTable(
            "the header is not that of this list",
            field="header",
            expected=", ".join(one.headers[0] for one in columns),
            found=", ".join(titles)[:200],
        )
    return places


def _row(number: int, cells: Sequence[Raw], places: Sequence[Column | None], seen: Seen) -> Row:
    problems: list[CellProblem] = []
    beyond = [one for one in cells[len(places) :] if not is_blank(one)]
    if beyond:
        problems.append(CellProblem(number, "", Problem.ROW_WIDTH, shown(beyond[0])[:40]))
    values: dict[str, Cell | None] = {}
    padded = [*cells, *[""] * (len(places) - len(cells))]
    for column, cell in zip(places, padded, strict=False):
        if column is None:
            continue
        value, problem = check_cell(column, cell, seen)
        values[column.name] = value
        if problem is not None:
            problems.append(CellProblem(number, column.name, problem, _excerpt(cell)))
    return Row(number, values, tuple(problems))


def _excerpt(cell: Raw) -> str:
    return (cell.text if isinstance(cell, Formula) else shown(cell))[:40]
