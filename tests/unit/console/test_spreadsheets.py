# SPDX-License-Identifier: Apache-2.0
"""Lists go out whole, as CSV, XLSX and JSON; texts stay texts in a spreadsheet."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from tallystick.console.explorer.spreadsheets import cell_of
from tallystick.interchange.tables import Column, read_table, write_xlsx
from tests.unit.console.conftest import DEPOSITS, Reader

PLACE = "/state/evidence/deposits"


def test_a_table_goes_out_whole_in_every_form(reader: Reader) -> None:
    """CSV and XLSX have a row for each record; the workbook says which block it reflects."""
    rows = len(reader.get(f"{PLACE}.json").json()["rows"]["items"])
    assert rows >= DEPOSITS
    listed = reader.get(f"{PLACE}.csv")
    assert listed.headers["content-disposition"].startswith("attachment")
    assert listed.content.startswith("\ufeff".encode())
    assert len(listed.content.decode("utf-8-sig").splitlines()) == rows + 1
    book = load_workbook(io.BytesIO(reader.get(f"{PLACE}.xlsx").content))
    first, about = book.worksheets
    assert first.max_row == rows + 1
    assert about.max_row == 4


def test_filters_hold_for_files_too(reader: Reader) -> None:
    """What the address asks for is what the file has."""
    listed = reader.get(f"{PLACE}.csv", params={"kind": "audio"})
    assert len(listed.content.decode("utf-8-sig").splitlines()) == 1


def test_a_page_that_is_no_list_has_no_spreadsheet(reader: Reader) -> None:
    """It answers 404, as a page."""
    assert reader.get("/explorer.csv").status_code == 404


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+1", "@SUM(A1)", "-2", "9" * 40, "文件\x01"]
)
def test_nothing_in_a_workbook_is_computed_or_rounded(text: str) -> None:
    """A text comes back as it was, whatever it begins with, without control characters."""
    book = load_workbook(io.BytesIO(write_xlsx("a/b[c]", ["x"], [[text]])))
    cell = book.worksheets[0]["A2"]
    assert (cell.data_type, cell.value) == ("s", text.replace("\x01", ""))


def test_a_workbook_is_read_again_by_our_own_reader() -> None:
    """What is written can be imported."""
    data = write_xlsx("list", ["name", "count"], [["王芳", 3], ["李雷", 2**60]])
    columns = [Column(name=name, headers=(name,)) for name in ("name", "count")]
    rows = list(read_table(data, columns))
    assert [one.values["name"] for one in rows] == ["王芳", "李雷"]
    assert rows[1].values["count"] == str(2**60)


@pytest.mark.parametrize(
    ("value", "described", "cell"),
    [
        (None, {}, None),
        (120_050, {"format": "amount"}, "1200.50"),
        (1_700_000_000_000, {"format": "timestamp-ms"}, "2023-11-14T22:13:20+00:00"),
        (7, {}, 7),
        (True, {}, "true"),
        ([1, 2], {}, "[1,2]"),
        ({"a": 1}, {}, '{"a":1}'),
        ("x", {}, "x"),
    ],
)
def test_values_become_cells(value: Any, described: dict[str, str], cell: object) -> None:
    """Amounts have their decimals, times are UTC, what has parts is JSON."""
    assert cell_of(value, described) == cell
