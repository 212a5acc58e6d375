# SPDX-License-Identifier: Apache-2.0
"""What goes on after it seemed over: debits that come back, leave that moves, enforcements."""

from __future__ import annotations

import pytest

from tallystick.model import Signer
from tests.unit.industries.justice import stage as cast
from tests.unit.industries.justice.invariants import check_all
from tests.unit.industries.justice.stage import HASH, RENT, Stage


@pytest.fixture
def stage() -> Stage:
    """Return a stage with a reviewed template."""
    return Stage()


def moved_leave(stage: Stage, agreement: str) -> Signer:
    """Let the debtor's leave to debit move to another bank; return its teller."""
    stage.ok(cast.LESSEE, "revoke_debit", agreement=agreement, role="lessee")
    bank = cast.person("bank", 289)
    stage.authorized(agreement, 3 * RENT, bank=bank.organization)
    return bank


@pytest.mark.parametrize("comes_first", ["answer", "leave"])
@pytest.mark.parametrize("answer", ["REJECTED", "RETURNED"])
def test_what_did_not_arrive_is_debited_by_the_bank_that_has_leave_now(
    stage: Stage, answer: str, comes_first: str
) -> None:
    """JUD-10: the next tick orders it there, once, and only what is owed."""
    agreement = stage.active()
    stage.authorized(agreement, 3 * RENT)
    stage.warp(days=9, ms=cast.HOUR_MS)
    (order,) = stage.table("payments_orders")
    if answer == "RETURNED":
        stage.report(order, "BOOKED")
    bank = moved_leave(stage, agreement) if comes_first == "leave" else None
    stage.report(order, answer, reference="back")
    bank = bank or moved_leave(stage, agreement)
    stage.warp(days=0)
    (again,) = set(stage.table("payments_orders")) - {order}
    stage.ok(bank, "note_sent", orders=[again], file=HASH)
    report = {"order": again, "state": "BOOKED", "attempt": 1, "reference": "R-2"}
    assert stage.ok(bank, "report_payment", **report) is True
    assert stage.obligation(agreement, "rent.1")["state"] == "DISCHARGED"
    stage.warp(days=1)
    assert len(stage.table("payments_orders")) == 2
    check_all(stage)


def test_leave_that_comes_late_debits_what_is_due_already(stage: Stage) -> None:
    """What nobody could debit when it was due is ordered with the next tick; the rest in time."""
    agreement = stage.active()
    stage.warp(days=11)
    assert not stage.table("payments_orders")
    stage.authorized(agreement, 3 * RENT)
    stage.warp(days=0)
    order = stage.order_of(f"{agreement}.rent.1")
    assert len(stage.table("payments_orders")) == 1
    stage.report(order, "BOOKED")
    stage.warp(days=30)
    assert stage.order_of(f"{agreement}.rent.2") != order


def test_a_debit_that_comes_back_after_a_settlement_is_owed_under_the_old_agreement(
    stage: Stage,
) -> None:
    """SETTLED is ACTIVE again with that debt alone; it can be breached, or paid and done."""
    agreement = stage.active()
    stage.authorized(agreement, RENT)
    stage.warp(days=10)
    order = stage.order_of(f"{agreement}.rent.1")
    stage.report(order, "BOOKED")
    stage.warp(days=35)
    notice = {"agreement": agreement, "service": "electronic"}
    stage.ok(cast.PLATFORM, "serve_notice", proof=stage.deposit(cast.PLATFORM)[0], **notice)
    stage.warp(days=8)
    mediation = stage.table("agreements")[agreement]["mediation"]
    stage.ok(cast.MEDIATOR, "take_mediation", mediation=mediation)
    new = stage.signing(cast.MEDIATOR, replaces=agreement)
    stage.sign(new)
    stage.ok(cast.MEDIATOR, "settle", mediation=mediation, settlement=new)
    stage.report(order, "RETURNED", reference="back")
    assert (stage.state(agreement), stage.state(new)) == ("ACTIVE", "ACTIVE")
    assert stage.table("agreements")[agreement]["open"] == 1
    stage.warp(days=4)
    assert stage.state(agreement) == "BREACHED"
    check_all(stage)
    stage.pay(agreement, 1)
    assert stage.state(agreement) == "PERFORMED"


def test_a_debit_of_what_was_ordered_that_comes_back_leads_to_enforcement(stage: Stage) -> None:
    """PERFORMED is DECIDED again, not ACTIVE: what a court has ordered needs no second case."""
    agreement, decision = stage.decided()
    stage.authorized(agreement, RENT)
    stage.warp(days=9, ms=cast.HOUR_MS)
    order = stage.order_of(f"{decision}.sum")
    stage.report(order, "BOOKED")
    assert stage.state(agreement) == "PERFORMED"
    stage.report(order, "RETURNED", reference="back")
    assert stage.state(agreement) == "DECIDED"
    stage.warp(days=1)
    stage.ok(
        cast.LESSOR,
        "apply_for_enforcement",
        **stage.enforcement(agreement, f"{decision}.sum"),
    )
    check_all(stage)


def test_a_terminated_enforcement_goes_on_when_something_is_found(stage: Stage) -> None:
    """What was collected stays; one that is collected whole is over for good: E_STATE."""
    agreement, decision = stage.decided()
    stage.warp(days=12)
    owed = stage.enforcement(agreement, f"{decision}.sum")
    named = {"enforcement": stage.ok(cast.LESSOR, "apply_for_enforcement", **owed)["id"]}
    stage.refused("E_STATE", cast.OFFICER, "resume_enforcement", **named)
    stage.ok(cast.OFFICER, "close_enforcement", collected=RENT // 2, **named)
    other = cast.person("enforcement-officer", 288)
    stage.refused("E_ROLE", other, "resume_enforcement", **named)
    resumed = stage.ok(cast.OFFICER, "resume_enforcement", **named)
    assert (resumed["state"], resumed["collected"]) == ("APPLIED", RENT // 2)
    assert (resumed["closed_at"], stage.state(agreement)) == (None, "ENFORCEMENT")
    less = named | {"collected": RENT // 2 - 1}
    stage.refused("E_VALUE", cast.OFFICER, "close_enforcement", **less)
    closed = stage.ok(cast.OFFICER, "close_enforcement", collected=RENT, **named)
    assert (closed["state"], stage.state(agreement)) == ("COLLECTED", "CLOSED")
    stage.refused("E_STATE", cast.OFFICER, "resume_enforcement", **named)


def test_no_days_to_cure_is_no_cure_period(stage: Stage) -> None:
    """Mediation follows the service of the notice at once; who pays in it still cures."""
    stage.ok(cast.RULES, "change_parameters", parameters={"cure_days": 0})
    agreement = stage.served()
    notice = stage.table("agreements")[agreement]["notice"]
    kept = stage.table("notices")[notice]
    assert kept["cure_until"] == kept["served_at"]
    assert stage.state(agreement) == "BREACHED"
    stage.warp(ms=1)
    assert stage.state(agreement) == "MEDIATION"
    stage.pay(agreement, 1)
    assert stage.state(agreement) == "ACTIVE"
