# SPDX-License-Identifier: Apache-2.0
"""The inbox: what waits for one's roles, what one did and started, read from the ledger."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from starlette.responses import Response

from tallystick.console.ledger import Json, at
from tallystick.console.list_files import give_list, is_file_wanted
from tallystick.console.saved_views import views_here
from tallystick.console.sealed_packages import states_sealed
from tallystick.console.signing.under_way import under_way
from tallystick.console.signings import signings_of
from tallystick.console.visit import Person, Visit
from tallystick.console.work.acting import with_a_way_on
from tallystick.console.work.case_lists import own_file, tasks_file
from tallystick.console.work.describing import about, amount_of
from tallystick.console.work.narrowing import narrowing_of, systems_in
from tallystick.console.work.passing_on import Passed, notes_on
from tallystick.console.work.standing import (
    Standing,
    actions_on,
    concerns,
    due_at,
    standing_of,
    standings_of,
)
from tallystick.console.work.started import started_by, transactions_of
from tallystick.console.work.watching import Place

_PAGE: Final = 100
_ROWS: Final = 500
_PAGES_LOOKED_THROUGH: Final = 10
"""Of the records in one state, whoever they concern; docs/operator/console.md says so."""


_TABS: Final = ("done", "started")


async def show_inbox(visit: Visit) -> Response:
    """Answer GET /inbox: what is to be done, or what one has done or started."""
    person = visit.somebody()
    tab = visit.query.get("tab", "")
    if tab in _TABS and is_file_wanted(visit):
        return await give_list(visit, own_file(visit, person, tab))
    if tab == "done":
        cursor = visit.query.get("cursor")
        transactions = await transactions_of(visit, person, _PAGE, cursor)
        waiting = await under_way(visit)
        return visit.page("work/done.html", tab=tab, transactions=transactions, under_way=waiting)
    if tab == "started":
        rows, cursor = await started_by(visit, person, visit.query.get("cursor"))
        return visit.page("work/started.html", tab=tab, rows=rows, next_cursor=cursor)
    everything = await tasks_of(visit, person)
    wanted = narrowing_of(visit.query)
    tasks = [one for one in everything if wanted.takes(one, visit.now_ms)]
    if is_file_wanted(visit):
        return await give_list(visit, tasks_file(visit, tasks))
    colleagues = await visit.names.colleagues(person.organization)
    steps = {
        step["address"]: {**step, "kind": task["kind"]} for task in tasks for step in task["steps"]
    }
    return visit.page(
        "work/inbox.html",
        tab="todo",
        saved_views=await views_here(visit),
        tasks=tasks,
        count=len(everything),
        systems=systems_in(everything),
        wanted=wanted,
        steps=[one for one in steps.values() if not one["is_for_one"]],
        one_by_one=[one for one in steps.values() if one["is_for_one"]],
        colleagues=[
            one
            for one in colleagues
            if one["id"] != person.member and _takes_any(visit, tasks, frozenset(one["roles"]))
        ],
    )


def _takes_any(visit: Visit, tasks: list[dict[str, Any]], roles: frozenset[str]) -> bool:
    """Tell whether somebody of these roles can take one of the tasks on."""
    found = (
        (task["state"], standing_of(visit.names.contracts[task["contract"]], task["table"]))
        for task in tasks
    )
    return any(
        standing is not None and standing.next_moves(state, roles) for state, standing in found
    )


async def count_tasks(visit: Visit) -> Response:
    """Answer GET /inbox/count: how many records wait, for the menu."""
    person = visit.somebody()
    tasks = await tasks_of(visit, person)
    mine = [task for task in tasks if task["passed"].is_for(person.member)]
    return visit.page("work/count.html", count=len(mine))


async def tasks_of(visit: Visit, person: Person) -> list[dict[str, Any]]:
    """Return the records that wait for somebody's roles: what is theirs first, then by due date.

    What was handed to a colleague comes last; whoever has the role may still do it.
    """
    asked = [
        _waiting(visit, contract, standing, state, person)
        for contract in visit.names.contracts.values()
        for standing in standings_of(contract)
        for state in standing.waiting_states(person.roles)
    ]
    found = [task for tasks in await asyncio.gather(*asked) for task in tasks]
    return sorted(found, key=lambda task: _order(task, person))


def _order(task: dict[str, Any], person: Person) -> tuple[bool, bool, bool, int]:
    passed: Passed = task["passed"]
    return (
        not passed.is_for(person.member),
        passed.reminder is None,
        task["due_at"] is None,
        task["due_at"] or 0,
    )


def steps_on(contract: Json, table: Json, roles: frozenset[str]) -> list[dict[str, Any]]:
    """Return what somebody of these roles may do with records of a table selected in the inbox.

    What declares sealed bytes is done with one record at a time: they are bound to it.
    """
    return [
        {
            "address": f"{contract['name']}/{table['name']}/{method['name']}",
            "label": method["label"],
            "is_for_one": any(states_sealed(one["type"]) for one in method["arguments"]),
        }
        for method, _ in actions_on(contract, table, roles)
        if method.get("roles")
    ]


async def _standing_at(visit: Visit, contract: Json, standing: Standing, state: str) -> list[Json]:
    """Return the records in a state, the oldest first: those have waited longest."""
    place = at("contracts", contract["name"], "tables", standing.table["name"])
    rows: list[Json] = []
    cursor: str | None = None
    for _ in range(_PAGES_LOOKED_THROUGH):
        page = await visit.ledger.get(
            place, limit=_ROWS, order="oldest", cursor=cursor, **{standing.field: state}
        )
        rows += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    return rows


async def _waiting(
    visit: Visit, contract: Json, standing: Standing, state: str, person: Person
) -> list[dict[str, Any]]:
    table = standing.table
    rows = await _standing_at(visit, contract, standing, state)
    moves = standing.next_moves(state, person.roles)
    steps = steps_on(contract, table, person.roles)
    mine = await with_a_way_on(
        visit,
        contract,
        table,
        person.roles,
        [row for row in rows if concerns(row, person.organization)],
    )
    places = [Place(contract["name"], table["name"], row["_key"]) for row in mine]
    notes = await asyncio.to_thread(
        lambda: [notes_on(visit.records, one, state, person.organization) for one in places]
    )
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
            "about": about(visit, table, row),
            "amount": amount_of(table, row),
            "due_at": due_at(table, row),
            "signings": signings_of(table, row),
            "passed": passed,
        }
        for row, passed in zip(mine, notes, strict=True)
    ]
