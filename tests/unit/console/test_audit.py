# SPDX-License-Identifier: Apache-2.0
"""The trail of what was done: complete, chained, exported with a note of it, let go when old."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from tallystick.console.audit import (
    AUDIT,
    KEPT_MS,
    Deed,
    Kind,
    first_flaw,
    read_trail,
    whole_trail,
    write_deed,
)
from tallystick.console.records import Records
from tests.unit.console.conftest import Reader
from tests.unit.console.test_factors import Owner, owner, teller
from tests.unit.console.test_joining import PASSWORD, clerk, site
from tests.unit.console.test_work import filled_in

__all__ = ["clerk", "owner", "site", "teller"]


def rows_of(owner: Owner, **filters: str) -> list[dict[str, Any]]:
    """Return the trail as the administrator exports it."""
    found = owner.reader.get("/admin/audit.json", params=filters).json()["rows"]
    return list(found)


def kinds_of(owner: Owner) -> list[str]:
    """Return what was done, the oldest first."""
    return [row["kind"] for row in reversed(rows_of(owner))]


def test_what_people_do_is_written_down(teller: Owner) -> None:
    """Joining, signing in and out, failing, closing, exporting, signing: who, what, from where."""
    teller.reader.get("/state/evidence/deposits.csv")
    teller.send("/sign-out")
    teller.send("/sign-in", login="clerk", password="wrong")
    teller.send("/sign-in", login="clerk")
    teller.send("/admin/accounts/2", step="close")
    content = sha256(b"audited").hexdigest()
    deposit = teller.reader.post("/do/evidence/deposit", data=filled_in(teller.key, sha256=content))
    teller.send(deposit.headers["location"])
    assert kinds_of(teller) == [
        *(Kind.ACCOUNT_OPENED, Kind.INVITED, Kind.ACCOUNT_OPENED, Kind.EXPORTED),
        *(Kind.SIGNED_OUT, Kind.SIGN_IN_FAILED, Kind.SIGNED_IN),
        *(Kind.ACCOUNT_CHANGED, Kind.SIGNED),
    ]
    exported = rows_of(teller, kind="exported")[-1]
    assert exported["subject"] == "/state/evidence/deposits (csv)"
    assert exported["name"] == "李雷"
    assert exported["caller"] == "127.0.0.1"
    shown = teller.reader.get("/admin/audit", params={"kind": "account-changed"}).text
    assert "teller: close" in shown
    assert "deposits (csv)" not in shown
    assert PASSWORD not in teller.reader.get("/admin/audit.csv").text


def test_every_way_to_take_a_whole_thing_away_is_written_down(teller: Owner) -> None:
    """A table as JSON and a case with its proofs as well; a page of a list is none."""
    content = sha256(b"taken away").hexdigest()
    deposit = teller.reader.post("/do/evidence/deposit", data=filled_in(teller.key, sha256=content))
    teller.send(deposit.headers["location"])
    page = teller.reader.get("/state/evidence/deposits.json").json()
    case = f"/case-file/evidence/deposits/{page['rows']['items'][0]['_key']}"
    for address in ("/state/evidence/deposits.json?all=1", case):
        assert teller.reader.get(address).status_code == 200
    teller.send("/sign-out")
    teller.send("/sign-in", login="clerk")
    subjects = {row["subject"] for row in rows_of(teller, kind="exported")}
    assert {"/state/evidence/deposits?all=1 (json)", case} <= subjects
    assert "/state/evidence/deposits (json)" not in subjects


def test_taking_the_trail_out_is_written_down_too(owner: Owner) -> None:
    """Its CSV and its JSON are exports like any other; reading the page is none."""
    owner.reader.get("/admin/audit")
    assert kinds_of(owner) == ["account-opened"]
    answer = owner.reader.get("/admin/audit.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    assert kinds_of(owner) == ["account-opened", "exported", "exported"]
    assert "1" in owner.reader.get("/admin/audit?before=2").text
    assert owner.reader.get("/admin/audit?before=x").status_code == 400


@pytest.fixture
def records(tmp_path: Path) -> Records:
    """Return records with five deeds, a day apart."""
    records = Records(tmp_path / "console.sqlite")
    for day in range(5):
        write_deed(records, Deed(at=day * 86_400_000, kind=Kind.EXPORTED, subject=f"/{day}"))
    return records


def test_the_trail_is_whole_as_it_was_written(records: Records) -> None:
    """And all of it is read, piece by piece."""
    assert first_flaw(records) is None
    assert [row["id"] for row in whole_trail(records, {})] == [5, 4, 3, 2, 1]
    assert [row["id"] for row in whole_trail(records, {"subject": "/2"})] == [3]


@pytest.mark.parametrize("number", [1, 3])
def test_a_row_that_was_cut_out_is_noticed(records: Records, number: int) -> None:
    """The row behind it no longer follows, at the beginning as well."""
    with records.write() as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.id == number))
    assert first_flaw(records) == number + 1


@pytest.mark.parametrize("column", [column.name for column in AUDIT.c if column.name != "id"])
def test_a_row_that_was_changed_is_noticed(records: Records, column: str) -> None:
    """Whichever of its values it is."""
    with records.write() as connection:
        connection.execute(update(AUDIT).where(AUDIT.c.id == 2).values({column: 7}))
    assert first_flaw(records) in {2, 3}


def test_rows_are_let_go_when_they_are_old_and_the_rest_stays_whole(records: Records) -> None:
    """The trail then begins later, and still shows if its first rows are cut."""
    write_deed(records, Deed(at=KEPT_MS + 2 * 86_400_000, kind=Kind.EXPORTED))
    assert [row["id"] for row in read_trail(records, {})] == [6, 5, 4, 3]
    assert first_flaw(records) is None
    with records.write() as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.id == 3))
    assert first_flaw(records) == 4


def test_a_trail_of_which_all_was_let_go_goes_on(records: Records) -> None:
    """Numbers and digests continue."""
    write_deed(records, Deed(at=2 * KEPT_MS, kind=Kind.EXPORTED))
    write_deed(records, Deed(at=4 * KEPT_MS, kind=Kind.EXPORTED))
    assert [row["id"] for row in read_trail(records, {})] == [7]
    assert first_flaw(records) is None


def test_nobody_but_an_administrator_reads_the_trail(reader: Reader, teller: Owner) -> None:
    """Neither a stranger nor who has signed in."""
    assert reader.get("/admin/audit.json").status_code == 303
    assert teller.reader.get("/admin/audit.json").status_code == 403
    teller.leave_and_enter()
    assert [row["subject"] for row in rows_of(teller, kind="refused")] == ["/admin/audit"]
