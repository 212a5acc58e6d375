# SPDX-License-Identifier: Apache-2.0
"""What people did about alerts: taken note of, given to somebody, silenced, closed; kept for good.

The ledger raises and ends alerts by its rules. These notes are the organisation's own work on them
and change nothing on the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import Column, ForeignKey, Integer, String, Table, func, insert, select

from tallystick.console.records import METADATA, Records
from tallystick.errors import InvalidArguments

NOTES: Final = Table(
    "alert_notes",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("contract", String(64), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("action", String(16), nullable=False),
    Column("account", Integer, ForeignKey("accounts.id"), nullable=False),
    Column("name", String(80), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("until", Integer),
    Column("at", Integer, nullable=False),
)
ASSIGNED: Final = Table(
    "alert_assignees",
    METADATA,
    Column("note", Integer, ForeignKey("alert_notes.id"), primary_key=True),
    Column("member", String(64), nullable=False),
    Column("member_name", String(80), nullable=False),
)
"""To whom a note gives an alert."""
_WITH_ASSIGNEES: Final = (
    select(NOTES, ASSIGNED.c.member, ASSIGNED.c.member_name)
    .outerjoin(ASSIGNED, ASSIGNED.c.note == NOTES.c.id)
    .order_by(NOTES.c.id)
)
ACTIONS: Final = ("acknowledge", "assign", "silence", "close", "reopen")
_REASONED: Final = frozenset({"silence", "close"})


@dataclass(frozen=True, slots=True)
class Handling:
    """Where the work on an alert stands."""

    state: str
    """new, acknowledged, assigned, silenced or closed."""
    history: tuple[dict[str, Any], ...]
    """Notes, oldest first; one that gives the alert to somebody says to which `member`."""

    @property
    def assignee(self) -> str | None:
        """The member whose matter it is now, if it was given to somebody."""
        given = self._given()
        return None if given is None else given["member"]

    @property
    def assignee_name(self) -> str | None:
        """What this member is called."""
        given = self._given()
        return None if given is None else given["member_name"]

    def _given(self) -> dict[str, Any] | None:
        """Return the last note that gave it to somebody, unless it begins anew or is closed."""
        if self.state in {"new", "closed"}:
            return None
        return next((one for one in reversed(self.history) if one["action"] == "assign"), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNote:
    """A step that somebody took."""

    contract: str
    number: int
    action: str
    account: int
    name: str
    reason: str
    until: int | None = None
    """Unix milliseconds; of silence."""
    assignee: tuple[str, str] | None = None
    """Member and what it is called; of giving it to somebody."""


def add_note(records: Records, note: NewNote, now_ms: int) -> None:
    """Write a note on an alert.

    Raises:
        InvalidArguments: no such action, no reason where one is due, silence without an end, or
            giving it to nobody.
    """
    if note.action not in ACTIONS:
        raise InvalidArguments(
            "no such action", field="action", expected=", ".join(ACTIONS), found=note.action[:40]
        )
    if note.action in _REASONED and not note.reason.strip():
        raise InvalidArguments("a reason is needed", field="reason", expected="a sentence")
    is_silence = note.action == "silence"
    if is_silence and (note.until is None or note.until <= now_ms):
        raise InvalidArguments("silence needs an end to come", field="until")
    if note.action == "assign" and note.assignee is None:
        raise InvalidArguments("say who takes it", field="assignee", expected="a member")
    values = {
        **{one.name: getattr(note, one.name) for one in fields(note) if one.name in NOTES.c},
        "reason": note.reason.strip()[:500],
        "until": note.until if is_silence else None,
        "at": now_ms,
    }
    with records.write() as connection:
        made = connection.execute(insert(NOTES).values(values))
        if note.action == "assign" and note.assignee is not None:
            member, name = note.assignee
            number = made.inserted_primary_key[0]  # type: ignore[index]
            given = {"note": number, "member": member, "member_name": name}
            connection.execute(insert(ASSIGNED).values(given))


def handling_of(records: Records, contract: str, now_ms: int) -> dict[int, Handling]:
    """Return the work on a contract's alerts, by number; those without notes are not in it."""
    with records.read() as connection:
        wanted = _WITH_ASSIGNEES.where(NOTES.c.contract == contract)
        rows = [dict(row) for row in connection.execute(wanted).mappings()]
    notes: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        notes.setdefault(int(row["number"]), []).append(row)
    return {
        number: Handling(state_after(history, now_ms), tuple(history))
        for number, history in notes.items()
    }


def notes_after(records: Records, number: int, limit: int = 100) -> list[dict[str, Any]]:
    """Return some notes on any alerts after one, the oldest first."""
    wanted = _WITH_ASSIGNEES.where(NOTES.c.id > number).limit(limit)
    with records.read() as connection:
        return [dict(row) for row in connection.execute(wanted).mappings()]


def newest_note(records: Records) -> int:
    """Return the number of the last note on any alert; 0: there is none."""
    with records.read() as connection:
        return int(connection.execute(select(func.max(NOTES.c.id))).scalar_one() or 0)


def state_after(history: list[dict[str, Any]], now_ms: int) -> str:
    """Return the state that notes lead to; silence ends by itself."""
    state = "new"
    for note in history:
        match note["action"]:
            case "acknowledge":
                state = "acknowledged"
            case "assign":
                state = "assigned"
            case "silence":
                state = "silenced" if note["until"] > now_ms else state
            case "close":
                state = "closed"
            case "reopen":
                state = "new"
    return state
