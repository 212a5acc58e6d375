# SPDX-License-Identifier: Apache-2.0
"""The pages of the explorer."""

from __future__ import annotations

from typing import Final

from tallystick.console.access import Access, Page
from tallystick.console.explorer.contract_pages import (
    show_contract,
    show_contracts,
    show_history,
    show_source,
    show_usage,
)
from tallystick.console.explorer.event_pages import show_events
from tallystick.console.explorer.ledger_pages import (
    show_block,
    show_blocks,
)
from tallystick.console.explorer.news import show_block_news, show_transaction_news
from tallystick.console.explorer.overview import show_overview
from tallystick.console.explorer.state_pages import (
    show_organization,
    show_organizations,
    show_record,
    show_table,
)
from tallystick.console.explorer.transaction_lists import show_transactions
from tallystick.console.explorer.transaction_pages import (
    give_receipt,
    show_genesis,
    show_transaction,
)

PAGES: Final = (
    Page(path="/events", name="events", access=Access.PUBLIC, handler=show_events),
    Page(path="/t/news", name="news", access=Access.PUBLIC, handler=show_transaction_news),
    Page(path="/b/news", name="block_news", access=Access.PUBLIC, handler=show_block_news),
    Page(path="/explorer", name="overview", access=Access.PUBLIC, handler=show_overview),
    Page(path="/b", name="blocks", access=Access.PUBLIC, handler=show_blocks),
    Page(path="/b/0", name="genesis", access=Access.PUBLIC, handler=show_genesis),
    Page(path="/b/{height:int}", name="block", access=Access.PUBLIC, handler=show_block),
    Page(path="/t", name="transactions", access=Access.PUBLIC, handler=show_transactions),
    Page(path="/t/{id}", name="transaction", access=Access.PUBLIC, handler=show_transaction),
    Page(path="/t/{id}/receipt", name="receipt", access=Access.PUBLIC, handler=give_receipt),
    Page(path="/o", name="organizations", access=Access.PUBLIC, handler=show_organizations),
    Page(path="/o/{id}", name="organization", access=Access.PUBLIC, handler=show_organization),
    Page(path="/c", name="contracts", access=Access.PUBLIC, handler=show_contracts),
    Page(path="/c/{contract}", name="contract", access=Access.PUBLIC, handler=show_contract),
    Page(path="/c/{contract}/source", name="source", access=Access.PUBLIC, handler=show_source),
    Page(path="/c/{contract}/history", name="history", access=Access.PUBLIC, handler=show_history),
    Page(path="/c/{contract}/usage", name="usage", access=Access.PUBLIC, handler=show_usage),
    Page(path="/state/{contract}/{table}", name="state", access=Access.PUBLIC, handler=show_table),
    Page(
        path="/state/{contract}/{table}/{key:path}",
        name="record",
        access=Access.PUBLIC,
        handler=show_record,
    ),
)
