# SPDX-License-Identifier: Apache-2.0
"""The columns of a file that stands for many forms, and what one of its rows says; pure.

A control is a column, called as its label in either language or as its path. A record's controls
are columns of their own; a list of simple values is one cell, its items set apart by semicolons;
lists of records are JSON in one cell, as the API takes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from tallystick.console.languages import texts_in
from tallystick.console.ledger import Json
from tallystick.console.work.entered import COUNT, IS_SET, Entered, Flaw, filled
from tallystick.errors import InvalidArguments
from tallystick.interchange.languages import LANGUAGES
from tallystick.interchange.tables import Cell, CellProblem, Column, Kind, Limits, Row, read_table

ROWS_MAX: Final = 2_000
FILE_BYTES_MAX: Final = 4 * 1024 * 1024
_CELL_MAX: Final = 2_000
_ITEMS: Final = re.compile(r"[;；\n]")
_YES: Final = frozenset({"yes", "true", "1", "是", "y"})
_NO: Final = frozenset({"no", "false", "0", "否", "n", ""})
NOTES: Final = (("Row", "行号"), ("Why not", "未办理原因"))
"""Columns of an error file, which may stay in it when it is handed in again."""


@dataclass(frozen=True, slots=True)
class FileColumn:
    """One control as a column."""

    path: str
    field: Json
    titles: Mapping[str, str]
    """Language -> what stands above it."""
    is_required: bool


@dataclass(frozen=True, slots=True)
class CellFlaw:
    """Why a cell cannot be read, in both languages."""

    path: str
    code: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of a file, read as far as it goes."""

    number: int
    """As a spreadsheet counts."""
    cells: list[str]
    """As they stand in the file, in the order of the columns."""
    args: dict[str, Json]
    flaws: list[CellFlaw]


def columns_of(fields: list[Json]) -> list[FileColumn]:
    """Return the columns that stand for a form."""
    return list(_columns(fields, "", {"zh": "", "en": ""}, is_required=True))


def _columns(
    fields: list[Json], prefix: str, above: Mapping[str, str], *, is_required: bool
) -> Iterator[FileColumn]:
    for one in fields:
        titles = {language: f"{above[language]}{one['label'][language]}" for language in above}
        needed = is_required and bool(one.get("is_required"))
        path = f"{prefix}{one['name']}"
        if one["widget"] == "record":
            inner = {language: f"{title} · " for language, title in titles.items()}
            yield from _columns(one["fields"], f"{path}.", inner, is_required=needed)
        else:
            yield FileColumn(path, one, titles, needed)


def read_rows(data: bytes, fields: list[Json]) -> list[FileRow]:
    """Return the rows of a CSV or XLSX file.

    Raises:
        InvalidTable: it is no table, or its header is not that of the form.
        HostileFile: a workbook that is a bomb or has what no workbook needs.
        LimitExceeded: it is too large or too long.
    """
    columns = columns_of(fields)
    declared = [*_declared(columns), *_declared_notes()]
    limits = Limits(file_bytes=FILE_BYTES_MAX, rows=ROWS_MAX + 1, cell_characters=_CELL_MAX)
    return [_row(row, columns, fields) for row in read_table(data, declared, limits=limits)]


def _declared(columns: list[FileColumn]) -> list[Column]:
    """Return the columns for the reader; a title that two of them have stands for neither."""
    seen: dict[str, int] = {}
    for title in (title for one in columns for title in set(one.titles.values())):
        seen[title] = seen.get(title, 0) + 1
    return [
        Column(
            name=f"column_{place}",
            headers=(
                *(title for title in one.titles.values() if seen[title] == 1),
                one.path,
            ),
            kind=Kind.DATE if one.field["widget"] == "date" else Kind.TEXT,
            required=one.is_required,
            characters_max=_CELL_MAX,
        )
        for place, one in enumerate(columns)
    ]


def _declared_notes() -> list[Column]:
    return [
        Column(name=f"note_{place}", headers=titles, required=False, characters_max=_CELL_MAX)
        for place, titles in enumerate(NOTES)
    ]


def _row(row: Row, columns: list[FileColumn], fields: list[Json]) -> FileRow:
    cells = [_text(row.values.get(f"column_{place}")) for place in range(len(columns))]
    controls: dict[str, str] = {}
    flaws: list[Flaw] = []
    for column, cell in zip(columns, cells, strict=True):
        controls.update(_controls(column, cell, flaws))
        if cell:
            controls.update({f"{path}.{IS_SET}": "yes" for path in _above(column.path)})
    entered = Entered(controls, flaws)
    args = entered.read(fields)
    of_cells = {_path(one.column, columns): one for one in row.problems}
    kept = [
        of_cells[one.path].found if one.path in of_cells else cell
        for one, cell in zip(columns, cells, strict=True)
    ]
    said = [_of_cell(path, problem) for path, problem in of_cells.items()]
    said += [_of_control(flaw) for flaw in flaws if flaw.path not in of_cells]
    return FileRow(row.number, kept, args, said)


def _of_cell(path: str, problem: CellProblem) -> CellFlaw:
    texts: dict[str, str] = {language: problem.text(language) for language in LANGUAGES}
    return CellFlaw(path, problem.code.value, texts)


def _of_control(flaw: Flaw) -> CellFlaw:
    texts: dict[str, str] = {
        one: texts_in(one).gettext(flaw.text) % flaw.facts for one in LANGUAGES
    }
    return CellFlaw(flaw.path, flaw.code, texts)


def _controls(column: FileColumn, cell: str, flaws: list[Flaw]) -> dict[str, str]:
    """Return the controls that one cell fills in."""
    widget, path = column.field["widget"], column.path
    if widget == "switch":
        word = cell.casefold()
        if word not in _YES | _NO:
            flaws.append(_flaw(path, "This must be yes or no."))
        return {path: "yes" if word in _YES else ""}
    if widget == "choice":
        return {path: _choice(column.field, cell)}
    if widget not in {"list", "map"}:
        return {path: cell}
    if column.field["item"]["widget"] in {"record", "list", "map"} or widget == "map":
        return _from_json(column, cell, flaws)
    items = [item.strip() for item in _ITEMS.split(cell) if item.strip()]
    return {
        f"{path}.{COUNT}": str(len(items)),
        **{f"{path}.{place}": item for place, item in enumerate(items)},
    }


def _choice(field: Json, cell: str) -> str:
    """Return a choice that was written as it is kept, or as it is called in either language."""
    for choice, label in field.get("choice_labels", {}).items():
        if cell in label.values():
            return str(choice)
    return cell


def _from_json(column: FileColumn, cell: str, flaws: list[Flaw]) -> dict[str, str]:
    field = column.field
    try:
        value = msgspec.json.decode(cell or "null")
        shown = filled([field], {field["name"]: value})
    except (ValueError, AttributeError, TypeError, KeyError, ArithmeticError):
        flaws.append(_flaw(column.path, "This must be JSON as the API takes it."))
        return {}
    prefix = column.path.removesuffix(field["name"])
    return {f"{prefix}{name}": text for name, text in shown.items()}


def _flaw(path: str, text: str) -> Flaw:
    return Flaw(path, InvalidArguments.code, text)


def _above(path: str) -> Iterable[str]:
    parts = path.split(".")
    return (".".join(parts[:size]) for size in range(1, len(parts)))


def _path(name: str, columns: list[FileColumn]) -> str:
    place = name.removeprefix("column_")
    return columns[int(place)].path if place.isdecimal() else ""


def _text(cell: Cell | None) -> str:
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)
