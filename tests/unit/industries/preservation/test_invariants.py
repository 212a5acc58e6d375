# SPDX-License-Identifier: Apache-2.0
"""PRES-1 to PRES-10: each numbered invariant, by name."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.industries.preservation.records import ON_PROPERTY_MAX
from tests.unit.industries.preservation import cast
from tests.unit.industries.preservation.stage import (
    AMOUNT,
    DAY_MS,
    HASH,
    REQUIRED,
    SEALED,
    TAG,
    Stage,
)


def test_pres_1_security_is_at_most_thirty_percent_in_suit(stage: Stage) -> None:
    """PRES-1: one fen more is refused; before suit the whole is asked for unless a reason says."""
    case = stage.filed()
    stage.ok(cast.CLERK, "check_application", application=case, case_number="1")
    over = {"application": case, "required": REQUIRED + 1}
    facts = stage.refused("E_LIMIT", cast.JUDGE, "order_security", **over)
    assert facts["limit"] == REQUIRED
    stage.ok(cast.JUDGE, "order_security", application=case, required=REQUIRED)
    early = stage.filed(is_pre_suit=True)
    stage.ok(cast.CLERK, "check_application", application=early)
    less = {"application": early, "required": AMOUNT - 1}
    stage.refused("E_LIMIT", cast.JUDGE, "order_security", **less)
    stage.ok(cast.JUDGE, "order_security", reason="特殊情况", **less)


def test_pres_1_letters_carry_the_required_security(stage: Stage) -> None:
    """PRES-1: a limit one fen too low is refused, two letters together are enough."""
    case = stage.ordered()
    low = stage.issued(case, limit=REQUIRED - 1)
    presented = [stage.presented(low)]
    stage.refused(
        "E_LIMIT", cast.APPLICANT, "submit_letters", application=case, presented=presented
    )
    second = stage.issued(case, cast.OTHER_SIGNER, limit=1)
    stage.submitted(case, low, second)
    stage.ok(cast.JUDGE, "accept_letter", letter=low, document=HASH)
    assert stage.table("applications")[case]["state"] == "SECURITY_ORDERED"
    stage.ok(cast.JUDGE, "accept_letter", letter=second, document=HASH)
    assert stage.table("applications")[case]["state"] == "SECURED"


def test_pres_2_one_letter_secures_one_application(stage: Stage) -> None:
    """PRES-2: a letter that was submitted is refused in another case (E_LOCKED)."""
    _case, letter = stage.secured()
    other = stage.ordered()
    presented = [stage.presented(letter, application=other)]
    stage.refused(
        "E_LOCKED", cast.APPLICANT, "submit_letters", application=other, presented=presented
    )


def test_pres_3_a_submitted_letter_cannot_be_cancelled(stage: Stage) -> None:
    """PRES-3: neither submitted nor accepted nor in force; only a court's order ends it."""
    case = stage.ordered()
    letter = stage.issued(case)
    stage.submitted(case, letter)
    stage.refused("E_STATE", cast.SIGNER, "cancel_letter", letter=letter)
    stage.ok(cast.JUDGE, "accept_letter", letter=letter, document=HASH)
    stage.refused("E_STATE", cast.SIGNER, "cancel_letter", letter=letter)
    assert stage.issue(letter).code == "E_STATE"
    stage.ok(cast.JUDGE, "refuse_application", application=case, reason="撤回")
    assert stage.table("letters")[letter]["state"] == "RELEASED"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("applicant_party", "00" * 32),
        ("respondent_party", "00" * 32),
        ("limit", REQUIRED * 2),
        ("scope", "2026-2"),
        ("scope_text", "00" * 32),
        ("valid_from", 1),
        ("valid_until", 10**13),
        ("document", "00" * 32),
        ("guarantor", cast.OTHER_SIGNER.organization),
    ],
)
def test_pres_4_an_altered_letter_is_refused_with_the_field(
    stage: Stage, field: str, value: object
) -> None:
    """PRES-4: whatever field is altered, the refusal is E_HASH and names it; nothing is kept."""
    case = stage.ordered()
    letter = stage.issued(case)
    presented = [stage.presented(letter, **{field: value})]
    facts = stage.refused(
        "E_HASH", cast.APPLICANT, "submit_letters", application=case, presented=presented
    )
    assert facts["field_name"] == field
    stage.submitted(case, letter)


def test_pres_4_the_accepted_file_is_the_signed_one(stage: Stage) -> None:
    """PRES-4: a judge with another file at hand, if only by a byte, cannot accept it."""
    case = stage.ordered()
    letter = stage.issued(case)
    stage.submitted(case, letter)
    other = {"letter": letter, "document": "00" * 32}
    stage.refused("E_HASH", cast.JUDGE, "accept_letter", **other)
    stage.ok(cast.JUDGE, "accept_letter", letter=letter, document=HASH)


