# SPDX-License-Identifier: Apache-2.0
"""Tasks that are handed to a colleague, and people who are reminded of theirs.

Both are notes of this console about a record in the state it stands at, and change nothing on the
ledger: they lapse when the record moves on. A reminder reaches whoever has an account here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ForeignKey, Integer, String, Table, insert, select
from starlette.responses import RedirectResponse, Response

from tallystick.console.ledger import Json
from tallystick.console.records import METADATA, Records
from tallystick.console.visit import Person, Visit
from tallystick.console.work.standing import Standing, concerns, standing_of
from tallystick.console.work.watching import Place
from tallystick.errors import InvalidArguments, NotFound, Rejected
from tallystick.units import DAY_MS

TASK_NOTES: Final = Table(
    "task_notes",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("contract", String(64), nullable=False),
    Column("table", String(64), nullable=False),
    Column("key", String(400), nullable=False),
    Column("state", String(64), nullable=False),
    Column("account", Integer, ForeignKey("accounts.id"), nullable=False),
    Column("name", String(80), nullable=False),
    Column("organization", String(18), nullable=False),
    Column("member", String(64)),
    Column("member_name", String(80)),
    Column("at", Integer, nullable=False),
)
"""With a member: handed to them, within the organisation. Without: a reminder."""
HANDED_MAX: Final = 100
_REMIND_AGAIN_MS: Final = DAY_MS
_SEE_OTHER: Final = 303


@dataclass(frozen=True, slots=True)
class Passed:
    """What was said about a task in its present state."""

    handed: dict[str, Any] | None
    """The newest note by which an organisation gave it to one of its members."""
    reminder: dict[str, Any] | None
    """The newest reminder."""

    def is_for(self, member: str) -> bool:
        """Tell whether it is a member's: it was handed to nobody else of the organisation."""
        return self.handed is None or self.handed["member"] == member


def notes_on(records: Records, place: Place, state: str, organization: str) -> Passed:
    """Return what members of an organisation are to know of a task."""
    wanted = (
        select(TASK_NOTES)
        .where(
            TASK_NOTES.c.contract == place.contract,
            TASK_NOTES.c.table == place.table,
            TASK_NOTES.c.key == place.key,
            TASK_NOTES.c.state == state,
        )
        .order_by(TASK_NOTES.c.id)
    )
    with records.read() as connection:
        notes = [dict(row) for row in connection.execute(wanted).mappings()]
    handed = [one for one in notes if one["member"] and one["organization"] == organization]
    reminders = [one for one in notes if not one["member"]]
    return Passed(handed[-1] if handed else None, reminders[-1] if reminders else None)


async def hand_over(visit: Visit) -> Response:
    """Answer POST /inbox/hand: give selected tasks to a colleague.

    Raises:
        InvalidArguments: no task or no colleague was selected, or the colleague cannot do it.
        NotFound: there is no such record.
    """
    form = await visit.form()
    person, member = visit.somebody(), str(form.get("colleague", ""))
    places = [_place(str(one)) for one in dict.fromkeys(form.getlist("record"))]
    if not 0 < len(places) <= HANDED_MAX:
        raise InvalidArguments(
            "select tasks to hand over", field="record", expected=f"1 to {HANDED_MAX}"
        )
    colleagues = await visit.names.colleagues(person.organization)
    colleague = next((one for one in colleagues if one["id"] == member), None)
    if colleague is None:
        raise InvalidArguments(
            "no such member of your organisation", field="colleague", found=member[:64]
        )
    states = []
    for place in places:
        standing, row = await _task(visit, place, person)
        state = str(row[standing.field])
        if not standing.next_moves(state, frozenset(colleague["roles"])):
            raise InvalidArguments(
                "this member has no role that takes the task on", field="colleague", found=member
            )
        states.append(state)
    name = visit.read(colleague["name"]) or member
    for place, state in zip(places, states, strict=True):
        await asyncio.to_thread(_note, visit, place, state, (member, name))
    return RedirectResponse("/inbox", _SEE_OTHER)


async def remind(visit: Visit) -> Response:
    """Answer POST /remind: remind those for whom a record waits.

    Raises:
        NotFound: there is no such record.
        Rejected: somebody reminded of it within the last day.
    """
    form = await visit.form()
    place = Place(*(str(form.get(name, "")) for name in ("contract", "table", "key")))
    person = visit.somebody()
    standing, row = await _task(visit, place, person)
    state = str(row[standing.field])
    passed = await asyncio.to_thread(notes_on, visit.records, place, state, person.organization)
    if passed.reminder is not None and visit.now_ms - passed.reminder["at"] < _REMIND_AGAIN_MS:
        raise Rejected("somebody reminded of this within a day", field="record", hint=place.case)
    await asyncio.to_thread(_note, visit, place, state, None)
    return RedirectResponse(place.case, _SEE_OTHER)


async def _task(visit: Visit, place: Place, person: Person) -> tuple[Standing, Json]:
    """Return a record that stands somewhere and concerns somebody's organisation."""
    contract = visit.names.contracts.get(place.contract)
    standing = None if contract is None else standing_of(contract, place.table)
    if standing is None:
        raise NotFound("there is no such task", field="record", found=place.case[:80])
    row = await visit.ledger.get(place.address)
    if not concerns(row, person.organization):
        raise NotFound("there is no such task", field="record", found=place.case[:80])
    return standing, row


def _place(text: str) -> Place:
    contract, _, rest = text.partition("/")
    table, _, key = rest.partition("/")
    return Place(contract, table, key)


def _note(visit: Visit, place: Place, state: str, given: tuple[str, str] | None) -> None:
    person = visit.somebody()
    member, name = given or (None, None)
    values = {
        "contract": place.contract,
        "table": place.table,
        "key": place.key,
        "state": state,
        "account": person.account,
        "name": person.name,
        "organization": person.organization,
        "member": member,
        "member_name": name,
        "at": visit.now_ms,
    }
    with visit.records.write() as connection:
        connection.execute(insert(TASK_NOTES).values(values))
