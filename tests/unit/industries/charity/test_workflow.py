# SPDX-License-Identifier: Apache-2.0
"""Charity from the gift to the beneficiary's word, and every way a payment can go."""

from __future__ import annotations

import pytest

from tallystick.contracts import digest_of
from tallystick.industries.charity import list_digest_of
from tallystick.industries.charity.records import Batch, Campaign, Donation
from tests.unit.industries.charity.invariants import check_all
from tests.unit.industries.charity.scene import (
    ANYONE,
    AUDITOR,
    BANK,
    OFFICER,
    PLATFORM,
    REVIEWER,
    SUPERVISOR,
    Scene,
    account_of,
    person,
    row,
)


def state(scene: Scene, entitlement: str) -> str:
    """Return where an entitlement is."""
    return str(scene.entitlement(entitlement).state)


@pytest.mark.main_path
def test_from_gift_to_thanks_and_settlement(scene: Scene) -> None:
    """The whole workflow, steps 1 to 9, with the sums right at each height."""
    campaign = scene.campaign(gift=150_000)
    batch = scene.approved(campaign, [row("li")])
    entitlement = f"{batch}-00001"
    assert state(scene, entitlement) == "HELD"
    order = scene.claimed(entitlement, "li")
    assert state(scene, entitlement) == "PAYING"
    assert scene.report(order, "ACCEPTED").result is True
    assert scene.report(order, "BOOKED").result is True
    assert state(scene, entitlement) == "PAID"
    assert str(scene.record("batches", batch, Batch).state) == "EXHAUSTED"
    assert scene.confirm(entitlement, "li").code == "ok"
    scene.ok(OFFICER, "close_campaign", campaign=campaign)
    scene.ok(OFFICER, "disclose", campaign=campaign)
    scene.ok(AUDITOR, "settle_campaign", campaign=campaign)
    assert str(scene.record("campaigns", campaign, Campaign).state) == "SETTLED"
    check_all(scene)


@pytest.mark.main_path
def test_the_same_bank_file_twice_pays_once(scene: Scene) -> None:
    """Matched exactly once: the second report says nothing new and writes nothing."""
    batch = scene.approved(scene.campaign(), [row("li")])
    order = scene.claimed(f"{batch}-00001", "li")
    said = {"order": order, "state": "BOOKED", "attempt": 1, "reference": "B"}
    assert scene.do(BANK, "report_payment", **said).result is True
    again = scene.do(BANK, "report_payment", **said)
    assert (again.code, again.result, again.writes, again.events) == ("ok", False, {}, ())
    check_all(scene)


@pytest.mark.main_path
def test_a_rejected_payment_is_retried_by_itself_and_fails_after_three_tries(scene: Scene) -> None:
    """Step 6: FAILED with the funds back on hold; then another account brings it to the end."""
    campaign = scene.campaign()
    batch = scene.approved(campaign, [row("li")])
    entitlement = f"{batch}-00001"
    order = scene.claimed(entitlement, "li")
    tries = []
    for attempt in (1, 2, 3):
        assert state(scene, entitlement) == "PAYING"
        scene.do(BANK, "note_sent", orders=[order], file=digest_of("f", attempt))
        done = scene.report(order, "REJECTED", attempt=attempt, reason="AC01")
        assert done.result is True
        tries += [one.fields["tries"] for one in done.events if "PaymentFailed" in one.name]
    assert state(scene, entitlement) == "FAILED"
    assert tries == [3]
    assert scene.book(campaign).held == 150_000
    check_all(scene)
    corrected = scene.claim_args(entitlement, "li", account=account_of("li", "new account"))
    assert scene.ok(PLATFORM, "claim_again", **corrected) == order
    scene.ok(BANK, "note_sent", orders=[order], file=digest_of("f4"))
    assert scene.report(order, "BOOKED", attempt=4).result is True
    assert state(scene, entitlement) == "PAID"
    check_all(scene)


