# SPDX-License-Identifier: Apache-2.0
"""What a bank's answers mean for the orders we sent: each result once, however often it is told.

The state is a value: who keeps it (a contract, a file) hands it in and keeps what comes back.
A stage only moves forward, and what fits no order is noted by its fingerprint, so the same file
twice, entries that repeat, and the same booking in a camt.054 and a camt.053 say nothing new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

from tallystick.crypto import sha256
from tallystick.interchange.iso20022.money import Money
from tallystick.interchange.iso20022.records import (
    Entry,
    Notification,
    PaymentFile,
    StatusReport,
    Verdict,
)

ACCEPTED_STATUSES: Final = frozenset({"ACTC", "ACCP", "ACSP", "ACWC", "ACWP", "ACSC", "ACCC"})
"""The bank takes the order; that money moved is said by a booking only."""
REJECTED_STATUS: Final = "RJCT"
BOOKED_STATUS: Final = "BOOK"


class Stage(StrEnum):
    """How far an order has come."""

    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    BOOKED = "booked"
    RETURNED = "returned"


class Why(StrEnum):
    """Why something in a file needs a person."""

    UNKNOWN_ORDER = "unknown_order"
    """It names no order of ours, or none at all."""
    OTHER_AMOUNT = "other_amount"
    """The order is ours, the amount is not."""
    OTHER_REFERENCE = "other_reference"
    """Its two references name different orders."""
    BOOKED_AGAIN = "booked_again"
    """The same order under another number of the bank: it may have paid twice."""
    CONTRADICTION = "contradiction"
    """It says what cannot follow what the bank said before."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The bank takes the order."""

    order_id: str
    status: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The bank refuses the order; no money moved."""

    order_id: str
    reason: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Booked:
    """The money left the account."""

    order_id: str
    booking_date: date | None
    bank_reference: str | None


@dataclass(frozen=True, slots=True)
class Returned:
    """The money left the account and came back."""

    order_id: str
    reason: str | None
    text: str | None
    booking_date: date | None
    bank_reference: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentOrder:
    """An order that went to the bank."""

    order_id: str
    message_id: str
    batch_id: str
    amount: Money
    uetr: str | None
    stage: Stage = Stage.SENT
    bank_reference: str | None = None
    """The bank's number of the booking."""
    return_reference: str | None = None
    """The bank's number of the booking that brought the money back."""
    early_return: Returned | None = None
    """A return that was read before the booking; told after it, so that results are in order."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Something that a person must look at."""

    why: Why
    order_id: str | None
    """What it names, ours or not."""
    message_id: str
    place: str


Result = Accepted | Rejected | Booked | Returned | Unmatched


@dataclass(frozen=True, slots=True)
class Outstanding:
    """The orders we sent, and the fingerprints of what matched none of them."""

    orders: Mapping[str, SentOrder] = field(default_factory=dict)
    noted: frozenset[str] = frozenset()

    def sending(self, file: PaymentFile) -> Outstanding:
        """Return the same with the orders of a file; those that are there already stay."""
        added = {
            order.order_id: SentOrder(
                order_id=order.order_id,
                message_id=file.message_id,
                batch_id=batch.batch_id,
                amount=order.amount,
                uetr=order.uetr,
            )
            for batch in file.batches
            for order in batch.orders
        }
        return replace(self, orders={**added, **self.orders})


def match_status(
    outstanding: Outstanding, report: StatusReport
) -> tuple[Outstanding, tuple[Result, ...]]:
    """Return what a pain.002 newly says, and the orders after it.

    A payment's own status counts before its batch's, and that before the file's.
    """
    matcher = _Matcher(outstanding, report.message_id)
    own: set[str] = set()
    for batch in report.batches:
        for payment in batch.payments:
            found = matcher.find(payment.order_id, payment.uetr)
            if isinstance(found, Why):
                fact = (payment.order_id, payment.uetr, payment.verdict.status)
                matcher.note(found, payment.order_id, payment.place, fact)
            else:
                own.add(found.order_id)
                matcher.judge(found, payment.verdict, payment.place)
    for order, verdict, place in _inherited(outstanding, report):
        if order.order_id not in own:
            matcher.judge(order, verdict, place)
    return matcher.outcome()


def match_entries(
    outstanding: Outstanding, notification: Notification
) -> tuple[Outstanding, tuple[Result, ...]]:
    """Return what a camt.054, 053 or 052 newly says, and the orders after it.

    Only entries that are booked count; announcements come again when they are.
    """
    matcher = _Matcher(outstanding, notification.message_id)
    for entry in notification.entries:
        if entry.status == BOOKED_STATUS:
            matcher.book(entry)
    return matcher.outcome()


def _inherited(
    outstanding: Outstanding, report: StatusReport
) -> Iterator[tuple[SentOrder, Verdict, str]]:
    """Yield each order of the reported file with the verdict of its batch or file, if any."""
    verdicts = {batch.batch_id: (batch.verdict, batch.place) for batch in report.batches}
    for order in outstanding.orders.values():
        if order.message_id != report.original_message_id:
            continue
        verdict, place = verdicts.get(order.batch_id, (None, ""))
        chosen = verdict or report.verdict
        if chosen is not None:
            yield order, chosen, place or "/Document/CstmrPmtStsRpt/OrgnlGrpInfAndSts"


