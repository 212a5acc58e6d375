# SPDX-License-Identifier: Apache-2.0
"""What must hold of the tables after every action, whatever it was."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.unit.industries.justice.stage import COURT, MEDIATOR, Stage

UNMET = {"WAITING", "OPEN", "OVERDUE", "BREACHED"}
DISPUTED = {"BREACHED", "MEDIATION", "FAILED", "RETURNED"}
"""Where something is breached, and paying it ends the dispute."""


def check_all(stage: Stage) -> None:
    """JUD-1 and JUD-3 to JUD-10 over the whole state."""
    obligations = stage.table("obligations")
    for one in obligations.values():
        _check_obligation(one)
        _check_order(one, obligations)
    for one in stage.table("agreements").values():
        own = [kept for kept in obligations.values() if kept["agreement"] == one["id"]]
        assert one["open"] == sum(kept["state"] in UNMET for kept in own), one
        assert one["breached"] == sum(kept["state"] == "BREACHED" for kept in own), one
        if one["state"] not in {"DRAFT", "SIGNING"}:
            signed = {kept["role"] for kept in one["signatures"]}
            assert signed == {kept["role"] for kept in one["parties"]}, "JUD-6"
        if one["state"] in {"ACTIVE", *DISPUTED}:
            assert (one["breached"] > 0) is (one["state"] in DISPUTED), one
        if one["state"] in {"PERFORMED", "SETTLED"}:
            assert one["open"] == 0, "what has ended well owes nothing"
    _check_debits(stage)
    for case in stage.table("cases").values():
        assert case["confirmation"]["role"] == case["creditor"], "JUD-7"
        _check_mediated(stage, case)
        _check_claim(case["claim"])
    for shown in stage.table("exhibits").values():
        assert (shown["state"] == "UNVERIFIED") is (shown["findings"] is None), "JUD-9"
        assert (shown["before"] == "SHOWN") is bool(shown["basis"]), "JUD-9"
        assert shown["claimed_capture"] is None or (
            shown["claimed_capture"] <= shown["deposited_at"]
        ), "JUD-1"
    for one in stage.table("enforcements").values():
        assert one["collected"] <= one["amount"]
        assert (one["state"] == "COLLECTED") <= (one["collected"] == one["amount"])
    papers = stage.table("matter_papers")
    for name, record in stage.table("papers_records").items():
        agreement = stage.table("agreements")[papers[name]["agreement"]]
        allowed = {one["organization"] for one in agreement["parties"]}
        assert set(record["recipients"]) <= allowed | {MEDIATOR.organization, COURT}, "JUD-8"


def _check_order(one: dict[str, Any], obligations: dict[str, Any]) -> None:
    """Hold an obligation that is open or further against what it waits for, and when that came."""
    if one["state"] in {"WAITING", "REPLACED"}:
        return
    for name in (*one["depends_on"], *([one["after"]] if one["after"] else [])):
        assert obligations[name]["state"] == "DISCHARGED", "JUD-3: breached or due too early"
        met_at = obligations[name]["discharged_at"]
        assert one["breached_at"] is None or met_at < one["breached_at"], "JUD-3"


def _check_mediated(stage: Stage, case: dict[str, Any]) -> None:
    """Hold a case against its mediation: failed before it was filed, or waived by a clause."""
    agreement = stage.table("agreements")[case["agreement"]]
    if stage.table("templates")[agreement["template"]]["waives_mediation"]:
        return
    own = [
        one for one in stage.table("mediations").values() if one["agreement"] == case["agreement"]
    ]
    failed = [one["ended_at"] for one in own if one["state"] == "FAILED"]
    assert any(ended <= case["filed_at"] for ended in failed), "JUD-7: no mediation failed before"


def _check_debits(stage: Stage) -> None:
    """Hold each leave against the debits that were ordered and did not come back."""
    used: Counter[str] = Counter()
    obligations = stage.table("obligations")
    for order in stage.table("payments_orders").values():
        if order["state"] not in {"REJECTED", "RETURNED"}:
            owed = obligations[order["case"]]
            used[f"{owed['agreement']}/{owed['debtor']}"] += order["amount"]
    for name, leave in stage.table("authorizations").items():
        assert used[name] == leave["used"] <= leave["cap"], "JUD-10"


def _check_claim(claim: dict[str, Any]) -> None:
    """Hold a claim's sums against its lines, and each line against its obligation's days."""
    for line in claim["lines"]:
        assert line["unmet"] == line["amount"] - line["paid"] >= 0, "JUD-4"
        assert line["applied_bp"] == min(line["contract_bp"], claim["cap_bp"]), "JUD-5"
        assert line["penalty"] == line["amount_days"] * line["applied_bp"] // 3_650_000, "JUD-5"
    assert claim["unmet"] == sum(line["unmet"] for line in claim["lines"]), "JUD-5"
    assert claim["total"] == claim["unmet"] + sum(one["penalty"] for one in claim["lines"]), "JUD-5"


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
