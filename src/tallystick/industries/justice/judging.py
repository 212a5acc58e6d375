# SPDX-License-Identifier: Apache-2.0
"""In court: verification, opinions, hearing, rulings on evidence, decision (JUD-9)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final

from tallystick.contracts import (
    Context,
    Digest,
    Identifier,
    Label,
    Of,
    action,
    replace,
)
from tallystick.contracts.parts import FourEyes, require_other
from tallystick.industries.justice.case_records import (
    Awards,
    Before,
    Case,
    CheckResult,
    CreditEvent,
    Decision,
    FindingList,
    Opinion,
    OpinionKind,
    Outcome,
    RulingList,
    Verdict,
)
from tallystick.industries.justice.events import CaseDecided, ItemsRuled, ItemVerified
from tallystick.industries.justice.filing import CaseId, Filing
from tallystick.industries.justice.performing import FOLLOWS
from tallystick.industries.justice.records import (
    Agreement,
    AgreementState,
    EvidenceType,
    Obligation,
    ObligationState,
)
from tallystick.industries.justice.refusals import (
    DoesNotFit,
    FileDiffers,
    NotYours,
    PenaltyOverCap,
    Related,
    StepMissing,
    TooMuch,
)
from tallystick.industries.justice.rules import claim_of, verdict_of
from tallystick.industries.justice.tables import party_of
from tallystick.industries.justice.workflows import COURT_NODE, CREDIT, FORENSIC, JUDGE, NOTARY

_MOVES: Final[Mapping[Verdict, str]] = MappingProxyType(
    {
        Verdict.CONSISTENT: "agree",
        Verdict.INCONSISTENT: "differ",
        Verdict.UNVERIFIABLE: "leave_open",
    }
)
_IN_COURT: Final = (AgreementState.ACCEPTED, AgreementState.HEARD)


class Judging(Filing):
    """What courts, notaries and experts do with a case."""

    @action(
        role=COURT_NODE,
        label=Label(zh="登记核验报告", en="Record a verification"),
        emits=(ItemVerified,),
        refuses=(NotYours, Related, StepMissing, FileDiffers),
    )
    def record_verification(
        self,
        ctx: Context,
        case: Annotated[CaseId, Of("exhibits", found_in="cases", by=("agreement",))],
        items: FindingList,
        report: Annotated[Digest, Label(zh="核验报告哈希", en="Hash of the report")],
    ) -> Case:
        """en: The court's node records what it checked; verdicts follow, on changes since deposit.

        zh: 法院节点登记核验事项，由此得出存证以来是否改动的结论。
        """
        kept, agreement = self.own_case(ctx, case)
        self._require_in_court(kept, agreement)
        for item in items:
            shown = self.exhibits.require(agreement.id, item.deposit)
            is_same = item.sha256 == shown.sha256
            if (item.findings.file is CheckResult.PASSED) is not is_same:
                raise FileDiffers(
                    deposit=shown.deposit,
                    file_name=shown.file_name,
                    presented=item.sha256,
                    deposited=shown.sha256,
                )
            verdict = verdict_of(item.findings)
            self.verdict_flow.move(
                ctx, self.exhibits, shown, _MOVES[verdict], findings=item.findings
            )
            ctx.emit(
                ItemVerified(
                    case=kept.id,
                    deposit=shown.deposit,
                    platform=shown.platform,
                    verdict=verdict,
                    withdrawn=int(item.findings.collector is CheckResult.FAILED),
                )
            )
        return self.cases.replace(replace(kept, report=report, reported_at=ctx.block_time_ms))

    @action(
        role=(NOTARY, FORENSIC),
        label=Label(zh="出具意见", en="Give an opinion"),
        refuses=(Related, StepMissing, NotYours),
    )
    def give_opinion(
        self,
        ctx: Context,
        case: CaseId,
        deposit: Annotated[Identifier, Label(zh="证据", en="Exhibit")],
        statement: Annotated[Identifier, Label(zh="意见书存证", en="Deposit of the opinion")],
        supports: Annotated[bool, Label(zh="支持其真实", en="It supports the item")],
    ) -> Opinion:
        """en: A notary or an expert says whether an item was true before it was deposited.

        zh: 公证或鉴定机构就证据上链前的真实性出具意见。
        """
        kept = self.cases.require(case)
        agreement = self.agreements.require(kept.agreement)
        self.refuse_interested(ctx, agreement)
        self._require_in_court(kept, agreement)
        shown = self.exhibits.require(agreement.id, deposit)
        is_notary = NOTARY in ctx.signer.roles
        return self.opinions.add(
            Opinion(
                case=kept.id,
                deposit=shown.deposit,
                organization=ctx.signer.organization,
                kind=OpinionKind.NOTARY if is_notary else OpinionKind.FORENSIC,
                supports=supports,
                statement=self.own_deposit(ctx, statement).id,
                given_at=ctx.block_time_ms,
            )
        )

    @action(
        role=JUDGE,
        label=Label(zh="开庭", en="Hear a case"),
        refuses=(NotYours, Related, FourEyes),
    )
    def hear_case(self, ctx: Context, case: CaseId) -> Case:
        """en: A judge, not the one who accepted the case, hears it.

        zh: 由立案法官以外的法官开庭审理。
        """
        kept, agreement = self.own_case(ctx, case)
        require_other(ctx, kept.answered_by or "")
        self.agreement_flow.move(ctx, self.agreements, agreement, "hear")
        return self.cases.replace(replace(kept, judge=ctx.person, heard_at=ctx.block_time_ms))

    @action(
        role=JUDGE,
        label=Label(zh="认定证据", en="Rule on evidence"),
        emits=(ItemsRuled,),
        refuses=(NotYours, Related, StepMissing, DoesNotFit),
    )
    def rule_on_evidence(
        self,
        ctx: Context,
        case: CaseId,
        rulings: RulingList,
    ) -> int:
        """en: The judge admits items or not, with what Articles 17 and 18 ask; returns how many.

        zh: 法官依第十七、十八条考量认定是否采信，返回采信项数。
        """
        kept, agreement = self._own_hearing(ctx, case)
        for ruling in rulings:
            shown = self.exhibits.require(agreement.id, ruling.deposit)
            if shown.state is Verdict.UNVERIFIED:
                raise StepMissing(subject=shown.deposit, missing="record_verification")
            if (ruling.before is Before.SHOWN) is not bool(ruling.basis):
                raise DoesNotFit(subject=shown.deposit, what="basis")
            self.exhibits.replace(
                replace(
                    shown,
                    before=ruling.before,
                    basis=ruling.basis,
                    considerations=ruling.considerations,
                    is_admitted=ruling.is_admitted,
                    reasons=ruling.reasons,
                )
            )
        admitted = sum(one.is_admitted for one in rulings)
        excluded = len(rulings) - admitted
        ctx.emit(ItemsRuled(case=kept.id, admitted=admitted, excluded=excluded))
        return admitted

    @action(
        role=JUDGE,
        label=Label(zh="裁判", en="Decide a case"),
        emits=(*FOLLOWS, CaseDecided),
        refuses=(NotYours, Related, StepMissing, DoesNotFit, TooMuch, PenaltyOverCap),
    )
    def decide_case(
        self,
        ctx: Context,
        case: CaseId,
        outcome: Annotated[Outcome, Label(zh="结果", en="Outcome")],
        deposit: Annotated[Identifier, Label(zh="裁判文书存证", en="Deposit of the decision")],
        awards: Awards,
    ) -> Decision:
        """en: The decision's hash is deposited; what it orders is a new set of obligations.

        zh: 裁判文书哈希存证；所判内容成为新的义务。
        """
        kept, agreement = self._own_hearing(ctx, case)
        text = self.own_deposit(ctx, deposit)
        awarded = sum(one.amount for one in awards)
        if (outcome is Outcome.DISMISSED) is bool(awards):
            raise DoesNotFit(subject=kept.id, what="awards")
        claimed = [self.obligations.require(name) for name in kept.obligations]
        limit = claim_of(claimed, self.parameters.now(), ctx.block_time_ms).total
        if awarded > limit:
            raise TooMuch(amount=awarded, limit=limit, rule="claim")
        decision = Decision(
            id=ctx.next_id("DC"),
            case=kept.id,
            agreement=agreement.id,
            outcome=outcome,
            deposit=text.id,
            sha256=text.sha256,
            awards=awards,
            awarded=awarded,
            decided_by=ctx.person,
            decided_at=ctx.block_time_ms,
        )
        self.decisions.add(decision)
        self.cases.replace(replace(kept, decision=decision.id))
        ctx.emit(
            CaseDecided(
                case=kept.id,
                agreement=agreement.id,
                decision=decision.id,
                outcome=outcome,
                awarded=awarded,
                currency=self.templates.require(agreement.template).currency,
            )
        )
        self._order(ctx, agreement, decision)
        return decision

    @action(
        role=CREDIT, label=Label(zh="信用登记", en="Note a credit event"), refuses=(StepMissing,)
    )
    def note_credit(
        self, ctx: Context, credit: Annotated[Identifier, Label(zh="信用事件", en="Credit event")]
    ) -> CreditEvent:
        """en: The credit centre has taken a fact up; what it does with it follows its own rules.

        zh: 信用中心已接收该事实，按其自身规则处理。
        """
        kept = self.credits.require(credit)
        if kept.noted_at is not None:
            raise StepMissing(subject=kept.id, missing="credit event")
        return self.credits.replace(replace(kept, noted_at=ctx.block_time_ms))

    def _order(self, ctx: Context, agreement: Agreement, decision: Decision) -> None:
        """Put what was decided in the place of what was not done."""
        self.replace_unmet(ctx, agreement)
        decided = self.agreement_flow.move(
            ctx,
            self.agreements,
            self.agreements.require(agreement.id),
            "decide",
            is_enforceable=True,
        )
        decided = self.add_obligations(ctx, decided, self._awarded(ctx, decided, decision))
        self.settle_count(ctx, decided, gone=0, cured=0)

    def _awarded(
        self, ctx: Context, agreement: Agreement, decision: Decision
    ) -> tuple[Obligation, ...]:
        """Return the obligations that a decision orders.

        Raises:
            DoesNotFit: a key twice, no party of that name, or due before the decision.
            PenaltyOverCap: a penalty is higher than the figures allow.
        """
        cap_bp = self.parameters.now().cap_bp
        currency = self.templates.require(agreement.template).currency
        made: dict[str, Obligation] = {}
        for one in decision.awards:
            name = f"{decision.id}.{one.key}"
            sides = {party_of(agreement, one.debtor).role, party_of(agreement, one.creditor).role}
            if name in made or len(sides) != 2 or one.due < ctx.block_time_ms:
                raise DoesNotFit(subject=name, what="award")
            if one.penalty_bp > cap_bp:
                raise PenaltyOverCap(obligation=name, rate_bp=one.penalty_bp, cap_bp=cap_bp)
            made[name] = Obligation(
                id=name,
                agreement=agreement.id,
                key=one.key,
                debtor=one.debtor,
                creditor=one.creditor,
                kind=one.kind,
                amount=one.amount,
                currency=currency,
                due=one.due,
                evidence=tuple(EvidenceType),
                penalty_bp=one.penalty_bp,
                state=ObligationState.WAITING,
                is_enforceable=True,
            )
        return tuple(made.values())

    def _own_hearing(self, ctx: Context, case: str) -> tuple[Case, Agreement]:
        """Return a case that the signer hears."""
        kept, agreement = self.own_case(ctx, case)
        if agreement.state is not AgreementState.HEARD or kept.judge is None:
            raise StepMissing(subject=kept.id, missing="hear_case")
        if ctx.person != kept.judge:
            raise NotYours(subject=kept.id, party=kept.judge)
        return kept, agreement

    def _require_in_court(self, kept: Case, agreement: Agreement) -> None:
        if agreement.state not in _IN_COURT or agreement.case != kept.id:
            raise StepMissing(subject=kept.id, missing="accept_case")
