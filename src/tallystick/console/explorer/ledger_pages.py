# SPDX-License-Identifier: Apache-2.0
"""Overview, blocks and transactions."""

from __future__ import annotations

from starlette.responses import Response

from tallystick.console.ledger import at
from tallystick.console.visit import Visit

_LATEST = 8
_PAGE = 50


async def show_overview(visit: Visit) -> Response:
    """Answer GET /explorer: live figures and what happened last."""
    status = await visit.ledger.get(at("status"))
    transactions = await visit.ledger.get(at("transactions"), limit=_LATEST)
    return visit.page("explorer/overview.html", status=status, transactions=transactions)


async def show_blocks(visit: Visit) -> Response:
    """Answer GET /b: blocks, newest first."""
    blocks = await visit.ledger.get(at("blocks"), limit=_PAGE, cursor=visit.query.get("cursor"))
    return visit.page("explorer/blocks.html", blocks=blocks)


async def show_transactions(visit: Visit) -> Response:
    """Answer GET /t: transactions, newest first."""
    transactions = await visit.ledger.get(
        at("transactions"), limit=_PAGE, cursor=visit.query.get("cursor")
    )
    return visit.page("explorer/transactions.html", transactions=transactions)
