# SPDX-License-Identifier: Apache-2.0
"""What a bank says is a result once, whatever is repeated, out of order, or not about us."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.interchange.iso20022 import (
    Accepted,
    BatchStatus,
    Booked,
    Entry,
    Money,
    Notification,
    Outstanding,
    PaymentStatus,
    Rejected,
    Result,
    Returned,
    Stage,
    StatusReport,
    Unmatched,
    Verdict,
    Why,
    match_entries,
    match_status,
    uetr_of,
)
from tests.payments import NETWORK, a_file, an_order

DAY: Final = date(2026, 11, 30)
SENT: Final = Outstanding().sending(a_file(an_order("A"), an_order("B")))


def entry(order_id: str | None = "A", **changes: Any) -> Entry:
    """Return the booking of an order."""
    parts: dict[str, Any] = {
        "account": "NL41MOCK0000000001",
        "amount": Money(120_50, "EUR"),
        "is_credit": False,
        "is_reversal": False,
        "status": "BOOK",
        "booking_date": DAY,
        "value_date": DAY,
        "bank_reference": f"BANK-{order_id}",
        "order_id": order_id,
        "uetr": None,
        "place": "/Document/Ntry[1]",
    }
    return Entry(**{**parts, **changes})


def notification(*entries: Entry, message_id: str = "N-1") -> Notification:
    """Return a notification."""
    return Notification(message="camt.054.001.08", message_id=message_id, entries=entries)


def report(
    *payments: PaymentStatus,
    batch: Verdict | None = None,
    whole: Verdict | None = None,
    about: str = "MSG-1",
) -> StatusReport:
    """Return a report on the file, its batch, and some of its payments."""
    told = BatchStatus(batch_id="MSG-1-B", verdict=batch, payments=payments, place="/B")
    return StatusReport(
        message_id="S-1",
        original_message_id=about,
        verdict=whole,
        batches=(told,) if payments or batch else (),
    )


def status(order_id: str | None, code: str, reason: str | None = None) -> PaymentStatus:
    """Return what the bank says of one order."""
    verdict = Verdict(status=code, reason=reason, text="the bank's words" if reason else None)
    return PaymentStatus(order_id=order_id, uetr=None, verdict=verdict, place="/S")


def booked(order_id: str) -> Booked:
    """Return the result of a booking."""
    return Booked(order_id, DAY, f"BANK-{order_id}")


def returned(order_id: str, **changes: Any) -> Entry:
    """Return the entry of a payment that came back."""
    parts = {"is_credit": True, "bank_reference": f"BACK-{order_id}", "return_reason": "AC04"}
    return entry(order_id, **{**parts, **changes})


def unmatched(results: tuple[Result, ...]) -> list[Why]:
    """Return why things are for a person."""
    return [one.why for one in results if isinstance(one, Unmatched)]


def test_a_payments_own_status_counts_before_its_batchs_and_files() -> None:
    """A partly accepted file says of each payment what it is."""
    told = report(
        status("A", "RJCT", "AC04"), batch=Verdict(status="ACCP"), whole=Verdict(status="PART")
    )
    after, results = match_status(SENT, told)
    assert set(results) == {Rejected("A", "AC04", "the bank's words"), Accepted("B", "ACCP")}
    assert (after.orders["A"].stage, after.orders["B"].stage) == (Stage.REJECTED, Stage.ACCEPTED)


def test_a_file_that_is_rejected_whole_rejects_every_order_in_it() -> None:
    """Such a report names no payment."""
    _, results = match_status(SENT, report(whole=Verdict(status="RJCT", reason="DUPL")))
    assert set(results) == {Rejected("A", "DUPL", None), Rejected("B", "DUPL", None)}


def test_a_report_on_another_file_says_nothing_of_ours() -> None:
    """Verdicts of whole files reach only the orders of that file."""
    told = report(whole=Verdict(status="RJCT"), about="MSG-2")
    assert match_status(SENT, told) == (SENT, ())


@pytest.mark.parametrize("code", ["PDNG", "RCVD", "PART", "XXXX"])
def test_a_status_that_decides_nothing_is_no_result(code: str) -> None:
    """Pending, received, partly, and what a bank may invent."""
    assert match_status(SENT, report(status("A", code), whole=Verdict(status=code)))[1] == ()


def test_a_booking_gives_day_and_reference_of_the_bank() -> None:
    """What the books need."""
    after, results = match_entries(SENT, notification(entry("A")))
    assert results == (booked("A"),)
    assert after.orders["A"].stage is Stage.BOOKED


@pytest.mark.parametrize("code", ["PDNG", "INFO", "FUTR"])
def test_an_announced_entry_is_no_booking(code: str) -> None:
    """It comes again when it happened."""
    assert match_entries(SENT, notification(entry("A", status=code))) == (SENT, ())


def test_the_unique_reference_is_enough() -> None:
    """Some banks return only the UETR, or cut the id."""
    uetr = uetr_of("A", scope=NETWORK)
    for order_id in (None, "A-CUT"):
        found = entry(order_id, uetr=uetr, bank_reference="BANK-A")
        assert match_entries(SENT, notification(found))[1] == (booked("A"),)


def test_two_references_that_disagree_match_nothing() -> None:
    """Which of the two is right, a person finds out."""
    told = notification(entry("A", uetr=uetr_of("B", scope=NETWORK)))
    after, results = match_entries(SENT, told)
    assert unmatched(results) == [Why.OTHER_REFERENCE]
    assert after.orders == SENT.orders


def test_another_amount_is_not_our_booking() -> None:
    """Neither other cents nor another currency."""
    told = notification(
        entry("A", amount=Money(120_49, "EUR")), entry("B", amount=Money(120_50, "USD"))
    )
    after, results = match_entries(SENT, told)
    assert unmatched(results) == [Why.OTHER_AMOUNT, Why.OTHER_AMOUNT]
    assert after.orders == SENT.orders


def test_a_collective_booking_without_amounts_is_matched_by_its_ids() -> None:
    """Where the bank does not say the parts' amounts, there is nothing to compare."""
    assert match_entries(SENT, notification(entry("A", amount=None)))[1] == (booked("A"),)