def test_pres_5_no_more_is_frozen_than_ruled_and_surplus_goes_the_same_day(stage: Stage) -> None:
    """PRES-5: what is beyond is surplus, due by midnight; a third measure is refused."""
    case, _letter = stage.executing()
    first, second, third = (stage.measure(case) for _number in range(3))
    stage.confirm(first, AMOUNT - 10)
    stage.confirm(second, 25)
    kept = stage.table("measures")[second]
    assert (kept["amount"], kept["surplus"]) == (10, 15)
    assert stage.table("applications")[case]["frozen"] == AMOUNT
    more = {"measure": third, "tag": TAG, "amount": 1, "until": stage.now_ms + DAY_MS}
    stage.refused("E_LIMIT", cast.REGISTRY, "confirm_measure", **more)
    stage.warp(days=1)
    stage.tick()
    assert [one["term"] for one in stage.named("TermMissed")] == ["surplus"]
    stage.ok(cast.REGISTRY, "release_surplus", measure=second)
    assert stage.named("TermKept")[-1]["is_in_time"] is False
    stage.refused("E_DUP", cast.REGISTRY, "release_surplus", measure=second)


@pytest.mark.parametrize(("kind", "years"), [("DEPOSIT", 1), ("MOVABLE", 2), ("REAL_ESTATE", 3)])
def test_pres_6_measures_end_within_the_years_of_their_kind(
    stage: Stage, kind: str, years: int
) -> None:
    """PRES-6: on the anniversary accepted, a millisecond later refused."""
    case, _letter = stage.executing()
    measure = stage.measure(case, kind=kind)
    leap = sum(1 for year in range(2027, 2027 + years) if year == 2028)
    latest = stage.now_ms + 1 + (365 * years + leap) * DAY_MS
    late = {"measure": measure, "tag": TAG, "amount": 1, "until": latest + 1}
    stage.refused("E_LIMIT", cast.REGISTRY, "confirm_measure", **late)
    stage.ok(cast.REGISTRY, "confirm_measure", **(late | {"until": latest + 1}))


def test_pres_6_renewal_is_asked_for_seven_days_before(stage: Stage) -> None:
    """PRES-6: on the last millisecond accepted, on the next refused with E_LATE."""
    _case, _letter, measure = stage.in_effect()
    expiry = stage.table("measures")[measure]["expiry"]
    stage.now_ms = expiry - 7 * DAY_MS
    stage.refused("E_LATE", cast.APPLICANT, "ask_renewal", measure=measure)
    stage.now_ms = expiry - 7 * DAY_MS - 1
    stage.ok(cast.APPLICANT, "ask_renewal", measure=measure)


def test_pres_7_without_suit_by_day_thirty_the_court_has_to_release(stage: Stage) -> None:
    """PRES-7: the tick opens the task and says so; a suit registered later is refused."""
    case, _letter, _measure = stage.in_effect(is_pre_suit=True)
    sue_by = stage.table("applications")[case]["sue_by"]
    stage.now_ms = sue_by
    stage.tick()
    assert stage.named("SuitMissing")[0]["application"] == case
    assert stage.table("releases")[case]["ground"] == "NO_SUIT"
    late = {"application": case, "case_number": "2"}
    assert stage.do(cast.CLERK, "register_suit", **late).code == "E_MISSING"


def test_pres_7_a_suit_in_time_converts(stage: Stage) -> None:
    """PRES-7: registered on the last millisecond, nothing is released."""
    case, _letter, _measure = stage.in_effect(is_pre_suit=True)
    stage.now_ms = stage.table("applications")[case]["sue_by"] - 1
    stage.ok(cast.CLERK, "register_suit", application=case, case_number="2")
    stage.warp(days=2)
    stage.tick()
    assert (stage.named("SuitMissing"), stage.table("releases")) == ([], {})


def test_pres_8_property_is_for_court_and_registry_alone(stage: Stage) -> None:
    """PRES-8: no action lets anybody add a reader; the guarantor reads grounds when asked."""
    case, letter, measure = stage.in_effect()
    stage.ok(
        cast.APPLICANT, "declare_contents", application=case, contents="PROPERTY", sealed=SEALED
    )
    guarantor = cast.SIGNER.organization
    stage.ok(cast.APPLICANT, "share_grounds", application=case, guarantor=guarantor)
    readers = {
        name: (one["owner"], *one["recipients"])
        for name, one in stage.table("secrets_records").items()
    }
    court, applicant = cast.JUDGE.organization, cast.APPLICANT.organization
    assert readers[f"{measure}/property"] == (court, cast.REGISTRY.organization)
    assert readers[f"{case}/property"] == (applicant, court)
    assert set(readers[f"{case}/grounds"]) == {applicant, court, guarantor}
    assert readers[f"{letter}/quote"] == (guarantor, applicant)


