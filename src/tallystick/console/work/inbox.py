# SPDX-License-Identifier: Apache-2.0
"""The inbox: what waits for one's roles, what one did and started, read from the ledger."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from starlette.responses import Response

from tallystick.console.ledger import Json, at
from tallystick.console.visit import Person, Visit
from tallystick.console.work.standing import Standing, concerns, due_at, standings_of

_PAGE: Final = 100
_TABS: Final = ("todo", "done")


async def show_inbox(visit: Visit) -> Response:
    """Answer GET /inbox: what is to be done, or what one has done."""
    person = visit.somebody()
    tab = visit.query.get("tab", _TABS[0])
    if tab == "done":
        transactions = await visit.ledger.get(
            at("transactions"),
            limit=_PAGE,
            organization=person.organization,
            q=person.member,
            cursor=visit.query.get("cursor"),
        )
        return visit.page("work/done.html", tab=tab, transactions=transactions)
    tasks = await tasks_of(visit, person)
    return visit.page("work/inbox.html", tab="todo", tasks=tasks)


async def tasks_of(visit: Visit, person: Person) -> list[dict[str, Any]]:
    """Return the records that wait for somebody's roles, those that are due first."""
    asked = [
        _waiting(visit, contract, standing, state, person)
        for contract in visit.names.contracts.values()
        for standing in standings_of(contract)
        for state in standing.waiting_states(person.roles)
    ]
    found = [task for tasks in await asyncio.gather(*asked) for task in tasks]
    return sorted(found, key=lambda task: (task["due_at"] is None, task["due_at"] or 0))


async def _waiting(
    visit: Visit, contract: Json, standing: Standing, state: str, person: Person
) -> list[dict[str, Any]]:
    table = standing.table
    rows = await visit.ledger.get(
        at("contracts", contract["name"], "tables", table["name"]),
        limit=_PAGE,
        **{standing.field: state},
    )
    moves = standing.next_moves(state, person.roles)
    return [
        {
            "contract": contract["name"],
            "application": contract["label"],
            "table": table["name"],
            "kind": table["label"],
            "key": row["_key"],
            "state": state,
            "moves": [move["label"] for move in moves],
            "due_at": due_at(row),
        }
        for row in rows["items"]
        if concerns(row, person.organization)
    ]