def test_a_payment_that_came_back_is_returned_with_its_reason() -> None:
    """A credit of the same order after its booking."""
    told = notification(entry("A"), returned("A", return_text="closed"))
    after, results = match_entries(SENT, told)
    assert results == (booked("A"), Returned("A", "AC04", "closed", DAY, "BACK-A"))
    assert after.orders["A"].stage is Stage.RETURNED


def test_a_return_that_is_read_before_its_booking_is_not_lost() -> None:
    """Files are read by name, not by time; it is told once its booking is, in that order."""
    early, none = match_entries(SENT, notification(returned("A")))
    assert none == ()
    assert match_entries(early, notification(returned("A"))) == (early, ())
    after, results = match_entries(early, notification(entry("A")))
    assert results == (booked("A"), Returned("A", "AC04", None, DAY, "BACK-A"))
    assert after.orders["A"].stage is Stage.RETURNED
    assert match_entries(after, notification(returned("A"), entry("A"))) == (after, ())


@pytest.mark.parametrize(
    ("before", "then"),
    [
        (report(status("A", "RJCT", "AC04")), report(status("A", "ACCP"))),
        (report(status("A", "RJCT", "AC04")), notification(entry("A"))),
        (notification(entry("A")), report(status("A", "RJCT", "AC04"))),
        (report(status("A", "ACCP")), notification(returned("A", return_reason=None))),
    ],
)
def test_what_cannot_follow_is_told_to_a_person_once(before: Any, then: Any) -> None:
    """Rejected and then accepted or booked, booked and then rejected, money from nowhere."""
    state, _ = tell(SENT, before)
    after, results = tell(state, then)
    assert unmatched(results) == [Why.CONTRADICTION]
    assert len(results) == 1
    assert after.orders == state.orders
    assert tell(after, then) == (after, ())


