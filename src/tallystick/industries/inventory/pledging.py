# SPDX-License-Identifier: Apache-2.0
"""Pledges: offered by the dealer, marked by the keeper, registered, accepted, and discharged."""

from __future__ import annotations

from typing import Annotated, Final

from tallystick.contracts import Context, Identifier, Label, Name, action, replace
from tallystick.contracts.parts import fingerprint_of
from tallystick.industries.inventory.events import StockHeld
from tallystick.industries.inventory.lending import Lending
from tallystick.industries.inventory.loan_records import (
    PLEDGES_MAX,
    Loan,
    LoanState,
    Pledge,
    PledgeState,
    Registration,
)
from tallystick.industries.inventory.papers import Papers
from tallystick.industries.inventory.refusals import (
    AlertOpen,
    DoesNotFit,
    InsuranceExpired,
    NotYours,
    NumberUsed,
    ReceiptFrozen,
    Related,
    StepMissing,
    TooMuch,
)
from tallystick.industries.inventory.rules import check_not_frozen
from tallystick.industries.inventory.tables import RECEIPT_KIND, require_party
from tallystick.industries.inventory.watching import WATCH_EVENTS, WATCHED
from tallystick.industries.inventory.workflows import DEALER, KEEPER, OFFICER, REGISTRY

_TAKES_PLEDGES: Final = WATCHED | {LoanState.APPLIED, LoanState.APPROVED}
_OVER: Final = frozenset({LoanState.REPAID, LoanState.BUYBACK, LoanState.DISPOSAL})


