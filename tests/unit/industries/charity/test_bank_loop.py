# SPDX-License-Identifier: Apache-2.0
"""Charity's payments through a bank by other people: pain.001 out, pain.002 and camt.054 back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
import pytest

from tallystick.cli.payments.bridge import Bridge, Collecting, Sending
from tallystick.cli.payments.desk import Report
from tallystick.cli.payments.journal import Journal
from tallystick.cli.payments.parties import Payee, Payer
from tallystick.industries.charity import PayeeAccount
from tallystick.industries.charity.records import EntitlementState
from tallystick.interchange.bank import FileDropConnector
from tallystick.interchange.iso20022 import read_payments
from tallystick.units import TimeMs
from tests.mock_bank import CLOSED, ELSEWHERE, MockBank, running_bank
from tests.unit.cli.paying import LedgerDesk, a_payee, payer_fields
from tests.unit.industries.charity.invariants import check_all
from tests.unit.industries.charity.scene import BANK, OFFICER, PLATFORM, Scene, person, row

MONDAY: Final = TimeMs(1_796_029_200_000)
"""After the Friday on which the bank's clock stands."""
AMOUNT: Final = 150_000
OTHER: Final = "DE62370400440532013001"
"""Another account at another bank."""
TRIES: Final = 3


@dataclass
class Office:
    """A foundation that pays in euros, and the folder that its bank is behind."""

    folder: Path
    bank: MockBank
    scene: Scene = field(default_factory=Scene)
    payees: dict[str, Payee] = field(default_factory=dict)
    heard: list[Report] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the foundation's account in the bank's currency, and a campaign with a gift."""
        self.scene.ok(BANK, "open_money", currency="EUR")
        self.campaign = self.scene.campaign(currency="EUR")
        self.desk = LedgerDesk(self.scene.ledger, "charity", BANK)

    def entitle(self, *names: str) -> list[str]:
        """Let a list be approved, and return its entitlements."""
        batch = self.scene.approved(self.campaign, [row(one, AMOUNT) for one in names])
        return [f"{batch}-{number:05d}" for number in range(1, len(names) + 1)]

    def claim(self, entitlement: str, name: str, iban: str, *, action: str = "claim") -> str:
        """Let a person claim to an account; return the payment order."""
        payee = a_payee(name, iban)
        self.payees[payee.digest] = payee
        account = PayeeAccount(holder=person(name), account=payee.account_digest)
        args = self.scene.claim_args(entitlement, name, account=account, currency="EUR")
        return str(self.scene.ok(PLATFORM, action, **args))

    def bridge(self) -> Bridge:
        """Return the bridge as a program that was just started."""
        return Bridge(self.desk, FileDropConnector(self.folder), Journal(self.folder))

    def send(self) -> Sending:
        """Send what is ready, and let the bank take it."""
        payer = msgspec.convert(payer_fields(), Payer)
        sent = self.bridge().send(payer, self.payees, MONDAY)
        self.bank.take_files()
        return sent

    def collect(self) -> Collecting:
        """Take what the bank has answered; the sums are right afterwards, whatever it was."""
        done = self.bridge().collect()
        # A pacs.004 goes from bank to bank; this one shows it, and the camt.054 says the same.
        assert [one for one in done.attention if not one.file.startswith("pacs.004")] == []
        self.heard += done.reports
        check_all(self.scene)
        return done

    def collect_for_days(self, days: int) -> None:
        """Take what comes on each of some days."""
        for _ in range(days):
            self.collect()
            self.bank.pass_days(1)
        self.collect()

    def states_heard(self, order: str) -> list[tuple[str, int]]:
        """Return what the bank said of an order that was new, with the number of the try."""
        return [(one.state, one.attempt) for one in self.heard if one.order == order]

    def state(self, entitlement: str) -> EntitlementState:
        """Return where an entitlement is."""
        return self.scene.entitlement(entitlement).state

    def sums(self) -> tuple[int, int, int]:
        """Return what is held, what was paid, and what came back."""
        book = self.scene.book(self.campaign)
        return book.held, book.paid, book.returned


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office with a bank behind its folder."""
    FileDropConnector(tmp_path)
    with running_bank(tmp_path) as bank:
        yield Office(tmp_path, bank)