def test_a_failed_payment_may_be_tried_again_to_the_same_account(scene: Scene) -> None:
    """The officer's retry; a failure before was the bank's, not the account's."""
    scene.ok(SUPERVISOR, "change_parameters", parameters={"payment_tries_max": 1})
    batch = scene.approved(scene.campaign(), [row("li")])
    entitlement = f"{batch}-00001"
    order = scene.claimed(entitlement, "li")
    scene.report(order, "REJECTED", reason="AM05")
    assert state(scene, entitlement) == "FAILED"
    assert scene.ok(OFFICER, "retry_payment", entitlement=entitlement) == order
    scene.ok(BANK, "note_sent", orders=[order], file=digest_of("f2"))
    assert scene.report(order, "BOOKED", attempt=2).result is True
    check_all(scene)


def test_a_returned_payment_is_on_hold_again_and_its_list_no_longer_exhausted(
    scene: Scene,
) -> None:
    """What came back is counted once as returned, and is paid again, which ends the list again."""
    campaign = scene.campaign()
    batch = scene.approved(campaign, [row("li"), row("wang")])
    order = scene.paid(f"{batch}-00001", "li")
    scene.paid(f"{batch}-00002", "wang")
    assert str(scene.record("batches", batch, Batch).state) == "EXHAUSTED"
    assert scene.report(order, "RETURNED", reason="AC04").result is True
    book = scene.book(campaign)
    assert (book.returned, book.paid, book.held) == (150_000, 300_000, 150_000)
    assert book.open_entitlements == 1
    assert str(scene.record("batches", batch, Batch).state) == "APPROVED"
    check_all(scene)
    scene.ok(OFFICER, "retry_payment", entitlement=f"{batch}-00001")
    scene.ok(BANK, "note_sent", orders=[order], file=digest_of("again"))
    assert scene.report(order, "BOOKED", attempt=2).result is True
    assert str(scene.record("batches", batch, Batch).state) == "EXHAUSTED"
    check_all(scene)


@pytest.mark.main_path
def test_money_is_reminded_of_after_sixty_days_and_lapses_after_ninety(scene: Scene) -> None:
    """Step 7, by ticks that anyone sends; a tick too many does nothing."""
    campaign = scene.campaign()
    batch = scene.approved(campaign, [row("li")])
    scene.warp(60.5)
    reminded = scene.do(ANYONE, "tick")
    names = [event.name for event in reminded.events]
    assert "charity.ClaimReminder" in names
    scene.warp(30)
    lapsed = scene.do(ANYONE, "tick")
    assert "charity.EntitlementLapsed" in [event.name for event in lapsed.events]
    assert state(scene, f"{batch}-00001") == "LAPSED"
    assert scene.book(campaign).available == 1_000_000
    assert scene.do(ANYONE, "tick").writes == {}
    check_all(scene)


def test_what_was_claimed_does_not_lapse(scene: Scene) -> None:
    """The deadline is cleared with the claim."""
    batch = scene.approved(scene.campaign(), [row("li")])
    scene.claimed(f"{batch}-00001", "li")
    scene.warp(91)
    scene.ok(ANYONE, "tick")
    assert state(scene, f"{batch}-00001") == "PAYING"


@pytest.mark.main_path
def test_a_tick_ends_a_campaign_whose_time_is_over(scene: Scene) -> None:
    """Eight seconds long, so that a real clock can show it; before, and twice, it does nothing."""
    closes_at = scene.now + 8_000
    campaign = scene.campaign(closes_at=closes_at)
    assert scene.do(ANYONE, "tick").writes == {}
    scene.wait_until(closes_at)
    ended = scene.do(ANYONE, "tick")
    assert "charity.StateChanged" in [event.name for event in ended.events]
    assert str(scene.record("campaigns", campaign, Campaign).state) == "CLOSED"
    assert scene.do(ANYONE, "tick").writes == {}


