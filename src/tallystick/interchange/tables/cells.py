# SPDX-License-Identifier: Apache-2.0
"""One cell: what a file has in it, and the value or the problem that a column makes of it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from tallystick.interchange.tables.columns import Cell, Column, Kind, Problem

INTEGER_DIGITS_MAX: Final = 18
_EXACT_MAX: Final = 10**15
"""Spreadsheets keep fifteen digits of a number; the next ones become zeros without a word."""

_INTEGER: Final = re.compile(r"-?\d{1,18}", re.ASCII)
_GROUPED: Final = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|\d{1,18})(?:\.(\d{1,18}))?", re.ASCII)
_DATE: Final = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))",
    re.ASCII,
)
_UNPRINTABLE_KINDS: Final = frozenset({"Cc", "Cs", "Cn", "Co"})


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula; its value of the day it was computed is not taken."""

    text: str


Raw = str | int | float | bool | date | datetime | Formula | None
"""A cell as the file has it; from CSV always text."""
Seen = dict[tuple[str, Cell], int]
"""Values of unique columns that earlier rows had."""


def is_blank(cell: Raw) -> bool:
    """Return whether nothing stands in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def shown(cell: Raw) -> str:
    """Return a cell as a person would read it."""
    if cell is None:
        return ""
    if isinstance(cell, Formula):
        return cell.text
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT_MAX else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else str(cell)
    return str(cell)


def check_cell(column: Column, cell: Raw, seen: Seen) -> tuple[Cell | None, Problem | None]:
    """Return the value that a column makes of a cell, or what is wrong with it."""
    if is_blank(cell):
        return None, Problem.REQUIRED if column.required else None
    text = unicodedata.normalize("NFC", shown(cell)).strip()
    problem = _form_problem(column, cell, text)
    if problem is not None:
        return None, problem
    value, problem = _value(column, text, cell)
    if value is not None and column.unique:
        if (column.name, value) in seen:
            return None, Problem.DUPLICATE
        seen[column.name, value] = 1
    return value, problem


def _form_problem(column: Column, cell: Raw, text: str) -> Problem | None:
    if isinstance(cell, Formula):
        return Problem.FORMULA
    if isinstance(cell, int | float) and abs(cell) >= _EXACT_MAX:
        return Problem.DIGITS_LOST
    if len(text) > column.characters_max:
        return Problem.TOO_LONG
    if any(unicodedata.category(one) in _UNPRINTABLE_KINDS for one in text):
        return Problem.UNPRINTABLE
    return None


def _value(column: Column, text: str, cell: Raw) -> tuple[Cell | None, Problem | None]:
    if column.kind is Kind.INTEGER:
        whole = unicodedata.normalize("NFKC", text)
        found = _INTEGER.fullmatch(whole) and not isinstance(cell, bool)
        return (int(whole), None) if found else (None, Problem.NOT_INTEGER)
    if column.kind is Kind.AMOUNT:
        amount = None if isinstance(cell, bool) else _amount(text, column.places)
        return (amount, None) if amount is not None else (None, Problem.NOT_AMOUNT)
    if column.kind is Kind.DATE:
        day = _day(text)
        return (day, None) if day is not None else (None, Problem.NOT_DATE)
    if column.pattern is not None and re.fullmatch(column.pattern, text) is None:
        return None, Problem.PATTERN
    return text, None


def _amount(text: str, places: int) -> int | None:
    """Return an amount in minor units; a number of a workbook arrives as its decimal text."""
    match = _GROUPED.fullmatch(unicodedata.normalize("NFKC", text).lstrip("¥").strip())
    if match is None:
        return None
    fraction = (match[3] or "").rstrip("0")
    digits = match[2].replace(",", "") + fraction.ljust(places, "0")
    if len(fraction) > places or len(digits) > INTEGER_DIGITS_MAX:
        return None
    return -int(digits) if match[1] else int(digits)


def _day(text: str) -> date | None:
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text))
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None
