# SPDX-License-Identifier: Apache-2.0
"""Premiums are held until the court decides, losses go to who suffered them; banks report both."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    Context,
    Digest,
    Identifier,
    Label,
    Meta,
    Name,
    action,
    replace,
)
from tallystick.contracts.parts import OrderId, OrderState, PaymentOrder
from tallystick.industries.preservation.events import ClaimPaid
from tallystick.industries.preservation.filing import Filing
from tallystick.industries.preservation.letter_records import (
    Letter,
    LetterState,
    LossClaim,
    PaymentPurpose,
    PaymentReport,
)
from tallystick.industries.preservation.records import CURRENCY, Yuan
from tallystick.industries.preservation.refusals import (
    AlreadyThere,
    NotYours,
    StepMissing,
    TooLittle,
    TooMuch,
)
from tallystick.industries.preservation.rules import issued_terms
from tallystick.industries.preservation.setting import books
from tallystick.industries.preservation.tables import require_party
from tallystick.industries.preservation.workflows import TELLER

_Reference = Annotated[Name, Label(zh="银行流水号", en="Bank's reference")]


class Paying(Filing):
    """What settlement banks do."""

    @action(
        role=TELLER,
        label=Label(zh="登记保费到账", en="Note a premium"),
        refuses=(NotYours, StepMissing, AlreadyThere, TooLittle, TooMuch),
    )
    def receive_premium(
        self,
        ctx: Context,
        letter: Annotated[Identifier, Label(zh="保函", en="Letter")],
        amount: Annotated[Yuan, Label(zh="金额", en="Amount")],
        reference: _Reference,
    ) -> Letter:
        """en: The guarantor's bank notes the premium; it is held until the court decides.

        zh: 结算银行登记保费到账，并冻结至法院作出决定。
        """
        kept = self.letters.require(letter)
        bank = self.guarantors.require(kept.guarantor).bank
        require_party(ctx, kept.id, bank)
        if kept.state not in {LetterState.ISSUED, LetterState.SUBMITTED}:
            raise StepMissing(subject=kept.id, missing="a letter issued and not decided on")
        if kept.is_paid:
            raise AlreadyThere(subject=f"{kept.id}/premium")
        _check_exact(amount, issued_terms(kept).premium, "premium")
        account = premium_account(kept.id)
        self.money.issue(ctx, books(bank), to=account, amount=amount, reference=reference)
        self.money.hold(books(bank), owner=account, amount=amount, hold=account)
        return self.letters.replace(replace(kept, is_paid=True))

    @action(
        role=TELLER,
        label=Label(zh="登记赔款到账", en="Note a payout"),
        emits=(ClaimPaid,),
        refuses=(NotYours, StepMissing, TooMuch),
    )
    def receive_payout(
        self,
        ctx: Context,
        claim: Annotated[Identifier, Label(zh="索赔", en="Claim")],
        amount: Annotated[Yuan, Label(zh="金额", en="Amount")],
        reference: _Reference,
    ) -> LossClaim:
        """en: The guarantor has paid in on a claim; the money is ordered on to the claimant.

        zh: 担保人就索赔付款到账，款项随即划付索赔人。
        """
        kept = self.claims.require(claim)
        letter = self.letters.require(kept.letter)
        bank = self.guarantors.require(letter.guarantor).bank
        require_party(ctx, kept.id, bank)
        if kept.decision is None:
            raise StepMissing(subject=kept.id, missing="decide_claim")
        if amount > kept.due - kept.paid:
            raise TooMuch(amount=amount, limit=kept.due - kept.paid, rule="claim")
        account = claim_account(kept.id)
        self.money.issue(ctx, books(bank), to=account, amount=amount, reference=reference)
        order = PaymentPurpose(
            order=ctx.next_id("PO"), letter=letter.id, claim=kept.id, bank=bank, account=account
        )
        self._order(ctx, order, payee=kept.payee, amount=amount)
        ctx.emit(
            ClaimPaid(claim=kept.id, letter=letter.id, guarantor=letter.guarantor, amount=amount)
        )
        letter = self.letters.replace(replace(letter, paid=letter.paid + amount))
        paid = replace(kept, paid=kept.paid + amount)
        if paid.paid < paid.due:
            return self.claims.replace(paid)
        done = self.claim_flow.move(ctx, self.claims, paid, "pay")
        letter = self.letters.replace(replace(letter, claims=letter.claims - 1))
        if letter.claims == 0:
            self.letter_flow.move(ctx, self.letters, letter, "pay")
        return done

    @action(
        role=TELLER,
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
        """en: Notes in which file payment orders went out; returns how many were new.

        zh: 登记付款指令已随哪个文件发往支付系统，返回新登记的笔数。
        """
        for order in orders:
            self._own_purpose(ctx, order)
        return sum(self.payments.send(ctx, order, file=file) for order in orders)

    @action(
        role=TELLER,
        label=Label(zh="登记付款结果", en="Report a payment"),
        refuses=(NotYours,),
    )
    def report_payment(self, ctx: Context, report: PaymentReport) -> bool:
        """en: Notes what became of a payment; the same report again changes nothing.

        zh: 登记付款结果，返回是否为新结果；重复报告不产生变化。
        """
        purpose = self._own_purpose(ctx, report.order)
        is_new = self.payments.report(
            ctx,
            report.order,
            report.state,
            attempt=report.attempt,
            bank_reference=report.reference,
            reason=report.reason,
        )
        kept = self.payments.orders.require(report.order)
        asset = books(purpose.bank)
        if is_new and report.state is OrderState.BOOKED:
            self.money.redeem(
                ctx,
                asset,
                owner=purpose.account,
                amount=kept.amount,
                reference=f"booked/{kept.end_to_end_id}",
            )
        elif is_new and report.state is OrderState.RETURNED:
            self.money.issue(
                ctx,
                asset,
                to=purpose.account,
                amount=kept.amount,
                reference=f"returned/{kept.end_to_end_id}",
            )
        return is_new

    @action(role=TELLER, label=Label(zh="重新付款", en="Pay again"), refuses=(NotYours,))
    def retry_payment(
        self, ctx: Context, order: Annotated[OrderId, Label(zh="付款指令", en="Payment order")]
    ) -> PaymentOrder:
        """en: Makes an order that was rejected or returned ready again.

        zh: 将被拒绝或退回的付款指令重新置为待付。
        """
        self._own_purpose(ctx, order)
        return self.payments.retry(ctx, order)

    # --- what other topics use ------------------------------------------------------------------

    def release_premium(self, ctx: Context, letter: Letter) -> None:
        """Pay a premium on to the guarantor, because the court accepted its letter."""
        guarantor = self.guarantors.require(letter.guarantor)
        self._pay_premium(ctx, letter, bank=guarantor.bank, payee=guarantor.payee)

    def refund_premium(self, ctx: Context, letter: Letter) -> None:
        """Pay a premium back to the applicant; nothing happens if none came in."""
        if letter.is_paid:
            bank = self.guarantors.require(letter.guarantor).bank
            payee = self.applications.require(letter.application).payee
            self._pay_premium(ctx, letter, bank=bank, payee=payee)

    def _pay_premium(self, ctx: Context, letter: Letter, *, bank: str, payee: str) -> None:
        amount = issued_terms(letter).premium
        self.money.release(premium_account(letter.id))
        order = PaymentPurpose(
            order=ctx.next_id("PO"),
            letter=letter.id,
            claim=None,
            bank=bank,
            account=premium_account(letter.id),
        )
        self._order(ctx, order, payee=payee, amount=amount)

    def _order(self, ctx: Context, purpose: PaymentPurpose, *, payee: str, amount: int) -> None:
        """Order a payment; the payer's name begins with the bank, so each sends its own only."""
        self.purposes.add(purpose)
        self.payments.order(
            ctx,
            purpose.order,
            case=purpose.claim or purpose.letter,
            payer=f"{purpose.bank}/{purpose.account}",
            payee=payee,
            money=(amount, CURRENCY),
        )

    def _own_purpose(self, ctx: Context, order: str) -> PaymentPurpose:
        purpose = self.purposes.require(order)
        require_party(ctx, order, purpose.bank)
        return purpose


def premium_account(letter: str) -> str:
    """Return the account in which a letter's premium waits."""
    return f"premium/{letter}"


def claim_account(claim: str) -> str:
    """Return the account through which a claim is paid."""
    return f"claim/{claim}"


def _check_exact(amount: int, needed: int, rule: str) -> None:
    if amount < needed:
        raise TooLittle(amount=amount, required=needed, rule=rule)
    if amount > needed:
        raise TooMuch(amount=amount, limit=needed, rule=rule)
