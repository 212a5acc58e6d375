# SPDX-License-Identifier: Apache-2.0
"""Debits that a debtor allows up to its cap (JUD-10): ordered by the clock, made by a bank."""

from __future__ import annotations

from typing import Annotated, Final

from tallystick.contracts import (
    Context,
    Digest,
    Identifier,
    Label,
    Meta,
    SignedOver,
    action,
    asdict,
    replace,
)
from tallystick.contracts.parts import Deadline, OrderId, OrderState, PaymentOrder
from tallystick.industries.justice.case_records import PaymentReport
from tallystick.industries.justice.events import DebitReturned, Registered
from tallystick.industries.justice.identity_records import (
    Signed,
)
from tallystick.industries.justice.performing import FOLLOWS, counted_agreement
from tallystick.industries.justice.records import (
    AgreementState,
    Authorization,
    DebitPurpose,
    Key,
    NewAuthorization,
    Obligation,
    ObligationKind,
    ObligationState,
)
from tallystick.industries.justice.refusals import (
    AlreadyDischarged,
    AuthorizationEnded,
    DoesNotFit,
    NotOpenYet,
    NotYours,
    TooMuch,
)
from tallystick.industries.justice.rules import authorization_digest
from tallystick.industries.justice.signing import SIGNING_REFUSES, Signing
from tallystick.industries.justice.tables import party_of, require_party, require_side
from tallystick.industries.justice.workflows import BANK, PARTY, PLATFORM

PAYABLE: Final = (ObligationState.OPEN, ObligationState.OVERDUE, ObligationState.BREACHED)
_OVER: Final = (AgreementState.PERFORMED, AgreementState.SETTLED)
"""Where an agreement goes on if a debit comes back that had discharged something of it."""
_DID_NOT_ARRIVE: Final = (OrderState.REJECTED, OrderState.RETURNED)


