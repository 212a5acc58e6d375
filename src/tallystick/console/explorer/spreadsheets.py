# SPDX-License-Identifier: Apache-2.0
"""A table as a file for a spreadsheet: all rows that fit the filters, not one page of them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from starlette.responses import Response

from tallystick.console.ledger import Json, at
from tallystick.console.masking import cover_rows
from tallystick.console.shown import money
from tallystick.console.spreadsheets import spreadsheet
from tallystick.console.visit import Visit
from tallystick.errors import LimitExceeded

ROWS_MAX: Final = 200_000
_PAGE: Final = 500


async def give_table(visit: Visit, contract: Json, table: Json, wanted: dict[str, str]) -> Response:
    """Answer with all rows of a table that fit, as CSV, XLSX or JSON.

    Raises:
        LimitExceeded: more than `ROWS_MAX` fit.
        TallystickError: the node refused the filters.
    """
    found, height = await _all_rows(visit, contract, table, wanted)
    rows, _ = cover_rows(visit, contract["name"], table["fields"], found)
    name = f"{contract['name']}-{table['name']}-{height}"
    if visit.wants_json:
        whole = {
            "contract": contract["name"],
            "table": table["name"],
            "filters": wanted,
            "height": height,
            "rows": rows,
        }
        return Response(
            await asyncio.to_thread(msgspec.json.encode, whole),
            media_type="application/json",
            headers={"content-disposition": f'attachment; filename="{name}.json"'},
        )
    fields = table["fields"]
    header = [visit.read(field["label"]) for field in fields]
    cells = [[cell_of(row.get(field["name"]), field["type"]) for field in fields] for row in rows]
    about = [
        (visit.say("Table"), f"{contract['name']}.{table['name']}"),
        (visit.say("Filters"), msgspec.json.encode(wanted).decode()),
        (visit.say("Block"), str(height)),
        (visit.say("Rows"), str(len(rows))),
    ]
    title = visit.read(table["label"])
    return await spreadsheet(name, visit.wanted_form, header, cells, title=title, about=about)


async def _all_rows(
    visit: Visit, contract: Json, table: Json, wanted: dict[str, str]
) -> tuple[list[Json], int]:
    """Return the rows page by page, and the block that the last page reflects."""
    rows: list[Json] = []
    cursor, height = None, 0
    while True:
        page = await visit.ledger.get(
            at("contracts", contract["name"], "tables", table["name"]),
            limit=_PAGE,
            cursor=cursor,
            **wanted,
        )
        rows += page["items"]
        cursor, height = page["next_cursor"], page["height"]
        if cursor is None:
            break
        if len(rows) >= ROWS_MAX:
            raise LimitExceeded(
                "too many rows for one file", expected=f"at most {ROWS_MAX}", hint="Filter them."
            )
    return rows, height


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
