# SPDX-License-Identifier: Apache-2.0
"""What must hold of the tables after every action, whatever it was."""

from __future__ import annotations

from tests.unit.industries.justice.stage import COURT, MEDIATOR, Stage

UNMET = {"WAITING", "OPEN", "OVERDUE", "BREACHED"}


def check_all(stage: Stage) -> None:
    """JUD-3, 4, 6, 7, 8 and 10 over the whole state."""
    obligations = stage.table("obligations")
    for one in obligations.values():
        _check_obligation(one)
    for one in stage.table("agreements").values():
        own = [kept for kept in obligations.values() if kept["agreement"] == one["id"]]
        assert one["open"] == sum(kept["state"] in UNMET for kept in own), one
        assert one["breached"] == sum(kept["state"] == "BREACHED" for kept in own), one
        if one["state"] not in {"DRAFT", "SIGNING"}:
            signed = {kept["role"] for kept in one["signatures"]}
            assert signed == {kept["role"] for kept in one["parties"]}, "JUD-6"
    for leave in stage.table("authorizations").values():
        assert 0 <= leave["used"] <= leave["cap"], "JUD-10"
    for case in stage.table("cases").values():
        assert case["confirmation"]["role"] == case["creditor"], "JUD-7"
    papers = stage.table("matter_papers")
    for name, record in stage.table("papers_records").items():
        agreement = stage.table("agreements")[papers[name]["agreement"]]
        allowed = {one["organization"] for one in agreement["parties"]}
        assert set(record["recipients"]) <= allowed | {MEDIATOR.organization, COURT}, "JUD-8"


def _check_obligation(one: dict[str, object]) -> None:
    paid, amount, debited = (int(str(one[name])) for name in ("paid", "amount", "debited"))
    assert 0 <= paid <= amount, "JUD-4"
    assert 0 <= debited <= amount - paid, "JUD-10"
    if one["state"] == "DISCHARGED":
        assert paid == amount, "JUD-4"
    if one["state"] == "BREACHED":
        days = int(str(one["grace_days"]))
        due, breached_at = int(str(one["due"])), int(str(one["breached_at"]))
        assert breached_at > due + days * 86_400_000, "JUD-3"
