# SPDX-License-Identifier: Apache-2.0
"""Workbooks are read as CSV files are, and looked through before anything of them is parsed."""

from __future__ import annotations

import io
import warnings
import zipfile
from datetime import date, datetime
from typing import Any, Final

import pytest

from tallystick.errors import HostileFile, InvalidTable, LimitExceeded
from tallystick.interchange.tables import Column, Kind, Limits, Problem, read_table
from tests.unit.interchange.workbooks import altered, part, workbook

COLUMNS: Final = (
    Column(name="name", headers=("姓名", "Name")),
    Column(name="account", headers=("账号", "Account"), required=False),
    Column(name="amount", headers=("金额", "Amount"), kind=Kind.AMOUNT, required=False),
    Column(name="born", headers=("出生日期", "Born"), kind=Kind.DATE, required=False),
    Column(name="people", headers=("人数", "People"), kind=Kind.INTEGER, required=False),
)
HEADER: Final = ("姓名", "账号", "金额", "出生日期", "人数")
SHEET: Final = "xl/worksheets/sheet1.xml"
HONEST: Final = workbook(HEADER, ("王芳", "6222", 12.5, date(1949, 12, 31), 3))


def at(*parts: int) -> datetime:
    """Return a time as workbooks have it: without a zone."""
    return datetime(*parts)  # type: ignore[arg-type] # noqa: DTZ001


def values(*cells: Any) -> dict[str, Any]:
    """Return the values of one row of a workbook."""
    (row,) = read_table(workbook(HEADER, cells), COLUMNS)
    return row.values


def problem(*cells: Any) -> tuple[str, Problem]:
    """Return the one thing that is wrong with one row of a workbook."""
    (row,) = read_table(workbook(HEADER, cells), COLUMNS)
    (found,) = row.problems
    return found.column, found.code


def test_cells_of_a_workbook_become_the_same_values_as_text() -> None:
    """Numbers, dates and texts, whichever the author chose."""
    expected = {
        "name": "王芳",
        "account": "6222",
        "amount": 1250,
        "born": date(1949, 12, 31),
        "people": 3,
    }
    assert values("王芳", "6222", 12.5, at(1949, 12, 31), 3.0) == expected
    assert values("王芳", 6222, "12.50", "1949-12-31", "3") == expected


def test_an_amount_never_passes_through_binary_fractions() -> None:
    """Excel writes 4.1 with all its binary digits; a sum that is not what it shows is refused."""
    data = workbook(HEADER, ("A", None, 7.25))
    sheet = part(data, SHEET)
    assert b"<v>7.25</v>" in sheet
    told: list[object] = []
    for text in (b"4.0999999999999996", b"1234567.89", b"0.30000000000000004"):
        changed = sheet.replace(b"<v>7.25</v>", b"<v>%s</v>" % text)
        (row,) = read_table(altered(data, {SHEET: changed}), COLUMNS)
        told.append(row.values["amount"])
    assert told == [410, 123456789, None]


@pytest.mark.parametrize("cell", [6222021001116245702, 6.2220210011162457e18, 10**15])
def test_an_account_number_that_lost_digits_is_refused(cell: float) -> None:
    """Spreadsheets keep fifteen digits of a number and write zeros for the others."""
    assert problem("A", cell) == ("account", Problem.DIGITS_LOST)


@pytest.mark.parametrize(("cell", "column"), [("=1+1", "amount"), ('=HYPERLINK("x")', "amount")])
def test_a_formula_is_refused_whatever_its_value_was(cell: str, column: str) -> None:
    """The value beside it is of the day it was computed, and nobody signed a formula."""
    assert problem("A", None, cell) == (column, Problem.FORMULA)


def test_the_error_of_a_formula_is_refused_as_one() -> None:
    """`#REF!` is nobody's name."""
    data = workbook(HEADER, ("XX", "1"))
    sheet = part(data, SHEET)
    start = sheet.index(b'<c r="A2"')
    end = sheet.index(b"</c>", start)
    broken = sheet[:start] + b'<c r="A2" t="e"><v>#REF!</v>' + sheet[end:]
    (row,) = read_table(altered(data, {SHEET: broken}), COLUMNS)
    assert [one.code for one in row.problems] == [Problem.FORMULA]


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        (("A", None, True), "amount", Problem.NOT_AMOUNT),
        (("A", None, None, None, True), "people", Problem.NOT_INTEGER),
        (("A", None, None, None, 1.5), "people", Problem.NOT_INTEGER),
        (("A", None, None, at(2026, 1, 1, 12)), "born", Problem.NOT_DATE),
        (("A", None, None, 46000), "born", Problem.NOT_DATE),
        ((None, "1"), "name", Problem.REQUIRED),
        (("A", None, None, None, None, "more"), "", Problem.ROW_WIDTH),
    ],
)
def test_a_cell_of_another_kind_is_a_problem_of_its_row(
    cells: tuple[Any, ...], column: str, code: Problem
) -> None:
    """A yes is no amount, noon is no day, and nothing is guessed."""
    assert problem(*cells) == (column, code)


