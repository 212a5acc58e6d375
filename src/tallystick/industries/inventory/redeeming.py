# SPDX-License-Identifier: Apache-2.0
"""Money in, cases out: repayment, redemption signed by bank and keeper, refunds."""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

from tallystick.contracts import Amount, Context, Identifier, Label, Name, action, replace
from tallystick.industries.inventory.events import GoodsLeft, PrepaymentChanged, Repaid, StockHeld
from tallystick.industries.inventory.loan_records import (
    Loan,
    LoanState,
    Prepayment,
    PrepaymentState,
    Redemption,
    RedemptionState,
)
from tallystick.industries.inventory.paying import books
from tallystick.industries.inventory.pledging import Pledging
from tallystick.industries.inventory.records import Receipt, SomeSerials
from tallystick.industries.inventory.refusals import (
    AlertOpen,
    DoesNotFit,
    NotStated,
    NotYours,
    PricesApart,
    PriceStale,
    SerialTwice,
    StepMissing,
    TooManyCases,
    Unlicensed,
)
from tallystick.industries.inventory.rules import (
    check_releasable,
    distribute,
    interest_parts,
    normalised_serials,
    releasable,
    unit_value,
)
from tallystick.industries.inventory.tables import require_party
from tallystick.industries.inventory.watching import OWING, WATCH_EVENTS, WATCHED
from tallystick.industries.inventory.workflows import DEALER, KEEPER, OFFICER

_RELEASES: Final = (AlertOpen, PriceStale, PricesApart, TooManyCases)
_LETS_GO: Final = WATCHED | {LoanState.REPAID}


class Paid(NamedTuple):
    """A loan after money came in, and how the money was used."""

    loan: Loan
    costs: int
    interest: int
    principal: int
    surplus: int


