# SPDX-License-Identifier: Apache-2.0
"""What a list must look like, and what can be wrong with one of its cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

Cell = str | int | date
"""A checked value: text, an integer (amounts are integers of minor units), a day."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


class Kind(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    """Also every number one does not count with: accounts, identity and telephone numbers."""
    INTEGER = "integer"
    AMOUNT = "amount"
    """Decimal text, such as 1,234.50; the value is an integer of minor units."""
    DATE = "date"
    """2026-11-27, 2026/11/27, 20261127 or 2026年11月27日, or a date of a workbook."""


class Problem(StrEnum):
    """What is wrong with a cell or row; the codes never change their meaning."""

    REQUIRED = "CELL_REQUIRED"
    TOO_LONG = "CELL_TOO_LONG"
    NOT_INTEGER = "CELL_NOT_INTEGER"
    NOT_AMOUNT = "CELL_NOT_AMOUNT"
    NOT_DATE = "CELL_NOT_DATE"
    PATTERN = "CELL_PATTERN"
    DUPLICATE = "CELL_DUPLICATE"
    FORMULA = "CELL_FORMULA"
    DIGITS_LOST = "CELL_DIGITS_LOST"
    UNPRINTABLE = "CELL_UNPRINTABLE"
    ROW_WIDTH = "ROW_WIDTH"


PROBLEM_TEXTS: Final[Mapping[Problem, tuple[str, str]]] = MappingProxyType(
    {
        Problem.REQUIRED: ("a value is missing", "缺少必填内容"),
        Problem.TOO_LONG: ("the text is too long", "内容过长"),
        Problem.NOT_INTEGER: ("not a whole number", "不是整数"),
        Problem.NOT_AMOUNT: ("not an amount of this currency", "不是该币种的有效金额"),
        Problem.NOT_DATE: ("not a date", "不是有效日期"),
        Problem.PATTERN: ("the form is not the expected one", "格式不符合要求"),
        Problem.DUPLICATE: ("an earlier row has the same value", "与前面的行重复"),
        Problem.FORMULA: ("a formula instead of a value", "单元格是公式而不是值"),
        Problem.DIGITS_LOST: (
            "a number so long that the spreadsheet has lost digits; type it as text",
            "数字过长，电子表格已丢失末位；请以文本格式录入",
        ),
        Problem.UNPRINTABLE: ("a character that cannot be printed", "含有不可打印字符"),
        Problem.ROW_WIDTH: ("more cells than the header has", "单元格多于表头列数"),
    }
)
"""Code -> sentence in English and in Chinese."""


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One thing that is wrong in a list."""

    row: int
    """As a spreadsheet counts: the first line is 1."""
    column: str
    """Name of the declared column; empty for the row as a whole."""
    code: Problem
    found: str
    """What stands there, shortened."""

    def text(self, language: str = "en") -> str:
        """Return the sentence in `en` or `zh`."""
        english, chinese = PROBLEM_TEXTS[self.code]
        return chinese if language == "zh" else english


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a list."""

    name: str
    """What the program calls it."""
    headers: tuple[str, ...]
    """What people write above it, in Chinese and English; case, blanks and a star do not count."""
    kind: Kind = Kind.TEXT
    required: bool = True
    unique: bool = False
    pattern: str | None = None
    """Regular expression that the whole text must match; for TEXT."""
    places: int = 2
    """Digits after the point of an AMOUNT's currency."""
    characters_max: int = 200

    def __post_init__(self) -> None:
        """Refuse a declaration that could not be meant, at import rather than at the first row."""
        if _NAME.fullmatch(self.name) is None:
            raise ValueError(f"column name {self.name!r} is not in snake_case")
        if not all(normal_header(header) for header in self.headers):
            raise ValueError(f"column {self.name} has an empty header")
        if self.pattern is not None and self.kind is not Kind.TEXT:
            raise ValueError(f"column {self.name}: only text has a pattern")
        re.compile(self.pattern or "")

    @property
    def spellings(self) -> frozenset[str]:
        """Every way of writing its header, normalised; its own name is one."""
        return frozenset(normal_header(one) for one in (*self.headers, self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large a list may be."""

    file_bytes: int = 16 * 1024 * 1024
    unpacked_bytes: int = 256 * 1024 * 1024
    """Of a workbook, by its own table of contents and by what comes out."""
    packing_ratio: int = 200
    """Unpacked to packed; real workbooks stay below thirty."""
    rows: int = 100_000
    columns: int = 100
    cell_characters: int = 2_000


def normal_header(text: str) -> str:
    """Return a header without what people write differently: width, case, blanks, a star."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub(r"\((必填|选填|required|optional)\)", "", plain)
    return re.sub(r"[\s*_:]+", "", plain)