def test_the_named_sheet_is_read_or_the_first() -> None:
    """Lists often stand behind a cover sheet."""
    data = workbook(("cover",), list=[HEADER, ("王芳",)])
    (row,) = read_table(data, COLUMNS, sheet="list")
    assert row.values["name"] == "王芳"
    with pytest.raises(InvalidTable, match="header"):
        list(read_table(data, COLUMNS))
    with pytest.raises(InvalidTable, match="no such sheet") as caught:
        list(read_table(data, COLUMNS, sheet="other"))
    assert "list" in (caught.value.expected or "")


def test_rows_are_numbered_as_the_spreadsheet_shows_them() -> None:
    """Empty rows before the header and between the others count."""
    data = workbook((), HEADER, (), ("A",), (None, " "), ("B",))
    assert [row.number for row in read_table(data, COLUMNS)] == [4, 6]


def bomb(size: int) -> bytes:
    """Return a workbook with a part that packs a thousand to one."""
    return altered(HONEST, {"xl/media/image1.bin": bytes(size)})


def lying(data: bytes) -> bytes:
    """Return an archive whose table of contents says that its parts are small."""
    directory = data.index(b"PK\x01\x02")
    changed = bytearray(data)
    changed[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    return bytes(changed)


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        pytest.param(bomb(20_000_000), Limits(), id="packed too well"),
        pytest.param(bomb(2_000_000), Limits(unpacked_bytes=1_000_000), id="too large unpacked"),
        pytest.param(
            altered(HONEST, {f"xl/{number}.xml": b"" for number in range(1_001)}),
            Limits(),
            id="too many parts",
        ),
        pytest.param(
            altered(HONEST, {SHEET: b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + part(HONEST, SHEET)}),
            Limits(),
            id="document type",
        ),
        pytest.param(
            altered(HONEST, {"xl/x": b" " * 65_532 + "<!DOCTYPE a>".encode("utf-16-le")}),
            Limits(),
            id="document type across pieces, in another encoding",
        ),
    ],
)
def test_a_hostile_workbook_is_refused_before_it_is_parsed(data: bytes, limits: Limits) -> None:
    """Bombs and entities, whatever part they hide in."""
    with pytest.raises(HostileFile):
        list(read_table(data, COLUMNS, limits=limits))


def encrypted() -> bytes:
    """Return an archive whose first part is marked as encrypted."""
    changed = bytearray(HONEST)
    changed[changed.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xd0\xcf\x11\xe0" + bytes(512), id="old form or password"),
        pytest.param(encrypted(), id="part with password"),
        pytest.param(HONEST[:-30], id="cut off"),
        pytest.param(lying(HONEST), id="lying about its size"),
        pytest.param(altered(HONEST, {"xl/workbook.xml": None}), id="no workbook"),
        pytest.param(altered(HONEST, {SHEET: b"<worksheet"}), id="broken sheet"),
        pytest.param(altered(HONEST, {"xl/workbook.xml": b"<x/>"}), id="another root"),
    ],
)
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    """With an error of ours, whatever the library raises."""
    with pytest.raises(InvalidTable):
        list(read_table(data, COLUMNS))


def test_rows_beyond_the_size_that_a_sheet_claims_are_read() -> None:
    """A wrong note at the head of a sheet must not make people vanish from a list."""
    data = workbook(HEADER, ("A",), ("B",))
    sheet = part(data, SHEET)
    assert b'ref="A1:E3"' in sheet
    smaller = altered(data, {SHEET: sheet.replace(b'ref="A1:E3"', b'ref="A1:A2"')})
    assert [row.values["name"] for row in read_table(smaller, COLUMNS)] == ["A", "B"]


def test_a_row_far_below_ends_at_the_limit() -> None:
    """A sheet may claim a million empty rows in a few bytes."""
    sheet = part(HONEST, SHEET).replace(b'<row r="2"', b'<row r="1048576"')
    sheet = sheet.replace(b'"A2"', b'"A1048576"')
    with pytest.raises(LimitExceeded):
        list(read_table(altered(HONEST, {SHEET: sheet}), COLUMNS, limits=Limits(rows=1000)))


def test_styles_that_are_missing_are_no_concern() -> None:
    """Programs that are not Excel leave them out; the library warns, we do not."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = altered(HONEST, {"xl/styles.xml": part(HONEST, "xl/styles.xml")})
        assert len(list(read_table(data, COLUMNS))) == 1


def test_a_plain_archive_is_no_workbook() -> None:
    """Any other zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "text")
    with pytest.raises(InvalidTable, match="damaged"):
        list(read_table(out.getvalue(), COLUMNS))
