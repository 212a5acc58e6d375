# SPDX-License-Identifier: Apache-2.0
"""Alerts of the contracts' warning rules, and what people do about them."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.responses import RedirectResponse, Response

from tallystick.console.audit import Kind, note
from tallystick.console.figures.alert_files import alerts_file
from tallystick.console.figures.notes import Handling, NewNote, add_note, handling_of
from tallystick.console.ledger import Json, at
from tallystick.console.list_files import give_list, is_file_wanted
from tallystick.console.moments import moment_in
from tallystick.console.problems import FORBIDDEN_ROLE, problem_page
from tallystick.console.visit import Person, Visit
from tallystick.errors import InvalidArguments, NotFound
from tallystick.model import ROLE_SUPERVISOR

_SEE_OTHER: Final = 303
_PAGE: Final = 100
_UNTOUCHED: Final = Handling("new", ())


async def show_alerts(visit: Visit) -> Response:
    """Answer GET /alerts: of all contracts, newest first; `contract`, `level`, `state` filter."""
    contracts = [
        name
        for name, one in visit.names.contracts.items()
        if one.get("warnings") and visit.query.get("contract", name) == name
    ]
    is_file = is_file_wanted(visit)
    found = await asyncio.gather(*(_of_contract(visit, one, whole=is_file) for one in contracts))
    alerts = sorted(
        (alert for some in found for alert in some), key=lambda one: -int(one["time_ms"])
    )
    wanted = visit.query.get("handling", "")
    mine = visit.person.member if visit.person and "mine" in visit.query else ""
    shown = [
        one
        for one in alerts
        if (not wanted or one["handling"] == wanted) and (not mine or one["assignee"] == mine)
    ]
    if is_file:
        return await give_list(visit, alerts_file(visit, shown))
    return visit.page("figures/alerts.html", alerts=shown, contracts=contracts)


async def _of_contract(visit: Visit, contract: str, *, whole: bool) -> list[Json]:
    """Return a contract's alerts: the newest, or all of them."""
    found: list[Json] = []
    cursor: str | None = None
    while True:
        page = await visit.ledger.get(
            at("contracts", contract, "alerts"),
            limit=_PAGE,
            cursor=cursor,
            level=visit.query.get("level") or None,
            state=visit.query.get("state") or None,
        )
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None or not whole:
            break
    handled = handling_of(visit.records, contract, visit.now_ms)
    return [
        {
            **alert,
            "contract": contract,
            "handling": handled.get(alert["number"], _UNTOUCHED).state,
            "assignee": handled.get(alert["number"], _UNTOUCHED).assignee,
            "assignee_name": handled.get(alert["number"], _UNTOUCHED).assignee_name,
        }
        for alert in found
    ]


async def show_rules(visit: Visit) -> Response:
    """Answer GET /alerts/rules: every rule with its version, level and condition."""
    contracts = [one for one in visit.names.contracts.values() if one.get("warnings")]
    return visit.page("figures/rules.html", contracts=contracts)


async def show_alert(visit: Visit) -> Response:
    """Answer GET /alerts/{contract}/{number}: what it rests on, and what was done about it."""
    contract, number = visit.part("contract"), int(visit.part("number"))
    alert = await _find(visit, contract, number)
    handled = handling_of(visit.records, contract, visit.now_ms).get(number, _UNTOUCHED)
    person = visit.person
    return visit.page(
        "figures/alert.html",
        colleagues=await visit.names.colleagues(person.organization) if person else [],
        contract=contract,
        alert=alert,
        rule=await _rule(visit, contract, alert["rule"]),
        handling=handled.state,
        history=handled.history,
        may_handle=person is not None and _may_handle(visit, person, contract),
    )


async def note_alert(visit: Visit) -> Response:
    """Answer POST /alerts/{contract}/{number}: acknowledge, assign, silence, close or reopen.

    Raises:
        InvalidArguments: no such action, no such colleague, or a reason or an end is missing.
        NotFound: no such alert.
    """
    contract, number = visit.part("contract"), int(visit.part("number"))
    form = await visit.form()
    await _find(visit, contract, number)
    person = visit.somebody()
    place = f"/alerts/{contract}/{number}"
    if not _may_handle(visit, person, contract):
        await note(visit, Kind.REFUSED, place)
        return problem_page(visit, FORBIDDEN_ROLE)
    step = NewNote(
        contract=contract,
        number=number,
        action=str(form.get("action", "")),
        account=person.account,
        name=person.name,
        reason=str(form.get("reason", "")),
        assignee=await _colleague(visit, str(form.get("assignee", ""))),
        until=moment_in(str(form.get("until", "")), "until"),
    )
    add_note(visit.records, step, visit.now_ms)
    await note(visit, Kind.ALERT_HANDLED, f"{place}: {step.action}")
    return RedirectResponse(place, _SEE_OTHER)


def _may_handle(visit: Visit, person: Person, contract: str) -> bool:
    """Tell whether alerts of a contract are somebody's business.

    They are that of whoever has a role of it, of the network's supervisors and of who administers
    this console; where a contract has no roles, of everybody who is signed in.
    """
    has_roles = any(one["name"] == contract for one in visit.names.systems)
    is_theirs = any(role.startswith(f"{contract}.") for role in person.roles)
    looks_after = person.is_administrator or ROLE_SUPERVISOR in person.roles
    return is_theirs or looks_after or not has_roles


async def _colleague(visit: Visit, member: str) -> tuple[str, str] | None:
    if not member:
        return None
    for one in await visit.names.colleagues(visit.somebody().organization):
        if one["id"] == member:
            return member, visit.read(one["name"]) or member
    raise InvalidArguments(
        "no such member of your organisation", field="assignee", found=member[:64]
    )


async def _find(visit: Visit, contract: str, number: int) -> Json:
    cursor: str | None = None
    while True:
        page = await visit.ledger.get(
            at("contracts", contract, "alerts"), limit=_PAGE, cursor=cursor
        )
        for alert in page["items"]:
            if alert["number"] == number:
                return alert
        cursor = page["next_cursor"]
        if cursor is None:
            raise NotFound("there is no such alert", field="number", found=str(number))


async def _rule(visit: Visit, contract: str, name: str) -> Json | None:
    schema = await visit.ledger.schema(contract)
    return next((one for one in schema.get("warnings", []) if one["id"] == name), None)