def test_a_campaign_ends_by_itself_and_reminds_of_disclosure_and_settlement(scene: Scene) -> None:
    """Article 73: what is overdue is said, once for each deadline."""
    campaign = scene.campaign()
    names = []
    for _ in range(9):
        scene.warp(60)
        names += [event.name.partition(".")[2] for event in scene.do(ANYONE, "tick").events]
    assert str(scene.record("campaigns", campaign, Campaign).state) == "CLOSED"
    for event in ("DisclosureOverdue", "SettlementOverdue", "StateChanged"):
        assert names.count(event) == 1


def test_a_long_list_is_opened_for_claims_in_steps_by_anyone(scene: Scene) -> None:
    """A list of more than a hundred rows comes, and is opened, in parts."""
    campaign = scene.campaign(gift=30_000)
    rows = [row(f"p{n}", 100) for n in range(250)]

    new = {"campaign": campaign, "period": "p", "count": 250, "total": 25_000}
    batch = str(scene.ok(OFFICER, "import_list", list_digest=list_digest_of(rows), **new))
    for start in (0, 100, 200):
        scene.ok(OFFICER, "add_rows", batch=batch, rows=rows[start : start + 100])
    scene.ok(ANYONE, "check_list", batch=batch)
    scene.ok(REVIEWER, "approve_list", batch=batch, list_digest=list_digest_of(rows))
    assert scene.ok(ANYONE, "open_claims", batch=batch, limit=90) == 60
    assert scene.ok(ANYONE, "open_claims", batch=batch) == 0
    assert scene.ok(ANYONE, "open_claims", batch=batch) == 0
    scene.paid(f"{batch}-00250", "p249")
    check_all(scene)


def test_many_donations_come_in_under_one_root(scene: Scene) -> None:
    """A minute's donations are one entry; the donor's proof leads to the root."""
    campaign = scene.campaign(gift=0)
    donation = scene.ok(
        BANK,
        "receive_donations",
        campaign=campaign,
        amount=16_000,
        count=1_600,
        root=digest_of("root"),
        reference="MIN-1",
    )
    kept = scene.record("donations", str(donation), Donation)
    assert (kept.count, kept.amount, scene.book(campaign).donated) == (1_600, 16_000, 16_000)


def test_a_donation_is_traced_first_in_first_out(scene: Scene) -> None:
    """Step 8: the second donation is paid out only after the first."""
    campaign = scene.campaign(gift=0)
    first, second = scene.give(campaign, 700_000), scene.give(campaign, 900_000)
    names = [f"a{n}" for n in range(10)]
    batch = scene.approved(campaign, [row(name, 100_000) for name in names])
    for number, name in enumerate(names, start=1):
        scene.paid(f"{batch}-{number:05d}", name)
    traces = [scene.ledger.query("trace", donation=one) for one in (first, second)]
    assert traces[0] == {
        "donation": first,
        "amount": 700_000,
        "paid": 700_000,
        "slices": [{"batch": batch, "payouts": 7, "amount": 700_000}],
        "is_complete": True,
    }
    assert isinstance(traces[1], dict)
    assert traces[1]["paid"] == 300_000


def test_everybody_reads_states_and_sums(scene: Scene) -> None:
    """Queries need no role."""
    campaign = scene.campaign()
    donation = next(iter(scene.ledger.state.records("charity", "donations")))
    batch = scene.approved(campaign, [row("li")])
    query = scene.ledger.query
    shown = [
        query("show_campaign", campaign=campaign),
        query("show_book", campaign=campaign),
        query("show_list", batch=batch),
        query("show_entitlement", entitlement=f"{batch}-00001"),
        query("show_donation", donation=donation),
    ]
    assert all(isinstance(one, dict) for one in shown)
    for name, is_listed in (("li", True), ("wang", False)):
        asked = {"project": "new-future", "period": "2026-A", "beneficiary": person(name)}
        assert query("is_listed", **asked) is is_listed
