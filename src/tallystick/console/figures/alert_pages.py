# SPDX-License-Identifier: Apache-2.0
"""Alerts of the contracts' warning rules, and what people do about them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from starlette.responses import RedirectResponse, Response

from tallystick.console.audit import Kind, note
from tallystick.console.choices import safe_return
from tallystick.console.figures.alert_figures import closed_by_people
from tallystick.console.figures.alert_files import alerts_file
from tallystick.console.figures.notes import Handling, NewNote, add_note, handling_of
from tallystick.console.figures.statistic_pages import plain
from tallystick.console.ledger import Json, at
from tallystick.console.list_files import give_list, is_file_wanted
from tallystick.console.moments import moment_in
from tallystick.console.problems import FORBIDDEN_ROLE, problem_page
from tallystick.console.saved_views import views_here
from tallystick.console.visit import Person, Visit
from tallystick.errors import InvalidArguments, NotFound
from tallystick.model import ROLE_SUPERVISOR

_SEE_OTHER: Final = 303
_PAGE: Final = 100
_UNTOUCHED: Final = Handling("new", ())


async def show_alerts(visit: Visit) -> Response:
    """Answer GET /alerts: of all contracts, newest first; `contract`, `level`, `state` filter.

    `from` and `to` say when they were raised, `done_from` and `done_to` when people closed them,
    `about` what a field of theirs is (`province:510000`).
    """
    contracts = [
        name
        for name, one in visit.names.contracts.items()
        if one.get("warnings") and visit.query.get("contract", name) == name
    ]
    is_file = is_file_wanted(visit)
    wanted = AlertsWanted(
        level=visit.query.get("level") or None,
        state=visit.query.get("state") or None,
        from_ms=moment_in(visit.query.get("from", ""), "from"),
        to_ms=moment_in(visit.query.get("to", ""), "to"),
    )
    handling = visit.query.get("handling", "")
    mine = visit.person.member if visit.person and "mine" in visit.query else ""
    done = moment_in(visit.query.get("done_from", ""), "done_from")
    done_to = moment_in(visit.query.get("done_to", ""), "done_to")
    about = visit.query.get("about", "")
    is_chosen_here = bool(handling or mine or done is not None or done_to is not None or about)
    is_whole = is_file or is_chosen_here  # what the node does not filter is looked for in all
    found = await asyncio.gather(
        *(alerts_of(visit, one, wanted, whole=is_whole) for one in contracts)
    )
    shown = [
        one
        for one, work in newest_first(found)
        if (not handling or one["handling"] == handling)
        and (not mine or one["assignee"] == mine)
        and is_about(one, about)
        and _is_done(work, done, done_to)
    ]
    if is_file:
        return await give_list(visit, alerts_file(visit, shown))
    saved = await views_here(visit)
    return visit.page("figures/alerts.html", alerts=shown, contracts=contracts, saved_views=saved)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsWanted:
    """Which alerts, as the node filters them."""

    level: str | None = None
    state: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None


def newest_first(found: Iterable[list[tuple[Json, Handling]]]) -> list[tuple[Json, Handling]]:
    """Return alerts of several contracts in one list."""
    together = (one for some in found for one in some)
    return sorted(together, key=lambda one: (-int(one[0]["time_ms"]), -int(one[0]["number"])))


def is_about(alert: Json, about: str) -> bool:
    """Tell whether a field by which a rule tells alerts apart has a value: `field:value`."""
    field, _, value = about.partition(":")
    return not about or plain(alert["about"].get(field)) == value


def _is_done(work: Handling, from_ms: int | None, to_ms: int | None) -> bool:
    """Tell whether people closed an alert within a time; without one, any will do."""
    if from_ms is None and to_ms is None:
        return True
    at_ms = closed_by_people(work)
    return at_ms is not None and (from_ms or 0) <= at_ms and (to_ms is None or at_ms < to_ms)


async def alerts_of(
    visit: Visit, contract: str, wanted: AlertsWanted, *, whole: bool
) -> list[tuple[Json, Handling]]:
    """Return a contract's alerts, the newest or all, each with what people did about it."""
    found: list[Json] = []
    cursor: str | None = None
    while True:
        page = await visit.ledger.get(
            at("contracts", contract, "alerts"),
            limit=_PAGE,
            cursor=cursor,
            level=wanted.level,
            state=wanted.state,
            **{"from": wanted.from_ms, "to": wanted.to_ms},
        )
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None or not whole:
            break
    handled = handling_of(visit.records, contract, visit.now_ms)
    works = [handled.get(alert["number"], _UNTOUCHED) for alert in found]
    return [
        (
            {
                **alert,
                "contract": contract,
                "handling": work.state,
                "assignee": work.assignee,
                "assignee_name": work.assignee_name,
            },
            work,
        )
        for alert, work in zip(found, works, strict=True)
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
        may_handle=person is not None and may_handle(visit, person, contract),
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
    if not may_handle(visit, person, contract):
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
    back = str(form.get("back", ""))
    return RedirectResponse(safe_return(back) if back else place, _SEE_OTHER)


def may_handle(visit: Visit, person: Person, contract: str) -> bool:
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
