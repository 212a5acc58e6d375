# SPDX-License-Identifier: Apache-2.0
"""Carries payment orders from a ledger to a bank, and the bank's answers back to the ledger.

Every step may be the last before a crash; who runs the same again gets the same file, nothing
twice. Sending: the file is in the journal, then its orders are, then the bank has it, then the
ledger knows. Collecting: the ledger has every result, then the journal, then the file is
acknowledged. What was on its way goes on first, so a result never comes before its `note_sent`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from tallystick.cli.payments.desk import Desk, ReadyOrder, Report
from tallystick.cli.payments.journal import Attention, Journal, State
from tallystick.cli.payments.parties import Payee, Payer
from tallystick.crypto import sha256
from tallystick.errors import HostileFile, InvalidPaymentFile, Refused
from tallystick.interchange import iso20022
from tallystick.interchange.bank import BankConnector, BankFile
from tallystick.interchange.iso20022 import (
    Accepted,
    Booked,
    Money,
    Outstanding,
    PaymentBatch,
    PaymentFile,
    PaymentOrder,
    Rejected,
    Result,
    Returned,
    Unmatched,
    match_entries,
    match_status,
    uetr_of,
)
from tallystick.units import TimeMs

NOTED_AT_ONCE: Final = 100
"""As many orders as one `note_sent` takes."""
_ID_DIGITS: Final = 24
_NO_REASON: Final = "NARR"
"""ISO 20022: the reason is told in words."""
CONTRADICTION: Final = "E_STATE"
"""The ledger knows otherwise: for a person to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What went to the bank."""

    message_id: str
    sha256: str
    orders: tuple[str, ...]
    """Ids with the number of the try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What one run of `send` did."""

    sent: tuple[Sent, ...]
    unknown: tuple[ReadyOrder, ...]
    """Orders whose payee is not in the private file; they wait."""
    other_currency: tuple[ReadyOrder, ...]
    """Orders that this payer's account does not pay; they wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collecting:
    """What one run of `collect` did."""

    files: int
    """Files of the bank that were dealt with."""
    reports: tuple[Report, ...]
    attention: tuple[Attention, ...]
    """What a person must look at; a file that cannot be read stays with the bank's files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which of the orders that are ready a payer pays now."""

    payable: tuple[tuple[ReadyOrder, Payee], ...]
    unknown: tuple[ReadyOrder, ...]
    other_currency: tuple[ReadyOrder, ...]


class Bridge:
    """One contract's outbox and one bank."""

    def __init__(self, desk: Desk, bank: BankConnector, journal: Journal) -> None:
        """Join the three."""
        self._desk = desk
        self._bank = bank
        self._journal = journal

    def send(self, payer: Payer, payees: Mapping[str, Payee], now: TimeMs) -> Sending:
        """Finish the file that was on its way, then send what is ready, as one file.

        Raises:
            InvalidPaymentFile, InvalidAccount: no bank would take it; nothing was sent.
            BankUnreachable: run it again.
            Refused, NotFinal, Unavailable: the ledger could not be told; run it again.
        """
        sent = self._resume()
        known = self._journal.state.outstanding.orders
        # Views may be behind: what is in the journal has been sent, whatever they say.
        ready = [one for one in self._desk.ready() if one.end_to_end_id not in known]
        choice = choose(ready, payer, payees)
        if choice.payable:
            file = compose(payer, choice.payable, network=self._desk.network, now=now)
            self._journal.begin(iso20022.write_payments(file))
            sent = (*sent, *self._resume())
        return Sending(sent=sent, unknown=choice.unknown, other_currency=choice.other_currency)

    def collect(self) -> Collecting:
        """Tell the ledger everything that the bank's new files say, each result once.

        Raises:
            BankUnreachable: run it again.
            Refused, NotFinal, Unavailable: the ledger could not be told; run it again.
        """
        self._resume()
        files, reports, attention = 0, list[Report](), list[Attention]()
        for file in statuses_first(self._bank.collect()):
            state = self._journal.state
            try:
                outstanding, results = match_file(state.outstanding, file)
            except (InvalidPaymentFile, HostileFile) as error:
                place = str(error.field or "")
                attention.append(Attention(why=error.code, file=file.name, place=place))
                continue
            told, notable = self._tell(results, file)
            seen = (*state.attention, *notable)
            self._journal.keep(State(outstanding=outstanding, attention=seen))
            self._bank.acknowledge(file)
            files += 1
            reports += told
            attention += notable
        return Collecting(files=files, reports=tuple(reports), attention=tuple(attention))

    def _resume(self) -> tuple[Sent, ...]:
        """Finish the file that is on its way, from wherever it was left."""
        data = self._journal.pending
        if data is None:
            return ()
        file, digest = iso20022.read_payments(data), sha256(data).hex()
        state = self._journal.state
        self._journal.keep(replace(state, outstanding=state.outstanding.sending(file)))
        self._bank.deliver(f"{file.message_id}.xml", data)
        ids = tuple(one.order_id for one in file.orders)
        for start in range(0, len(ids), NOTED_AT_ONCE):
            part = ids[start : start + NOTED_AT_ONCE]
            self._desk.note_sent([_split(one)[0] for one in part], digest)
        self._journal.finish()
        return (Sent(message_id=file.message_id, sha256=digest, orders=ids),)

    def _tell(
        self, results: Sequence[Result], file: BankFile
    ) -> tuple[list[Report], list[Attention]]:
        """Report results to the ledger; return what was told and what needs a person."""
        told, notable = list[Report](), list[Attention]()
        for result in results:
            if isinstance(result, Unmatched):
                notable.append(attention_of(result, file))
                continue
            report = report_of(result)
            try:
                self._desk.report(report)
            except Refused as error:
                if error.code != CONTRADICTION:
                    raise
                notable.append(Attention(why=error.code, file=file.name, order=result.order_id))
            else:
                told.append(report)
        return told, notable


