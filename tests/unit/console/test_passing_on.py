# SPDX-License-Identifier: Apache-2.0
"""Whose a task is after it was handed over: of one member, in one organisation, in one state."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from tallystick.console.account.people import NewAccount, add_account
from tallystick.console.records import Records
from tallystick.console.visit import Person
from tallystick.console.work import inbox, passing_on
from tallystick.console.work.passing_on import Passed, notes_on
from tallystick.console.work.watching import Place

HERE, ELSEWHERE = "53110000MADEM1010Y", "53110000MADEM1011W"
PLACE: Final = Place("charity", "campaigns", "C-2026-0001")


def handed(tmp_path: Path, *members: str | None) -> Records:
    """Return records in which a task went to each of these in turn; None reminds of it."""
    records = Records(tmp_path / "console.sqlite")
    made = NewAccount(login="li", name="李", organization=HERE, member="officer-li")
    account = add_account(records, made, 1)
    person = Person(account=account, name="李", organization=HERE, member="officer-li")
    for number, member in enumerate(members):
        visit: Any = SimpleNamespace(
            records=records, now_ms=number, somebody=lambda person=person: person
        )
        passing_on._note(visit, PLACE, "DRAFT", None if member is None else (member, member))
    return records


def test_a_task_is_the_last_ones_to_whom_it_was_handed(tmp_path: Path) -> None:
    """In that state and organisation; elsewhere, and when the record moved on, it is anybody's."""
    records = handed(tmp_path, "a", "b", None)
    passed = notes_on(records, PLACE, "DRAFT", HERE)
    assert (passed.is_for("a"), passed.is_for("b")) == (False, True)
    assert passed.reminder is not None
    elsewhere = notes_on(records, PLACE, "DRAFT", ELSEWHERE)
    assert elsewhere.is_for("a")
    assert elsewhere.reminder == passed.reminder
    assert notes_on(records, PLACE, "FILED", HERE) == Passed(None, None)
    assert notes_on(records, Place("charity", "funds", PLACE.key), "DRAFT", HERE).is_for("a")


def test_what_is_others_comes_last_and_what_was_reminded_of_first() -> None:
    """Then what is due, the sooner first."""
    person = Person(account=1, name="", organization=HERE, member="me")
    note = {"member": "me"}
    tasks: list[dict[str, Any]] = [
        {"passed": Passed({"member": "other"}, None), "due_at": 1},
        {"passed": Passed(None, None), "due_at": None},
        {"passed": Passed(None, None), "due_at": 2},
        {"passed": Passed(note, None), "due_at": 1},
        {"passed": Passed(None, note), "due_at": None},
    ]
    ordered = sorted(tasks, key=lambda task: inbox._order(task, person))
    assert [tasks.index(task) for task in ordered] == [4, 3, 2, 1, 0]
