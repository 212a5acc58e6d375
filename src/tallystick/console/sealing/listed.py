# SPDX-License-Identifier: Apache-2.0
"""What lies sealed at a record: its private records, by their ids."""

from __future__ import annotations

import asyncio
from typing import Final

from tallystick.console.ledger import Json, at
from tallystick.console.sealed_packages import PART_SUFFIX, fetch_wrap
from tallystick.console.visit import Visit
from tallystick.errors import TallystickError
from tallystick.model import PrivatePlace

_RECORD: Final = "PrivateRecord"
_MAX: Final = 20
_AFTER_SLASH: Final = chr(ord("/") + 1)
_NO_WRAP: Final = "no wrap"
"""The sealed bytes are here, without a key for the reader's organisation."""


async def sealed_at(visit: Visit, contract: Json, key: str) -> list[Json]:
    """Return the private records with a record's key, or with one below it, as `A-1/grounds`."""
    tables = [one for one in contract["tables"] if one["record"] == _RECORD]
    found = await asyncio.gather(*(_rows(visit, contract["name"], one, key) for one in tables))
    return [row for rows in found for row in rows]


async def _rows(visit: Visit, contract: str, table: Json, key: str) -> list[Json]:
    address = at("contracts", contract, "tables", table["name"])
    below = {"id.ge": f"{key}/", "id.lt": f"{key}{_AFTER_SLASH}"}
    pages = await asyncio.gather(
        visit.ledger.get(address, limit=1, id=key),
        visit.ledger.get(address, limit=_MAX, **below),
    )
    part = table["name"].removesuffix(PART_SUFFIX)
    rows = [row for page in pages for row in page["items"]]
    return await asyncio.gather(*(_shown(visit, contract, part, row) for row in rows))


async def _shown(visit: Visit, contract: str, part: str, row: Json) -> Json:
    """Return a private record, with what keeps the reader from opening it here: a code, or ""."""
    organization = visit.person.organization if visit.person else None
    may_read = organization in (row["owner"], *row["recipients"])
    lacking = ""
    if may_read and row["erased_at"] is None:
        lacking = await _lacking(visit, PrivatePlace(contract, part, row["id"]))
    return {**row, "contract": contract, "part": part, "may_read": may_read, "lacking": lacking}


async def _lacking(visit: Visit, place: PrivatePlace) -> str:
    try:
        return _NO_WRAP if await fetch_wrap(visit, place) is None else ""
    except TallystickError as error:
        return error.code