class Redeeming(Pledging):
    """What dealer, bank and keeper do so that goods leave against money."""

    @action(
        role=DEALER,
        label=Label(zh="申请还款赎货", en="Ask for a redemption"),
        refuses=(NotYours, StepMissing, DoesNotFit, SerialTwice),
    )
    def ask_redemption(
        self,
        ctx: Context,
        loan: Annotated[Identifier, Label(zh="贷款", en="Loan")],
        amount: Annotated[Amount, Label(zh="还款金额", en="Money paid in")],
        receipt: Annotated[Identifier | None, Label(zh="仓单", en="Receipt")] = None,
        serials: Annotated[SomeSerials, Label(zh="箱码", en="Serials")] = (),
    ) -> Redemption:
        """en: The dealer pays in and names the cases it wants; without cases it only repays.

        zh: 经销商还款并指明拟提取的箱货；不指明箱货则仅还款。
        """
        kept = self.loans.require(loan)
        require_party(ctx, kept.id, kept.dealer)
        if kept.state not in OWING:
            raise StepMissing(subject=kept.id, missing="draw_loan")
        if (receipt is None) is not (not serials) or not (amount or serials):
            raise DoesNotFit(subject=kept.id, what="money, or cases of a receipt")
        if receipt is not None:
            self._require_secured(kept, self.receipts.require(receipt))
        return self.redemptions.add(
            Redemption(
                id=ctx.next_id("RD"),
                loan=kept.id,
                receipt=receipt,
                serials=tuple(normalised_serials(serials)),
                amount=amount,
                state=RedemptionState.ASKED,
                asked_at=ctx.block_time_ms,
            )
        )

    @action(
        role=OFFICER,
        label=Label(zh="确认赎货", en="Sign a redemption"),
        emits=(Repaid, *WATCH_EVENTS),
        refuses=(NotYours, StepMissing, *_RELEASES),
    )
    def sign_redemption(
        self,
        ctx: Context,
        redemption: Annotated[Identifier, Label(zh="赎货", en="Redemption")],
        reference: Annotated[Name | None, Label(zh="入账流水号", en="Bank reference")] = None,
    ) -> Redemption:
        """en: The bank has the money; so many cases can go that the loan stays within its share.

        zh: 银行确认款项到账，并按质押率上限核定可提取箱数。
        """
        asked = self.redemptions.require(redemption)
        loan = self.loans.require(asked.loan)
        require_party(ctx, asked.id, loan.bank)
        if loan.state not in OWING:
            raise StepMissing(subject=loan.id, missing="draw_loan")
        if asked.amount:
            if reference is None:
                raise StepMissing(subject=asked.id, missing="reference")
            loan = self.take_money(ctx, loan, asked.amount, reference=reference)
        if asked.receipt is None:
            return self.redemption_flow.move(
                ctx, self.redemptions, asked, "book", signed_by=ctx.person
            )
        allowed = self.allowed_cases(ctx, loan, self.receipts.require(asked.receipt))
        check_releasable(len(asked.serials), allowed)
        return self.redemption_flow.move(
            ctx,
            self.redemptions,
            asked,
            "sign",
            allowed=allowed,
            signed_by=ctx.person,
            signed_at=ctx.block_time_ms,
        )

    @action(
        role=KEEPER,
        label=Label(zh="赎货出库", en="Release"),
        emits=(GoodsLeft, StockHeld, *WATCH_EVENTS),
        refuses=(Unlicensed, StepMissing, DoesNotFit, NotStated, *_RELEASES),
    )
    def release_goods(
        self, ctx: Context, redemption: Annotated[Identifier, Label(zh="赎货", en="Redemption")]
    ) -> Redemption:
        """en: The keeper lets exactly the cases go that the bank has signed for.

        zh: 保管人仅放行银行已签署的箱货。
        """
        signed = self.redemptions.require(redemption)
        released = self.redemption_flow.move(
            ctx,
            self.redemptions,
            signed,
            "release",
            released_by=ctx.person,
            released_at=ctx.block_time_ms,
        )
        receipt = self.receipts.require(signed.receipt or "")
        self.kept_warehouse(ctx, receipt.warehouse)
        loan = self.loans.require(signed.loan)
        self._require_secured(loan, receipt)
        check_releasable(len(signed.serials), self.allowed_cases(ctx, loan, receipt))
        cases = [self.stated_case(serial) for serial in signed.serials]
        since = signed.signed_at or ctx.block_time_ms
        left = self.let_go(ctx, receipt, cases, since_ms=since)
        self.receipt_flow.move(ctx, self.receipts, left, "release")
        if loan.state in WATCHED:
            self.watch(ctx, loan)
        return released

    @action(
        role=OFFICER,
        label=Label(zh="确认预付款退回", en="Take a refund"),
        emits=(Repaid, PrepaymentChanged, *WATCH_EVENTS),
        refuses=(NotYours, StepMissing),
    )
    def take_refund(
        self,
        ctx: Context,
        loan: Annotated[Identifier, Label(zh="贷款", en="Loan")],
        reference: Annotated[Name, Label(zh="入账流水号", en="Bank reference")],
    ) -> Prepayment:
        """en: The winery that did not ship has refunded the bank; the loan is repaid by as much.

        zh: 未发货的酒厂已向银行退款，冲抵贷款。
        """
        kept = self.loans.require(loan)
        require_party(ctx, kept.id, kept.bank)
        prepayment = self.prepayments.require(kept.prepayment or loan)
        if prepayment.state is not PrepaymentState.REFUND_DUE or kept.state not in OWING:
            raise StepMissing(subject=prepayment.id, missing=PrepaymentState.REFUND_DUE)
        self.take_money(ctx, kept, prepayment.amount, reference=reference)
        return self.keep_prepayment(ctx, prepayment, PrepaymentState.REFUNDED)

    # --- what other topics use ------------------------------------------------------------------

    def take_money(self, ctx: Context, loan: Loan, amount: int, *, reference: str) -> Loan:
        """Use money that came in for a loan: interest, principal; what is over goes back."""
        paid = self.pay_in(ctx, loan, amount, reference=reference)
        ctx.emit(
            Repaid(
                loan=loan.id,
                amount=amount,
                interest=paid.interest,
                principal=paid.principal,
                surplus=paid.surplus,
            )
        )
        return self.watch(ctx, paid.loan) if loan.state in WATCHED else paid.loan

    def pay_in(
        self, ctx: Context, loan: Loan, amount: int, *, reference: str, costs: int = 0
    ) -> Paid:
        """Bring money into the bank's books and to those who are owed it, to the last unit."""
        asset, account = books(loan.currency, loan.bank), f"in/{loan.id}"
        self.money.issue(ctx, asset, to=account, amount=amount, reference=reference)
        loan = self.with_interest(ctx, loan)
        shares = distribute(amount, costs, self.interest_due(loan), loan.principal)
        paid = Paid(loan, *shares)
        owners = (f"costs/{loan.id}", f"interest/{loan.bank}", f"principal/{loan.bank}")
        for owner, share in zip((*owners, f"surplus/{loan.id}"), shares, strict=True):
            if share:
                self.money.transfer(
                    asset,
                    owner=account,
                    to=owner,
                    amount=share,
                    reference=f"{owner.split('/')[0]}/{reference}",
                )
        if paid.surplus:
            self.order_payment(
                ctx, loan, account=f"surplus/{loan.id}", payee=loan.payee, amount=paid.surplus
            )
        line = self.lines.require(loan.bank, loan.dealer)
        self.lines.replace(replace(line, drawn=line.drawn - paid.principal))
        lower = replace(
            loan,
            principal=loan.principal - paid.principal,
            interest=loan.interest - paid.interest * interest_parts(self.figures_of(loan)),
        )
        return paid._replace(loan=self.loans.replace(lower))

    def allowed_cases(self, ctx: Context, loan: Loan, receipt: Receipt) -> int:
        """Return how many cases of a receipt can go now.

        Raises:
            StepMissing: the loan is in default or over.
            PriceStale: a price is older than allowed (INV-8).
            PricesApart: its sources contradict each other (INV-8).
            AlertOpen: something is wrong with the goods.
        """
        if loan.state not in _LETS_GO:
            raise StepMissing(subject=loan.id, missing="a loan in good order")
        parameters = self.figures_of(loan)
        return releasable(
            loan.principal,
            self.good_worth(ctx, loan).value,
            unit_value(self.price_of(receipt.sku), parameters),
            bp=parameters.lend_bp,
            count=receipt.count,
        )

    def _require_secured(self, loan: Loan, receipt: Receipt) -> None:
        if receipt.pledge is None or receipt.pledge not in loan.pledges:
            raise DoesNotFit(subject=receipt.id, what=loan.id)
