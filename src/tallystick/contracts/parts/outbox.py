# SPDX-License-Identifier: Apache-2.0
"""The outbox: payments that the ledger orders and a bank makes, matched exactly once.

READY → SENT → ACCEPTED → BOOKED, or REJECTED by the bank before it is booked, or RETURNED after.
Who carries orders to the bank and answers back reports by transactions. The same report twice
changes nothing; a report that contradicts what is known is refused. An account number is personal
data: an order names the payee by a digest only, and whoever writes the bank's file knows the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from msgspec import Meta
from msgspec.structs import replace

from tallystick.contracts.context import Context
from tallystick.contracts.label import Label
from tallystick.contracts.part import Part
from tallystick.contracts.parts.accounts import Units
from tallystick.contracts.records import Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.tables import Table
from tallystick.contracts.values import (
    Count,
    Digest,
    Name,
    Timestamp,
    ValueDigest,
)

OrderId: TypeAlias = Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9-]*(?!\n)$", max_length=30)]
"""Short enough that it fits a bank's end-to-end id (35 characters) with the number of the try."""

Currency: TypeAlias = Annotated[str, Meta(pattern="^[A-Z]{3}(?!\n)$", max_length=3)]
"""ISO 4217."""


class OrderState(StrEnum):
    """How far a payment has come."""

    READY = "READY"
    SENT = "SENT"
    ACCEPTED = "ACCEPTED"
    """The bank will make it (pain.002)."""
    BOOKED = "BOOKED"
    """The bank has made it (camt.054)."""
    REJECTED = "REJECTED"
    RETURNED = "RETURNED"
    """It was made and came back."""


class PaymentOrder(Record):
    """A payment that the ledger orders."""

    id: OrderId
    case: Name
    """What it pays, in the contract's own numbering."""
    payer: Name
    """The account it is paid from, by the contract's name for it."""
    payee: ValueDigest
    """Digest of the account holder and account: `digest_of("payee", ...)`, made by the contract."""
    amount: Units
    currency: Currency
    state: OrderState = OrderState.READY
    attempt: Count = 1
    file: Digest | None = None
    """SHA-256 of the file it was last sent in."""
    bank_reference: Name | None = None
    reason: Name | None = None
    """The bank's reason code for the last rejection or return, such as AC01."""
    changed_at: Timestamp

    @property
    def end_to_end_id(self) -> str:
        """What the bank's files carry: id and number of the try, at most 35 characters."""
        return f"{self.id}-{self.attempt}"


class PaymentOrdered(Event):
    """en: {case}: payment {order} of {amount} {currency} was ordered, try {attempt}.

    zh: {case}：付款指令 {order}，{amount} {currency}，第 {attempt} 次。
    """

    order: OrderId
    case: Name
    amount: Units
    currency: Currency
    attempt: Count


class PaymentMoved(Event):
    """en: Payment {order}: {before} → {after} {reason}.

    zh: 付款 {order}：{before} → {after} {reason}。
    """

    order: OrderId
    case: Name
    before: OrderState
    after: OrderState
    attempt: Count
    bank_reference: Name | None = None
    reason: Name | None = None


class PaymentNotInState(Refusal, code="E_STATE"):
    """en: The payment {order} is {state} and cannot become {wanted}.

    zh: 付款 {order} 处于 {state} 状态，不能变为 {wanted}。
    """

    order: OrderId
    state: OrderState
    wanted: OrderState


class BankEntry(Record):
    """A bank's reference for a payment; a collective booking has one for many payments."""

    bank_reference: Name
    order: OrderId
    state: OrderState
    attempt: Count


_BEFORE: Final[Mapping[OrderState, tuple[OrderState, ...]]] = {
    OrderState.ACCEPTED: (OrderState.SENT,),
    OrderState.BOOKED: (OrderState.SENT, OrderState.ACCEPTED),
    OrderState.REJECTED: (OrderState.SENT, OrderState.ACCEPTED),
    OrderState.RETURNED: (OrderState.BOOKED,),
}
_LEFT_BEHIND: Final[Mapping[OrderState, tuple[OrderState, ...]]] = {
    OrderState.ACCEPTED: (OrderState.BOOKED, OrderState.RETURNED)
}
"""Reports that a later one has overtaken, because files can arrive in any order."""


