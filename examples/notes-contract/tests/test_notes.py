# SPDX-License-Identifier: Apache-2.0
"""The tests that belong to the package: its rules, and its migration.

Run them where both versions are installed: `pytest examples/notes-contract/tests`.
"""

from __future__ import annotations

from typing import Any

import notes_v1
import notes_v2
import pytest

from tallystick.model import OK
from tallystick.testing import LedgerHarness, make_signer, migrate_records

ANNA = make_signer()


def test_a_note_is_written_once() -> None:
    """The second one under its id is refused, and changes nothing."""
    ledger = LedgerHarness(notes_v1.Notes)
    assert ledger.run("write", ANNA, id="N-1", text="Coffee is out").code == OK
    again = ledger.run("write", ANNA, id="N-1", text="Tea is out")
    assert (again.code, again.result) == ("E_DUP", {"id": "N-1"})
    assert ledger.query("read", id="N-1") == {
        "id": "N-1",
        "text": "Coffee is out",
        "organization": ANNA.organization,
    }


def test_version_2_wants_a_topic() -> None:
    """A call as of version 1 does not fit any more."""
    ledger = LedgerHarness(notes_v2.Notes)
    assert ledger.run("write", ANNA, id="N-1", text="Coffee is out").code == "E_ARGUMENT"
    assert ledger.run("write", ANNA, id="N-1", text="Out", topic="kitchen").code == OK
    assert ledger.run("write", ANNA, id="N-1", text="Out", topic="kitchen").code == "E_DUP"


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_old_notes_become_general_ones(limit: int) -> None:
    """Every record is moved, however the steps are cut."""
    ledger = LedgerHarness(notes_v1.Notes)
    for number in range(5):
        ledger.run("write", ANNA, id=f"N-{number}", text=f"Note {number}")
    assert migrate_records(notes_v2.Notes, ledger.state, from_version=1, limit=limit) == 5
    found: Any = ledger.state.records("notes", "notes")
    assert {record["topic"] for record in found.values()} == {"general"}
    assert [record["text"] for record in found.values()] == [f"Note {at}" for at in range(5)]
