# SPDX-License-Identifier: Apache-2.0
"""A case: computed, confirmed by the creditor, filed, accepted or returned (JUD-7)."""

from __future__ import annotations

from typing import Annotated, Final

from tallystick.contracts import (
    Amount,
    Context,
    Identifier,
    Label,
    Name,
    Of,
    SignedOver,
    action,
    replace,
)
from tallystick.industries.justice.case_records import Case, CreditFact, Enforcement, NewFiling
from tallystick.industries.justice.case_records import EnforcementState as Enforced
from tallystick.industries.justice.events import (
    AgreementCounted,
    CaseAnswered,
    CaseFiled,
    CreditChanged,
    EnforcementChanged,
)
from tallystick.industries.justice.identity_records import (
    Signed,
)
from tallystick.industries.justice.mediating import Mediating
from tallystick.industries.justice.performing import FOLLOWS, counted_agreement
from tallystick.industries.justice.records import (
    Agreement,
    AgreementState,
    Key,
    Obligation,
    ObligationState,
)
from tallystick.industries.justice.refusals import (
    AlreadyDischarged,
    AlreadyFiled,
    ClaimTooEarly,
    DoesNotFit,
    NotYours,
    Related,
    StepMissing,
)
from tallystick.industries.justice.rules import (
    breach_after,
    bundle_digest,
    claim_of,
    enforcement_digest,
    likeness,
    owed_to,
)
from tallystick.industries.justice.signing import SIGNING_REFUSES
from tallystick.industries.justice.tables import require_party, require_side
from tallystick.industries.justice.workflows import FILING, OFFICER, PARTY, PLATFORM

_CLAIMS: Final = (*SIGNING_REFUSES, AlreadyDischarged, AlreadyFiled, ClaimTooEarly, StepMissing)

CaseId = Annotated[Identifier, Label(zh="案件", en="Case"), Of("agreements", field="case")]
EnforcementId = Annotated[
    Identifier,
    Label(zh="执行", en="Enforcement"),
    Of("agreements", found_in="enforcements", by=("agreement",)),
]


