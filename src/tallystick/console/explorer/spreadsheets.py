# SPDX-License-Identifier: Apache-2.0
"""A contract's table as a file to keep: all rows that fit the filters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
from starlette.responses import Response

from tallystick.console.ledger import Json, at
from tallystick.console.list_files import PAGE, Cell, Column, ListFile, Part, at_once, give_list, of
from tallystick.console.masking import cover_rows
from tallystick.console.shown import money
from tallystick.console.visit import Visit


async def give_table(visit: Visit, contract: Json, table: Json, wanted: dict[str, str]) -> Response:
    """Answer with all rows of a table that fit, as CSV, XLSX or JSON.

    Raises:
        LimitExceeded: more fit than a workbook takes.
        TallystickError: the node refused the filters.
    """
    listed = ListFile(
        name=f"{contract['name']}-{table['name']}",
        title=visit.read(table["label"]),
        columns=[
            Column(visit.read(field["label"]), partial(_cell, field)) for field in table["fields"]
        ],
        parts=_parts(visit, contract["name"], table, wanted),
        about={"contract": contract["name"], "table": table["name"]},
        filters=wanted,
    )
    return await give_list(visit, listed)


def organizations_file(visit: Visit, organizations: list[Json]) -> ListFile:
    """Return the list of organisations, to be taken away."""
    return ListFile(
        name="organizations",
        title=visit.say("Organisations"),
        columns=(
            Column(visit.say("Name"), lambda row: visit.read(row["name"])),
            Column(visit.say("Unified social credit code"), of("id")),
            Column(visit.say("State"), of("state")),
            Column(visit.say("Votes in the engine"), of("validator_power")),
        ),
        parts=at_once(organizations, visit.names.height),
    )


async def _parts(
    visit: Visit, contract: str, table: Json, wanted: dict[str, str]
) -> AsyncIterator[Part]:
    """Give the rows that fit, page by page, as the reader may see them."""
    place = at("contracts", contract, "tables", table["name"])
    cursor: str | None = None
    while True:
        page = await visit.ledger.get(place, limit=PAGE, cursor=cursor, **wanted)
        rows, _ = cover_rows(visit, contract, table["fields"], page["items"])
        yield Part(rows, page["height"])
        cursor = page["next_cursor"]
        if cursor is None:
            return


def _cell(field: Json, row: Json) -> Cell:
    return cell_of(row.get(field["name"]), field["type"])


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