class Pledging(Papers, Lending):
    """What must happen to a receipt before it secures a loan, and afterwards."""

    @action(
        role=DEALER,
        label=Label(zh="出质背书", en="Offer a pledge"),
        refuses=(NotYours, StepMissing, ReceiptFrozen, AlertOpen, DoesNotFit, TooMuch),
    )
    def offer_pledge(
        self,
        ctx: Context,
        loan: Annotated[Identifier, Label(zh="贷款", en="Loan")],
        receipt: Annotated[Identifier, Label(zh="仓单", en="Receipt")],
    ) -> Pledge:
        """en: The dealer endorses a receipt to the bank as security for a loan.

        zh: 经销商将仓单背书质押给银行，用于担保贷款。
        """
        secured = self.loans.require(loan)
        require_party(ctx, secured.id, secured.dealer)
        pledge = Pledge(
            id=ctx.next_id("PL"),
            loan=secured.id,
            receipt=self.receipts.require(receipt).id,
            bank=secured.bank,
            dealer=secured.dealer,
            state=PledgeState.OFFERED,
            offered_at=ctx.block_time_ms,
        )
        # The shared register speaks first: what another bank or contract holds is taken, not free.
        self.locks.lock(
            ctx,
            fingerprint_of(RECEIPT_KIND, pledge.receipt),
            kind=RECEIPT_KIND,
            case=pledge.id,
            holder=pledge.bank,
        )
        kept = self.free_receipt(ctx, receipt)
        if secured.state not in _TAKES_PLEDGES:
            raise StepMissing(subject=secured.id, missing="a loan that takes pledges")
        if len(secured.pledges) >= PLEDGES_MAX:
            raise TooMuch(amount=PLEDGES_MAX + 1, limit=PLEDGES_MAX, rule="pledges of a loan")
        if self.skus.require(kept.sku).currency != secured.currency:
            raise DoesNotFit(subject=kept.sku, what="currency")
        self.receipts.replace(replace(kept, pledge=pledge.id, endorsed_to=None))
        return self.pledges.add(pledge)

    @action(
        role=DEALER,
        label=Label(zh="撤回出质", en="Withdraw a pledge"),
        refuses=(NotYours,),
    )
    def withdraw_pledge(
        self, ctx: Context, pledge: Annotated[Identifier, Label(zh="质押", en="Pledge")]
    ) -> Pledge:
        """en: The dealer takes back an offer that the bank has not accepted.

        zh: 经销商撤回银行尚未接受的出质。
        """
        kept = self.pledges.require(pledge)
        require_party(ctx, kept.id, kept.dealer)
        withdrawn = self.pledge_flow.move(ctx, self.pledges, kept, "withdraw")
        receipt = self.receipts.require(kept.receipt)
        self.receipts.replace(replace(receipt, pledge=None))
        self._free_lock(kept)
        return withdrawn

    @action(
        role=KEEPER,
        label=Label(zh="仓单质押记载", en="Mark as pledged"),
        refuses=(NotYours, StepMissing, ReceiptFrozen),
    )
    def mark_pledge(
        self, ctx: Context, pledge: Annotated[Identifier, Label(zh="质押", en="Pledge")]
    ) -> Pledge:
        """en: The keeper marks the receipt as pledged and holds the goods for the bank.

        zh: 保管人在仓单上记载质押，为银行占有货物。
        """
        kept = self._offered(pledge)
        require_party(ctx, kept.id, self.receipts.require(kept.receipt).keeper)
        return self.pledges.replace(replace(kept, marked_at=ctx.block_time_ms))

    @action(
        role=REGISTRY,
        label=Label(zh="质押登记", en="Register a pledge"),
        refuses=(StepMissing, ReceiptFrozen, NumberUsed),
    )
    def register_pledge(
        self,
        ctx: Context,
        pledge: Annotated[Identifier, Label(zh="质押", en="Pledge")],
        number: Annotated[Name, Label(zh="登记编号", en="Registry number")],
    ) -> Pledge:
        """en: Records the number of the public registry, which stands for one pledge.

        zh: 登记动产融资统一登记编号；一个编号只对应一笔质押。
        """
        kept = self._offered(pledge)
        used = self.registrations.get(number)
        if used is not None and used.pledge != kept.id:
            raise NumberUsed(number=number, pledge=used.pledge)
        self.registrations.put(Registration(number=number, pledge=kept.id))
        return self.pledges.replace(replace(kept, registry_number=number))

    @action(
        role=OFFICER,
        label=Label(zh="接受质押", en="Accept a pledge"),
        emits=(StockHeld, *WATCH_EVENTS),
        refuses=(NotYours, StepMissing, ReceiptFrozen, InsuranceExpired, Related, AlertOpen),
    )
    def accept_pledge(
        self, ctx: Context, pledge: Annotated[Identifier, Label(zh="质押", en="Pledge")]
    ) -> Pledge:
        """en: The bank accepts a receipt with the keeper's mark, a registry number and insurance.

        zh: 银行接受已有保管人记载、登记编号及有效保险的仓单质押。
        """
        kept = self._offered(pledge)
        require_party(ctx, kept.id, kept.bank)
        self.check_pledge(ctx, kept)
        receipt = self.receipts.require(kept.receipt)
        pledged = self.receipt_flow.move(ctx, self.receipts, receipt, "pledge")
        ctx.emit(self.stock_held(ctx, pledged))
        accepted = self.pledge_flow.move(ctx, self.pledges, kept, "accept")
        loan = self.loans.require(kept.loan)
        if loan.state not in _TAKES_PLEDGES or len(loan.pledges) >= PLEDGES_MAX:
            raise StepMissing(subject=loan.id, missing="a loan that takes pledges")
        secured = self.loans.replace(replace(loan, pledges=(*loan.pledges, kept.id)))
        if secured.state in WATCHED:
            self.watch(ctx, secured)
        return accepted

    @action(
        role=KEEPER,
        label=Label(zh="解除质押", en="Discharge"),
        emits=(StockHeld,),
        refuses=(NotYours, StepMissing),
    )
    def discharge_pledge(
        self, ctx: Context, pledge: Annotated[Identifier, Label(zh="质押", en="Pledge")]
    ) -> Pledge:
        """en: The keeper ends a pledge whose loan is over; sold goods have a new holder.

        zh: 贷款结束后由保管人解除质押；已变卖的货物归新持有人。
        """
        kept = self.pledges.require(pledge)
        receipt = self.receipts.require(kept.receipt)
        require_party(ctx, kept.id, receipt.keeper)
        loan = self.loans.require(kept.loan)
        if loan.state not in _OVER or not self._is_settled(loan):
            raise StepMissing(subject=loan.id, missing="the end of the loan")
        discharged = self.pledge_flow.move(ctx, self.pledges, kept, "discharge")
        sale = self.sales.get(receipt.id)
        holder = receipt.holder if sale is None else sale.buyer
        freed = self.receipt_flow.move(
            ctx, self.receipts, receipt, "discharge", holder=holder, pledge=None
        )
        ctx.emit(self.stock_held(ctx, freed))
        self._free_lock(kept)
        return discharged

    @action(
        role=REGISTRY,
        label=Label(zh="注销登记", en="Cancel a registration"),
    )
    def cancel_registration(
        self, ctx: Context, pledge: Annotated[Identifier, Label(zh="质押", en="Pledge")]
    ) -> Pledge:
        """en: The public registry no longer shows a discharged pledge.

        zh: 登记机构注销已解除的质押登记。
        """
        return self.pledge_flow.move(ctx, self.pledges, self.pledges.require(pledge), "cancel")

    @action(
        role=OFFICER,
        label=Label(zh="结案", en="Close"),
        refuses=(NotYours, StepMissing),
    )
    def close_loan(
        self, ctx: Context, loan: Annotated[Identifier, Label(zh="贷款", en="Loan")]
    ) -> Loan:
        """en: Closes a loan that is over, when all pledges are discharged and unregistered.

        zh: 全部质押解除并注销登记后，贷款结案。
        """
        kept = self.loans.require(loan)
        require_party(ctx, kept.id, kept.bank)
        for name in kept.pledges:
            if self.pledges.require(name).state is not PledgeState.CANCELLED:
                raise StepMissing(subject=name, missing="cancel_registration")
        return self.loan_flow.move(ctx, self.loans, kept, "close")

    def _offered(self, pledge: str) -> Pledge:
        """Return a pledge that waits for the bank, on a receipt that no court has frozen."""
        kept = self.pledges.require(pledge)
        check_not_frozen(self.receipts.require(kept.receipt))
        if kept.state is not PledgeState.OFFERED:
            raise StepMissing(subject=kept.id, missing="offer_pledge")
        return kept

    def _is_settled(self, loan: Loan) -> bool:
        return loan.state is LoanState.REPAID or self.settlements.contains(loan.id)

    def _free_lock(self, pledge: Pledge) -> None:
        self.locks.release(
            fingerprint_of(RECEIPT_KIND, pledge.receipt), case=pledge.id, holder=pledge.bank
        )