class Filing(Mediating):
    """The way to a court, and to its enforcement office."""

    @action(
        role=(PARTY, PLATFORM),
        label=Label(zh="立案申请", en="File a case"),
        emits=(CaseFiled,),
        refuses=_CLAIMS,
    )
    def file_case(self, ctx: Context, new: NewFiling) -> Case:
        """en: Files the bundle that the creditor has confirmed by signature; claims are computed.

        zh: 提交债权人签名确认的案卷；请求金额由合约计算。
        """
        kept = self.agreements.require(new.agreement)
        party = require_side(ctx, kept, new.creditor)
        claimed = [self._claimable(kept, name, new.creditor) for name in new.obligations]
        if not self.agreement_flow.allows(kept.state, "file"):
            self.agreement_flow.refuse(kept.id, kept.state, "file")
        if not claimed or len(set(new.obligations)) != len(new.obligations):
            raise DoesNotFit(subject=kept.id, what="obligations")
        shown = [self.exhibits.require(kept.id, name) for name in kept.exhibits]
        bundle = bundle_digest(kept.digest, new.court, new.obligations, shown)
        template = self.templates.require(kept.template)
        case = Case(
            id=ctx.next_id("CA"),
            agreement=kept.id,
            court=new.court,
            creditor=new.creditor,
            cause=template.cause,
            obligations=new.obligations,
            exhibits=kept.exhibits,
            claim=claim_of(claimed, self.parameters.now(), ctx.block_time_ms),
            bundle=bundle,
            confirmation=self.check_signed(ctx, party, bundle, new.confirmation),
            filed_at=ctx.block_time_ms,
            filed_by=ctx.person,
        )
        for one in claimed:
            self.obligations.replace(replace(one, case=case.id))
        self.agreement_flow.move(ctx, self.agreements, kept, "file", case=case.id, court=new.court)
        ctx.emit(
            CaseFiled(
                case=case.id,
                agreement=kept.id,
                creditor=party.organization,
                court=new.court,
                total=case.claim.total,
                currency=template.currency,
                likeness=likeness(kept.template, case.claim.unmet),
            )
        )
        return self.cases.add(case)

    @action(
        role=FILING,
        label=Label(zh="受理", en="Accept a case"),
        emits=(CaseAnswered,),
        refuses=(NotYours, Related),
    )
    def accept_case(
        self,
        ctx: Context,
        case: CaseId,
        docket: Annotated[Name, Label(zh="案号", en="Docket number")],
    ) -> Case:
        """en: The filing judge accepts a case under the court's number.

        zh: 立案法官受理并编立案号。
        """
        kept, agreement = self.own_case(ctx, case)
        self.agreement_flow.move(ctx, self.agreements, agreement, "accept")
        ctx.emit(_answered(kept, "accepted"))
        return self.cases.replace(
            replace(kept, docket=docket, answered_by=ctx.person, answered_at=ctx.block_time_ms)
        )

    @action(
        role=FILING,
        label=Label(zh="退回", en="Return a case"),
        emits=(*FOLLOWS, CaseAnswered),
        refuses=(NotYours, Related),
    )
    def return_case(
        self,
        ctx: Context,
        case: CaseId,
        reason: Annotated[Name, Label(zh="原因", en="Reason")],
    ) -> Case:
        """en: The filing judge returns a case; what was claimed in it can be claimed again.

        If the debtor has paid meanwhile all that was breached, the dispute is over.

        zh: 立案法官退回；其中的请求可再次提起。债务人其间已付清全部违约款项的，争议即告结束。
        """
        kept, agreement = self.own_case(ctx, case)
        returned = self.agreement_flow.move(ctx, self.agreements, agreement, "return")
        for name in kept.obligations:
            self.obligations.replace(replace(self.obligations.require(name), case=None))
        ctx.emit(_answered(kept, "returned"))
        self.settle_count(ctx, returned, gone=0, cured=0)
        return self.cases.replace(
            replace(
                kept, returned_for=reason, answered_by=ctx.person, answered_at=ctx.block_time_ms
            )
        )

    @action(
        role=(PARTY, PLATFORM),
        label=Label(zh="申请执行", en="Apply for enforcement"),
        emits=(EnforcementChanged, CreditChanged),
        refuses=_CLAIMS,
    )
    def apply_for_enforcement(
        self,
        ctx: Context,
        agreement: Annotated[Identifier, Label(zh="合同", en="Agreement")],
        creditor: Annotated[Key, Label(zh="债权人", en="Creditor")],
        confirmation: Annotated[Signed, SignedOver("enforcement_to_sign")],
    ) -> Enforcement:
        """en: One confirmed act hands what was ordered or confirmed, and not done, to the court.

        zh: 经一次签名确认，将裁判或经确认而未履行的义务移送执行。
        """
        kept = self.agreements.require(agreement)
        party = require_side(ctx, kept, creditor)
        if not kept.is_enforceable or kept.court is None:
            raise StepMissing(subject=kept.id, missing="decide_case")
        owed = owed_to(creditor, self.obligations_of(kept))
        if not owed:
            raise StepMissing(subject=kept.id, missing=ObligationState.BREACHED)
        names = tuple(one.id for one in owed)
        document = enforcement_digest(kept.digest, kept.court, names)
        self.agreement_flow.move(ctx, self.agreements, kept, "enforce")
        applied = Enforcement(
            id=ctx.next_id("EF"),
            agreement=kept.id,
            court=kept.court,
            creditor=creditor,
            obligations=names,
            amount=claim_of(owed, self.parameters.now(), ctx.block_time_ms).total,
            confirmation=self.check_signed(ctx, party, document, confirmation),
            applied_at=ctx.block_time_ms,
            state=Enforced.APPLIED,
        )
        ctx.emit(_enforcement(applied, owed[0].currency))
        for role in dict.fromkeys(one.debtor for one in owed):
            debt = next(one for one in owed if one.debtor == role)
            self.note_credit_fact(ctx, kept, debt, CreditFact.ENFORCED)
        return self.enforcements.add(applied)

    @action(
        role=OFFICER,
        label=Label(zh="执行结案", en="Close an enforcement"),
        emits=(EnforcementChanged, AgreementCounted),
        refuses=(NotYours, DoesNotFit),
    )
    def close_enforcement(
        self,
        ctx: Context,
        enforcement: EnforcementId,
        collected: Annotated[Amount, Label(zh="累计执行到位金额", en="Collected in all")],
    ) -> Enforcement:
        """en: The officer closes: all was collected, or nothing more can be found.

        What is collected counts from the first time on: it never becomes less.

        zh: 执行员结案：全部到位，或终结本次执行。到位金额自首次起累计，不会减少。
        """
        kept = self.enforcements.require(enforcement)
        require_party(ctx, kept.id, kept.court)
        if not kept.collected <= collected <= kept.amount:
            raise DoesNotFit(subject=kept.id, what="collected")
        agreement = self.agreements.require(kept.agreement)
        currency = self.templates.require(agreement.template).currency
        self.agreement_flow.move(ctx, self.agreements, agreement, "close")
        closed = self.enforcement_flow.move(
            ctx,
            self.enforcements,
            kept,
            "collect" if collected == kept.amount else "terminate",
            collected=collected,
            closed_by=ctx.person,
            closed_at=ctx.block_time_ms,
        )
        ctx.emit(_enforcement(closed, currency))
        ctx.emit(counted_agreement(agreement, active=0))
        return closed

    @action(
        role=OFFICER,
        label=Label(zh="恢复执行", en="Resume an enforcement"),
        emits=(EnforcementChanged, AgreementCounted),
        refuses=(NotYours,),
    )
    def resume_enforcement(self, ctx: Context, enforcement: EnforcementId) -> Enforcement:
        """en: The officer goes on with what was terminated: something was found.

        zh: 发现可供执行的财产，恢复已终结的本次执行。
        """
        kept = self.enforcements.require(enforcement)
        require_party(ctx, kept.id, kept.court)
        resumed = self.enforcement_flow.move(
            ctx, self.enforcements, kept, "resume", closed_by=None, closed_at=None
        )
        agreement = self.agreements.require(kept.agreement)
        self.agreement_flow.move(ctx, self.agreements, agreement, "resume")
        ctx.emit(counted_agreement(agreement, active=1))
        ctx.emit(_enforcement(resumed, self.templates.require(agreement.template).currency))
        return resumed

    # --- what other topics use ------------------------------------------------------------------

    def own_case(self, ctx: Context, case: str) -> tuple[Case, Agreement]:
        """Return a case of the signer's court, and its agreement.

        Raises:
            UnknownRecord: there is no such case.
            NotYours: it is another court's.
            Related: the court is related to a side.
        """
        kept = self.cases.require(case)
        require_party(ctx, kept.id, kept.court)
        agreement = self.agreements.require(kept.agreement)
        self.refuse_interested(ctx, agreement)
        if agreement.case != kept.id:
            self.agreement_flow.refuse(kept.id, AgreementState.RETURNED, "act on")
        return kept, agreement

    def _claimable(self, agreement: Agreement, name: str, creditor: str) -> Obligation:
        """Return an obligation that this creditor may claim now.

        Raises:
            DoesNotFit: it is another agreement's or another creditor's.
            AlreadyDischarged: it is done, or replaced (JUD-4).
            AlreadyFiled: it is claimed in a case.
            ClaimTooEarly: it is not breached (JUD-3).
        """
        kept = self.obligations.require(name)
        if (kept.agreement, kept.creditor) != (agreement.id, creditor):
            raise DoesNotFit(subject=name, what="creditor")
        if kept.state in {ObligationState.DISCHARGED, ObligationState.REPLACED}:
            raise AlreadyDischarged(obligation=name)
        if kept.case is not None:
            raise AlreadyFiled(obligation=name, case=kept.case)
        if kept.state is not ObligationState.BREACHED:
            raise ClaimTooEarly(obligation=name, after=breach_after(kept))
        return kept


def _answered(case: Case, answer: str) -> CaseAnswered:
    return CaseAnswered(case=case.id, agreement=case.agreement, court=case.court, answer=answer)


def _enforcement(kept: Enforcement, currency: str) -> EnforcementChanged:
    is_open = kept.state is Enforced.APPLIED
    return EnforcementChanged(
        enforcement=kept.id,
        agreement=kept.agreement,
        result=kept.state,
        amount=kept.amount if is_open else kept.collected,
        currency=currency,
    )