def test_pres_9_payouts_on_a_letter_stay_within_its_limit(stage: Stage) -> None:
    """PRES-9: two decisions above the limit; the second gets what is left, a third nothing."""
    case, letter, measure = stage.in_effect()
    stage.serve(case)
    stage.released(case, measure)
    first, second, third = (stage.claim(letter) for _number in range(3))
    assert stage.decide(first, REQUIRED - 5)["due"] == REQUIRED - 5
    assert stage.decide(second, 9)["due"] == 5
    assert stage.decide(third, 9)["state"] == "DENIED"
    over = {"claim": second, "amount": 6, "reference": "R-2"}
    stage.refused("E_LIMIT", cast.TELLER, "receive_payout", **over)
    pay = {"claim": first, "amount": REQUIRED - 5, "reference": "R-1"}
    stage.ok(cast.TELLER, "receive_payout", **pay)
    stage.ok(cast.TELLER, "receive_payout", **(over | {"amount": 5}))
    kept = stage.table("letters")[letter]
    assert (kept["paid"], kept["state"]) == (REQUIRED, "PAID")


def test_pres_10_measures_rank_in_the_order_of_service(stage: Stage) -> None:
    """PRES-10: whoever confirms first, who was served first comes first; others move back."""
    first, _one = stage.executing()
    second, _two = stage.executing(cast.OTHER_APPLICANT)
    served = [stage.measure(one) for one in (first, second, first)]
    assert stage.confirm(served[2], 10)["priority"] == 1
    assert stage.confirm(served[0], 10)["priority"] == 1
    assert stage.confirm(served[1], 10)["priority"] == 2
    ranks = [stage.table("measures")[one]["priority"] for one in served]
    assert ranks == [1, 2, 3]
    moved = [one for one in stage.named("MeasureChanged") if one["measure"] == served[2]]
    assert [one["priority"] for one in moved] == [1, 2, 3]
    assert stage.confirm(stage.measure(first), 10, tag=HASH)["priority"] == 1


def test_pres_10_of_those_served_in_one_block_the_earlier_order_is_first(stage: Stage) -> None:
    """PRES-10: the block has one time for all of it."""
    case, _letter = stage.executing()
    measures = [stage.measure(case) for _number in range(2)]
    for name in measures:
        stage.alter("measures", name, served_at=stage.now_ms)
    for name in reversed(measures):
        stage.confirm(name, 10)
    assert [stage.table("measures")[one]["priority"] for one in measures] == [1, 2]


def test_pres_10_a_property_has_so_many_measures_and_no_more(stage: Stage) -> None:
    """E_LIMIT: what a registry keeps of one property is bounded."""
    case, _letter = stage.executing()
    first, second = stage.measure(case), stage.measure(case)
    stage.confirm(first, 10)
    key = f"{cast.REGISTRY.organization}/{TAG}"
    stage.alter("properties", key, measures=[first] * ON_PROPERTY_MAX)
    more = {"measure": second, "tag": TAG, "amount": 1, "until": stage.now_ms + DAY_MS}
    facts = stage.refused("E_LIMIT", cast.REGISTRY, "confirm_measure", **more)
    assert facts == {"amount": ON_PROPERTY_MAX + 1, "limit": ON_PROPERTY_MAX, "rule": "property"}
    stage.ok(cast.REGISTRY, "confirm_measure", **(more | {"tag": HASH}))


def test_pres_1_before_a_suit_nobody_is_exempt(stage: Stage) -> None:
    """PRES-1: the exemptions of PP 9 are for suits; before one, security is due (CPL 104)."""
    early = stage.filed(is_pre_suit=True)
    stage.ok(cast.CLERK, "check_application", application=early)
    exempt = {"application": early, "exemption": "MAINTENANCE"}
    stage.refused("E_VALUE", cast.JUDGE, "exempt_security", **exempt)
    stage.ok(cast.JUDGE, "order_security", application=early, required=AMOUNT)


@pytest.mark.parametrize(
    ("more", "hours"),
    [({"is_pre_suit": True}, 48), ({"is_urgent": True}, 48), ({}, None)],
    ids=["before a suit", "urgent", "ordinary"],
)
def test_the_court_rules_within_hours_before_a_suit(
    stage: Stage, more: Any, hours: int | None
) -> None:
    """CPL 103, 104: 48 hours if urgent, and before a suit always; else five days (PP 4)."""
    case, _letter = stage.secured(**more)
    deadline = stage.table("deadlines_deadlines")[f"{case}/ruling"]
    left = deadline["due"] - stage.table("applications")[case]["secured_at"]
    if hours is None:
        assert left > 4 * DAY_MS
    else:
        assert left == hours * 3_600_000
    stage.ok(cast.JUDGE, "rule", application=case, amount=AMOUNT, ruling=HASH)
    start = stage.table("deadlines_deadlines")[f"{case}/start"]["due"] - stage.now_ms
    assert (start == DAY_MS) is (hours is not None)
