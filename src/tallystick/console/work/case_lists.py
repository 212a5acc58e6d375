# SPDX-License-Identifier: Apache-2.0
"""The lists of the inbox as files to keep: what waits, what one did, and what one started."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from tallystick.console.ledger import Json
from tallystick.console.list_files import Column, ListFile, Part, at_once, moment_of, of
from tallystick.console.masking import cover_listed
from tallystick.console.shown import money
from tallystick.console.visit import Person, Visit
from tallystick.console.work.started import started_by, transactions_of

_PAGE: Final = 100


def tasks_file(visit: Visit, tasks: list[dict[str, Any]]) -> ListFile:
    """Return the records that wait, in the order of the page."""

    def shown(task: Json) -> str:
        return visit.read(task["state_label"]) or str(task["state"])

    plain = [
        {name: value for name, value in task.items() if name not in {"passed", "signings", "steps"}}
        for task in tasks
    ]
    return ListFile(
        name="inbox",
        title=visit.say("Inbox"),
        columns=(
            Column(visit.say("Application"), lambda row: visit.read(row["application"])),
            Column(visit.say("Record"), lambda row: visit.read(row["kind"])),
            Column(visit.say("Key"), of("key")),
            Column(visit.say("About"), of("about")),
            Column(visit.say("Amount"), lambda row: _amount(row["amount"])),
            Column(visit.say("State"), shown),
            Column(visit.say("Due"), moment_of("due_at")),
        ),
        parts=at_once(plain, visit.names.height),
    )


def own_file(visit: Visit, person: Person, tab: str) -> ListFile:
    """Return everything that somebody did, or started."""
    if tab == "started":
        return ListFile(
            name="started",
            title=visit.say("Started by me"),
            columns=(
                Column(visit.say("Application"), lambda row: visit.read(row["application"])),
                Column(visit.say("Record"), lambda row: visit.read(row["kind"])),
                Column(visit.say("Key"), of("key")),
                Column(visit.say("State"), lambda row: _state(visit, row)),
                Column(visit.say("Started"), moment_of("started_at")),
                Column(visit.say("Transaction"), of("transaction")),
            ),
            parts=_started(visit, person),
        )

    def sentence(row: Json) -> str:
        return visit.names.spell_out(visit.read(row["sentence"]), visit.language)

    return ListFile(
        name="done",
        title=visit.say("Done"),
        columns=(
            Column(visit.say("Outcome"), of("code")),
            Column(visit.say("What happened"), sentence),
            Column(visit.say("Block"), of("height")),
            Column(visit.say("When"), moment_of("time_ms")),
            Column(visit.say("Transaction"), of("id")),
        ),
        parts=_done(visit, person),
    )


def _amount(minor: int | None) -> str:
    return "" if minor is None else money(minor)


def _state(visit: Visit, row: Json) -> str:
    return visit.read((row["state_labels"] or {}).get(row["state"])) or str(row["state"] or "")


async def _started(visit: Visit, person: Person) -> AsyncIterator[Part]:
    cursor: str | None = None
    while True:
        rows, cursor = await started_by(visit, person, cursor)
        yield Part(rows, visit.names.height)
        if cursor is None:
            return


async def _done(visit: Visit, person: Person) -> AsyncIterator[Part]:
    cursor: str | None = None
    while True:
        page = await transactions_of(visit, person, _PAGE, cursor)
        yield Part(await cover_listed(visit, page["items"]), visit.names.height)
        cursor = page["next_cursor"]
        if cursor is None:
            return