class Outbox(Part):
    """Payments that leave the ledger: `payments = Outbox(label=Label(zh="付款", en="Payments"))`.

    ```python
    self.payments.order(
        ctx,
        "PO-2026-000001",
        case=entitlement.id,
        payer="pool",
        payee=payee,
        amount=150_000,
        currency="CNY",
    )
    ...
    if self.payments.report(ctx, order, OrderState.BOOKED, attempt=1, bank_reference=ref):
        self.money.settle(...)
    ```
    """

    events = (PaymentOrdered, PaymentMoved)
    refusals = (PaymentNotInState,)

    orders = Table(PaymentOrder, key="id", label=Label(zh="付款指令", en="Payment orders"))
    entries = Table(
        BankEntry, key=("bank_reference", "order"), label=Label(zh="银行流水", en="Bank entries")
    )

    def order(
        self,
        ctx: Context,
        order: str,
        *,
        case: str,
        payer: str,
        payee: str,
        money: tuple[int, str],
    ) -> PaymentOrder:
        """Order a payment of `money`: an amount in the smallest unit, and its currency.

        Raises:
            Duplicate: there is an order of this id.
        """
        amount, currency = money
        kept = self.orders.add(
            PaymentOrder(
                id=order,
                case=case,
                payer=payer,
                payee=payee,
                amount=amount,
                currency=currency,
                changed_at=ctx.block_time_ms,
            )
        )
        self._announce_order(kept)
        return kept

    def send(self, ctx: Context, order: str, *, file: str) -> bool:
        """Note that an order has gone to the bank in a file; return whether that was new.

        Raises:
            PaymentNotInState: it is not ready, and did not go in this file.
        """
        kept = self.orders.require(order)
        if kept.file == file and kept.state is not OrderState.READY:
            return False
        self._require(kept, (OrderState.READY,), OrderState.SENT)
        self._move(ctx, replace(kept, state=OrderState.SENT, file=file), kept.state)
        return True

    def report(
        self,
        ctx: Context,
        order: str,
        state: OrderState,
        *,
        attempt: int,
        bank_reference: str | None = None,
        reason: str | None = None,
    ) -> bool:
        """Note what the bank says of a try; return whether that was new.

        A booking and a return carry the bank's reference of their entry. A report that is known,
        or that a later one has overtaken, changes nothing.

        Raises:
            PaymentNotInState: the order is not where the bank could say this of this try.
        """
        kept = self.orders.require(order)
        if self._is_known(kept, state, attempt, bank_reference):
            return False
        self._require(kept, _BEFORE.get(state, ()) if attempt == kept.attempt else (), state)
        if bank_reference is not None:
            self.entries.put(
                BankEntry(bank_reference=bank_reference, order=order, state=state, attempt=attempt)
            )
        moved = replace(kept, state=state, bank_reference=bank_reference, reason=reason)
        self._move(ctx, moved, kept.state)
        return True

    def retry(self, ctx: Context, order: str, *, payee: str | None = None) -> PaymentOrder:
        """Make an order that did not arrive ready again, to the same payee or another.

        Raises:
            PaymentNotInState: it was not rejected or returned.
        """
        kept = self.orders.require(order)
        self._require(kept, (OrderState.REJECTED, OrderState.RETURNED), OrderState.READY)
        ready = replace(
            kept,
            state=OrderState.READY,
            attempt=kept.attempt + 1,
            payee=payee or kept.payee,
            file=None,
            bank_reference=None,
            changed_at=ctx.block_time_ms,
        )
        self._announce_order(ready)
        return self.orders.replace(ready)

    def _is_known(
        self, kept: PaymentOrder, state: OrderState, attempt: int, bank_reference: str | None
    ) -> bool:
        """Return whether a report says nothing new.

        A booking is known by the bank's reference alone: a second booking of one payment must be
        seen by a person, not taken for the first.
        """
        if state is OrderState.BOOKED and attempt <= kept.attempt:
            return bank_reference is not None and self.entries.contains(bank_reference, kept.id)
        if attempt < kept.attempt:
            return True
        return attempt == kept.attempt and (
            kept.state is state or kept.state in _LEFT_BEHIND.get(state, ())
        )

    def _require(
        self, kept: PaymentOrder, before: tuple[OrderState, ...], wanted: OrderState
    ) -> None:
        if kept.state not in before:
            raise PaymentNotInState(order=kept.id, state=kept.state, wanted=wanted)

    def _move(self, ctx: Context, moved: PaymentOrder, before: OrderState) -> None:
        self.orders.replace(replace(moved, changed_at=ctx.block_time_ms))
        self.announce(
            PaymentMoved(
                order=moved.id,
                case=moved.case,
                before=before,
                after=moved.state,
                attempt=moved.attempt,
                bank_reference=moved.bank_reference,
                reason=moved.reason,
            )
        )

    def _announce_order(self, order: PaymentOrder) -> None:
        self.announce(
            PaymentOrdered(
                order=order.id,
                case=order.case,
                amount=order.amount,
                currency=order.currency,
                attempt=order.attempt,
            )
        )
