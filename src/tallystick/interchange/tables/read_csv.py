# SPDX-License-Identifier: Apache-2.0
"""Rows of a CSV file: UTF-8 or GB18030; comma, semicolon or tab."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from tallystick.errors import InvalidTable
from tallystick.interchange.tables.cells import Formula, Raw
from tallystick.interchange.tables.columns import normal_header

DELIMITERS: Final = (",", ";", "\t")
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet compute a text instead of showing it."""


def csv_rows(data: bytes, *, known: frozenset[str]) -> Iterator[Sequence[Raw]]:
    """Yield the rows of a CSV file. The delimiter is the one that finds most of the known headers.

    Raises:
        InvalidTable: neither UTF-8 nor GB18030, or quotes that do not end.
    """
    text = _decode(data)
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    delimiter = max(DELIMITERS, key=lambda one: _hits(first, one, known))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise InvalidTable(
                "the file is not CSV", field=f"line {reader.line_num}", found=str(error)[:60]
            ) from error
        if cells is None:
            return
        line += 1
        yield [_cell(cell) for cell in cells]


def unescape(text: str) -> str:
    """Return a text without the apostrophe that a careful writer put before a formula's sign."""
    return (
        text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA_STARTS) else text
    )


def _cell(text: str) -> Raw:
    return Formula(text) if text.startswith(("=", "＝")) else unescape(text)


def _hits(line: str, delimiter: str, known: frozenset[str]) -> int:
    return sum(normal_header(part.strip('"')) in known for part in line.split(delimiter))


def _decode(data: bytes) -> str:
    """GB18030 accepts almost any bytes, so UTF-8 is tried first, and it has no byte of zero."""
    if b"\0" in data[:1024]:
        raise InvalidTable(
            "the file is not text in UTF-8 or GB18030",
            field="encoding",
            expected="UTF-8 or GB18030",
            found="zero bytes, as in UTF-16 or a binary file",
        )
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidTable(
        "the file is not text in UTF-8 or GB18030", field="encoding", expected="UTF-8 or GB18030"
    )
