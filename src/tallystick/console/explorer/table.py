# SPDX-License-Identifier: Apache-2.0
"""The pages of the explorer."""

from __future__ import annotations

from typing import Final

from tallystick.console.access import Access, Page
from tallystick.console.explorer.ledger_pages import (
    give_receipt,
    show_block,
    show_blocks,
    show_overview,
    show_transaction,
    show_transactions,
)

PAGES: Final = (
    Page(path="/explorer", name="overview", access=Access.PUBLIC, handler=show_overview),
    Page(path="/b", name="blocks", access=Access.PUBLIC, handler=show_blocks),
    Page(path="/b/{height:int}", name="block", access=Access.PUBLIC, handler=show_block),
    Page(path="/t", name="transactions", access=Access.PUBLIC, handler=show_transactions),
    Page(path="/t/{id}", name="transaction", access=Access.PUBLIC, handler=show_transaction),
    Page(path="/t/{id}/receipt", name="receipt", access=Access.PUBLIC, handler=give_receipt),
)
