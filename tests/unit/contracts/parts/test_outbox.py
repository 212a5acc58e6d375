# SPDX-License-Identifier: Apache-2.0
"""Payments leave and come back matched exactly once, in whatever order files arrive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.contracts import (
    ANY_MEMBER,
    Arguments,
    Context,
    Contract,
    Digest,
    Integer,
    Label,
    Name,
    action,
    digest_of,
)
from tallystick.contracts.parts import OrderState, Outbox, PaymentOrder
from tallystick.model import Execution
from tallystick.testing import LedgerHarness, make_signer
from tests.unit.contracts.parts.kept import kept

LABEL = Label(zh="做", en="Do")
ANN = make_signer(member="ann")
PAYEE, FILE, OTHER_FILE = digest_of("payee"), digest_of("file"), digest_of("other")
ORDER = "PO-2026-000001"


class Said(Arguments):
    """What a bank says."""

    order: Name
    state: OrderState
    attempt: Integer = 1
    reference: Name | None = None
    reason: Name | None = None


class Payments(Contract, name="payments", version=1):
    """Every method of the outbox as an action."""

    outbox = Outbox(label=Label(zh="付款", en="Payments"))

    @action(role=ANY_MEMBER, label=LABEL)
    def order(self, ctx: Context, order: Name) -> str:
        """Order."""
        made = self.outbox.order(
            ctx, order, case="EN-1", payer="pool", payee=PAYEE, money=(150_000, "CNY")
        )
        return made.end_to_end_id

    @action(role=ANY_MEMBER, label=LABEL)
    def send(self, ctx: Context, order: Name, file: Digest) -> bool:
        """Send."""
        return self.outbox.send(ctx, order, file=file)

    @action(role=ANY_MEMBER, label=LABEL)
    def report(self, ctx: Context, said: Said) -> bool:
        """Report."""
        return self.outbox.report(
            ctx,
            said.order,
            said.state,
            attempt=said.attempt,
            bank_reference=said.reference,
            reason=said.reason,
        )

    @action(role=ANY_MEMBER, label=LABEL)
    def retry(self, ctx: Context, order: Name, payee: Digest | None = None) -> str:
        """Retry."""
        return self.outbox.retry(ctx, order, payee=payee).end_to_end_id


@pytest.fixture
def sent() -> LedgerHarness:
    """Return an outbox with one order that has gone to the bank."""
    ledger = LedgerHarness(Payments)
    assert ledger.run("order", ANN, order=ORDER).result == "PO-2026-000001-1"
    assert ledger.run("send", ANN, order=ORDER, file=FILE).result is True
    return ledger


def report(ledger: LedgerHarness, state: str, **more: str | int) -> Execution:
    """Report on the order."""
    return ledger.run("report", ANN, order=ORDER, state=state, **more)


def state_of(ledger: LedgerHarness) -> OrderState:
    """Return where the order is."""
    (order,) = kept(ledger, "outbox_orders", PaymentOrder)
    return order.state


def test_a_payment_is_ordered_once(sent: LedgerHarness) -> None:
    """E_DUP."""
    assert sent.run("order", ANN, order=ORDER).code == "E_DUP"


def test_the_same_file_may_be_noted_twice_another_not(sent: LedgerHarness) -> None:
    """Who carries files may crash and begin again; two files with one order would pay twice."""
    assert sent.run("send", ANN, order=ORDER, file=FILE).result is False
    refused = sent.run("send", ANN, order=ORDER, file=OTHER_FILE)
    assert refused.code == "E_STATE"
    assert refused.result == {"order": ORDER, "state": "SENT", "wanted": "SENT"}


def test_accepted_then_booked_and_the_same_reports_again_change_nothing(
    sent: LedgerHarness,
) -> None:
    """Matched exactly once: each file may arrive again, also after the next one."""
    assert report(sent, "ACCEPTED").result is True
    assert report(sent, "BOOKED", reference="B-1").result is True
    for again in (report(sent, "ACCEPTED"), report(sent, "BOOKED", reference="B-1")):
        assert (again.code, again.result, again.writes) == ("ok", False, {})
    assert state_of(sent) is OrderState.BOOKED


def test_a_booking_may_overtake_the_acceptance(sent: LedgerHarness) -> None:
    """Files arrive in any order."""
    assert report(sent, "BOOKED", reference="B-1").result is True
    assert report(sent, "ACCEPTED").result is False
    assert state_of(sent) is OrderState.BOOKED


def test_a_second_booking_of_one_payment_is_refused(sent: LedgerHarness) -> None:
    """The bank paid twice: a person must see it, and nothing may hide it."""
    report(sent, "BOOKED", reference="B-1")
    assert report(sent, "BOOKED", reference="B-2").code == "E_STATE"
    assert report(sent, "BOOKED").code == "E_STATE"


def test_a_collective_booking_has_one_reference_for_many_payments(sent: LedgerHarness) -> None:
    """ISO 20022 batch bookings share AcctSvcrRef; each payment is matched by itself, once."""
    report(sent, "BOOKED", reference="B-1")
    sent.run("order", ANN, order="PO-2")
    sent.run("send", ANN, order="PO-2", file=FILE)
    said = {"order": "PO-2", "state": "BOOKED", "reference": "B-1"}
    assert sent.run("report", ANN, **said).result is True
    assert sent.run("report", ANN, **said).result is False


def test_a_rejected_payment_is_tried_again_under_a_new_end_to_end_id(sent: LedgerHarness) -> None:
    """Reports on the old try say nothing new, and the new one is sent and booked by itself."""
    assert report(sent, "REJECTED", reason="AC01").result is True
    assert sent.run("retry", ANN, order=ORDER, payee=digest_of("new")).result == f"{ORDER}-2"
    assert report(sent, "REJECTED", reason="AC01").result is False
    assert report(sent, "ACCEPTED").result is False
    assert sent.run("send", ANN, order=ORDER, file=OTHER_FILE).result is True
    assert report(sent, "BOOKED", attempt=2, reference="B-2").result is True


def test_a_booking_of_a_rejected_try_is_refused(sent: LedgerHarness) -> None:
    """The bank contradicts itself: paying again would pay twice, so nobody overlooks it."""
    report(sent, "REJECTED", reason="AC01")
    assert report(sent, "BOOKED", reference="B-1").code == "E_STATE"
    sent.run("retry", ANN, order=ORDER)
    sent.run("send", ANN, order=ORDER, file=OTHER_FILE)
    assert report(sent, "BOOKED", attempt=1, reference="B-1").code == "E_STATE"


def test_a_booked_payment_may_come_back_and_be_tried_again(sent: LedgerHarness) -> None:
    """RETURNED only after BOOKED, and a known booking of the first try stays known."""
    assert report(sent, "RETURNED", reference="R-1", reason="AC04").code == "E_STATE"
    report(sent, "BOOKED", reference="B-1")
    assert report(sent, "RETURNED", reference="R-1", reason="AC04").result is True
    assert sent.run("retry", ANN, order=ORDER).result == f"{ORDER}-2"
    assert report(sent, "BOOKED", attempt=1, reference="B-1").result is False


def test_only_what_failed_is_tried_again_and_only_known_tries_are_reported(
    sent: LedgerHarness,
) -> None:
    """E_STATE for a retry of a payment under way, a report on a try to come, or READY itself."""
    assert sent.run("retry", ANN, order=ORDER).code == "E_STATE"
    assert report(sent, "ACCEPTED", attempt=2).code == "E_STATE"
    assert report(sent, "READY").code == "E_STATE"
    assert sent.run("send", ANN, order="none", file=FILE).code == "E_MISSING"


REPORTS = st.lists(
    st.tuples(
        st.sampled_from(["ACCEPTED", "BOOKED", "REJECTED", "RETURNED", "send", "retry"]),
        st.integers(1, 3),
    ),
    max_size=25,
)


@given(REPORTS)
def test_no_sequence_of_reports_books_a_payment_twice_without_a_return(
    reports: list[tuple[str, int]],
) -> None:
    """INV: bookings exceed returns by at most one, whatever arrives how often in what order."""
    ledger = LedgerHarness(Payments)
    ledger.run("order", ANN, order=ORDER)
    booked = returned = 0
    for number, (kind, attempt) in enumerate(reports):
        if kind == "send":
            ledger.run("send", ANN, order=ORDER, file=digest_of(number))
        elif kind == "retry":
            ledger.run("retry", ANN, order=ORDER)
        else:
            done = report(ledger, kind, attempt=attempt, reference=f"{kind}-{number}")
            booked += kind == "BOOKED" and done.result is True
            returned += kind == "RETURNED" and done.result is True
        assert 0 <= booked - returned <= 1
