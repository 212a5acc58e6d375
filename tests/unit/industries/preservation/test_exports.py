# SPDX-License-Identifier: Apache-2.0
"""Files to take away say what the tables say."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date
from typing import TypeVar

import msgspec

from tallystick.contracts import Record
from tallystick.industries.preservation.exports import calendar_ics, statement_csv
from tallystick.industries.preservation.extract_facts import letter_facts
from tests.unit.industries.preservation import cast
from tests.unit.industries.preservation.stage import Stage

R = TypeVar("R", bound=Record)
TODAY = date(2026, 9, 21)


class StageTables:
    """The tables of a stage, as files are made from them."""

    def __init__(self, stage: Stage) -> None:
        """Read from a stage."""
        self.stage = stage

    def rows(self, table: str, kind: type[R], /, **equal: str) -> Sequence[R]:
        """Return the rows that fit."""
        found = self.stage.table(table).values()
        return [
            msgspec.convert(one, kind)
            for one in found
            if all(one[name] == value for name, value in equal.items())
        ]

    def record(self, table: str, kind: type[R], /, *key: str | int) -> R | None:
        """Return a record by its key."""
        found = self.stage.table(table).get(str(key[0]))
        return None if found is None else msgspec.convert(found, kind)


def test_the_letters_facts_pass_the_counter(stage: Stage) -> None:
    """Its line and its JSON are both found unaltered; a fact altered in the JSON is named."""
    letter = stage.issued(stage.ordered())
    facts = letter_facts(StageTables(stage), letter)
    assert facts["limit"] == "300000.00"
    assert stage.ask("check_letter", text=facts["verification_text"])["is_unaltered"]
    content = json.dumps({"facts": facts})
    assert stage.ask("check_letter", file=content.encode())["is_unaltered"]
    altered = content.replace('"limit": "30000000"', '"limit": "30000001"').encode()
    (differs,) = stage.ask("check_letter", file=altered)["differs"]
    assert differs["field_name"] == "limit"


def test_a_statement_has_this_months_letters_and_no_formula(stage: Stage) -> None:
    """Read by the standard library; a reason that a spreadsheet would compute is text."""
    case = stage.ordered()
    letter = stage.issued(case)
    stage.submitted(case, letter)
    stage.ok(cast.JUDGE, "reject_letter", letter=letter, reason="=1+1")
    content = statement_csv(StageTables(stage), cast.SIGNER.organization, TODAY)
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True)
    assert (row["letter"], row["premium"], row["rejected_for"]) == (letter, "1500.00", "'=1+1")
    later = statement_csv(StageTables(stage), cast.SIGNER.organization, date(2026, 10, 1))
    assert len(later.splitlines()) == 1


def test_a_calendar_has_a_day_for_each_measure_in_effect(stage: Stage) -> None:
    """Lines end as RFC 5545 says; the day is that of the expiry in China."""
    case, _letter, _measure = stage.in_effect(days=10)
    text = calendar_ics(StageTables(stage), case, TODAY).decode()
    assert text.count("BEGIN:VEVENT\r\n") == 1
    assert "DTSTART;VALUE=DATE:20261001\r\n" in text
