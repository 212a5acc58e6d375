# SPDX-License-Identifier: Apache-2.0
"""A contract that does nothing but pay; in a folder of its own, which its digest covers."""

from __future__ import annotations

from typing import Final

from tallystick.contracts import (
    ANY_MEMBER,
    Arguments,
    Context,
    Contract,
    Digest,
    Label,
    Name,
    action,
)
from tallystick.contracts.parts import Currency, Outbox, Units
from tallystick.contracts.parts import OrderState as State

TRIES: Final = 2


class Said(Arguments):
    """What the bank did."""

    order: Name
    state: Name
    attempt: int
    reference: Name | None = None
    reason: Name | None = None


class Paying(Contract, name="demo.paying", version=1, label=Label(zh="付款", en="Paying")):
    """en: Pays.

    zh: 付款。
    """

    payments = Outbox(label=Label(zh="付款", en="Payments"))

    @action(role=ANY_MEMBER, label=Label(zh="付款", en="Pay"))
    def pay(self, ctx: Context, payee: Digest, amount: Units, currency: Currency) -> Name:
        """en: Orders a payment.

        zh: 发起付款。
        """
        order = ctx.next_id("P")
        self.payments.order(
            ctx, order, case=f"case of {order}", payer="pool", payee=payee, money=(amount, currency)
        )
        return order

    @action(role=ANY_MEMBER, label=Label(zh="已发送", en="Note what was sent"))
    def note_sent(self, ctx: Context, orders: list[Name], file: Digest) -> int:
        """en: Notes what was sent.

        zh: 记录已发送。
        """
        return sum(self.payments.send(ctx, order, file=file) for order in orders)

    @action(role=ANY_MEMBER, label=Label(zh="付款结果", en="Report"))
    def report_payment(self, ctx: Context, said: Said) -> bool:
        """en: Reports what the bank did; a rejected payment is tried once more.

        zh: 报告银行处理结果；被拒后再试一次。
        """
        is_news = self.payments.report(
            ctx,
            said.order,
            State(said.state),
            attempt=said.attempt,
            bank_reference=said.reference,
            reason=said.reason,
        )
        if is_news and said.state == State.REJECTED and said.attempt < TRIES:
            self.payments.retry(ctx, said.order)
        return is_news
