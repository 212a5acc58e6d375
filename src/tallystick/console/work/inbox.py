# SPDX-License-Identifier: Apache-2.0
"""The inbox: what waits for one's roles, what one did and started, read from the ledger."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from starlette.responses import Response

from tallystick.console.ledger import Json, at
from tallystick.console.visit import Person, Visit
from tallystick.console.work.progress import signings_of
from tallystick.console.work.standing import Standing, actions_on, concerns, due_at, standings_of
from tallystick.console.work.started import started_by, transactions_of

_PAGE: Final = 100


async def show_inbox(visit: Visit) -> Response:
    """Answer GET /inbox: what is to be done, or what one has done or started."""
    person = visit.somebody()
    tab = visit.query.get("tab", "")
    if tab == "done":
        cursor = visit.query.get("cursor")
        transactions = await transactions_of(visit, person, _PAGE, cursor)
        return visit.page("work/done.html", tab=tab, transactions=transactions)
    if tab == "started":
        rows, cursor = await started_by(visit, person, visit.query.get("cursor"))
        return visit.page("work/started.html", tab=tab, rows=rows, next_cursor=cursor)
    tasks = await tasks_of(visit, person)
    steps = {
        step["address"]: {**step, "kind": task["kind"]} for task in tasks for step in task["steps"]
    }
    return visit.page("work/inbox.html", tab="todo", tasks=tasks, steps=list(steps.values()))


async def count_tasks(visit: Visit) -> Response:
    """Answer GET /inbox/count: how many records wait, for the menu."""
    tasks = await tasks_of(visit, visit.somebody())
    return visit.page("work/count.html", count=len(tasks))


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


def steps_on(contract: Json, table: Json, roles: frozenset[str]) -> list[dict[str, Any]]:
    """Return what somebody of these roles may do with several records of a table at once."""
    return [
        {
            "address": f"{contract['name']}/{table['name']}/{method['name']}",
            "label": method["label"],
        }
        for method, _ in actions_on(contract, table, roles)
        if method.get("roles")
    ]


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
    steps = steps_on(contract, table, person.roles)
    return [
        {
            "contract": contract["name"],
            "application": contract["label"],
            "table": table["name"],
            "kind": table["label"],
            "key": row["_key"],
            "state": state,
            "state_label": standing.labels.get(state),
            "moves": [move["label"] for move in moves],
            "steps": steps,
            "due_at": due_at(row),
            "signings": signings_of(table, row),
        }
        for row in rows["items"]
        if concerns(row, person.organization)
    ]
