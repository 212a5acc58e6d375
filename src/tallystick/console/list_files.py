# SPDX-License-Identifier: Apache-2.0
"""A list as a file to keep: all rows that fit what the address asks for, not one page of them.

Every list of the console goes out by this one way, as CSV, XLSX or JSON. Rows are read piece by
piece and go out as they come, so a file of any length takes the memory of one piece. A workbook is
finished before it goes, in a temporary file. Where the node fails on the way, the transfer breaks
off, and whoever keeps the file is told by their browser. What is taken is written down in the audit
trail by whoever answers requests (`application`), and nothing in a file is computed by a
spreadsheet program (`interchange.tables`).
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO, Any, Final, TypeAlias

import msgspec
from starlette.responses import Response, StreamingResponse

from tallystick.console.ledger import Json
from tallystick.console.shown import LAST_MS, NO_END, moment_utc
from tallystick.console.spreadsheets import SPREADSHEETS
from tallystick.console.visit import Visit
from tallystick.errors import LimitExceeded
from tallystick.interchange.tables import Workbook, write_csv, write_csv_rows

ROWS_MAX: Final = 200_000
"""Of a workbook; the other forms have no end."""
PAGE: Final = 500
"""Rows that are asked for at once."""
_PIECE_BYTES: Final = 1 << 16

Cell: TypeAlias = "str | int | None"


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a list, as the reader may see them."""

    rows: list[Json]
    height: int
    """The block that they reflect; 0 where it is no list of the ledger."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file."""

    title: str
    cell: Callable[[Json], Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFile:
    """A list that can be taken away."""

    name: str
    """Of the file, without height and ending."""
    title: str
    """Of a workbook's sheet."""
    columns: Sequence[Column]
    parts: AsyncIterator[Part]
    about: Mapping[str, Json] = field(default_factory=dict)
    """Beside the rows in the JSON document: whose list it is."""
    filters: Mapping[str, Json] = field(default_factory=dict)

    def header(self) -> list[str]:
        """Return the titles of the columns."""
        return [column.title for column in self.columns]

    def cells(self, part: Part) -> list[list[Cell]]:
        """Return rows as cells."""
        return [[column.cell(row) for column in self.columns] for row in part.rows]


def is_file_wanted(visit: Visit) -> bool:
    """Tell whether the whole list is wanted as a file, and not a page of it."""
    return visit.wanted_form in SPREADSHEETS or (visit.wants_json and "all" in visit.query)


def filters_in(visit: Visit) -> dict[str, str]:
    """Return what the address says of the list: everything but its place in it and its form."""
    return {
        name: value
        for name, value in visit.query.items()
        if value and name not in {"all", "cursor", "before", "lang", "limit"}
    }


async def paged(
    get: Callable[[str | None], Any], show: Callable[[list[Json]], Any] | None = None
) -> AsyncIterator[Part]:
    """Give all rows of a list of the node, page by page.

    Args:
        get: asks for the page at a cursor.
        show: returns rows as the reader may see them.
    """
    cursor: str | None = None
    while True:
        page = await get(cursor)
        rows = page["items"] if show is None else await show(page["items"])
        yield Part(rows, page["height"])
        cursor = page["next_cursor"]
        if cursor is None:
            return


async def at_once(rows: Sequence[Json], height: int = 0) -> AsyncIterator[Part]:
    """Give the rows of a short list."""
    yield Part(list(rows), height)


async def give_list(visit: Visit, listed: ListFile) -> Response:
    """Answer with all rows of a list, in the form that is wanted.

    Raises:
        LimitExceeded: more than `ROWS_MAX` fit, for a workbook.
        TallystickError: the node refused the filters.
    """
    first = await anext(listed.parts)  # before the answer begins: refused filters are a page
    ending = "json" if visit.wants_json else visit.wanted_form
    height = f"-{first.height}" if first.height else ""
    all_parts = _chained(first, listed.parts)
    body = {"json": _json, "csv": _csv}.get(ending)
    return StreamingResponse(
        await _workbook(visit, listed, all_parts) if body is None else body(listed, all_parts),
        media_type=SPREADSHEETS.get(ending, "application/json"),
        headers={"content-disposition": f'attachment; filename="{listed.name}{height}.{ending}"'},
    )


async def _chained(first: Part, others: AsyncIterator[Part]) -> AsyncIterator[Part]:
    yield first
    async for part in others:
        yield part


async def _json(listed: ListFile, parts: AsyncIterator[Part]) -> AsyncIterator[bytes]:
    """Give one document; its height, at the end, is that of the last rows."""
    head = {**listed.about, "filters": listed.filters}
    yield msgspec.json.encode(head)[:-1] + b',"rows":['
    before, height = b"", 0
    async for part in parts:
        height = part.height
        if part.rows:
            yield before + msgspec.json.encode(part.rows)[1:-1]
            before = b","
    yield b'],"height":%d}' % height


async def _csv(listed: ListFile, parts: AsyncIterator[Part]) -> AsyncIterator[bytes]:
    yield write_csv(listed.header(), [])
    async for part in parts:
        yield write_csv_rows(listed.cells(part))


async def _workbook(
    visit: Visit, listed: ListFile, parts: AsyncIterator[Part]
) -> AsyncIterator[bytes]:
    """Make the workbook; return its pieces."""
    book = Workbook(listed.title, listed.header())
    with ExitStack() as stack:
        stack.callback(book.give_up)
        count, height = await _fill(book, listed, parts)
        stack.pop_all()
    about = [
        (visit.say("Table"), ".".join(str(one) for one in listed.about.values()) or listed.name),
        (visit.say("Filters"), msgspec.json.encode(listed.filters).decode()),
        (visit.say("Block"), str(height) if height else ""),
        (visit.say("Rows"), str(count)),
    ]
    kept = tempfile.TemporaryFile()  # noqa: SIM115 # closed when its last piece has gone
    await asyncio.to_thread(book.save, kept, about)
    return _pieces(kept)


async def _fill(book: Workbook, listed: ListFile, parts: AsyncIterator[Part]) -> tuple[int, int]:
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
        await asyncio.to_thread(book.add, listed.cells(part))
    return count, height


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        file.seek(0)
        while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
            yield piece


def moment_cell(time_ms: int | None) -> str | None:
    """Return a time in UTC, as spreadsheet programs read it; none for one that is not set."""
    if time_ms is None:
        return None
    return moment_utc(time_ms) if time_ms <= LAST_MS else NO_END


def of(name: str) -> Callable[[Json], Cell]:
    """Return what reads a member of a row as it is; lists and records as JSON."""

    def cell(row: Json) -> Cell:
        value = row.get(name)
        if isinstance(value, dict | list):
            return msgspec.json.encode(value).decode()
        if isinstance(value, bool):
            return "true" if value else "false"
        return value if value is None or isinstance(value, int) else str(value)

    return cell


def called(visit: Visit, organization: str | None) -> str:
    """Return an organisation's name in the reader's language; empty where nobody has that code."""
    return visit.read(visit.names.organization(organization or ""))


def moment_of(name: str) -> Callable[[Json], Cell]:
    """Return what reads a member of a row as a time."""
    return lambda row: moment_cell(row.get(name))