class _Matcher:
    """One pass over one message."""

    def __init__(self, outstanding: Outstanding, message_id: str) -> None:
        self._orders = dict(outstanding.orders)
        self._by_uetr = {
            order.uetr: order.order_id for order in self._orders.values() if order.uetr
        }
        self._noted = set(outstanding.noted)
        self._message_id = message_id
        self._results: list[Result] = []

    def outcome(self) -> tuple[Outstanding, tuple[Result, ...]]:
        """Return the orders as they are now, and what is new."""
        return Outstanding(self._orders, frozenset(self._noted)), tuple(self._results)

    def find(self, order_id: str | None, uetr: str | None) -> SentOrder | Why:
        """Return the order that references name, or why none."""
        by_id = self._orders.get(order_id or "")
        by_uetr = self._orders.get(self._by_uetr.get(uetr or "", ""))
        if by_id is None or (uetr and by_id.uetr and by_id.uetr != uetr):
            # An id that a bank cut or left out does not matter if the other reference is ours.
            return Why.OTHER_REFERENCE if by_id else by_uetr or Why.UNKNOWN_ORDER
        return by_id

    def judge(self, sent: SentOrder, verdict: Verdict, place: str) -> None:
        """Take a verdict of the bank on an order."""
        order = self._orders[sent.order_id]
        if verdict.status in ACCEPTED_STATUSES:
            if order.stage is Stage.SENT:
                accepted = Accepted(order.order_id, verdict.status)
                self._move(replace(order, stage=Stage.ACCEPTED), accepted)
            elif order.stage is Stage.REJECTED:
                self.note(Why.CONTRADICTION, order.order_id, place, (order.order_id, "accepted"))
        elif verdict.status == REJECTED_STATUS:
            if order.stage in {Stage.SENT, Stage.ACCEPTED}:
                rejected = Rejected(order.order_id, verdict.reason, verdict.text)
                self._move(replace(order, stage=Stage.REJECTED), rejected)
            elif order.stage is not Stage.REJECTED:
                self.note(Why.CONTRADICTION, order.order_id, place, (order.order_id, "rejected"))

    def book(self, entry: Entry) -> None:
        """Take a booked entry."""
        order = self.find(entry.order_id, entry.uetr)
        if isinstance(order, Why):
            self.note(order, entry.order_id, entry.place, self._fact(entry))
        elif entry.amount is not None and entry.amount != order.amount:
            self.note(Why.OTHER_AMOUNT, order.order_id, entry.place, self._fact(entry))
        elif entry.is_credit:
            self._take_return(order, entry)
        else:
            self._take_booking(order, entry)

    def _take_booking(self, sent: SentOrder, entry: Entry) -> None:
        order = self._orders[sent.order_id]
        if order.stage in {Stage.SENT, Stage.ACCEPTED}:
            booked = Booked(order.order_id, entry.booking_date, entry.bank_reference)
            after = replace(order, stage=Stage.BOOKED, bank_reference=entry.bank_reference)
            self._move(after, booked)
            if order.early_return is not None:
                self._move(replace(after, stage=Stage.RETURNED), order.early_return)
        elif order.stage is Stage.REJECTED:
            self.note(Why.CONTRADICTION, order.order_id, entry.place, (order.order_id, "booked"))
        elif _differ(order.bank_reference, entry.bank_reference):
            self.note(Why.BOOKED_AGAIN, order.order_id, entry.place, self._fact(entry))

    def _take_return(self, sent: SentOrder, entry: Entry) -> None:
        order = self._orders[sent.order_id]
        returned = Returned(
            order.order_id,
            entry.return_reason,
            entry.return_text,
            entry.booking_date,
            entry.bank_reference,
        )
        known = replace(order, return_reference=entry.bank_reference)
        if order.stage is Stage.RETURNED or order.early_return is not None:
            if _differ(order.return_reference, entry.bank_reference):
                self.note(Why.BOOKED_AGAIN, order.order_id, entry.place, self._fact(entry))
        elif order.stage is Stage.BOOKED:
            self._move(replace(known, stage=Stage.RETURNED), returned)
        elif order.stage is not Stage.REJECTED and entry.return_reason is not None:
            # Files come in any order: with a reason it is a return, which waits for its booking.
            self._orders[order.order_id] = replace(known, early_return=returned)
        else:
            self.note(Why.CONTRADICTION, order.order_id, entry.place, (order.order_id, "returned"))

    def note(self, why: Why, order_id: str | None, place: str, fact: Iterable[object]) -> None:
        """Tell a person of something, unless the same fact was told before."""
        text = "\0".join(str(part) for part in (why, *fact))
        fingerprint = sha256(text.encode()).hex()
        if fingerprint not in self._noted:
            self._noted.add(fingerprint)
            self._results.append(Unmatched(why, order_id, self._message_id, place))

    def _fact(self, entry: Entry) -> tuple[object, ...]:
        """Return what makes an entry the same one in another message.

        Without a reference of the bank only message and place tell two alike from each other.
        """
        own = entry.bank_reference or f"{self._message_id}\0{entry.place}"
        return (entry.account, own, entry.amount, entry.is_credit, entry.order_id, entry.uetr)

    def _move(self, order: SentOrder, result: Result) -> None:
        self._orders[order.order_id] = order
        self._results.append(result)


def _differ(known: str | None, told: str | None) -> bool:
    return known is not None and told is not None and known != told
