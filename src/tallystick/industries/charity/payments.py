# SPDX-License-Identifier: Apache-2.0
"""Claims, payments through the bank, what comes back, and the beneficiary's word at the end."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    CLOCK_AHEAD_MS,
    Context,
    Digest,
    Identifier,
    Label,
    Meta,
    Name,
    Signature,
    SignedOver,
    action,
    replace,
)
from tallystick.contracts.parts import OrderState, PaymentOrder, Units
from tallystick.industries.charity.events import (
    EntitlementClaimed,
    EntitlementPaid,
    FeedbackGiven,
    FundsUsed,
    FundsWaiting,
    IdentityAsserted,
    MoneyReturned,
    PaymentFailed,
)
from tallystick.industries.charity.records import (
    Assertion,
    Claim,
    Entitlement,
    EntitlementState,
    Feedback,
    NewAssertion,
    NewClaim,
    PaymentReport,
    Payout,
    Recovery,
    Signed,
)
from tallystick.industries.charity.refusals import (
    AssertionExpired,
    AssertionUsed,
    ClaimLapsed,
    GuardianMissing,
    LicenceExpired,
    OtherAmount,
    OtherFoundation,
    OtherHolder,
    OtherPerson,
    TooMuchRecovered,
    WrongSignature,
)
from tallystick.industries.charity.rules import (
    check_assertion,
    check_holder,
    claim_digest,
    confirmation_digest,
    minutes_between,
    payee_of,
)
from tallystick.industries.charity.tables import CharityTables, pool_of, sink_of
from tallystick.industries.charity.workflows import (
    AUDITOR,
    BANK,
    IDENTITY_PROVIDER,
    OFFICER,
    PLATFORM,
)

_CLAIM = (
    ClaimLapsed,
    OtherAmount,
    OtherHolder,
    OtherPerson,
    AssertionExpired,
    AssertionUsed,
    WrongSignature,
    GuardianMissing,
)


class Payments(CharityTables):
    """The chapter from the claim to the confirmed payment."""

    @action(
        role=IDENTITY_PROVIDER,
        label=Label(zh="身份核验", en="Vouch for a person"),
        emits=(IdentityAsserted,),
        refuses=(OtherPerson, AssertionExpired),
    )
    def assert_identity(self, ctx: Context, new: NewAssertion) -> None:
        """en: Vouches that a key belongs to the beneficiary or guardian of an entitlement.

        zh: 核验并声明某公钥属于该笔资助的受益人或监护人。
        """
        kept = self.entitlements.require(new.entitlement)
        if new.subject not in {kept.beneficiary, kept.guardian}:
            raise OtherPerson(assertion=new.id, entitlement=kept.id)
        if new.issued_at > ctx.block_time_ms + CLOCK_AHEAD_MS:
            raise AssertionExpired(assertion=new.id, issued_at=new.issued_at)
        self.assertions.add(
            Assertion(
                id=new.id,
                entitlement=new.entitlement,
                subject=new.subject,
                public_key=new.public_key,
                level=new.level,
                issued_at=new.issued_at,
                provider=ctx.signer.organization,
            )
        )
        ctx.emit(
            IdentityAsserted(entitlement=kept.id, provider=ctx.signer.organization, level=new.level)
        )

    @action(
        role=PLATFORM,
        label=Label(zh="确认领取", en="Claim"),
        emits=(EntitlementClaimed,),
        refuses=_CLAIM,
    )
    def claim(self, ctx: Context, new: NewClaim) -> Name:
        """en: Hands in a beneficiary's signed claim; the contract orders the payment at once.

        zh: 提交受益人签署的领取确认，合约随即发起付款，返回付款指令号。
        """
        kept = self.entitlements.require(new.entitlement)
        deadline = self.deadlines.deadlines.get(kept.id, "claim")
        is_late = deadline is not None and ctx.block_time_ms > deadline.due
        if deadline is not None and (is_late or kept.state is EntitlementState.LAPSED):
            raise ClaimLapsed(entitlement=kept.id, until=deadline.due)
        currency = self.campaigns.require(kept.campaign).currency
        claimed = self.entitlement_flow.move(ctx, self.entitlements, kept, "claim")
        claim = self._claim(ctx, claimed, new, currency)
        self.deadlines.clear(kept.id, "claim")
        self.deadlines.clear(kept.id, "reminder")
        order = self.payments.order(
            ctx,
            f"P-{kept.id}",
            case=kept.id,
            payer=pool_of(kept.campaign, kept.fund),
            payee=payee_of(claim.account),
            money=(kept.amount, currency),
        )
        self.entitlement_flow.move(ctx, self.entitlements, claimed, "pay", order=order.id)
        return order.id

    @action(
        role=PLATFORM,
        label=Label(zh="更换收款账户", en="Claim again after a failure"),
        emits=(EntitlementClaimed,),
        refuses=_CLAIM,
    )
    def claim_again(self, ctx: Context, new: NewClaim) -> Name:
        """en: Hands in a new claim, usually with another account, after the payment failed.

        zh: 付款失败后提交新的领取确认（通常更换账户），返回付款指令号。
        """
        kept = self.entitlements.require(new.entitlement)
        currency = self.campaigns.require(kept.campaign).currency
        paying = self.entitlement_flow.move(ctx, self.entitlements, kept, "retry")
        claim = self._claim(ctx, paying, new, currency)
        return self.payments.retry(ctx, kept.order or "", payee=payee_of(claim.account)).id

    @action(
        role=OFFICER,
        label=Label(zh="重新付款", en="Try a payment again"),
        refuses=(OtherFoundation, LicenceExpired),
    )
    def retry_payment(self, ctx: Context, entitlement: Identifier) -> Name:
        """en: Orders a failed payment again, to the same account.

        zh: 对失败的付款向同一账户重新发起。
        """
        kept = self.entitlements.require(entitlement)
        self.own_campaign(ctx, kept.campaign)
        self.entitlement_flow.move(ctx, self.entitlements, kept, "retry")
        return self.payments.retry(ctx, kept.order or "").id

    @action(role=BANK, label=Label(zh="付款文件已发送", en="Note what was sent"))
    def note_sent(
        self,
        ctx: Context,
        orders: Annotated[list[Name], Meta(min_length=1, max_length=100)],
        file: Digest,
    ) -> int:
        """en: Notes in which file payment orders went to the bank; returns how many were new.

        zh: 记录付款指令所在的报文文件，返回新记录的笔数。
        """
        return sum(self.payments.send(ctx, order, file=file) for order in orders)

    @action(
        role=BANK,
        label=Label(zh="付款结果", en="Report a payment"),
        emits=(EntitlementPaid, PaymentFailed, MoneyReturned, FundsUsed, FundsWaiting),
    )
    def report_payment(self, ctx: Context, said: PaymentReport) -> bool:
        """en: Reports what the bank did; the same report twice changes nothing.

        zh: 报告银行处理结果；重复报告不产生影响。
        """
        state = OrderState(said.state)
        is_news = self.payments.report(
            ctx,
            said.order,
            state,
            attempt=said.attempt,
            bank_reference=said.reference,
            reason=said.reason,
        )
        if is_news and state is not OrderState.ACCEPTED:
            order = self.payments.orders.require(said.order)
            kept = self.entitlements.require(order.case)
            if state is OrderState.BOOKED:
                self._paid(ctx, kept, order)
            elif state is OrderState.REJECTED:
                self._rejected(ctx, kept, order)
            else:
                self._came_back(ctx, kept, order)
        return is_news

    @action(
        role=PLATFORM,
        label=Label(zh="确认收款", en="Confirm"),
        emits=(FeedbackGiven,),
        refuses=(WrongSignature,),
    )
    def confirm(
        self,
        ctx: Context,
        entitlement: Identifier,
        feedback: Digest,
        signature: Annotated[Signature, SignedOver("confirmation_to_sign")],
    ) -> None:
        """en: Hands in the beneficiary's signed word that the money came, with feedback by digest.

        zh: 提交受益人签署的收款确认与反馈摘要。
        """
        kept = self.entitlements.require(entitlement)
        moved = self.entitlement_flow.move(ctx, self.entitlements, kept, "confirm")
        claim, signed = self.claims.require(moved.id), confirmation_digest(moved.id, feedback)
        if not ctx.has_signed(claim.public_key, signed, signature):
            raise WrongSignature(entitlement=moved.id, part="beneficiary")
        self.feedbacks.add(
            Feedback(entitlement=moved.id, digest=feedback, given_at=ctx.block_time_ms)
        )
        ctx.emit(FeedbackGiven(entitlement=moved.id, campaign=moved.campaign))

    @action(role=(OFFICER, AUDITOR), label=Label(zh="立案追回", en="Open a recovery"))
    def open_recovery(self, ctx: Context, entitlement: Identifier, reason: Name) -> None:
        """en: Opens a case about a payment that was wrong.

        zh: 对错误发放立案追回。
        """
        kept = self.entitlements.require(entitlement)
        self.payouts_made(kept)
        self.recoveries.add(Recovery(entitlement=kept.id, reason=reason, opened_by=ctx.person))

    @action(
        role=BANK,
        label=Label(zh="追回到账", en="Receive what was recovered"),
        emits=(MoneyReturned, FundsWaiting),
        refuses=(TooMuchRecovered,),
    )
    def receive_recovered(
        self, ctx: Context, entitlement: Identifier, amount: Units, reference: Name
    ) -> None:
        """en: Brings recovered money back to the fund it came from.

        zh: 追回款项退回原限定资金。
        """
        kept, case = self.entitlements.require(entitlement), self.recoveries.require(entitlement)
        if case.recovered + amount > kept.amount:
            raise TooMuchRecovered(
                entitlement=kept.id, amount=kept.amount, recovered=case.recovered
            )
        self.recoveries.replace(replace(case, recovered=case.recovered + amount))
        self._bring_back(ctx, kept, amount, reference)

    def payouts_made(self, entitlement: Entitlement) -> None:
        """Refuse unless the entitlement has been paid.

        Raises:
            NotInState: it has not.
        """
        paid = {EntitlementState.PAID, EntitlementState.CONFIRMED}
        if entitlement.state not in paid:
            self.entitlement_flow.refuse(entitlement.id, entitlement.state, "recover")

    def _claim(self, ctx: Context, kept: Entitlement, new: NewClaim, currency: str) -> Claim:
        """Check a claim, CHAR-5 and CHAR-6, keep it and say so."""
        if new.amount != kept.amount:
            raise OtherAmount(entitlement=kept.id, amount=kept.amount, claimed=new.amount)
        check_holder(kept, new.account)
        signed = claim_digest(kept, new.account, currency)
        key = self._check_signed(ctx, kept, new.beneficiary, kept.beneficiary, signed)
        if kept.is_minor or new.guardian is not None:
            if kept.guardian is None or new.guardian is None:
                raise GuardianMissing(entitlement=kept.id)
            self._check_signed(ctx, kept, new.guardian, kept.guardian, signed)
        ctx.emit(
            EntitlementClaimed(
                entitlement=kept.id,
                campaign=kept.campaign,
                beneficiary=kept.beneficiary,
                account=new.account.account,
                device=new.device,
                amount=kept.amount,
            )
        )
        return self.claims.put(
            Claim(
                entitlement=kept.id,
                account=new.account,
                public_key=key,
                device=new.device,
                beneficiary=new.beneficiary,
                guardian=new.guardian,
                claimed_at=ctx.block_time_ms,
            )
        )

    def _check_signed(
        self, ctx: Context, kept: Entitlement, by: Signed, person: str, digest: str
    ) -> str:
        """Use an assertion about `person`, hold the signature against its key, return the key."""
        assertion = self.assertions.require(by.assertion)
        age = self.parameters.now().assertion_age_ms_max
        check_assertion(assertion, kept, person, ctx.block_time_ms, age)
        if not ctx.has_signed(assertion.public_key, digest, by.signature):
            part = "beneficiary" if person == kept.beneficiary else "guardian"
            raise WrongSignature(entitlement=kept.id, part=part)
        self.assertions.replace(replace(assertion, used_at=ctx.block_time_ms))
        return assertion.public_key

    def _paid(self, ctx: Context, kept: Entitlement, order: PaymentOrder) -> None:
        """The bank has paid: settle the hold, count the payout."""
        self.entitlement_flow.move(ctx, self.entitlements, kept, "book")
        self.money.settle(
            kept.hold or "",
            to=sink_of(kept.campaign, "paid"),
            reference=order.end_to_end_id,
            amount=kept.amount,
        )
        fund = self.fund_of(kept.campaign, kept.fund)
        self.payouts.add(
            Payout(
                campaign=kept.campaign,
                fund=kept.fund,
                number=fund.payouts + 1,
                batch=kept.batch,
                province=kept.province,
                amount=kept.amount,
                offset=fund.outflow,
                paid_at=ctx.block_time_ms,
            )
        )
        self.funds.put(replace(fund, outflow=fund.outflow + kept.amount, payouts=fund.payouts + 1))
        self.change_book(kept.campaign, held=-kept.amount, paid=kept.amount, paid_entitlements=1)
        year = self.year_of(ctx, self.campaigns.require(kept.campaign).foundation)
        self.years.put(replace(year, paid=year.paid + kept.amount))
        self.finish(ctx, kept)
        imported = self.batches.require(kept.batch).imported_at
        ctx.emit(
            EntitlementPaid(
                entitlement=kept.id,
                campaign=kept.campaign,
                fund=kept.fund,
                province=kept.province,
                amount=kept.amount,
                minutes=minutes_between(imported, ctx.block_time_ms),
            )
        )
        self.say_used(ctx, kept.campaign, kept.amount)

    def _rejected(self, ctx: Context, kept: Entitlement, order: PaymentOrder) -> None:
        """The bank did not pay: try again by itself, at most so often."""
        if order.attempt < self.parameters.now().payment_tries_max:
            self.payments.retry(ctx, order.id)
            return
        self.entitlement_flow.move(ctx, self.entitlements, kept, "fail")
        ctx.emit(
            PaymentFailed(
                entitlement=kept.id,
                campaign=kept.campaign,
                tries=order.attempt,
                reason=order.reason,
            )
        )

    def _came_back(self, ctx: Context, kept: Entitlement, order: PaymentOrder) -> None:
        """The payee's bank sent the money back: it is on hold for this entitlement again."""
        self.entitlement_flow.move(
            ctx, self.entitlements, kept, "return", hold=f"{kept.id}/{order.attempt}"
        )
        self._bring_back(ctx, kept, kept.amount, f"RT-{order.end_to_end_id}")
        self.money.hold(
            order.currency,
            owner=pool_of(kept.campaign, kept.fund),
            amount=kept.amount,
            hold=f"{kept.id}/{order.attempt}",
        )
        self.change_book(kept.campaign, held=kept.amount, paid_entitlements=-1)
        self.reopen(ctx, kept)

    def _bring_back(self, ctx: Context, kept: Entitlement, amount: int, reference: str) -> None:
        """Bring money back to the fund with the same restriction."""
        currency = self.campaigns.require(kept.campaign).currency
        owner = pool_of(kept.campaign, kept.fund)
        self.money.issue(ctx, currency, to=owner, amount=amount, reference=reference)
        fund = self.fund_of(kept.campaign, kept.fund)
        self.funds.put(replace(fund, inflow=fund.inflow + amount))
        book = self.change_book(kept.campaign, returned=amount)
        ctx.emit(
            MoneyReturned(
                entitlement=kept.id, campaign=kept.campaign, amount=amount, reference=reference
            )
        )
        self.say_waiting(ctx, book)
