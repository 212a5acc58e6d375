# SPDX-License-Identifier: Apache-2.0
"""A list of people is read cell by cell: every mistake is named, and none ends the reading."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from datetime import date
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.errors import HostileFile, InvalidTable, LimitExceeded
from tallystick.interchange.tables import (
    PROBLEM_TEXTS,
    Column,
    Kind,
    Limits,
    Problem,
    Row,
    read_table,
    write_csv,
)

COLUMNS: Final = (
    Column(name="name", headers=("姓名", "Name"), characters_max=20),
    Column(name="card", headers=("身份证号", "ID number"), unique=True, pattern=r"\d{17}[\dX]"),
    Column(name="amount", headers=("金额（元）", "Amount"), kind=Kind.AMOUNT),
    Column(name="born", headers=("出生日期", "Born"), kind=Kind.DATE, required=False),
    Column(name="people", headers=("人数", "People"), kind=Kind.INTEGER, required=False),
)
HEADER: Final = "姓名,身份证号,金额（元）,出生日期,人数"
CARD: Final = "11010519491231002X"


def rows_of(text: str, encoding: str = "utf-8", **options: Any) -> list[Row]:
    """Read a CSV text."""
    return list(read_table(text.encode(encoding), COLUMNS, **options))


def problems(*lines: str) -> list[tuple[int, str, Problem]]:
    """Return what is wrong with some lines below the header."""
    found = rows_of("\n".join((HEADER, *lines)))
    return [(one.row, one.column, one.code) for row in found for one in row.problems]


def test_a_row_becomes_values() -> None:
    """Text, minor units, a day, an integer; the number is that of the spreadsheet's line."""
    (row,) = rows_of(f'{HEADER}\n王芳,{CARD},"1,234.50",1949-12-31,3\n')
    assert row == Row(
        2,
        {"name": "王芳", "card": CARD, "amount": 1234_50, "born": date(1949, 12, 31), "people": 3},
        (),
    )
    assert row.is_good


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_usual_dialect_is_understood(encoding: str, delimiter: str) -> None:
    """What Excel writes in China, in Germany and for the clipboard."""
    text = f"{HEADER}\n王芳,{CARD},1.00,,\n".replace(",", delimiter)
    (row,) = rows_of(text, encoding)
    assert (row.values["name"], row.values["amount"]) == ("王芳", 100)


@pytest.mark.parametrize(
    "header",
    [
        "Name,ID NUMBER,amount",
        "name,id_number,Amount*",
        " 姓 名 ,身份证号（必填）,金额(元)",
        '"姓名","身份证号","金额（元）"',
        "amount,card,name",
    ],
)
def test_headers_are_found_however_people_write_them(header: str) -> None:
    """Case, width, blanks, stars and quotes do not count; optional columns may be missing."""
    line = f"1,{CARD},A" if header.startswith("amount") else f"A,{CARD},1"
    (row,) = rows_of(f"{header}\n{line}\n")
    assert row.is_good
    assert {"name": "A", "card": CARD, "amount": 100}.items() <= row.values.items()


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("姓名,身份证号", "header"),
        ("姓名,身份证号,金额（元）,备注", "header"),
        ("姓名,身份证号,金额（元）,Name", "twice"),
        ("", "header"),
    ],
)
def test_another_header_is_another_list(header: str, message: str) -> None:
    """A missing, unknown or repeated column is refused, with the columns that are expected."""
    with pytest.raises(InvalidTable, match=message) as caught:
        rows_of(f"{header}\nA,B,1\n")
    assert caught.value.field == "header"


def test_unknown_columns_may_be_passed_over() -> None:
    """Lists of others have a number in front and a remark at the end."""
    (row,) = rows_of(f"序号,姓名,身份证号,金额（元）,备注\n1,A,{CARD},1,x\n", ignore_unknown=True)
    assert row.is_good
    assert "备注" not in row.values


@pytest.mark.parametrize(
    ("line", "column", "problem"),
    [
        (f",{CARD},1", "name", Problem.REQUIRED),
        (f"A,{CARD},", "amount", Problem.REQUIRED),
        (f"{'A' * 21},{CARD},1", "name", Problem.TOO_LONG),
        ("A,123,1", "card", Problem.PATTERN),
        (f"A,{CARD},1.005", "amount", Problem.NOT_AMOUNT),
        (f"A,{CARD},1e3", "amount", Problem.NOT_AMOUNT),
        (f'A,{CARD},"1,23"', "amount", Problem.NOT_AMOUNT),
        (f"A,{CARD},{'9' * 17}", "amount", Problem.NOT_AMOUNT),
        (f"A,{CARD},1,2026-02-30", "born", Problem.NOT_DATE),
        (f"A,{CARD},1,31.12.1949", "born", Problem.NOT_DATE),
        (f"A,{CARD},1,,1.5", "people", Problem.NOT_INTEGER),
        (f"A,{CARD},1,,{'9' * 19}", "people", Problem.NOT_INTEGER),
        (f"=1+1,{CARD},1", "name", Problem.FORMULA),
        (f"＝A1,{CARD},1", "name", Problem.FORMULA),
        (f"A\u200b\x07,{CARD},1", "name", Problem.UNPRINTABLE),
        (f"A,{CARD},1,,,more", "", Problem.ROW_WIDTH),
    ],
)
def test_a_wrong_cell_is_named_with_row_column_and_code(
    line: str, column: str, problem: Problem
) -> None:
    """And the rows around it are read."""
    before, after = "B,110105194912310011,1", "C,110105194912310038,1"
    assert problems(before, line, after) == [(3, column, problem)]


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    """Nobody sends a list five times to learn of five mistakes."""
    assert problems(",1,x,y,z") == [
        (2, "name", Problem.REQUIRED),
        (2, "card", Problem.PATTERN),
        (2, "amount", Problem.NOT_AMOUNT),
        (2, "born", Problem.NOT_DATE),
        (2, "people", Problem.NOT_INTEGER),
    ]


