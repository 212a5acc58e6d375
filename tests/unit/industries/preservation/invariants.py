# SPDX-License-Identifier: Apache-2.0
"""The numbered invariants of preservation, checked against the whole state."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, Final

from tallystick.industries.preservation.measure_records import PropertyKind
from tallystick.industries.preservation.records import LegalParameters
from tallystick.industries.preservation.rules import security_limits, years_after, years_of
from tests.unit.industries.preservation.stage import Stage

_BURDENS: Final = {"ACCEPTED", "IN_FORCE", "CLAIMED", "PAID", "DENIED"}
_NOT_SECURED: Final = {"FILED", "SECURITY_ORDERED", "REVOKED"}
_LAW: Final = LegalParameters()


def check_all(stage: Stage) -> None:
    """Check every invariant that a state can show; the figures are those of the law."""
    pres_1_security_is_as_the_law_says(stage)
    pres_2_a_letter_secures_one_application(stage)
    pres_3_what_was_submitted_is_never_cancelled(stage)
    pres_5_no_more_is_frozen_than_ruled(stage)
    pres_6_no_measure_lasts_too_long(stage)
    pres_7_who_never_sued_is_released(stage)
    pres_9_payouts_stay_within_limits(stage)
    pres_10_ranks_are_the_order_of_service(stage)
    exposure_is_the_sum_of_limits(stage)
    money_is_conserved(stage)


def pres_1_security_is_as_the_law_says(stage: Stage) -> None:
    """Within the law's limits, and there before anything is ruled."""
    for one in stage.table("applications").values():
        least, most = security_limits(
            one["amount"], is_pre_suit=one["is_pre_suit"], parameters=_LAW
        )
        assert one["required"] <= most
        if one["required"]:
            assert one["required"] >= least or one["reason"] is not None
        if one["state"] not in _NOT_SECURED:
            assert one["exemption"] is not None or one["secured"] >= one["required"] > 0


def pres_2_a_letter_secures_one_application(stage: Stage) -> None:
    """No letter is in two applications, and each is in its own."""
    used = Counter(
        letter for one in stage.table("applications").values() for letter in one["letters"]
    )
    assert all(count == 1 for count in used.values())
    letters = stage.table("letters")
    for name, one in stage.table("applications").items():
        assert all(letters[letter]["application"] == name for letter in one["letters"])
        limits = (letters[letter]["terms"]["limit"] for letter in one["letters"])
        assert one["secured"] == sum(limits)


def pres_3_what_was_submitted_is_never_cancelled(stage: Stage) -> None:
    """From the submission on only the court decides."""
    for one in stage.table("letters").values():
        assert one["state"] != "CANCELLED" or one["submitted_at"] is None


def pres_5_no_more_is_frozen_than_ruled(stage: Stage) -> None:
    """What measures in effect hold is what the application says, and within the ruling."""
    held: Counter[str] = Counter()
    for one in stage.table("measures").values():
        if one["state"] == "IN_EFFECT":
            held[one["application"]] += one["amount"]
        else:
            assert one["surplus"] == 0
    for name, application in stage.table("applications").items():
        assert held[name] == application["frozen"] <= application["ruled_amount"]


def pres_6_no_measure_lasts_too_long(stage: Stage) -> None:
    """One, two or three years by kind, from its start or its renewal."""
    for one in stage.table("measures").values():
        if one["expiry"] is not None:
            years = years_of(PropertyKind(one["kind"]), _LAW)
            assert one["start"] < one["expiry"] <= years_after(one["start"], years)


def pres_7_who_never_sued_is_released(stage: Stage) -> None:
    """Whatever was said to lack a suit has a task to be released."""
    for event in stage.named("SuitMissing"):
        assert event["application"] in stage.table("releases")


def pres_9_payouts_stay_within_limits(stage: Stage) -> None:
    """Of each letter: what claims were paid, what they are due, its limit."""
    claims: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in stage.table("claims").values():
        assert one["paid"] <= one["due"] <= one["awarded"]
        claims[one["letter"]].append(one)
    for name, letter in stage.table("letters").items():
        own = claims[name]
        assert letter["paid"] == sum(one["paid"] for one in own)
        assert letter["awarded"] == sum(one["due"] for one in own)
        assert letter["claims"] == sum(one["state"] in {"FILED", "AWARDED"} for one in own)
        assert not own or letter["awarded"] <= letter["terms"]["limit"]


def pres_10_ranks_are_the_order_of_service(stage: Stage) -> None:
    """From 1 on without a gap, and whoever was served earlier comes before."""
    ranks: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for one in stage.table("measures").values():
        if one["tag"] is not None:
            ranks[one["registry"], one["tag"]].append((one["priority"], one["served_at"]))
    assert len(ranks) == len(stage.table("properties"))
    for one in stage.table("properties").values():
        served = sorted(ranks[one["registry"], one["tag"]])
        assert [rank for rank, _ in served] == list(range(1, len(one["measures"]) + 1))
        times = [time for _, time in served]
        assert times == sorted(times)


def exposure_is_the_sum_of_limits(stage: Stage) -> None:
    """A guarantor answers for the letters that courts accepted and that are not over."""
    sums: Counter[str] = Counter()
    for one in stage.table("letters").values():
        if one["state"] in _BURDENS:
            sums[one["guarantor"]] += one["terms"]["limit"]
    for name, guarantor in stage.table("guarantors").items():
        assert guarantor["exposure"] == sums[name]


def money_is_conserved(stage: Stage) -> None:
    """What came in and was not booked out is in the accounts, to the last fen."""
    came: Counter[str] = Counter()
    for name, letter in stage.table("letters").items():
        if letter["is_paid"]:
            came[f"premium/{name}"] += letter["terms"]["premium"]
    for name, claim in stage.table("claims").items():
        came[f"claim/{name}"] += claim["paid"]
    for order in stage.table("payments_orders").values():
        if order["state"] == "BOOKED":
            came[order["payer"].partition("/")[2]] -= order["amount"]
    kept: Counter[str] = Counter()
    for one in stage.table("money_accounts").values():
        kept[one["owner"]] += one["available"] + one["held"]
    assert +came == +kept
    assert all(value >= 0 for value in came.values())
