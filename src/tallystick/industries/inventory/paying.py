# SPDX-License-Identifier: Apache-2.0
"""Payments of a bank: ordered, sent, booked or returned; and what a winery ships for them."""

from __future__ import annotations

from typing import Annotated, Final

from tallystick.contracts import (
    DAY_MS,
    Context,
    Digest,
    Identifier,
    Label,
    Meta,
    action,
    asdict,
    replace,
)
from tallystick.contracts.parts import Deadline, OrderId, OrderState, PaymentOrder
from tallystick.industries.inventory.events import PrepaymentChanged
from tallystick.industries.inventory.loan_records import (
    Loan,
    LoanState,
    PaymentPurpose,
    PaymentReport,
    Prepayment,
    PrepaymentState,
)
from tallystick.industries.inventory.refusals import DoesNotFit, NotYours, StepMissing
from tallystick.industries.inventory.tables import require_party
from tallystick.industries.inventory.watching import WATCH_EVENTS, Watching
from tallystick.industries.inventory.workflows import OFFICER, WINERY

SHIPPING_DUE: Final = "shipping"


class Paying(Watching):
    """What the bank does about payments, and the winery about those in advance."""

    @action(
        role=OFFICER,
        label=Label(zh="登记已发送", en="Note what was sent"),
        refuses=(NotYours,),
    )
    def note_sent(
        self,
        ctx: Context,
        orders: Annotated[
            tuple[OrderId, ...],
            Meta(min_length=1, max_length=100),
            Label(zh="付款指令", en="Payment orders"),
        ],
        file: Annotated[Digest, Label(zh="文件哈希", en="Hash of the file")],
    ) -> int:
        """en: Notes in which file payment orders went to the bank; returns how many were new.

        zh: 登记付款指令已随哪个文件发往支付系统，返回新登记的笔数。
        """
        for order in orders:
            self._own_purpose(ctx, order)
        return sum(self.payments.send(ctx, order, file=file) for order in orders)

    @action(
        role=OFFICER,
        label=Label(zh="登记付款结果", en="Report a payment"),
        emits=WATCH_EVENTS,
        refuses=(NotYours,),
    )
    def report_payment(self, ctx: Context, report: PaymentReport) -> bool:
        """en: Notes what became of a payment; the same report again changes nothing.

        zh: 登记付款结果，返回是否为新结果；重复报告不产生变化。
        """
        order = report.order
        purpose, loan = self._own_purpose(ctx, order)
        is_new = self.payments.report(
            ctx,
            order,
            report.state,
            attempt=report.attempt,
            bank_reference=report.reference,
            reason=report.reason,
        )
        kept = self.payments.orders.require(order)
        if is_new and report.state is OrderState.BOOKED:
            self._booked(ctx, loan, purpose, kept)
        elif is_new and report.state is OrderState.RETURNED:
            self.money.issue(
                ctx,
                books(loan.currency, loan.bank),
                to=purpose.account,
                amount=kept.amount,
                reference=f"returned/{kept.end_to_end_id}",
            )
        return is_new

    @action(
        role=OFFICER,
        label=Label(zh="重新付款", en="Pay again"),
        refuses=(NotYours,),
    )
    def retry_payment(
        self, ctx: Context, order: Annotated[OrderId, Label(zh="付款指令", en="Payment order")]
    ) -> PaymentOrder:
        """en: Makes an order that was rejected or returned ready again.

        zh: 将被拒绝或退回的付款指令重新置为待付。
        """
        self._own_purpose(ctx, order)
        return self.payments.retry(ctx, order)

    @action(
        role=WINERY,
        label=Label(zh="登记预付款发货", en="Ship what was paid in advance"),
        emits=(PrepaymentChanged,),
        refuses=(NotYours, StepMissing, DoesNotFit),
    )
    def ship_prepaid(
        self,
        ctx: Context,
        prepayment: Annotated[Identifier, Label(zh="预付款", en="Prepayment")],
        statement: Annotated[Identifier, Label(zh="供货声明", en="Statement of supply")],
    ) -> Prepayment:
        """en: The winery names the supply that answers a payment in advance, within its time.

        zh: 酒厂在约定期限内登记对应预付款的供货声明。
        """
        kept = self.prepayments.require(prepayment)
        require_party(ctx, kept.id, kept.winery)
        if kept.state is not PrepaymentState.ORDERED:
            raise StepMissing(subject=kept.id, missing=PrepaymentState.ORDERED)
        self.deadlines.require_in_time(ctx, kept.id, SHIPPING_DUE)
        stated = self.statements.require(statement)
        if (stated.winery, stated.dealer) != (kept.winery, kept.dealer):
            raise DoesNotFit(subject=stated.id, what="winery or dealer")
        self.deadlines.clear(kept.id, SHIPPING_DUE)
        return self.keep_prepayment(ctx, kept, PrepaymentState.SHIPPED, statement=stated.id)

    def on_shipping(self, ctx: Context, deadline: Deadline) -> None:
        """Note that a winery which has not shipped in time refunds the bank."""
        kept = self.prepayments.require(deadline.case)
        self.keep_prepayment(ctx, kept, PrepaymentState.REFUND_DUE)

    # --- what other topics use ------------------------------------------------------------------

    def order_payment(
        self, ctx: Context, loan: Loan, *, account: str, payee: str, amount: int
    ) -> None:
        """Order a payment out of an account of the bank's books.

        The payer's name begins with the bank, so that each bank sends its own orders only.
        """
        order = ctx.next_id("PO")
        self.purposes.add(PaymentPurpose(order=order, loan=loan.id, account=account))
        self.payments.order(
            ctx,
            order,
            case=loan.id,
            payer=f"{loan.bank}/{account}",
            payee=payee,
            money=(amount, loan.currency),
        )

    def prepay(self, ctx: Context, loan: Loan, winery: str) -> str:
        """Begin the time in which a winery ships what is paid in advance; it learns no loan.

        Returns:
            The id of the prepayment.
        """
        prepayment = Prepayment(
            id=ctx.next_id("PP"),
            winery=winery,
            dealer=loan.dealer,
            amount=loan.amount,
            currency=loan.currency,
            ship_by=ctx.block_time_ms + self.figures_of(loan).ship_days * DAY_MS,
            state=PrepaymentState.ORDERED,
        )
        self.prepayments.add(prepayment)
        self.deadlines.set(
            prepayment.id, SHIPPING_DUE, due=prepayment.ship_by, on_expiry="shipping"
        )
        ctx.emit(_prepayment_changed(prepayment))
        return prepayment.id

    def keep_prepayment(
        self, ctx: Context, kept: Prepayment, state: PrepaymentState, **changes: object
    ) -> Prepayment:
        """Keep a prepayment in another state, and announce it."""
        changed = self.prepayments.replace(replace(kept, state=state, **changes))
        ctx.emit(_prepayment_changed(changed))
        return changed

    def _own_purpose(self, ctx: Context, order: str) -> tuple[PaymentPurpose, Loan]:
        purpose = self.purposes.require(order)
        loan = self.loans.require(purpose.loan)
        require_party(ctx, order, loan.bank)
        return purpose, loan

    def _booked(
        self, ctx: Context, loan: Loan, purpose: PaymentPurpose, order: PaymentOrder
    ) -> None:
        """Take booked money off the books; a loan whose money has arrived runs from now on."""
        self.money.redeem(
            ctx,
            books(loan.currency, loan.bank),
            owner=purpose.account,
            amount=order.amount,
            reference=f"booked/{order.end_to_end_id}",
        )
        if loan.state is LoanState.DRAWN:
            running = self.loan_flow.move(ctx, self.loans, loan, "arrive")
            self.schedule_valuation(ctx, running)
            self.watch(ctx, running)


def books(currency: str, bank: str) -> str:
    """Return the asset in which a bank's money is kept: each bank has books of its own."""
    return f"{currency}.{bank}"


def _prepayment_changed(prepayment: Prepayment) -> PrepaymentChanged:
    fields = asdict(prepayment)
    del fields["statement"]
    fields["prepayment"] = fields.pop("id")
    return PrepaymentChanged(**fields)