def test_a_repeated_value_is_found_in_a_unique_column() -> None:
    """The first row stands; empty rows count as lines."""
    line = f"A,{CARD},1"
    assert problems(line, "", line) == [(4, "card", Problem.DUPLICATE)]


@pytest.mark.parametrize(
    "text", ["1949-12-31", "1949/12/31", "19491231", "1949年12月31日", "１９４９-12-31"]
)
def test_a_day_is_read_as_people_write_it(text: str) -> None:
    """Year first, always; day-first forms are refused rather than guessed."""
    (row,) = rows_of(f"{HEADER}\nA,{CARD},1,{text},\n")
    assert row.values["born"] == date(1949, 12, 31)


@pytest.mark.parametrize(("text", "minor"), [("-0.5", -50), ("¥12", 1200), ("1,000,000", 10**8)])
def test_an_amount_is_read_as_people_write_it(text: str, minor: int) -> None:
    """With a sign, a currency's mark, groups of three."""
    (row,) = rows_of(f'{HEADER}\nA,{CARD},"{text}",,\n')
    assert row.values["amount"] == minor


def test_every_problem_has_a_sentence_in_both_languages() -> None:
    """Codes are for programs, sentences for people."""
    assert PROBLEM_TEXTS.keys() == set(Problem)
    (row,) = rows_of(f"{HEADER}\n,{CARD},1\n")
    assert row.problems[0].text() == "a value is missing"
    assert row.problems[0].text("zh") == "缺少必填内容"


@pytest.mark.parametrize(
    ("text", "limits", "field"),
    [
        (f"{HEADER}\nA\nB\n", Limits(rows=2), "row 3"),
        (f"{HEADER}\n{'A' * 11}\n", Limits(cell_characters=10), "row 2"),
        (f"{HEADER}\nA,B,C,D,E,F\n", Limits(columns=5), "row 2"),
        (HEADER, Limits(file_bytes=10), None),
    ],
)
def test_what_is_too_much_ends_the_reading(text: str, limits: Limits, field: str | None) -> None:
    """Rows, cells, columns and bytes have limits."""
    with pytest.raises(LimitExceeded) as caught:
        rows_of(text, limits=limits)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (HEADER.encode("utf-16"), "not text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not text"),
        (b"\xff\xff\xff", "not text"),
        (f'{HEADER}\n"A,{CARD}\n'.encode(), "not CSV"),
        (f'{HEADER}\n"A"x,{CARD}\n'.encode(), "not CSV"),
    ],
)
def test_what_is_no_csv_is_refused(data: bytes, message: str) -> None:
    """Other encodings, pictures, quotes that do not end."""
    with pytest.raises(InvalidTable, match=message):
        list(read_table(data, COLUMNS))


def test_rows_are_read_as_they_are_asked_for() -> None:
    """A mistake far below does not delay the first row."""
    rows = read_table(f'{HEADER}\nA,{CARD},1\n"'.encode(), COLUMNS)
    assert next(rows).number == 2
    with pytest.raises(InvalidTable):
        next(rows)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Column(name="Name", headers=()),
        lambda: Column(name="name", headers=(" * ",)),
        lambda: Column(name="name", headers=(), kind=Kind.DATE, pattern="x"),
    ],
)
def test_a_column_that_could_not_be_meant_is_not_declared(make: Any) -> None:
    """The author learns of it at import."""
    with pytest.raises(ValueError, match="column"):
        make()


VALUES: Final = st.text(
    st.characters(blacklist_categories=["C", "Z"]) | st.sampled_from("=+-@'＝\t\" ,;"), max_size=20
).map(str.strip)


@given(st.lists(VALUES.filter(bool), min_size=1, max_size=8), st.sampled_from([",", ";", "\t"]))
def test_what_is_written_reads_back_and_computes_nothing(texts: list[str], delimiter: str) -> None:
    """Every cell survives, and none begins with what a spreadsheet computes."""
    column = Column(name="text", headers=("Text",))
    other = Column(name="other", headers=("Other",), required=False)
    data = write_csv(["Text", "Other"], [[text, None] for text in texts], delimiter=delimiter)
    rows = list(read_table(data, [column, other]))
    expected = [None if "\t" in text else unchanged(text) for text in texts]
    assert [row.values["text"] for row in rows] == expected
    lines = data.decode("utf-8-sig").split("\r\n")[1:-1]
    assert all(not line.strip('"').startswith(("=", "+", "-", "@", "＝")) for line in lines)


def unchanged(text: str) -> str:
    """Return a text as the reader normalises it."""
    return unicodedata.normalize("NFC", text)


def test_numbers_and_days_are_written_as_they_are() -> None:
    """A negative number is no formula."""
    written = write_csv(
        ["Amount", "Day"], [[-5, date(2026, 11, 27)], ["-5", None]], encoding="gb18030"
    )
    assert written == b"Amount,Day\r\n-5,2026-11-27\r\n'-5,\r\n"


@given(st.binary(max_size=200))
def test_nothing_but_our_own_errors_comes_out_of_any_bytes(data: bytes) -> None:
    """A list is read, or refused with a code."""
    for start in (b"", b"PK\x03\x04", HEADER.encode() + b"\n"):
        with suppress(InvalidTable, HostileFile):
            list(read_table(start + data, COLUMNS))