def test_a_second_booking_under_another_number_is_told() -> None:
    """The bank may have paid twice, or given money back twice."""
    state, _ = match_entries(SENT, notification(entry("A"), entry("B"), returned("B")))
    again = notification(
        entry("A", bank_reference="X-1"), returned("B", bank_reference="X-2"), message_id="N-2"
    )
    after, results = match_entries(state, again)
    assert unmatched(results) == [Why.BOOKED_AGAIN, Why.BOOKED_AGAIN]
    assert match_entries(after, again) == (after, ())


def test_the_same_booking_in_a_statement_says_nothing_new() -> None:
    """A camt.053 of the evening repeats what the camt.054 of the day said."""
    state, _ = match_entries(SENT, notification(entry("A"), entry("C")))
    statement = notification(entry("A", place="/X"), entry("C", place="/Y"), message_id="STMT")
    assert match_entries(state, statement) == (state, ())


def test_entries_without_a_reference_are_told_apart_by_their_place() -> None:
    """Two gifts of one amount on one day are two, and each is told once."""
    gifts = (entry(None, bank_reference=None, place=f"/{number}") for number in (1, 2))
    told = notification(*gifts)
    after, results = match_entries(SENT, told)
    assert unmatched(results) == [Why.UNKNOWN_ORDER, Why.UNKNOWN_ORDER]
    assert match_entries(after, told) == (after, ())


def test_a_status_of_an_order_that_is_not_ours_is_told_once() -> None:
    """It may belong to another program on the same account."""
    told = report(status("Z", "ACCP"), status("Z", "ACCP"))
    after, results = match_status(SENT, told)
    assert results == (Unmatched(Why.UNKNOWN_ORDER, "Z", "S-1", "/S"),)
    assert match_status(after, told) == (after, ())


def test_sending_a_file_again_forgets_nothing() -> None:
    """An order that was booked is not outstanding again."""
    state, _ = match_entries(SENT, notification(entry("A")))
    assert state.sending(a_file(an_order("A"), an_order("B"))) == state


def tell(state: Outstanding, message: Any) -> tuple[Outstanding, tuple[Result, ...]]:
    """Hand either kind of message to its function."""
    match = match_status if isinstance(message, StatusReport) else match_entries
    return match(state, message)


MESSAGES: Final = st.one_of(
    st.builds(
        report,
        st.builds(status, st.sampled_from("ABZ"), st.sampled_from(["ACCP", "ACSC", "RJCT"])),
        batch=st.none() | st.builds(Verdict, status=st.sampled_from(["ACCP", "RJCT"])),
    ),
    st.builds(
        notification,
        st.builds(entry, st.sampled_from(["A", "B", "Z", None])),
        st.builds(returned, st.sampled_from("AB")),
        message_id=st.sampled_from(["N-1", "N-2"]),
    ),
)


@given(st.lists(MESSAGES, max_size=12), st.data())
def test_no_result_comes_twice_whatever_is_repeated(told: list[Any], data: st.DataObject) -> None:
    """Any messages in any order, and then any of them again: each result at most once."""
    state: Outstanding = SENT
    results: list[Result] = []
    for message in told:
        state, new = tell(state, message)
        results += new
    settled = [
        type(one).__name__ + one.order_id for one in results if not isinstance(one, Unmatched)
    ]
    assert len(set(settled)) == len(settled)
    if told:
        again = data.draw(st.sampled_from(told))
        after, first = tell(state, again)
        assert [one for one in first if not isinstance(one, Unmatched)] == []
        assert tell(after, again) == (after, ())


@given(st.lists(MESSAGES, max_size=8))
def test_an_order_never_moves_back(told: list[Any]) -> None:
    """A stage follows only from the ones before it."""
    order = [Stage.SENT, Stage.ACCEPTED, Stage.REJECTED, Stage.BOOKED, Stage.RETURNED]
    state = SENT
    for message in told:
        before, (state, _) = state, tell(state, message)
        for order_id, now in state.orders.items():
            was = before.orders[order_id].stage
            assert order.index(now.stage) >= order.index(was)
            assert not (was is Stage.REJECTED and now.stage is not Stage.REJECTED)
