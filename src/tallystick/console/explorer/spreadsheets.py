# SPDX-License-Identifier: Apache-2.0
"""A table as a file to keep: all rows that fit the filters, not one page of them.

Rows are read page by page and go out as they come, so a file of any length takes the memory of
one page. A workbook is finished before it goes, in a temporary file. Where the node fails on the
way, the transfer breaks off, and whoever keeps the file is told by their browser.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, Final

import msgspec
from starlette.responses import Response, StreamingResponse

from tallystick.console.ledger import Json, at
from tallystick.console.masking import cover_rows
from tallystick.console.shown import money
from tallystick.console.spreadsheets import SPREADSHEETS
from tallystick.console.visit import Visit
from tallystick.errors import LimitExceeded
from tallystick.interchange.tables import Workbook, write_csv, write_csv_rows

ROWS_MAX: Final = 200_000
"""Of a workbook; the other forms have no end."""
_PAGE: Final = 500
_PIECE_BYTES: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class _Part:
    """Some rows of a table."""

    rows: list[Json]
    height: int
    """The block that they reflect."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is asked for."""

    visit: Visit
    contract: Json
    table: Json
    filters: dict[str, str]

    async def parts(self) -> AsyncIterator[_Part]:
        """Give the rows that fit, page by page, as the reader may see them."""
        place = at("contracts", self.contract["name"], "tables", self.table["name"])
        cursor: str | None = None
        while True:
            page = await self.visit.ledger.get(place, limit=_PAGE, cursor=cursor, **self.filters)
            fields = self.table["fields"]
            rows, _ = cover_rows(self.visit, self.contract["name"], fields, page["items"])
            yield _Part(rows, page["height"])
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def header(self) -> list[str]:
        """Return the titles of the columns."""
        return [self.visit.read(field["label"]) for field in self.table["fields"]]

    def cells(self, part: _Part) -> list[list[str | int | None]]:
        """Return rows as cells."""
        fields = self.table["fields"]
        return [
            [cell_of(row.get(field["name"]), field["type"]) for field in fields]
            for row in part.rows
        ]


async def give_table(visit: Visit, contract: Json, table: Json, wanted: dict[str, str]) -> Response:
    """Answer with all rows of a table that fit, as CSV, XLSX or JSON.

    Raises:
        LimitExceeded: more than `ROWS_MAX` fit, for a workbook.
        TallystickError: the node refused the filters.
    """
    asked = _Wanted(visit, contract, table, wanted)
    parts = asked.parts()
    first = await anext(parts)  # before the answer begins: refused filters are a page
    ending = "json" if visit.wants_json else visit.wanted_form
    name = f"{contract['name']}-{table['name']}-{first.height}.{ending}"
    all_parts = _chained(first, parts)
    body = {"json": _json, "csv": _csv}.get(ending)
    return StreamingResponse(
        await _workbook(asked, all_parts) if body is None else body(asked, all_parts),
        media_type=SPREADSHEETS.get(ending, "application/json"),
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


async def _chained(first: _Part, others: AsyncIterator[_Part]) -> AsyncIterator[_Part]:
    yield first
    async for part in others:
        yield part


async def _json(asked: _Wanted, parts: AsyncIterator[_Part]) -> AsyncIterator[bytes]:
    """Give one document; its height, at the end, is that of the last rows."""
    head = {
        "contract": asked.contract["name"],
        "table": asked.table["name"],
        "filters": asked.filters,
    }
    yield msgspec.json.encode(head)[:-1] + b',"rows":['
    before, height = b"", 0
    async for part in parts:
        height = part.height
        if part.rows:
            yield before + msgspec.json.encode(part.rows)[1:-1]
            before = b","
    yield b'],"height":%d}' % height


async def _csv(asked: _Wanted, parts: AsyncIterator[_Part]) -> AsyncIterator[bytes]:
    yield write_csv(asked.header(), [])
    async for part in parts:
        yield write_csv_rows(asked.cells(part))


async def _workbook(asked: _Wanted, parts: AsyncIterator[_Part]) -> AsyncIterator[bytes]:
    """Make the workbook; return its pieces."""
    visit, table = asked.visit, asked.table
    book = Workbook(visit.read(table["label"]), asked.header())
    with ExitStack() as stack:
        stack.callback(book.give_up)
        count, height = await _fill(book, asked, parts)
        stack.pop_all()
    about = [
        (visit.say("Table"), f"{asked.contract['name']}.{table['name']}"),
        (visit.say("Filters"), msgspec.json.encode(asked.filters).decode()),
        (visit.say("Block"), str(height)),
        (visit.say("Rows"), str(count)),
    ]
    kept = tempfile.TemporaryFile()  # noqa: SIM115 # closed when its last piece has gone
    await asyncio.to_thread(book.save, kept, about)
    return _pieces(kept)


async def _fill(book: Workbook, asked: _Wanted, parts: AsyncIterator[_Part]) -> tuple[int, int]:
    """Put all rows into a workbook; return how many, and the block that the last ones reflect."""
    count, height = 0, 0
    async for part in parts:
        count, height = count + len(part.rows), part.height
        if count > ROWS_MAX:
            raise LimitExceeded(
                "too many rows for one file",
                expected=f"at most {ROWS_MAX}",
                hint="Filter them, or take CSV or JSON.",
            )
        await asyncio.to_thread(book.add, asked.cells(part))
    return count, height


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        file.seek(0)
        while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
            yield piece


def cell_of(value: Any, described: Json) -> str | int | None:  # noqa: ANN401 # JSON
    """Return a value as one cell: amounts with their decimals, times in UTC, records as JSON."""
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return _number(value, described.get("format"))
    return None if value is None else str(value)


def _number(value: int, meaning: str | None) -> str | int:
    if meaning == "amount":
        return money(value).replace(",", "")
    if meaning == "timestamp-ms":
        return datetime.fromtimestamp(value / 1000, UTC).isoformat(timespec="seconds")
    return value