def choose(ready: Iterable[ReadyOrder], payer: Payer, payees: Mapping[str, Payee]) -> Choice:
    """Return which orders are paid now, and which of the payer's wait, and why."""
    own = [one for one in ready if payer.pays_for(one.payer)]
    same = [one for one in own if one.currency == payer.currency]
    return Choice(
        payable=tuple((one, payees[one.payee]) for one in same if one.payee in payees),
        unknown=tuple(one for one in same if one.payee not in payees),
        other_currency=tuple(one for one in own if one.currency != payer.currency),
    )


def compose(
    payer: Payer, payable: Iterable[tuple[ReadyOrder, Payee]], *, network: str, now: TimeMs
) -> PaymentFile:
    """Return the payment file for orders; its id follows from theirs.

    Raises:
        InvalidPaymentFile, InvalidAccount: no bank would take it.
    """
    orders = tuple(
        PaymentOrder(
            order_id=order.end_to_end_id,
            uetr=uetr_of(order.end_to_end_id, scope=network),
            amount=Money(order.amount, order.currency),
            creditor=payee.as_party(),
            creditor_account=payee.as_account(),
            creditor_agent=payee.as_agent(),
            purpose=payer.purpose,
            remittance=payer.remittance,
        )
        for order, payee in payable
    )
    listed = "\n".join(sorted(order.order_id for order in orders))
    name = sha256(f"{network}\n{listed}".encode()).hex()[:_ID_DIGITS].upper()
    return PaymentFile(
        message_id=f"PAY-{name}",
        created_ms=now,
        initiator=payer.name,
        batches=(
            PaymentBatch(
                batch_id=f"PAY-{name}-1",
                execution_date=datetime.fromtimestamp(now / 1000, UTC).date(),
                debtor=payer.as_party(),
                debtor_account=payer.as_account(),
                debtor_agent=payer.bank(),
                orders=orders,
            ),
        ),
    )


def report_of(result: Accepted | Rejected | Booked | Returned) -> Report:
    """Return what the ledger is told of a result."""
    order, attempt = _split(result.order_id)
    match result:
        case Accepted():
            return Report(order=order, state="ACCEPTED", attempt=attempt)
        case Rejected():
            reason = result.reason or _NO_REASON
            return Report(order=order, state="REJECTED", attempt=attempt, reason=reason)
        case Booked():
            # A bank that gives its bookings no number: ours tells one try from another.
            reference = result.bank_reference or result.order_id
            return Report(order=order, state="BOOKED", attempt=attempt, reference=reference)
        case Returned():
            return Report(
                order=order,
                state="RETURNED",
                attempt=attempt,
                reference=result.bank_reference or f"RT-{result.order_id}",
                reason=result.reason or _NO_REASON,
            )


def attention_of(result: Unmatched, file: BankFile) -> Attention:
    """Return what a person must look at."""
    return Attention(why=str(result.why), file=file.name, order=result.order_id, place=result.place)


def statuses_first(files: Iterable[BankFile]) -> list[BankFile]:
    """Return the files so that acceptances come before bookings, which would overtake them.

    By name a statement (camt) of the same day comes before a status report (pain).
    """
    return sorted(files, key=lambda file: not _tells_status(file.data))


def _tells_status(data: bytes) -> bool:
    return b"pain.002" in data


def match_file(outstanding: Outstanding, file: BankFile) -> tuple[Outstanding, tuple[Result, ...]]:
    """Return what a file of the bank newly says, and the orders after it.

    Raises:
        HostileFile, InvalidPaymentFile: it cannot be read.
    """
    if _tells_status(file.data):
        return match_status(outstanding, iso20022.read_status(file.data))
    return match_entries(outstanding, iso20022.read_entries(file.data))


def _split(end_to_end_id: str) -> tuple[str, int]:
    """Return the order and the number of the try."""
    order, _, attempt = end_to_end_id.rpartition("-")
    return order, int(attempt)
