# SPDX-License-Identifier: Apache-2.0
"""An application: one system's page of work, with what one may do there and what it keeps."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from starlette.responses import Response

from tallystick.console.clerks import form_at
from tallystick.console.ledger import Json, at
from tallystick.console.masking import listed_transactions
from tallystick.console.visit import Visit
from tallystick.console.work.bank_outboxes import works_with_bank
from tallystick.console.work.list_pages import takes_lists
from tallystick.console.work.standing import may_call, standings_of
from tallystick.console.work.take_aways import has_take_aways

_LATEST: Final = 8


async def show_application(visit: Visit) -> Response:
    """Answer GET /app/{contract}: what one may do, its records by state, what happened last."""
    contract = await visit.ledger.schema(visit.part("contract"))
    roles = visit.person.roles if visit.person else frozenset()
    actions = [
        {
            **method,
            "address": form_at(visit.clerks, visit.restorer, contract["name"], method["name"]),
        }
        for method in contract["methods"]
        if method["kind"] == "action"
        and visit.person
        and method.get("roles")
        and may_call(method, roles)
    ]
    queries = [method for method in contract["methods"] if method["kind"] == "query"]
    transactions = await listed_transactions(visit, contract=contract["name"], limit=_LATEST)
    return visit.page(
        "work/application.html",
        contract=contract,
        actions=actions,
        queries=queries,
        flows=await _flows(visit, contract),
        transactions=transactions,
        takes_lists=takes_lists(visit, contract),
        has_take_aways=has_take_aways(visit, contract["name"]),
        works_with_bank=works_with_bank(visit, contract),
    )


async def _flows(visit: Visit, contract: Json) -> list[dict[str, Any]]:
    """Return the tables with a workflow, newest records first."""

    async def latest(name: str) -> Json:
        return await visit.ledger.get(
            at("contracts", contract["name"], "tables", name), limit=_LATEST
        )

    standings = standings_of(contract)
    found = await asyncio.gather(*(latest(one.table["name"]) for one in standings))
    return [
        {
            "table": one.table,
            "field": one.field,
            "states": one.workflow["states"],
            "state_labels": one.labels,
            "rows": rows["items"],
        }
        for one, rows in zip(standings, found, strict=True)
    ]
