# SPDX-License-Identifier: Apache-2.0
"""Payments go to a bank by other people and come back: accepted, rejected, booked, returned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from tallystick.interchange.bank import FileDropConnector
from tallystick.interchange.iso20022 import (
    Accepted,
    Account,
    Agent,
    Booked,
    Money,
    Outstanding,
    PaymentFile,
    Rejected,
    Result,
    Returned,
    Stage,
    Unmatched,
    match_entries,
    match_status,
    read_entries,
    read_status,
    write_payments,
)
from tests.mock_bank import BIC, CLOSED, MockBank, running_bank
from tests.payments import a_file, an_order


@dataclass
class Desk:
    """Somebody who sends payments and reads what the bank answers."""

    folder: Path
    bank: MockBank
    outstanding: Outstanding = field(default_factory=Outstanding)
    kinds: list[str] = field(default_factory=list)

    def send(self, file: PaymentFile) -> None:
        """Write the file, hand it over, and have the bank take it."""
        self.outstanding = self.outstanding.sending(file)
        connector = FileDropConnector(self.folder)
        connector.deliver(f"{file.message_id}.xml", write_payments(file))
        self.bank.take_files()

    def hear(self, *, acknowledge: bool = True) -> list[Result]:
        """Read what came; each time as a program that was just started."""
        connector = FileDropConnector(self.folder)
        results: list[Result] = []
        for file in connector.collect():
            kind = file.name[: len("pain.002")]
            self.kinds.append(kind)
            if kind == "pain.002":
                self.outstanding, new = match_status(self.outstanding, read_status(file.data))
            elif kind in {"camt.053", "camt.054"}:
                self.outstanding, new = match_entries(self.outstanding, read_entries(file.data))
            else:
                new = ()
            results += new
            if acknowledge:
                connector.acknowledge(file)
        return results


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a bank behind it."""
    FileDropConnector(tmp_path)
    with running_bank(tmp_path) as bank:
        yield Desk(tmp_path, bank)


def test_payments_are_accepted_or_rejected_and_then_booked(desk: Desk) -> None:
    """pain.001 -> pain.002 -> camt.054, by a bank that did not know us; each result once."""
    rejected = an_order("BAD", creditor_account=Account(iban=CLOSED), creditor_agent=Agent(bic=BIC))
    desk.send(a_file(an_order("GOOD", amount=Money(75_25, "EUR")), rejected))
    first = desk.hear()
    assert first[0] == Accepted("GOOD", "ACCP")
    assert isinstance(first[1], Rejected)
    assert (first[1].order_id, first[1].reason) == ("BAD", "AC04")
    assert "closed" in (first[1].text or "")
    assert desk.hear() == []
    desk.bank.pass_days(4)
    (second,) = desk.hear()
    assert isinstance(second, Booked)
    assert (second.order_id, second.booking_date) == ("GOOD", date(2026, 11, 30))
    assert second.bank_reference
    assert {"pain.002", "camt.054", "camt.053"} <= set(desk.kinds)
    assert desk.outstanding.orders["GOOD"].stage is Stage.BOOKED


def test_answers_that_are_read_twice_say_nothing_new(desk: Desk) -> None:
    """A program that dies before it acknowledges reads every file again."""
    desk.send(a_file(an_order("GOOD")))
    desk.bank.pass_days(4)
    results = desk.hear(acknowledge=False)
    assert [type(one) for one in results] in ([Accepted, Booked], [Booked])
    assert desk.hear(acknowledge=False) == []
    assert desk.hear() == []


def test_a_payment_that_comes_back_days_later_is_returned(desk: Desk) -> None:
    """The bank books it, and gives the money back with a reason."""
    desk.bank.change_account("ACME", behaviour="return-later", parameters={"days": 2})
    desk.send(a_file(an_order("BACK")))
    results = []
    for _ in range(8):
        results += desk.hear()
        desk.bank.pass_days(1)
    assert [type(one) for one in results] == [Accepted, Booked, Returned]
    returned = results[-1]
    assert isinstance(returned, Returned)
    assert returned.reason
    assert desk.outstanding.orders["BACK"].stage is Stage.RETURNED


def test_a_file_that_is_sent_twice_is_rejected_as_a_duplicate_and_told_to_a_person(
    desk: Desk,
) -> None:
    """Under another name, the bank knows the message id: no order may be taken for rejected."""
    file = a_file(an_order("ONCE"))
    desk.send(file)
    assert desk.hear() == [Accepted("ONCE", "ACCP")]
    desk.bank.pass_days(4)
    assert [type(one) for one in desk.hear()] == [Booked]
    FileDropConnector(desk.folder).deliver("again.xml", write_payments(file))
    desk.bank.take_files()
    assert [type(one) for one in desk.hear()] == [Unmatched]
    assert desk.outstanding.orders["ONCE"].stage is Stage.BOOKED


def test_the_bank_finds_nothing_to_object_to(desk: Desk) -> None:
    """Its own dictionary of the message, made by other people, has no finding."""
    desk.send(a_file(*(an_order(f"O-{number}") for number in range(20))))
    assert desk.hear() == [Accepted(f"O-{number}", "ACCP") for number in range(20)]
