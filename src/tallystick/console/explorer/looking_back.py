# SPDX-License-Identifier: Apache-2.0
"""Tables and records as they stood after a block: read from the state of that block, by proofs."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from tallystick.console.ledger import Json, at
from tallystick.console.visit import Visit
from tallystick.errors import InvalidArguments

HEIGHT: Final = "height"
_PAGE: Final = 25
"""Each row is a proof of its own."""


async def moment_of(visit: Visit) -> Json | None:
    """Return height and time of the block of which the page is to be; None for now.

    Raises:
        InvalidArguments: not a height.
        NotFound: there is no such block yet.
    """
    text = visit.query.get(HEIGHT, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and int(text[:16]) > 0):
        raise InvalidArguments("not a height", field=HEIGHT, expected="1 or more", found=text[:20])
    block = await visit.ledger.get(at("blocks", text[:16]))
    return {"height": block["height"], "time_ms": block["time_ms"]}


async def rows_then(visit: Visit, contract: str, table: str, moment: Json) -> dict[str, Any]:
    """Return a page of the records that exist today, each as it stood; those younger are left out.

    Raises:
        TallystickError: the block lies too far back, or the node is busy with another one.
    """
    page = await visit.ledger.get(
        at("contracts", contract, "tables", table),
        limit=_PAGE,
        cursor=visit.query.get("cursor") or None,
        to=moment["time_ms"] + 1,
    )
    rows = []
    for row in page["items"]:
        then = await record_then(visit, contract, table, row["_key"], moment)
        if then is not None:
            rows.append({**then, "_key": row["_key"]})
    return {"items": rows, "next_cursor": page["next_cursor"], "height": moment["height"]}


async def record_then(
    visit: Visit, contract: str, table: str, key: str, moment: Json
) -> Json | None:
    """Return a record as it stood, None if it was not there; raises as `rows_then`."""
    answer = await visit.ledger.get(proof_at(contract, table, key), height=moment["height"])
    return answer["value"] if answer["is_present"] else None


def proof_at(contract: str, table: str, key: str) -> str:
    """Return where the node proves a record; the slashes of its key stay."""
    return f"{at('state', contract, table)}/{quote(key)}/proof"