class Debiting(Signing):
    """Leave to debit, and what becomes of each debit."""

    @action(
        role=(PARTY, PLATFORM),
        label=Label(zh="授权扣款", en="Authorise debits"),
        emits=(Registered,),
        refuses=(*SIGNING_REFUSES, TooMuch),
    )
    def authorize_debit(
        self,
        ctx: Context,
        new: NewAuthorization,
        signed: Annotated[Signed, SignedOver("debit_to_sign")],
    ) -> Authorization:
        """en: A debtor lets its account be debited for one agreement, up to a cap, by signature.

        What is payable already and not on its way is debited with the next tick.

        zh: 债务人以签名授权在上限内就某合同扣款；已到期而未在途的款项由下一次推进扣划。
        """
        agreement = self.agreements.require(new.agreement)
        party = require_side(ctx, agreement, new.role)
        document = authorization_digest(
            agreement.id, new.role, new.account, new.cap, new.valid_until
        )
        signature = self.check_signed(ctx, party, document, signed)
        before = self.authorizations.get(agreement.id, new.role)
        if before is not None and _ended_at(before, ctx.block_time_ms) is None:
            raise DoesNotFit(subject=agreement.id, what="an authorisation is in force")
        used = 0 if before is None else before.used
        if used > new.cap:
            raise TooMuch(amount=used, limit=new.cap, rule="cap")
        kept = Authorization(used=used, signature=signature, **asdict(new))
        for one in self.obligations_of(agreement):
            is_payable = one.kind is ObligationKind.PAY and one.state in PAYABLE
            if is_payable and one.debtor == new.role:
                self.plan_debit(ctx, one.id, one.due or 0)
        ctx.emit(Registered(organization=party.organization, kind="debit", subject=agreement.id))
        return self.authorizations.put(kept)

    @action(
        role=(PARTY, PLATFORM),
        label=Label(zh="撤回扣款授权", en="Revoke leave to debit"),
        refuses=(NotYours, DoesNotFit, AuthorizationEnded),
    )
    def revoke_debit(
        self,
        ctx: Context,
        agreement: Annotated[Identifier, Label(zh="合同", en="Agreement")],
        role: Annotated[Key, Label(zh="付款方", en="Party")],
    ) -> Authorization:
        """en: No further debit is ordered; those on their way are the bank's.

        zh: 不再发出新的扣款；已发出的由银行处理。
        """
        kept = self.authorizations.require(agreement, role)
        require_side(ctx, self.agreements.require(agreement), role)
        if kept.revoked_at is not None:
            raise AuthorizationEnded(authorization=agreement, ended_at=kept.revoked_at)
        return self.authorizations.replace(replace(kept, revoked_at=ctx.block_time_ms))

    @action(role=BANK, label=Label(zh="登记已发送", en="Note what was sent"), refuses=(NotYours,))
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
        """en: Notes in which file debits went to the bank; returns how many were new.

        zh: 登记扣款已随哪个文件发往银行，返回新登记的笔数。
        """
        for order in orders:
            self._own_order(ctx, order)
        return sum(self.payments.send(ctx, order, file=file) for order in orders)

    @action(
        role=BANK,
        label=Label(zh="登记付款结果", en="Report a payment"),
        emits=(*FOLLOWS, DebitReturned),
        refuses=(NotYours,),
    )
    def report_payment(self, ctx: Context, report: PaymentReport) -> bool:
        """en: Notes what became of a debit; the same report again changes nothing.

        What did not arrive can be tried again by this bank; if leave has moved to another one
        meanwhile, the next tick orders it there.

        zh: 登记扣款结果，返回是否为新结果；重复报告不产生变化。未到账的可由本行再次扣款；其间授权已改由他行
        的，由下一次推进在该行发起。
        """
        obligation, leave = self._own_order(ctx, report.order)
        is_new = self.payments.report(
            ctx,
            report.order,
            report.state,
            attempt=report.attempt,
            bank_reference=report.reference,
            reason=report.reason,
        )
        amount = self.payments.orders.require(report.order).amount
        if is_new and report.state is OrderState.BOOKED:
            arrived = replace(obligation, debited=obligation.debited - amount)
            self.pay(ctx, arrived, amount, is_automatic=True)
        elif is_new and report.state is OrderState.REJECTED:
            self.obligations.replace(replace(obligation, debited=obligation.debited - amount))
            self.authorizations.replace(replace(leave, used=leave.used - amount))
        elif is_new and report.state is OrderState.RETURNED:
            self.authorizations.replace(replace(leave, used=leave.used - amount))
            self._take_back(ctx, obligation, report.order, amount)
        has_moved = leave.bank != ctx.signer.organization
        if is_new and has_moved and report.state in _DID_NOT_ARRIVE:
            self.plan_debit(ctx, obligation.id, obligation.due or 0)
        return is_new

    @action(
        role=BANK,
        label=Label(zh="重新扣款", en="Debit again"),
        refuses=(NotYours, TooMuch, AuthorizationEnded, AlreadyDischarged, NotOpenYet),
    )
    def retry_payment(
        self, ctx: Context, order: Annotated[OrderId, Label(zh="付款指令", en="Payment order")]
    ) -> PaymentOrder:
        """en: Makes a debit that was rejected or returned ready again, if cap and debt still allow.

        zh: 将被拒绝或退回的扣款重新置为待付；仍受上限与欠款约束。
        """
        obligation, leave = self._own_order(ctx, order)
        require_party(ctx, order, leave.bank)
        self.check_performable(obligation)
        amount = self.payments.orders.require(order).amount
        ended_at = _ended_at(leave, ctx.block_time_ms)
        if ended_at is not None:
            raise AuthorizationEnded(authorization=leave.agreement, ended_at=ended_at)
        limit = min(leave.cap - leave.used, obligation.unpaid - obligation.debited)
        if amount > limit:
            raise TooMuch(amount=amount, limit=max(limit, 0), rule="cap")
        ready = self.payments.retry(ctx, order)
        self._reserve(obligation, leave, amount)
        return ready

    def on_debit(self, ctx: Context, deadline: Deadline) -> None:
        """JUD-10: order what is unpaid from an account whose owner allows it, within its cap."""
        obligation = self.obligations.require(deadline.case)
        agreement = self.agreements.require(obligation.agreement)
        leave = self.authorizations.get(agreement.id, obligation.debtor)
        payee = party_of(agreement, obligation.creditor).account
        if obligation.state not in PAYABLE or leave is None or payee is None:
            return
        amount = min(obligation.unpaid - obligation.debited, leave.cap - leave.used)
        if amount < 1 or _ended_at(leave, ctx.block_time_ms) is not None:
            return
        order = ctx.next_id("PO")
        self.purposes.add(DebitPurpose(order=order, obligation=obligation.id, bank=leave.bank))
        self.payments.order(
            ctx,
            order,
            case=obligation.id,
            payer=f"{leave.bank}/{agreement.id}/{obligation.debtor}",
            payee=payee,
            money=(amount, obligation.currency),
        )
        self._reserve(obligation, leave, amount)

    def _reserve(self, obligation: Obligation, leave: Authorization, amount: int) -> None:
        self.obligations.replace(replace(obligation, debited=obligation.debited + amount))
        self.authorizations.replace(replace(leave, used=leave.used + amount))

    def _take_back(self, ctx: Context, kept: Obligation, order: str, amount: int) -> None:
        """Undo a payment that came back: what it discharged is owed again."""
        owed = self.obligations.replace(replace(kept, paid=kept.paid - amount))
        agreement = self.agreements.require(kept.agreement)
        ctx.emit(
            DebitReturned(obligation=kept.id, agreement=agreement.id, order=order, amount=amount)
        )
        if kept.state is not ObligationState.DISCHARGED:
            return
        self.obligation_flow.move(ctx, self.obligations, owed, "reopen", discharged_at=None)
        due = max(kept.due or 0, ctx.block_time_ms)
        self.deadlines.set(kept.id, "due", due=due, on_expiry="due")
        agreement = self.agreements.replace(replace(agreement, open=agreement.open + 1))
        if agreement.state in _OVER:
            is_ordered = kept.is_enforceable and self.is_decided(agreement)
            action = "owe_again" if is_ordered else "reopen"
            agreement = self.agreement_flow.move(ctx, self.agreements, agreement, action)
            ctx.emit(counted_agreement(agreement, active=1))

    def _own_order(self, ctx: Context, order: str) -> tuple[Obligation, Authorization]:
        """Return what an order of the signer's bank pays, and the debtor's leave of today."""
        purpose = self.purposes.require(order)
        require_party(ctx, order, purpose.bank)
        obligation = self.obligations.require(purpose.obligation)
        return obligation, self.authorizations.require(obligation.agreement, obligation.debtor)


def _ended_at(leave: Authorization, now_ms: int) -> int | None:
    """Return since when nothing may be debited any more; None: it may."""
    if leave.revoked_at is not None:
        return leave.revoked_at
    return leave.valid_until if now_ms > leave.valid_until else None
