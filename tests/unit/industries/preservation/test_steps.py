# SPDX-License-Identifier: Apache-2.0
"""Each step up to the ruling waits for the one before it, and says which; then it still goes."""

from __future__ import annotations

from tests.unit.industries.preservation import cast
from tests.unit.industries.preservation.stage import (
    HASH,
    PREMIUM,
    Stage,
    missing,
)


def test_no_premium_is_taken_for_a_letter_that_no_court_can_accept(stage: Stage) -> None:
    """E_STATE for one not issued, cancelled or rejected; for an issued one it goes."""
    case = stage.ordered()
    quoted, cancelled, rejected, good = (stage.chosen(case) for _number in range(4))
    for letter in (cancelled, rejected, good):
        assert stage.issue(letter).code == "ok"
    stage.ok(cast.SIGNER, "cancel_letter", letter=cancelled)
    stage.submitted(case, rejected)
    stage.ok(cast.JUDGE, "reject_letter", letter=rejected, reason="不符")
    money = {"amount": PREMIUM, "reference": "R"}
    for letter in (quoted, cancelled, rejected):
        facts = stage.refused("E_STATE", cast.TELLER, "receive_premium", letter=letter, **money)
        assert facts == missing(letter, "a letter issued and not decided on")
    stage.ok(cast.TELLER, "receive_premium", letter=good, **money)


def test_a_premium_can_follow_the_submission(stage: Stage) -> None:
    """The court waits for it (E_STATE), the bank notes it, the letter is accepted and paid for."""
    case = stage.ordered()
    letter = stage.chosen(case)
    assert stage.issue(letter).code == "ok"
    stage.submitted(case, letter)
    accept = {"letter": letter, "document": HASH}
    facts = stage.refused("E_STATE", cast.JUDGE, "accept_letter", **accept)
    assert facts == missing(letter, "receive_premium")
    money = {"letter": letter, "amount": PREMIUM, "reference": "R"}
    stage.ok(cast.TELLER, "receive_premium", **money)
    stage.ok(cast.JUDGE, "accept_letter", **accept)
    (order,) = stage.table("payments_orders").values()
    assert order["amount"] == PREMIUM
