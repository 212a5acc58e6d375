# SPDX-License-Identifier: Apache-2.0
"""What somebody signed and what is in no block yet: shown wherever they go on working."""

from __future__ import annotations

import asyncio
from typing import Any

from tallystick.console.signing.pending import on_ledger, sendings_of
from tallystick.console.signing.sendings import note_taken
from tallystick.console.visit import Visit


async def under_way(visit: Visit) -> list[dict[str, Any]]:
    """Return the reader's transactions that may still come into a block, the latest first."""
    account = visit.somebody().account
    sent = await asyncio.to_thread(sendings_of, visit.records, account, visit.now_ms)
    found = await asyncio.gather(*(on_ledger(visit, one["transaction"]) for one in sent))
    for one, transaction in zip(sent, found, strict=True):
        if transaction is not None:
            note_taken(visit.records, one["id"], visit.now_ms, is_final=True)
    return [
        {**one, "label": visit.names.method(one["contract"], one["method"])}
        for one, transaction in zip(sent, found, strict=True)
        if transaction is None
    ]
