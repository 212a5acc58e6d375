# SPDX-License-Identifier: Apache-2.0
"""After a default: the winery buys back, or a platform sells; the proceeds to the last unit."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    Amount,
    Context,
    Identifier,
    Label,
    Name,
    Of,
    OrganizationCode,
    Timestamp,
    ValueDigest,
    action,
    asdict,
)
from tallystick.industries.inventory.events import GoodsSold, Settled
from tallystick.industries.inventory.loan_records import (
    BuyBackAgreement,
    Loan,
    LoanState,
    Sale,
    SaleKind,
    Settlement,
)
from tallystick.industries.inventory.records import CasePrice, Receipt, ReceiptState
from tallystick.industries.inventory.redeeming import Redeeming
from tallystick.industries.inventory.refusals import (
    AgreementExpired,
    DoesNotFit,
    NotYours,
    Related,
    StepMissing,
    TooEarly,
)
from tallystick.industries.inventory.tables import require_party
from tallystick.industries.inventory.workflows import DISPOSER, OFFICER, WINERY

PledgedReceipt = Annotated[
    Identifier,
    Label(zh="仓单", en="Receipt"),
    Of("loans", found_in="pledges", by=("loan",), field="receipt"),
]


class Disposing(Redeeming):
    """What happens to the goods of a loan in default."""

    @action(
        role=WINERY,
        label=Label(zh="承诺回购", en="Promise to buy back"),
        refuses=(NotYours, StepMissing, DoesNotFit),
    )
    def promise_buy_back(
        self,
        ctx: Context,
        receipt: Annotated[Identifier, Label(zh="仓单", en="Receipt")],
        price: Annotated[CasePrice, Label(zh="每箱回购价", en="Price of a case")],
        valid_until: Annotated[Timestamp, Label(zh="有效期至", en="Valid until")],
    ) -> BuyBackAgreement:
        """en: The winery promises to buy the goods of a receipt back; it learns of no loan.

        zh: 酒厂承诺回购仓单货物；酒厂不知悉贷款条款。
        """
        kept = self.receipts.require(receipt)
        require_party(ctx, kept.id, self.skus.require(kept.sku).winery)
        if kept.state in {ReceiptState.DISCHARGED, ReceiptState.SURRENDERED}:
            raise StepMissing(subject=kept.id, missing="a receipt in use")
        before = self.agreements.get(kept.id)
        if before is not None and (before.price > price or before.valid_until > valid_until):
            raise DoesNotFit(subject=kept.id, what="a promise is not lowered")
        return self.agreements.put(
            BuyBackAgreement(
                receipt=kept.id,
                winery=ctx.signer.organization,
                price=price,
                cases=kept.count,
                valid_until=valid_until,
            )
        )

    @action(
        role=WINERY,
        label=Label(zh="回购", en="Buy back"),
        emits=(GoodsSold,),
        refuses=(NotYours, StepMissing, TooEarly, AgreementExpired, DoesNotFit),
    )
    def buy_back(self, ctx: Context, receipt: PledgedReceipt) -> list[Sale]:
        """en: After the grace, the winery buys all goods of the loan it promised to buy back.

        zh: 宽限期满后，酒厂按承诺回购该笔贷款项下的全部货物。
        """
        loan = self._loan_of(self.receipts.require(receipt))
        self._require_grace_over(ctx, loan)
        moved = self.loan_flow.move(ctx, self.loans, loan, "buy_back")
        found: list[Sale] = []
        for kept in self.pledged_receipts(moved):
            promise = self.agreements.require(kept.id)
            require_party(ctx, kept.id, promise.winery)
            if ctx.block_time_ms > promise.valid_until:
                raise AgreementExpired(receipt=kept.id, agreed_until=promise.valid_until)
            if kept.count > promise.cases:
                raise DoesNotFit(subject=kept.id, what="more cases than were promised")
            found.append(
                self._sell(
                    ctx,
                    kept,
                    Sale(
                        receipt=kept.id,
                        loan=moved.id,
                        kind=SaleKind.BUY_BACK,
                        seller=moved.bank,
                        buyer=promise.winery,
                        cases=kept.count,
                        proceeds=(kept.count - kept.excluded) * promise.price,
                        costs=0,
                    ),
                )
            )
        return found

    @action(
        role=OFFICER,
        label=Label(zh="委托处置", en="Dispose of the goods"),
        refuses=(NotYours, TooEarly, StepMissing, Related),
    )
    def dispose_of_goods(
        self,
        ctx: Context,
        loan: Annotated[Identifier, Label(zh="贷款", en="Loan")],
        platform: Annotated[OrganizationCode, Label(zh="处置平台", en="Platform")],
        account: Annotated[ValueDigest, Label(zh="平台账户摘要", en="Digest of its account")],
    ) -> Loan:
        """en: After the grace, the bank has a platform sell the goods; not one of the dealer's.

        zh: 宽限期满后，银行委托与经销商无关联的平台处置货物。
        """
        kept = self.own_loan(ctx, loan, LoanState.DEFAULT)
        self._require_grace_over(ctx, kept)
        self.refuse_related(platform, kept.dealer)
        return self.loan_flow.move(
            ctx, self.loans, kept, "dispose", platform=platform, platform_account=account
        )

    @action(
        role=DISPOSER,
        label=Label(zh="登记成交", en="Report a sale"),
        emits=(GoodsSold,),
        refuses=(NotYours, StepMissing),
    )
    def sell_goods(
        self,
        ctx: Context,
        receipt: PledgedReceipt,
        buyer: Annotated[OrganizationCode, Label(zh="买受人", en="Buyer")],
        proceeds: Annotated[Amount, Label(zh="成交价款", en="Proceeds")],
        costs: Annotated[Amount, Label(zh="费用", en="Costs")],
    ) -> Sale:
        """en: The platform has sold the goods of a receipt.

        zh: 平台登记仓单货物的成交结果。
        """
        kept = self.receipts.require(receipt)
        loan = self._loan_of(kept)
        if loan.state is not LoanState.DISPOSAL or self.settlements.contains(loan.id):
            raise StepMissing(subject=loan.id, missing="dispose_of_goods")
        require_party(ctx, kept.id, loan.platform or "")
        return self._sell(
            ctx,
            kept,
            Sale(
                receipt=kept.id,
                loan=loan.id,
                kind=SaleKind.DISPOSAL,
                seller=ctx.signer.organization,
                buyer=buyer,
                cases=kept.count,
                proceeds=proceeds,
                costs=costs,
            ),
        )

    @action(
        role=OFFICER,
        label=Label(zh="清偿分配", en="Settle"),
        emits=(Settled,),
        refuses=(NotYours, StepMissing),
    )
    def settle_loan(
        self,
        ctx: Context,
        loan: Annotated[Identifier, Label(zh="贷款", en="Loan")],
        reference: Annotated[Name | None, Label(zh="入账流水号", en="Bank reference")] = None,
    ) -> Settlement:
        """en: Divides the proceeds: costs, interest, principal, the rest to the dealer.

        zh: 分配处置价款：费用、利息、本金，剩余归经销商。
        """
        kept = self.loans.require(loan)
        require_party(ctx, kept.id, kept.bank)
        if kept.state not in {LoanState.BUYBACK, LoanState.DISPOSAL}:
            raise StepMissing(subject=kept.id, missing="buy_back or dispose_of_goods")
        owed = self.with_interest(ctx, kept)
        sales = self._all_sales(owed)
        proceeds = sum(sale.proceeds for sale in sales)
        costs = sum(sale.costs for sale in sales)
        shares = (0, 0, 0, 0)
        if proceeds:
            if reference is None:
                raise StepMissing(subject=kept.id, missing="reference")
            paid = self.pay_in(ctx, kept, proceeds, reference=reference, costs=costs)
            owed, shares = paid.loan, paid[1:]
        settlement = self.settlements.add(
            Settlement(
                loan=kept.id,
                proceeds=proceeds,
                costs=shares[0],
                interest=shares[1],
                principal=shares[2],
                surplus=shares[3],
                shortfall=owed.principal + self.interest_due(owed),
                settled_at=ctx.block_time_ms,
            )
        )
        if settlement.costs and kept.platform_account is not None:
            self.order_payment(
                ctx,
                kept,
                account=f"costs/{kept.id}",
                payee=kept.platform_account,
                amount=settlement.costs,
            )
        ctx.emit(_settled(kept, settlement))
        return settlement

    def _all_sales(self, loan: Loan) -> list[Sale]:
        """Return the sales of a loan's goods, which are all of them unless nothing is owed."""
        found: list[Sale] = []
        for receipt in self.pledged_receipts(loan):
            sale = self.sales.get(receipt.id)
            if sale is not None:
                found.append(sale)
            elif receipt.count and loan.principal + self.interest_due(loan):
                raise StepMissing(subject=receipt.id, missing="sell_goods")
        return found

    def _sell(self, ctx: Context, receipt: Receipt, sale: Sale) -> Sale:
        ctx.emit(
            GoodsSold(
                receipt=receipt.id,
                seller=sale.seller,
                buyer=sale.buyer,
                cases=sale.cases,
                kind=sale.kind,
            )
        )
        return self.sales.add(sale)

    def _loan_of(self, receipt: Receipt) -> Loan:
        if receipt.pledge is None:
            raise StepMissing(subject=receipt.id, missing="accept_pledge")
        return self.loans.require(self.pledges.require(receipt.pledge).loan)

    def _require_grace_over(self, ctx: Context, loan: Loan) -> None:
        """Raise `TooEarly` while a dealer in default has its grace."""
        if loan.state is LoanState.DEFAULT and ctx.block_time_ms <= loan.grace_until:
            raise TooEarly(subject=loan.id, after=loan.grace_until)


def _settled(loan: Loan, settlement: Settlement) -> Settled:
    fields = asdict(settlement)
    del fields["settled_at"]
    return Settled(bank=loan.bank, dealer=loan.dealer, currency=loan.currency, **fields)
