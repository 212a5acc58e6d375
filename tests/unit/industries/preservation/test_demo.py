# SPDX-License-Identifier: Apache-2.0
"""`tally demo preservation`, once, on a real node: every receipt and extract verifies."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tallystick.client import verify

KINDS = {"letter", "acceptance", "ruling", "release"}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tell the story once; return where everything is."""
    from tallystick.cli.main import main

    place = tmp_path_factory.mktemp("preservation") / "story"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TALLY_HOME", str(place.parent / "home"))
        assert main(["demo", "preservation", "--data", str(place), "--lang", "zh"]) == 0
    return place


def test_the_story_ends_with_receipts_and_files_that_verify(told: Path) -> None:
    """A receipt for each step; no account of a payee and no name of a party on the ledger."""
    receipts = sorted((told / "receipts").iterdir())
    assert len(receipts) > 40
    assert all(verify(one, trust=told / "trust.json").ok for one in receipts)
    extracts = {one.name.partition("-")[0] for one in (told / "files").glob("*.extract.json")}
    assert extracts == KINDS
    on_ledger = b"".join(one.read_bytes() for one in receipts)
    assert b"6222021001116245811" not in on_ledger
    assert len(list((told / "bank" / "sent").iterdir())) == 2


def test_what_everybody_takes_home_agrees(told: Path) -> None:
    """The statement has the letter of the extract, with its limit and what was paid on it."""
    (path,) = (told / "files").glob("letter-*.extract.json")
    facts = json.loads(path.read_text("utf-8"))["facts"]
    (listed,) = (told / "files").glob("statement-*.csv")
    with listed.open(encoding="utf-8-sig", newline="") as lines:
        (row,) = csv.DictReader(lines, strict=True)
    assert (row["letter"], row["state"]) == (facts["letter"]["number"], "DISCHARGED")
    assert (
        (row["limit"], row["paid"]) == (facts["limit"], facts["paid"]) == ("300000.00", "80000.00")
    )
    (calendar,) = (told / "files").glob("expiries-*.ics")
    assert calendar.read_bytes().count(b"BEGIN:VEVENT\r\n") == 1
