# SPDX-License-Identifier: Apache-2.0
"""Overview, blocks, and transactions in lists."""

from __future__ import annotations

from starlette.responses import Response

from tallystick.console.explorer.news import news_of
from tallystick.console.ledger import at
from tallystick.console.masking import listed_transactions
from tallystick.console.visit import Visit
from tallystick.errors import NotFound, Unavailable

_LATEST = 8
_TRANSACTION_FILTERS = ("cursor", "contract", "method", "organization", "code", "q")
_PAGE = 50


async def show_overview(visit: Visit) -> Response:
    """Answer GET /explorer: live figures and what happened last."""
    status = await visit.ledger.get(at("status"))
    transactions = await listed_transactions(visit, limit=_LATEST)
    return visit.page(
        "explorer/overview.html",
        status=status,
        transactions=transactions,
        news=news_of(visit, transactions),
    )


async def show_blocks(visit: Visit) -> Response:
    """Answer GET /b: blocks, newest first."""
    blocks = await visit.ledger.get(at("blocks"), limit=_PAGE, cursor=visit.query.get("cursor"))
    return visit.page("explorer/blocks.html", blocks=blocks)


async def show_transactions(visit: Visit) -> Response:
    """Answer GET /t: transactions, newest first."""
    wanted = {name: visit.query.get(name) or None for name in _TRANSACTION_FILTERS}
    transactions = await listed_transactions(visit, limit=_PAGE, **wanted)
    return visit.page(
        "explorer/transactions.html", transactions=transactions, news=news_of(visit, transactions)
    )


async def show_block(visit: Visit) -> Response:
    """Answer GET /b/{height}: one block, its transactions, and who signed it."""
    height = visit.part("height")
    block = await visit.ledger.get(at("blocks", height))
    try:
        signed = await visit.ledger.get(at("blocks", height, "signatures"))
    except (NotFound, Unavailable):  # the newest one, or one whose commit the engine has pruned
        signed = None
    return visit.page("explorer/block.html", block=block, signed=signed)
