# SPDX-License-Identifier: Apache-2.0
"""Every extract follows from the records, and records that contradict each other are refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import pytest
from msgspec import convert

from tallystick.contracts import (
    Contradiction,
    ExtractTakeAway,
    HistoryTakeAway,
    Record,
    unlabelled,
)
from tallystick.industries.justice.exports import TAKE_AWAYS
from tests.unit.industries.justice import stage as cast
from tests.unit.industries.justice.stage import RENT, Stage
from tests.unit.industries.justice.test_workflow import settlement

R = TypeVar("R", bound=Record)


class Reader:
    """Reads a stage's tables as a node's are read."""

    def __init__(self, stage: Stage) -> None:
        """Read this stage."""
        self.stage = stage

    def rows(self, table: str, kind: type[R], /, **equal: str) -> Sequence[R]:
        """Return the rows with these values."""
        rows = self.stage.table(table).values()
        found = [one for one in rows if all(one[name] == value for name, value in equal.items())]
        return [convert(one, kind) for one in found]

    def record(self, table: str, kind: type[R], /, *key: str | int) -> R | None:
        """Return the record with this key, or None."""
        contract, _, name = table.rpartition(".")
        rows = self.stage.ledger.tables.get(f"{contract or 'justice'}/{name}", {})
        found = rows.get("/".join(map(str, key)))
        return None if found is None else convert(found, kind)


def facts(stage: Stage, kind: str, subject: str) -> Any:
    """Return an extract's facts."""
    take_away = TAKE_AWAYS[kind]
    assert isinstance(take_away, ExtractTakeAway)
    made = take_away.facts(Reader(stage), subject)
    assert unlabelled(take_away.labels, made) == [], "every fact has a name for people"
    return made


def test_the_complaint_is_prefilled_and_its_sums_are_those_of_the_claim() -> None:
    """Parties, grounds in plain words, lines that add up, an index of every exhibit."""
    stage = Stage()
    agreement, case = stage.accepted()
    made = facts(stage, "case", case)
    assert made["docket"] == "（2026）浙0192民初1号"
    assert [one["role"] for one in made["respondents"]] == ["lessee"]
    (line,) = made["claim"]["lines"]
    assert (line["unmet"], line["applied_basis_points"]) == ("1000.00", 1_200)
    assert made["claim"]["total"] == f"{1000 + float(line['penalty']):.2f}"
    assert len(made["index"]) == len(stage.table("agreements")[agreement]["exhibits"])
    stage.table("exhibits")[f"{agreement}/{made['index'][0]['deposit']}"]["sha256"] = "00" * 32
    with pytest.raises(Contradiction):
        facts(stage, "case", case)


def test_a_claim_that_does_not_add_up_is_refused() -> None:
    """One fen more than its lines."""
    stage = Stage()
    _, case = stage.filed()
    stage.table("cases")[case]["claim"]["total"] += 1
    with pytest.raises(Contradiction):
        facts(stage, "case", case)


def test_the_report_keeps_since_and_before_the_deposit_apart() -> None:
    """JUD-9; a verdict that its findings do not support is refused, a missing exhibit too."""
    stage = Stage()
    agreement, case = stage.heard()
    item = facts(stage, "report", case)["items"][0]
    assert item["unchanged_since_deposit"]["verdict"] == "CONSISTENT"
    assert item["true_before_deposit"] == {"result": "NOT_ASSESSED", "basis": []}
    ruling = {"deposit": item["deposit"], "is_admitted": True, "before": "NOT_SHOWN"}
    more = {"considerations": cast.TRUE_ALL, "reasons": cast.HASH}
    stage.ok(cast.JUDGE, "rule_on_evidence", case=case, rulings=[ruling | more])
    assert facts(stage, "report", case)["items"][0]["considerations"]["system_clean"] is True
    kept = stage.table("exhibits")[f"{agreement}/{item['deposit']}"]
    kept["state"] = "INCONSISTENT"
    with pytest.raises(Contradiction):
        facts(stage, "report", case)
    del stage.table("exhibits")[f"{agreement}/{item['deposit']}"]
    with pytest.raises(Contradiction):
        facts(stage, "report", case)


def test_the_mediation_has_its_settlement_and_counts_offers() -> None:
    """What an offer says is not there; a settlement of something else is refused."""
    stage = Stage()
    agreement, mediation = stage.mediated()
    assert facts(stage, "mediation", mediation)["settlement"] is None
    new = settlement(stage, agreement, mediation)
    made = facts(stage, "mediation", mediation)
    assert (made["offers"], made["settlement"]["agreement"]) == (1, new)
    assert len(made["settlement"]["signatures"]) == 2
    stage.table("agreements")[new]["replaces"] = None
    with pytest.raises(Contradiction):
        facts(stage, "mediation", mediation)


def test_the_application_names_the_decision_it_rests_on() -> None:
    """And the history names every record of the matter."""
    stage = Stage()
    agreement, decision = stage.decided()
    stage.warp(days=12)
    filed = stage.enforcement(agreement, f"{decision}.sum")
    applied = stage.ok(cast.LESSOR, "apply_for_enforcement", **filed)
    made = facts(stage, "enforcement", applied["id"])
    assert (made["decision"]["id"], made["amount"]) == (decision, f"{RENT / 100:.2f}")
    history = TAKE_AWAYS["history"]
    assert isinstance(history, HistoryTakeAway)
    tables = {table for table, _ in history.records(Reader(stage), agreement)}
    assert tables == {"agreements", "obligations", "cases", "mediations", "enforcements"}


def test_an_enforced_settlement_has_no_decision() -> None:
    """It rests on the confirmation."""
    stage = Stage()
    new = settlement(stage, *stage.mediated())
    stage.ok(cast.JUDGE, "confirm_settlement", agreement=new)
    stage.perform(new, "deliver", "courier_sign_off", cast.LESSEE)
    stage.warp(days=20)
    filed = stage.enforcement(new, f"{new}.rent.1")
    applied = stage.ok(cast.LESSOR, "apply_for_enforcement", **filed)
    assert facts(stage, "enforcement", applied["id"])["decision"] is None
