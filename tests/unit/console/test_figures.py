# SPDX-License-Identifier: Apache-2.0
"""Statistics beside the period before, and what people do about alerts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tallystick.console.account.people import NewAccount, add_account
from tallystick.console.figures.notes import ACTIONS, NewNote, add_note, handling_of
from tallystick.console.figures.statistic_pages import compare, period_before
from tallystick.console.records import Records
from tallystick.errors import InvalidArguments
from tests.factories import COURT
from tests.unit.console.conftest import Reader


@pytest.fixture
def records(tmp_path: Path) -> Records:
    """Return records with one account, number 1."""
    records = Records(tmp_path / "console.sqlite")
    account = NewAccount(login="c", name="Clerk", organization=COURT, member="clerk")
    add_account(records, account, now_ms=1)
    return records


def note(records: Records, action: str, **changes: Any) -> None:
    """Write a note at time 10."""
    stated = {"reason": "because", "until": None, "assignee": ("li-lei", "Li Lei"), **changes}
    add_note(
        records,
        NewNote(contract="c", number=7, action=action, account=1, name="Clerk", **stated),
        now_ms=10,
    )


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        (["acknowledge"], "acknowledged"),
        (["acknowledge", "assign"], "assigned"),
        (["assign", "close"], "closed"),
        (["close", "reopen"], "new"),
    ],
)
def test_notes_lead_from_state_to_state(records: Records, steps: list[str], state: str) -> None:
    """The last step decides, and every step stays in the history."""
    for step in steps:
        note(records, step)
    handling = handling_of(records, "c", now_ms=11)[7]
    assert handling.state == state
    assert [one["action"] for one in handling.history] == steps
    assert handling_of(records, "other", now_ms=11) == {}


def test_silence_ends_by_itself(records: Records) -> None:
    """After its end an alert stands as before."""
    note(records, "acknowledge")
    note(records, "silence", until=20)
    assert handling_of(records, "c", now_ms=15)[7].state == "silenced"
    assert handling_of(records, "c", now_ms=20)[7].state == "acknowledged"


@pytest.mark.parametrize(
    ("action", "changes"),
    [
        ("shout", {}),
        ("close", {"reason": "  "}),
        ("assign", {"assignee": None}),
        ("silence", {"until": None}),
        ("silence", {"until": 9}),
    ],
)
def test_a_note_that_says_too_little_is_refused(
    records: Records, action: str, changes: dict[str, Any]
) -> None:
    """Nothing is written, and the error names the field."""
    with pytest.raises(InvalidArguments) as refused:
        note(records, action, **changes)
    assert refused.value.field in {"action", "reason", "until", "assignee"}
    assert handling_of(records, "c", now_ms=11) == {}
    assert set(ACTIONS) >= {"acknowledge", "close"}


@pytest.mark.parametrize(
    ("period", "before"),
    [("2026-11-02", "2026-11-01"), ("2026-11-01", None), (None, None), ("2025", None)],
)
def test_the_period_before_is_the_newest_earlier_one(
    period: str | None, before: str | None
) -> None:
    """Days without figures are passed over; the whole time has no period before it."""
    assert period_before(["2026-11-01", "2026-11-02", "2026-11-05"], period) == before


def test_cells_are_compared_by_what_they_are_of() -> None:
    """A cell that is new has nothing beside it."""
    one, other = {"cell": {"bank": "a"}, "value": 1}, {"cell": {"bank": "b"}, "value": 2}
    rows = compare({"cells": [one, other]}, {"cells": [{"cell": {"bank": "b"}, "value": 9}]})
    assert [row["before"] and row["before"]["value"] for row in rows] == [None, 9]
    assert compare({"cells": [one]}, None)[0]["before"] is None


def test_systems_without_alerts_say_so(reader: Reader) -> None:
    """The pages answer where nothing was counted or found."""
    assert "empty-title" in reader.get("/alerts").text
    for path in ("/stats", "/stats/evidence", "/screen/evidence", "/alerts/rules"):
        assert reader.get(path).status_code == 200, path
    assert reader.get("/alerts/evidence/1").status_code in {400, 404}
