# SPDX-License-Identifier: Apache-2.0
"""Each step up to the ruling waits for the one before it, and says which; then it still goes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.industries.preservation import cast
from tests.unit.industries.preservation.stage import (
    DAY_MS,
    HASH,
    PREMIUM,
    SEALED,
    Stage,
    missing,
)

NEW = {
    "court": cast.JUDGE.organization,
    "is_pre_suit": False,
    "amount": 1_000,
    "applicant_party": HASH,
    "respondent_party": HASH,
    "payee": HASH,
}


@pytest.mark.parametrize(
    "figures",
    [
        {"renewal_days": 9, "last_notice_days": 8, "first_notice_days": 30},
        {"renewal_days": 7, "last_notice_days": 30, "first_notice_days": 30},
    ],
    ids=["a last notice too late to renew", "a first notice not before the last"],
)
def test_notices_come_in_time_and_in_their_order(stage: Stage, figures: dict[str, int]) -> None:
    """E_VALUE otherwise; a last notice on the very last day to ask for renewal is in time."""
    facts = stage.refused("E_VALUE", cast.SUPERVISOR, "change_parameters", parameters=figures)
    what = "renewal <= last notice < first notice"
    assert facts == {"subject": "parameters", "what": what}
    right = {"renewal_days": 8, "last_notice_days": 8, "first_notice_days": 9}
    assert stage.ok(cast.SUPERVISOR, "change_parameters", parameters=right)["version"] == 1


def test_an_application_is_checked_once_its_contents_are_sealed(stage: Stage) -> None:
    """E_STATE: the clerk cannot have read what nobody declared; sealed property is not enough."""
    case = stage.ok(cast.APPLICANT, "file_application", **NEW)["id"]
    check = {"application": case, "case_number": "1"}
    sealed = {"application": case, "sealed": SEALED}
    stage.ok(cast.APPLICANT, "declare_contents", contents="PROPERTY", **sealed)
    facts = stage.refused("E_STATE", cast.CLERK, "check_application", **check)
    assert facts == missing(case, "declare_contents")
    stage.ok(cast.APPLICANT, "declare_contents", contents="GROUNDS", **sealed)
    stage.ok(cast.CLERK, "check_application", **check)


def test_a_suit_is_registered_once(stage: Stage) -> None:
    """E_DUP names the case number that is there, also in a case that began with one."""
    early = stage.filed(is_pre_suit=True)
    stage.ok(cast.CLERK, "register_suit", application=early, case_number="2")
    again = {"application": early, "case_number": "3"}
    facts = stage.refused("E_DUP", cast.CLERK, "register_suit", **again)
    assert facts == {"subject": "2"}
    in_suit = stage.ordered()
    number = stage.table("applications")[in_suit]["case_number"]
    second = {"application": in_suit, "case_number": "3"}
    assert stage.refused("E_DUP", cast.CLERK, "register_suit", **second) == {"subject": number}


def test_a_suit_is_registered_for_a_live_preservation_before_suit_only(stage: Stage) -> None:
    """E_STATE: neither for one that was refused nor for one in suit; a live one converts."""
    ended = stage.filed(is_pre_suit=True)
    stage.ok(cast.JUDGE, "refuse_application", application=ended, reason="撤回")
    for case in (ended, stage.filed()):
        suit = {"application": case, "case_number": "1"}
        facts = stage.refused("E_STATE", cast.CLERK, "register_suit", **suit)
        assert facts == missing(case, "a live preservation before suit")
    live = stage.filed(is_pre_suit=True)
    stage.ok(cast.CLERK, "register_suit", application=live, case_number="1")


def test_letters_are_asked_for_and_issued_before_the_ruling_only(stage: Stage) -> None:
    """E_STATE after it, and after a refusal; for another application both still go."""
    ruled, _letter = stage.secured()
    late = stage.chosen(ruled)
    stage.ok(cast.JUDGE, "rule", application=ruled, amount=1, ruling=HASH)
    refused = stage.filed()
    stage.ok(cast.JUDGE, "refuse_application", application=refused, reason="撤回")
    step = "an application without a ruling"
    for case in (ruled, refused):
        ask = {"application": case, "guarantor": cast.SIGNER.organization}
        facts = stage.refused("E_STATE", cast.APPLICANT, "ask_guarantee", **ask)
        assert facts == missing(case, step)
    done = stage.issue(late)
    assert (done.code, done.result, done.writes) == ("E_STATE", missing(ruled, step), {})
    stage.issued(stage.filed())


def test_a_quote_is_chosen_once_and_after_it_was_made(stage: Stage) -> None:
    """E_STATE before the quote, E_DUP twice; in between it goes."""
    asked = {"application": stage.filed(), "guarantor": cast.SIGNER.organization}
    letter = stage.ok(cast.APPLICANT, "ask_guarantee", **asked)["id"]
    facts = stage.refused("E_STATE", cast.APPLICANT, "choose_quote", letter=letter)
    assert facts == missing(letter, "quote_letter")
    stage.ok(cast.UNDERWRITER, "quote_letter", letter=letter, risk=HASH, sealed=SEALED)
    stage.ok(cast.APPLICANT, "choose_quote", letter=letter)
    facts = stage.refused("E_DUP", cast.APPLICANT, "choose_quote", letter=letter)
    assert facts == {"subject": f"{letter}/chosen"}


def test_a_letter_is_issued_after_its_quote_was_chosen(stage: Stage) -> None:
    """E_STATE: a quote alone binds nobody; chosen, the same letter is issued."""
    asked = {"application": stage.filed(), "guarantor": cast.SIGNER.organization}
    letter = stage.ok(cast.APPLICANT, "ask_guarantee", **asked)["id"]
    stage.ok(cast.UNDERWRITER, "quote_letter", letter=letter, risk=HASH, sealed=SEALED)
    done = stage.issue(letter)
    facts = missing(letter, "choose_quote")
    assert (done.code, done.result, done.writes) == ("E_STATE", facts, {})
    stage.ok(cast.APPLICANT, "choose_quote", letter=letter)
    assert stage.issue(letter).code == "ok"


@pytest.mark.parametrize(
    ("valid_from", "valid_until"),
    [(5, 5), (-DAY_MS, 1)],
    ids=["no time at all", "over when it is issued"],
)
def test_a_letter_is_good_for_some_time_to_come(
    stage: Stage, valid_from: int, valid_until: int
) -> None:
    """E_VALUE otherwise; one millisecond in the future is enough."""
    letter = stage.chosen(stage.ordered())
    now = stage.now_ms
    done = stage.issue(letter, valid_from=now + valid_from, valid_until=now + valid_until)
    facts = {"subject": letter, "what": "valid_from < valid_until, in the future"}
    assert (done.code, done.result, done.writes) == ("E_VALUE", facts, {})
    soon = stage.now_ms + 2
    assert stage.issue(letter, valid_from=soon - 1, valid_until=soon).code == "ok"


def test_a_premium_comes_in_once(stage: Stage) -> None:
    """E_DUP also under another of the bank's references, and the money is there once."""
    letter = stage.issued(stage.ordered())
    second = {"letter": letter, "amount": PREMIUM, "reference": "another"}
    facts = stage.refused("E_DUP", cast.TELLER, "receive_premium", **second)
    assert facts == {"subject": f"{letter}/premium"}
    (account,) = stage.table("money_accounts").values()
    assert (account["available"], account["held"]) == (0, PREMIUM)


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


