# SPDX-License-Identifier: Apache-2.0
"""Payments as records: what is sent to a bank, and what the bank says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from tallystick.errors import InvalidPaymentFile
from tallystick.interchange.iso20022.identifiers import (
    check_account_number,
    check_bic,
    check_iban,
    check_lei,
    check_reference,
    check_uetr,
)
from tallystick.interchange.iso20022.money import Money
from tallystick.units import TimeMs

ORDERS_MAX: Final = 100_000
"""In one file."""
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def check_text(text: str, *, limit: int, place: str) -> None:
    """Refuse text that is empty, too long, or has characters that XML cannot carry.

    Raises:
        InvalidPaymentFile: as said.
    """
    if not text.strip() or len(text) > limit or _UNPRINTABLE.search(text):
        raise InvalidPaymentFile(
            "the text does not fit its place in a payment message",
            field=place,
            expected=f"1 to {limit} printable characters",
            found=ascii(text)[:60],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A structured postal address: banks refuse free lines since November 2026.

    Town and country are always there. Free lines of messages that others wrote are not read.
    """

    town: str
    country: str
    """ISO 3166, two capital letters."""
    street: str | None = None
    building: str | None = None
    postcode: str | None = None

    def __post_init__(self) -> None:
        """Refuse parts that do not fit."""
        check_text(self.town, limit=35, place="town")
        if re.fullmatch(r"[A-Z]{2}", self.country) is None:
            raise InvalidPaymentFile(
                "the country is not a code",
                field="country",
                expected="such as CN",
                found=self.country[:20],
            )
        for name, part, limit in (
            ("street", self.street, 70),
            ("building", self.building, 16),
            ("postcode", self.postcode, 16),
        ):
            if part is not None:
                check_text(part, limit=limit, place=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who pays or is paid."""

    name: str
    address: Address | None = None
    lei: str | None = None
    """Legal entity identifier."""

    def __post_init__(self) -> None:
        """Refuse a name or identifier that does not fit."""
        check_text(self.name, limit=140, place="name")
        if self.lei is not None:
            check_lei(self.lei)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account: an IBAN, or a number where there are none, as in China. Exactly one of them."""

    iban: str | None = None
    other: str | None = None

    def __post_init__(self) -> None:
        """Refuse wrong check digits and forms."""
        if self.iban is not None:
            check_iban(self.iban)
        if self.other is not None:
            check_account_number(self.other)
        if (self.iban is None) == (self.other is None):
            raise InvalidPaymentFile(
                "an account has an IBAN or another number", field="account", expected="one of them"
            )

    @property
    def number(self) -> str:
        """The IBAN or the other number."""
        return self.iban or self.other or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A bank: by BIC, by its number in a clearing system (CNAPS in China), or both."""

    bic: str | None = None
    clearing_system: str | None = None
    """External code, such as CNAPS; at most five characters."""
    clearing_number: str | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        """Refuse a bank that nothing names."""
        if self.bic is not None:
            check_bic(self.bic)
        for name, part, limit in (
            ("clearing_system", self.clearing_system, 5),
            ("clearing_number", self.clearing_number, 35),
            ("name", self.name, 140),
        ):
            if part is not None:
                check_text(part, limit=limit, place=name)
        if self.bic is None and self.clearing_number is None and self.name is None:
            raise InvalidPaymentFile(
                "nothing says which bank",
                field="agent",
                expected="a BIC, a clearing number or a name",
            )
        if self.clearing_system is not None and self.clearing_number is None:
            raise InvalidPaymentFile("a clearing system without a number", field="clearing_number")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOrder:
    """One payment to one creditor."""

    order_id: str
    """Ours: EndToEndId, which comes back in every answer. At most 35 characters."""
    uetr: str | None
    """`uetr_of(order_id, scope=network_id)`; messages that others wrote may have none."""
    amount: Money
    creditor: Party
    creditor_account: Account
    creditor_agent: Agent | None = None
    purpose: str | None = None
    """External purpose code, at most four characters, such as CHAR."""
    remittance: str | None = None
    """What the payment is for, in words; at most 140 characters."""

    def __post_init__(self) -> None:
        """Refuse ids and texts that do not fit, and a payment of nothing."""
        check_reference(self.order_id, place="order_id")
        if self.uetr is not None:
            check_uetr(self.uetr)
        if self.amount.minor == 0:
            raise InvalidPaymentFile("a payment of nothing", field="amount")
        if self.purpose is not None:
            check_text(self.purpose, limit=4, place="purpose")
        if self.remittance is not None:
            check_text(self.remittance, limit=140, place="remittance")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentBatch:
    """Payments from one account on one day: one PmtInf."""

    batch_id: str
    execution_date: date
    debtor: Party
    debtor_account: Account
    debtor_agent: Agent
    orders: tuple[PaymentOrder, ...]

    def __post_init__(self) -> None:
        """Refuse a batch without payments."""
        check_reference(self.batch_id, place="batch_id")
        if not self.orders:
            raise InvalidPaymentFile("a batch without payments", field="orders")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFile:
    """A whole pain.001: what goes to the bank as one file."""

    message_id: str
    created_ms: TimeMs
    initiator: str
    """Name of who sends it."""
    batches: tuple[PaymentBatch, ...]

    def __post_init__(self) -> None:
        """Refuse a file without payments, too many, or one in it twice."""
        check_reference(self.message_id, place="message_id")
        check_text(self.initiator, limit=140, place="initiator")
        orders = self.orders
        if not 0 < len(orders) <= ORDERS_MAX:
            raise InvalidPaymentFile(
                "the number of payments is out of range",
                field="batches",
                expected=f"1 to {ORDERS_MAX}",
                found=str(len(orders)),
            )
        if len({order.order_id for order in orders}) != len(orders):
            raise InvalidPaymentFile("an order is in the file twice", field="order_id")

    @property
    def orders(self) -> tuple[PaymentOrder, ...]:
        """All payments, in the order of the file."""
        return tuple(order for batch in self.batches for order in batch.orders)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A status code of the bank, with its reason."""

    status: str
    """ExternalPaymentStatus code: ACCP, ACSC, RJCT, PDNG, ..."""
    reason: str | None = None
    """ExternalStatusReason code such as AC04, or the bank's own."""
    text: str | None = None
    """The bank's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentStatus:
    """What the bank says of one payment."""

    order_id: str | None
    uetr: str | None
    verdict: Verdict
    place: str
    """Where it stands in the message, as a path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchStatus:
    """What the bank says of one batch, and of payments in it."""

    batch_id: str
    verdict: Verdict | None
    payments: tuple[PaymentStatus, ...]
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """A whole pain.002."""

    message_id: str
    original_message_id: str
    verdict: Verdict | None
    """Of the whole file; None where the bank says something of its parts only."""
    batches: tuple[BatchStatus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One movement on an account; of a collective booking, one of its payments."""

    account: str | None
    """Its number."""
    amount: Money | None
    """None where a collective booking does not say the parts' amounts."""
    is_credit: bool
    """Whether it added to the account."""
    is_reversal: bool
    status: str
    """BOOK when it happened; PDNG, INFO and FUTR are announcements."""
    booking_date: date | None
    value_date: date | None
    bank_reference: str | None
    """AcctSvcrRef: the bank's own number."""
    order_id: str | None
    uetr: str | None
    return_reason: str | None = None
    """Why a payment came back, as code."""
    return_text: str | None = None
    place: str = ""
    """Where it stands in the message, as a path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A whole camt.052, 053 or 054: movements of accounts."""

    message: str
    """Kind and version, such as `camt.054.001.08`."""
    message_id: str
    entries: tuple[Entry, ...]
