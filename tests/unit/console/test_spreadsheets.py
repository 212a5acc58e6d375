# SPDX-License-Identifier: Apache-2.0
"""Lists go out whole, as CSV, XLSX and JSON; texts stay texts in a spreadsheet."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from types import SimpleNamespace
from typing import Any

import pytest
from openpyxl import load_workbook

from tallystick.console import list_files
from tallystick.console.explorer.spreadsheets import cell_of, give_table
from tallystick.errors import LimitExceeded
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


def test_a_table_goes_out_whole_as_json(reader: Reader) -> None:
    """Asked for all, the same address gives every row, as a file; else it gives the page."""
    whole = reader.get(f"{PLACE}.json", params={"all": "1", "kind": "document"})
    assert whole.headers["content-disposition"].startswith("attachment")
    said = whole.json()
    assert (said["table"], said["filters"]) == ("deposits", {"kind": "document"})
    assert len(said["rows"]) >= DEPOSITS


class Many:
    """A node with one table of very many rows, a page at a time."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.pages = 0

    async def get(self, path: str, *, limit: int, cursor: str | None, **_: str) -> Any:
        """Return a page."""
        assert path == "/v1/contracts/made/tables/up"
        self.pages += 1
        start = int(cursor or "0")
        end = min(start + limit, self.count)
        return {
            "items": [row(number) for number in range(start, end)],
            "next_cursor": str(end) if end < self.count else None,
            "height": 7,
        }


def row(number: int) -> dict[str, Any]:
    """Return a record: a long number that is a name, a text that would be computed, an amount."""
    return {"id": f"{10**18 + number}", "title": f"=cmd|{number}", "name": "王芳", "sum": number}


MADE_UP: Any = {
    "name": "up",
    "label": {"zh": "表", "en": "table"},
    "fields": [
        {"name": "id", "label": {"zh": "号", "en": "id"}, "type": {"kind": "text"}},
        {"name": "title", "label": {"zh": "名", "en": "title"}, "type": {"kind": "text"}},
        {"name": "name", "label": {"zh": "人", "en": "name"}, "type": {"kind": "text"}},
        {"name": "sum", "label": {"zh": "额", "en": "sum"}, "type": {"format": "amount"}},
    ],
}


def reading(ledger: Many, ending: str) -> Any:
    """Return the visit of somebody who wants the table as a file."""
    return SimpleNamespace(
        ledger=ledger,
        person=None,
        wanted_form=ending,
        wants_json=ending == "json",
        read=lambda label: label["zh"],
        say=lambda text: text,
    )


def exported(count: int, ending: str) -> bytes:
    """Return the file of a table of so many rows."""

    async def whole() -> bytes:
        made: Any = await give_table(reading(Many(count), ending), {"name": "made"}, MADE_UP, {})
        return b"".join([piece async for piece in made.body_iterator])

    return asyncio.run(whole())


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_a_long_list_goes_out_while_it_is_read(ending: str) -> None:
    """A page of the node is asked for when the one before has gone; none is kept for the end."""
    ledger = Many(5_000)

    async def read() -> list[int]:
        made: Any = await give_table(reading(ledger, ending), {"name": "made"}, MADE_UP, {})
        return [ledger.pages async for _ in made.body_iterator]

    asked = asyncio.run(read())
    assert asked[:4] == [1, 1, 2, 3]
    assert asked[-1] == 10


@pytest.mark.parametrize("count", [1_200, pytest.param(50_000, marks=pytest.mark.slow)])
def test_a_long_list_is_complete_in_every_form(count: int) -> None:
    """No row is missing, long numbers keep their digits, Chinese is intact, `=cmd` is a text."""
    total = sum(range(count))
    said = json.loads(exported(count, "json"))["rows"]
    assert said == [row(number) for number in range(count)]
    lines = list(csv.reader(exported(count, "csv").decode("utf-8-sig").splitlines()))[1:]
    assert len(lines) == count
    assert [int(line[0]) for line in lines] == [10**18 + number for number in range(count)]
    assert {line[1][:5] for line in lines} == {"'=cmd"}
    assert {line[2] for line in lines} == {"王芳"}
    assert round(sum(float(line[3]) * 100 for line in lines)) == total
    book = load_workbook(io.BytesIO(exported(count, "xlsx")), read_only=True)
    cells = list(book.worksheets[0].iter_rows(min_row=2))
    assert len(cells) == count
    assert [one[0].value for one in cells] == [f"{10**18 + number}" for number in range(count)]
    assert {(one[1].data_type, str(one[1].value)[:4]) for one in cells} == {("s", "=cmd")}


def test_a_list_that_is_too_long_for_a_workbook_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than cut off."""
    monkeypatch.setattr(list_files, "ROWS_MAX", 1_000)
    with pytest.raises(LimitExceeded):
        exported(1_600, "xlsx")


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