def test_a_claim_is_paid_by_the_bank_and_every_answer_counts_once(office: Office) -> None:
    """pain.001 -> pain.002 -> camt.054 and camt.053: PAID, then confirmed by the beneficiary."""
    (li, wang) = office.entitle("li", "wang")
    orders = [office.claim(li, "li", ELSEWHERE), office.claim(wang, "wang", ELSEWHERE)]
    (sent,) = office.send().sent
    assert sent.orders == tuple(f"{one}-1" for one in orders)
    assert {one.file for one in office.desk.orders().values()} == {sent.sha256}
    office.collect_for_days(4)
    for order in orders:
        assert office.states_heard(order) == [("ACCEPTED", 1), ("BOOKED", 1)]
    assert (office.state(li), office.state(wang)) == ("PAID", "PAID")
    assert office.sums() == (0, 2 * AMOUNT, 0)
    archived = [path.name for path in (office.folder / "archive").iterdir()]
    assert all(any(kind in one for one in archived) for kind in ("pain.002", "camt.054"))
    assert office.scene.confirm(li, "li").code == "ok"
    assert office.send().sent == ()


def test_answers_that_come_again_pay_nobody_twice(office: Office) -> None:
    """The bank's files once more, read by a desk that has forgotten everything but what it sent."""
    (li,) = office.entitle("li")
    order = office.claim(li, "li", ELSEWHERE)
    office.send()
    forgotten = Journal(office.folder).state
    office.collect_for_days(4)
    archived = list((office.folder / "archive").iterdir())
    Journal(office.folder).keep(forgotten)
    for path in archived:
        (office.folder / "inbox" / path.name).write_bytes(path.read_bytes())
    again = office.collect()
    assert again.files == len(archived)
    assert {one.order for one in again.reports} == {order}
    assert len([one for one in office.desk.news if one.state == "BOOKED"]) == 1
    assert office.sums() == (0, AMOUNT, 0)


def test_a_closed_account_is_tried_three_times_and_then_another_one_is_paid(
    office: Office,
) -> None:
    """Step 6: FAILED with the money back on hold; the beneficiary claims again elsewhere."""
    (li,) = office.entitle("li")
    order = office.claim(li, "li", CLOSED)
    for attempt in range(1, TRIES + 1):
        assert office.state(li) == "PAYING"
        (sent,) = office.send().sent
        assert sent.orders == (f"{order}-{attempt}",)
        (report,) = office.collect().reports
        assert (report.state, report.reason) == ("REJECTED", "AC04")
    assert office.state(li) == "FAILED"
    assert office.sums() == (AMOUNT, 0, 0)
    assert office.send().sent == ()
    assert office.claim(li, "li", ELSEWHERE, action="claim_again") == order
    office.send()
    office.collect_for_days(4)
    assert office.states_heard(order)[TRIES:] == [("ACCEPTED", 4), ("BOOKED", 4)]
    assert (office.state(li), office.sums()) == ("PAID", (0, AMOUNT, 0))
    files = [read_payments(path.read_bytes()) for path in (office.folder / "sent").iterdir()]
    ids = sorted(one.order_id for file in files for one in file.orders)
    assert ids == [f"{order}-{attempt}" for attempt in range(1, TRIES + 2)]


def test_payments_that_come_back_are_on_hold_and_paid_again(office: Office) -> None:
    """Booked and returned days later, one confirmed before: to another account, or the same."""
    li, wang = office.entitle("li", "wang")
    office.bank.change_account("ACME", behaviour="return-later", parameters={"days": 2})
    orders = [office.claim(li, "li", ELSEWHERE), office.claim(wang, "wang", ELSEWHERE)]
    office.send()
    office.collect_for_days(3)
    assert (office.state(li), office.state(wang)) == ("PAID", "PAID")
    assert office.scene.confirm(li, "li").code == "ok"
    office.collect_for_days(5)
    for order in orders:
        assert office.states_heard(order)[-2:] == [("BOOKED", 1), ("RETURNED", 1)]
    assert all(one.reason for one in office.heard if one.state == "RETURNED")
    assert (office.state(li), office.state(wang)) == ("FAILED", "FAILED")
    assert office.sums() == (2 * AMOUNT, 2 * AMOUNT, 2 * AMOUNT)
    office.bank.change_account("ACME", behaviour="accept")
    assert office.claim(li, "li", OTHER, action="claim_again") == orders[0]
    assert office.scene.ok(OFFICER, "retry_payment", entitlement=wang) == orders[1]
    (sent,) = office.send().sent
    assert set(sent.orders) == {f"{one}-2" for one in orders}
    office.collect_for_days(4)
    for order in orders:
        assert office.states_heard(order)[-2:] == [("ACCEPTED", 2), ("BOOKED", 2)]
    assert (office.state(li), office.state(wang)) == ("PAID", "PAID")
    assert office.sums() == (0, 4 * AMOUNT, 2 * AMOUNT)
