# SPDX-License-Identifier: Apache-2.0
"""A row for each node of the network, as this one sees it and as they say themselves."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from tallystick.console.ledger import Json, at
from tallystick.console.visit import Visit
from tallystick.errors import Unavailable

LAG_SHOWN_FROM: Final = 3
"""Blocks: less is the time in which a block travels."""


async def read_nodes(visit: Visit) -> list[dict[str, Any]]:
    """Return a row for each node; none while the engine of this one does not answer."""
    try:
        network, status = await asyncio.gather(
            visit.ledger.get(at("network")), visit.ledger.get(at("status"))
        )
    except Unavailable:
        return []
    return rows_of_nodes(network, status)


def rows_of_nodes(network: Json, status: Json) -> list[dict[str, Any]]:
    """Return this node and the others, each with height, lag, room on its disk, and its state.

    Args:
        network: as the API tells it.
        status: of this node.
    """
    own = {
        "organization": network["organization"],
        "node_id": (network["engine"] or {}).get("node_id"),
        "is_own": True,
        "connected": True,
        "height": network["height"],
        "catching_up": bool((network["engine"] or {}).get("catching_up")),
        **_disk(status),
    }
    others = [
        {
            "organization": peer["organization"],
            "node_id": peer["node_id"],
            "is_own": False,
            "connected": peer["connected"],
            "height": peer["height"],
            "catching_up": False,
            **_disk(peer),
        }
        for peer in network["peers"]
    ]
    rows = [own, *others]
    highest = max(row["height"] or 0 for row in rows)
    for row in rows:
        row["lag"] = None if row["height"] is None else highest - row["height"]
        row["state"] = _state(row)
    return rows


def _disk(said: Json) -> dict[str, Any]:
    free, size = said.get("disk_free_bytes"), said.get("disk_size_bytes")
    is_told = bool(size) and free is not None
    return {
        "disk_free_bytes": free if is_told else None,
        "disk_used_percent": round(100 * (size - free) / size) if is_told else None,
    }


def _state(row: dict[str, Any]) -> str:
    if not row["connected"]:
        return "away"
    is_behind = row["catching_up"] or (row["lag"] or 0) >= LAG_SHOWN_FROM
    return "behind" if is_behind else "in-step"
