# SPDX-License-Identifier: Apache-2.0
"""Rows of an XLSX workbook, read as a stream, after its archive has been looked through.

openpyxl is loaded when the first workbook is read.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final

from tallystick.errors import HostileFile, InvalidPackage, InvalidTable, LimitExceeded
from tallystick.interchange.archives import Archive, ArchiveLimits, open_archive
from tallystick.interchange.tables.cells import Formula, Raw
from tallystick.interchange.tables.columns import Limits

MEMBERS_MAX: Final = 1_000
_CHUNK: Final = 64 * 1024
_FORBIDDEN: Final = tuple("<!DOCTYPE".encode(name) for name in ("utf-8", "utf-16-le", "utf-16-be"))
_OVERLAP: Final = 2 * len("<!DOCTYPE")
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"


def is_workbook(data: bytes) -> bool:
    """Return whether the bytes are meant as a workbook, of the old binary form too."""
    return data.startswith((b"PK", _OLD_EXCEL))


def workbook_rows(data: bytes, limits: Limits, sheet: str | None) -> Iterator[Sequence[Raw]]:
    """Yield the rows of a sheet.

    Raises:
        InvalidTable: no XLSX workbook, or it has no such sheet.
        HostileFile: it unpacks to more than it may, or has document types in it.
    """
    if data.startswith(_OLD_EXCEL):
        raise InvalidTable(
            "the workbook is of the old form, or has a password", expected="XLSX without password"
        )
    _look_through(data, limits)
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    # What openpyxl raises for a broken workbook is not part of its interface: it lets the errors
    # of zip, XML and its own attribute access through.
    broken = (
        *(InvalidFileException, zipfile.BadZipFile, SyntaxError),
        *(KeyError, ValueError, TypeError, AttributeError, IndexError),
    )
    try:
        with warnings.catch_warnings(action="ignore"):  # of styles, which do not matter here
            workbook = load_workbook(
                io.BytesIO(data), read_only=True, data_only=False, keep_links=False
            )
        worksheet = workbook[_sheet(workbook.sheetnames, sheet)]
        worksheet.reset_dimensions()  # what the file says of its size, rows beyond it would be lost
        for row in worksheet.iter_rows(max_col=limits.columns + 1):
            yield [_cell(one.value, one.data_type) for one in row]
    except broken as error:
        raise InvalidTable(
            "the workbook is damaged", expected="XLSX", found=type(error).__name__
        ) from error


def _sheet(names: Sequence[str], wanted: str | None) -> str:
    if wanted is not None and wanted not in names:
        raise InvalidTable(
            "there is no such sheet",
            field="sheet",
            expected=", ".join(names)[:200],
            found=wanted[:60],
        )
    if not names:
        raise InvalidTable("the workbook has no sheet")
    return names[0] if wanted is None else wanted


def _cell(value: object, data_type: str) -> Raw:
    if data_type in {"f", "e"}:  # a formula, or the error that one came to
        return Formula(str(value))
    if value is None or isinstance(value, str | int | float | date | datetime):
        return value
    return str(value)


def _look_through(data: bytes, limits: Limits) -> None:
    """Refuse an archive that would unpack to too much, before anything of it is parsed.

    The table of contents may lie, so everything is unpacked once, in pieces, and thrown away.
    """
    bounds = ArchiveLimits(
        members=MEMBERS_MAX,
        unpacked_bytes=limits.unpacked_bytes,
        packing_ratio=limits.packing_ratio,
        free_bytes=_CHUNK * limits.packing_ratio,
    )
    try:
        archive = open_archive(io.BytesIO(data), bounds)
        for name in archive.sizes:
            _look_into(archive, name)
    except LimitExceeded as error:
        raise HostileFile(
            "the workbook unpacks to too much", expected=error.expected, found=error.found
        ) from error
    except InvalidPackage as error:
        raise InvalidTable(
            "the file is not an XLSX workbook, or it has a password", expected="XLSX"
        ) from error


def _look_into(archive: Archive, name: str) -> None:
    before = b""
    for piece in archive.chunks(name):
        if any(one in before + piece for one in _FORBIDDEN):
            raise HostileFile("the workbook declares document types", field=name[:60])
        before = piece[-_OVERLAP:]
