# SPDX-License-Identifier: Apache-2.0
"""The numbered invariants of inventory finance, checked against the whole state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any

from tallystick.contracts.parts import fingerprint_of
from tests.unit.industries.inventory.stage import Stage

Records = dict[str, Any]
_DEFAULTS = {"call_bp": 7_500, "default_bp": 8_500}


def check_all(stage: Stage) -> None:
    """Check every invariant that a state can show."""
    inv_1_one_receipt_and_one_pledge(stage)
    inv_2_books_and_counts(stage)
    inv_3_secured_before_money(stage)
    inv_4_drawn_within_lines(stage)
    inv_5_goods_leave_by_papers(stage)
    inv_7_called_the_same_day(stage)
    inv_11_settled_to_the_last_unit(stage)
    money_is_conserved(stage)


def inv_1_one_receipt_and_one_pledge(stage: Stage) -> None:
    """A serial lies in one lot of one receipt, is locked once, and a receipt has one pledge."""
    lots, cases = stage.table("lots"), stage.table("cases")
    owner = {share["lot"]: one["id"] for one in receipts(stage) for share in one["lots"]}
    assert len(owner) == sum(len(one["lots"]) for one in receipts(stage))
    stored = [serial for lot in owner for serial in lots[lot]["serials"]]
    assert len(stored) == len(set(stored))
    for lot, receipt in owner.items():
        assert lots[lot]["receipt"] == receipt
        assert all(cases[serial]["lot"] == lot for serial in lots[lot]["serials"])
    assert sum(one["lot"] is not None for one in cases.values()) == len(stored)
    live = [one for one in stage.table("pledges").values() if one["state"] in {"OFFERED", "ACTIVE"}]
    assert max(Counter(one["receipt"] for one in live).values(), default=0) <= 1
    expected = {_fingerprint("liquor-case", serial) for serial in stored}
    expected |= {_fingerprint("warehouse-receipt", one["receipt"]) for one in live}
    assert set(stage.table("locks", "assets")) == expected


def inv_2_books_and_counts(stage: Stage) -> None:
    """A receipt's cases are received less released, and counted or under an alert."""
    lots = stage.table("lots")
    for one in receipts(stage):
        assert one["count"] == one["received"] - one["released"] >= 0
        assert one["count"] == sum(share["count"] for share in one["lots"])
        for share in one["lots"]:
            assert share["count"] == len(lots[share["lot"]]["serials"]) > 0
        assert one["counted"] == one["count"] or one["alert"] is not None
        assert 0 <= one["excluded"] <= one["count"]
    came = sum(one["count"] for one in stage.named("CasesTakenIn"))
    went = sum(one["count"] for one in stage.named("GoodsLeft"))
    assert sum(one["count"] for one in receipts(stage)) == came - went


def inv_3_secured_before_money(stage: Stage) -> None:
    """What has been drawn has a pledge with mark and number, on a receipt that was issued."""
    pledges, papers = stage.table("pledges"), stage.table("receipts")
    for loan in stage.table("loans").values():
        if loan["state"] in {"APPLIED", "APPROVED"}:
            assert loan["principal"] == 0
            continue
        assert loan["pledges"]
        for name in loan["pledges"]:
            assert pledges[name]["marked_at"] is not None
            assert pledges[name]["registry_number"] is not None
            assert papers[pledges[name]["receipt"]]["issued_at"] is not None


def inv_4_drawn_within_lines(stage: Stage) -> None:
    """A line's drawn sum is what its loans owe."""
    owed: Counter[tuple[str, str]] = Counter()
    for loan in stage.table("loans").values():
        owed[loan["bank"], loan["dealer"]] += loan["principal"]
        assert loan["principal"] >= 0
        assert loan["interest"] >= 0
    for line in stage.table("lines").values():
        assert line["drawn"] == owed[line["bank"], line["dealer"]]


def inv_5_goods_leave_by_papers(stage: Stage) -> None:
    """Cases out are those of redemptions that both signed, and of surrendered receipts."""
    redeemed: Counter[str] = Counter()
    for one in stage.table("redemptions").values():
        if one["state"] == "DONE" and one["receipt"] is not None:
            assert one["signed_by"] is not None
            assert one["released_by"] is not None
            assert len(one["serials"]) <= one["allowed"]
            redeemed[one["receipt"]] += len(one["serials"])
    for receipt in receipts(stage):
        if receipt["state"] != "SURRENDERED":
            assert receipt["released"] == redeemed[receipt["id"]]


def inv_7_called_the_same_day(stage: Stage) -> None:
    """A loan that was found at 75 % or more is called, at 85 % or more in default."""
    loans, figures = stage.table("loans"), stage.table("parameters_versions")
    for name, one in stage.table("valuations").items():
        loan = loans[name]
        rules = figures.get(str(loan["parameters"]), _DEFAULTS)
        ratio = one["principal"] * 10_000
        if one["principal"] and ratio >= one["value"] * rules["call_bp"]:
            assert loan["state"] not in {"NORMAL", "WARN"}
        if one["principal"] and ratio >= one["value"] * rules["default_bp"]:
            assert loan["state"] != "CALLED"


def no_call_is_overdue(stage: Stage) -> None:
    """After a tick that left nothing: an unanswered call is a default."""
    calls = stage.table("calls")
    for loan in stage.table("loans").values():
        if loan["state"] == "CALLED":
            assert stage.now_ms <= calls[loan["id"]]["due"]


def inv_11_settled_to_the_last_unit(stage: Stage) -> None:
    """Costs, interest, principal and surplus are the proceeds."""
    for one in stage.table("settlements").values():
        shares = ("costs", "interest", "principal", "surplus")
        assert sum(one[name] for name in shares) == one["proceeds"]
        assert one["surplus"] == 0 or one["shortfall"] == 0


def money_is_conserved(stage: Stage) -> None:
    """The sum over all accounts of a bank's books is what it has issued."""
    total: Counter[str] = Counter()
    for account in stage.table("money_accounts").values():
        assert account["available"] >= 0
        assert account["held"] >= 0
        total[account["asset"]] += account["available"] + account["held"]
    for asset in stage.table("money_assets").values():
        assert asset["outstanding"] == total[asset["code"]]


@cache
def _fingerprint(kind: str, identifier: str) -> str:
    return fingerprint_of(kind, identifier)


def receipts(stage: Stage) -> Iterable[Records]:
    """Return the receipts."""
    return stage.table("receipts").values()