def test_letters_answer_an_order_to_give_security(stage: Stage) -> None:
    """E_STATE: not submitted before the order, and not once the security is there."""
    case = stage.filed()
    stage.ok(cast.CLERK, "check_application", application=case, case_number="1")
    letters = [stage.issued(case) for _number in range(2)]
    first, second = ({"presented": [stage.presented(one)]} for one in letters)
    ask: dict[str, Any] = {"application": case}
    expected = missing(case, "order_security")
    facts = stage.refused("E_STATE", cast.APPLICANT, "submit_letters", **ask, **first)
    assert facts == expected
    stage.ok(cast.JUDGE, "order_security", application=case, required=1)
    stage.ok(cast.APPLICANT, "submit_letters", **ask, **first)
    stage.ok(cast.JUDGE, "accept_letter", letter=letters[0], document=HASH)
    facts = stage.refused("E_STATE", cast.APPLICANT, "submit_letters", **ask, **second)
    assert facts == expected
    stage.ok(cast.SIGNER, "cancel_letter", letter=letters[1])


def test_no_letter_is_accepted_beyond_the_security(stage: Stage) -> None:
    """E_STATE for a second one; the court rejects it and its premium goes back."""
    case = stage.ordered()
    first, second = (stage.issued(case) for _number in range(2))
    stage.submitted(case, first, second)
    stage.ok(cast.JUDGE, "accept_letter", letter=first, document=HASH)
    more = {"letter": second, "document": HASH}
    facts = stage.refused("E_STATE", cast.JUDGE, "accept_letter", **more)
    assert facts == missing(case, "order_security")
    exposure = stage.table("guarantors")[cast.SIGNER.organization]["exposure"]
    assert exposure == stage.table("letters")[first]["terms"]["limit"]
    stage.ok(cast.JUDGE, "reject_letter", letter=second, reason="担保已足额")
    assert len(stage.table("payments_orders")) == 2


def test_a_letter_of_one_case_is_not_presented_in_another(stage: Stage) -> None:
    """PRES-2: unaltered and never submitted, E_HASH names the application; its own takes it."""
    own, other = stage.ordered(), stage.ordered()
    letter = stage.issued(own)
    present = {"application": other, "presented": [stage.presented(letter)]}
    facts = stage.refused("E_HASH", cast.APPLICANT, "submit_letters", **present)
    names = {"letter": letter, "field_name": "application"}
    assert facts == names | {"presented": other, "kept": own}
    stage.submitted(own, letter)
