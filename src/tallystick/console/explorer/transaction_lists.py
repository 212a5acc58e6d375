# SPDX-License-Identifier: Apache-2.0
"""Transactions in a list: what the address asks for, what can be chosen, and the list as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from starlette.responses import Response

from tallystick.console.explorer.news import FILTERS, news_of, wanted_in
from tallystick.console.ledger import Json
from tallystick.console.list_files import (
    PAGE,
    Column,
    ListFile,
    Part,
    called,
    filters_in,
    give_list,
    is_file_wanted,
    moment_of,
    of,
)
from tallystick.console.masking import listed_transactions
from tallystick.console.saved_views import views_here
from tallystick.console.visit import Visit

BUILT_IN: Final = ("membership", "governance")
"""Contracts of the network itself, which have no page."""
_SHOWN: Final = 50


async def show_transactions(visit: Visit) -> Response:
    """Answer GET /t: transactions, newest first, of what the address says; whole as a file.

    Raises:
        InvalidArguments: a time that is none.
    """
    wanted = wanted_in(visit)
    if is_file_wanted(visit):
        return await give_list(visit, _file(visit, wanted))
    transactions = await listed_transactions(
        visit, limit=_SHOWN, cursor=visit.query.get("cursor") or None, **wanted
    )
    return visit.page(
        "explorer/transactions.html",
        transactions=transactions,
        saved_views=await views_here(visit),
        news=news_of(visit, transactions),
        chosen={name: visit.query.get(name, "") for name in FILTERS},
        contracts=[*visit.names.contracts, *BUILT_IN],
        methods=_methods(visit, visit.query.get("contract", "")),
    )


def _methods(visit: Visit, contract: str) -> list[dict[str, Any]]:
    """Return the actions of one contract, or of all: their names and what they are called."""
    return [
        {"name": method["name"], "label": visit.read(method["label"])}
        for name, one in visit.names.contracts.items()
        if contract in {"", name}
        for method in one["methods"]
        if method["kind"] == "action"
    ]


def _file(visit: Visit, wanted: dict[str, str | int]) -> ListFile:
    def sentence(row: Json) -> str:
        return visit.names.spell_out(visit.read(row["sentence"]), visit.language)

    async def parts() -> AsyncIterator[Part]:
        cursor: str | None = None
        while True:
            page = await listed_transactions(visit, limit=PAGE, cursor=cursor, **wanted)
            yield Part(page["items"], page["height"])
            cursor = page["next_cursor"]
            if cursor is None:
                return

    return ListFile(
        name="transactions",
        title=visit.say("Transactions"),
        columns=(
            Column(visit.say("Outcome"), of("code")),
            Column(visit.say("What happened"), sentence),
            Column(visit.say("Contract"), of("contract")),
            Column(visit.say("Method"), of("method")),
            Column(visit.say("By"), lambda row: called(visit, row["organization"])),
            Column(visit.say("Organisation"), of("organization")),
            Column(visit.say("Member"), of("member")),
            Column(visit.say("Block"), of("height")),
            Column(visit.say("Leaf in the log"), of("leaf_index")),
            Column(visit.say("When"), moment_of("time_ms")),
            Column(visit.say("Transaction"), of("id")),
        ),
        parts=parts(),
        filters=filters_in(visit),
    )
