# SPDX-License-Identifier: Apache-2.0
"""After a breach: notice, cure, mediation; and the private papers of a matter (JUD-8)."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    DAY_MS,
    Context,
    Identifier,
    Label,
    Name,
    Of,
    OrganizationCode,
    action,
    replace,
)
from tallystick.contracts.parts import Deadline, PrivateRecord, SealedData
from tallystick.industries.justice.case_records import (
    BreachNotice,
    Mediation,
    MediationState,
    NewPaper,
    Offer,
    Paper,
    PaperKind,
    ServiceMethod,
)
from tallystick.industries.justice.debiting import Debiting
from tallystick.industries.justice.events import (
    ExhibitAttached,
    MediationEnded,
    MediationOpened,
    NoticeServed,
    OfferMade,
)
from tallystick.industries.justice.performing import FOLLOWS, counted_agreement
from tallystick.industries.justice.records import (
    Agreement,
    AgreementState,
    Key,
    ObligationState,
)
from tallystick.industries.justice.refusals import (
    Backdated,
    DisputeOpen,
    DoesNotFit,
    MayNotRead,
    NotYours,
    Related,
    StepMissing,
    TooMuch,
)
from tallystick.industries.justice.tables import (
    organizations_of,
    require_involved,
    require_party,
    require_side,
)
from tallystick.industries.justice.workflows import (
    HELD_BY_COURT,
    IN_DISPUTE,
    JUDGE,
    MEDIATOR,
    PARTY,
    PLATFORM,
    UNMET,
)

MediationId = Annotated[
    Identifier, Label(zh="调解", en="Mediation"), Of("agreements", field="mediation")
]


class Mediating(Debiting):
    """How a breach is told, cured or mediated."""

    @action(
        role=(PARTY, PLATFORM),
        label=Label(zh="送达违约通知", en="Serve a notice of breach"),
        emits=(NoticeServed, ExhibitAttached),
        refuses=(NotYours, StepMissing, Backdated, TooMuch),
    )
    def serve_notice(
        self,
        ctx: Context,
        agreement: Annotated[Identifier, Label(zh="合同", en="Agreement")],
        service: Annotated[ServiceMethod, Label(zh="送达方式", en="Method")],
        proof: Annotated[Identifier, Label(zh="送达证明存证", en="Deposit of the proof")],
    ) -> BreachNotice:
        """en: Notes that the notice was served, with its proof; the time to cure begins.

        zh: 登记违约通知已送达及其证明，补正期限开始。
        """
        kept = self.agreements.require(agreement)
        require_involved(ctx, kept)
        notice = None if kept.notice is None else self.notices.require(kept.notice)
        if kept.state is not AgreementState.BREACHED or notice is None or notice.served_at:
            raise StepMissing(subject=kept.id, missing="breach")
        shown = self.own_deposit(ctx, proof)
        if shown.deposited_at < notice.drawn_at:
            raise Backdated(
                deposit=shown.id,
                deposited_at=shown.deposited_at,
                agreement=kept.id,
                since=notice.drawn_at,
            )
        self.show(ctx, kept, shown)
        now = ctx.block_time_ms
        until = now + self.parameters.now().cure_days * DAY_MS
        self.deadlines.set(kept.id, "cure", due=until, on_expiry="cure")
        ctx.emit(
            NoticeServed(notice=notice.id, agreement=kept.id, proof=shown.id, cure_until=until)
        )
        return self.notices.replace(
            replace(
                notice,
                method=service,
                proof=shown.id,
                served_at=now,
                served_by=ctx.signer.organization,
                cure_until=until,
            )
        )

    def on_cure(self, ctx: Context, deadline: Deadline) -> None:
        """Open the mediation of a breach that was not cured, unless a clause waives it."""
        kept = self.agreements.require(deadline.case)
        if kept.state is not AgreementState.BREACHED:
            return
        if self.templates.require(kept.template).waives_mediation:
            self.agreement_flow.move(ctx, self.agreements, kept, "waive")
            return
        now = ctx.block_time_ms
        mediation = Mediation(
            id=ctx.next_id("ME"),
            agreement=kept.id,
            state=MediationState.OPEN,
            opened_at=now,
            until=now + self.parameters.now().mediation_days * DAY_MS,
            evidence=kept.exhibits,
        )
        self.mediations.add(mediation)
        self.deadlines.set(mediation.id, "mediation", due=mediation.until, on_expiry="mediation")
        ctx.emit(MediationOpened(mediation=mediation.id, agreement=kept.id, until=mediation.until))
        self.agreement_flow.move(ctx, self.agreements, kept, "mediate", mediation=mediation.id)

    @action(
        role=MEDIATOR,
        label=Label(zh="接受调解", en="Take a mediation on"),
        refuses=(Related, StepMissing),
    )
    def take_mediation(self, ctx: Context, mediation: MediationId) -> Mediation:
        """en: A mediator who has nothing to do with either side takes it on.

        zh: 与各方均无利害关系的调解员接受调解。
        """
        kept = self._open_mediation(mediation)
        if kept.mediator is not None:
            raise StepMissing(subject=kept.id, missing=MediationState.OPEN)
        self.refuse_interested(ctx, self.agreements.require(kept.agreement))
        return self.mediations.replace(
            replace(kept, mediator=ctx.signer.organization, mediator_person=ctx.person)
        )

    @action(
        role=(PARTY, PLATFORM),
        label=Label(zh="提出调解方案", en="Make an offer"),
        emits=(OfferMade,),
        refuses=(NotYours, StepMissing, DoesNotFit, TooMuch),
    )
    def make_offer(
        self,
        ctx: Context,
        mediation: MediationId,
        role: Annotated[Key, Label(zh="当事人", en="Party")],
        paper: Annotated[Identifier, Label(zh="材料编号", en="Paper")],
        sealed: SealedData,
    ) -> Mediation:
        """en: A party makes an offer that only the parties and the mediator can read.

        zh: 当事人提出仅各方与调解员可读的方案。
        """
        kept = self._open_mediation(mediation)
        if kept.mediator is None:
            raise StepMissing(subject=kept.id, missing="take_mediation")
        agreement = self.agreements.require(kept.agreement)
        require_side(ctx, agreement, role)
        readers = {kept.mediator, *organizations_of(agreement)}
        self._keep_paper(ctx, agreement, paper, PaperKind.OFFER, sealed=sealed, readers=readers)
        if len(kept.offers) >= 100:
            raise TooMuch(amount=len(kept.offers) + 1, limit=100, rule="offers")
        ctx.emit(OfferMade(mediation=kept.id, role=role, paper=paper))
        offer = Offer(role=role, paper=paper, offered_at=ctx.block_time_ms)
        return self.mediations.replace(replace(kept, offers=(*kept.offers, offer)))

    @action(
        role=MEDIATOR,
        label=Label(zh="达成和解", en="Settle"),
        emits=(*FOLLOWS, MediationEnded, ExhibitAttached),
        refuses=(NotYours, StepMissing, DoesNotFit, TooMuch),
    )
    def settle(
        self,
        ctx: Context,
        mediation: MediationId,
        settlement: Annotated[Identifier, Label(zh="和解协议", en="Settlement")],
    ) -> Mediation:
        """en: What all have signed comes into force and replaces what was not done.

        zh: 各方已签署的和解协议生效，替代未履行的义务。
        """
        kept = self._own_mediation(ctx, mediation)
        disputed = self.agreements.require(kept.agreement)
        new = self.agreements.require(settlement)
        if new.replaces != disputed.id:
            raise DoesNotFit(subject=new.id, what="replaces")
        if len(new.signatures) != len(new.parties):
            raise StepMissing(subject=new.id, missing="sign_agreement")
        self.replace_unmet(ctx, disputed)
        disputed = self.agreements.require(disputed.id)
        self.agreement_flow.move(ctx, self.agreements, disputed, "settle")
        ctx.emit(counted_agreement(disputed, active=0))
        self.activate(ctx, new)
        return self._end(ctx, kept, "settle", MediationState.SETTLED, settlement=new.id)

    @action(
        role=MEDIATOR,
        label=Label(zh="调解不成", en="Fail a mediation"),
        emits=(MediationEnded,),
        refuses=(NotYours, StepMissing),
    )
    def fail_mediation(
        self,
        ctx: Context,
        mediation: MediationId,
        reason: Annotated[Name, Label(zh="原因", en="Reason")],
    ) -> Mediation:
        """en: The mediator says that no settlement can be found.

        zh: 调解员确认无法达成和解。
        """
        kept = self._own_mediation(ctx, mediation)
        disputed = self.agreements.require(kept.agreement)
        self.agreement_flow.move(ctx, self.agreements, disputed, "give_up")
        return self._end(ctx, kept, "give_up", MediationState.FAILED, reason=reason)

    def on_mediation(self, ctx: Context, deadline: Deadline) -> None:
        """Let a mediation fail whose time has run out."""
        kept = self.mediations.require(deadline.case)
        if kept.state is not MediationState.OPEN:
            return
        disputed = self.agreements.require(kept.agreement)
        self.agreement_flow.move(ctx, self.agreements, disputed, "run_out")
        self._end(ctx, kept, "run_out", MediationState.FAILED, reason="time")

    @action(
        role=JUDGE,
        label=Label(zh="司法确认", en="Confirm a settlement"),
        refuses=(Related, StepMissing, NotYours),
    )
    def confirm_settlement(
        self, ctx: Context, agreement: Annotated[Identifier, Label(zh="和解协议", en="Settlement")]
    ) -> Agreement:
        """en: A court confirms a settlement; if it is broken, it is enforced without a case.

        zh: 法院确认和解协议；不履行的可直接申请执行。
        """
        kept = self.agreements.require(agreement)
        if kept.replaces is None or kept.state is not AgreementState.ACTIVE:
            raise StepMissing(subject=kept.id, missing="settle")
        self.refuse_interested(ctx, kept)
        if kept.is_enforceable and kept.court is not None:
            require_party(ctx, kept.id, kept.court)
        for one in list(self.obligations_of(kept)):
            self.obligations.replace(replace(one, is_enforceable=True))
        return self.agreements.replace(
            replace(kept, court=ctx.signer.organization, is_enforceable=True)
        )

    # --- private papers -------------------------------------------------------------------------

    @action(
        role=(PARTY, PLATFORM, MEDIATOR, JUDGE),
        label=Label(zh="登记非公开材料", en="Declare a private paper"),
        refuses=(NotYours, MayNotRead, DoesNotFit),
    )
    def declare_paper(self, ctx: Context, new: NewPaper) -> Paper:
        """en: Keeps a sealed paper of a matter, for parties and whoever holds the case alone.

        zh: 登记案涉密封材料，仅当事人与承办机构可读。
        """
        kept = self.agreements.require(new.agreement)
        if ctx.signer.organization not in self.readers_of(kept) | {kept.platform}:
            raise NotYours(subject=kept.id, party=kept.platform)
        return self._keep_paper(
            ctx,
            kept,
            new.paper,
            new.kind,
            sealed=new.sealed,
            readers=set(new.readers),
            deposit=new.deposit,
        )

    @action(
        role=(PARTY, PLATFORM, MEDIATOR, JUDGE),
        label=Label(zh="开放材料", en="Let somebody read a paper"),
        refuses=(MayNotRead,),
    )
    def open_paper(
        self,
        ctx: Context,
        paper: Annotated[Identifier, Label(zh="材料编号", en="Paper")],
        reader: Annotated[OrganizationCode, Label(zh="可读机构", en="Reader")],
    ) -> PrivateRecord:
        """en: Its owner lets one more read: a party, or the body that holds the case now.

        zh: 由材料所有者向当事人或当前承办机构开放。
        """
        kept = self.matter_papers.require(paper)
        self._check_readers(self.agreements.require(kept.agreement), {reader})
        return self.papers.add_recipient(ctx, paper, reader)

    @action(
        role=(PARTY, PLATFORM, MEDIATOR, JUDGE),
        label=Label(zh="删除材料", en="Erase a paper"),
        refuses=(DisputeOpen,),
    )
    def erase_paper(
        self, ctx: Context, paper: Annotated[Identifier, Label(zh="材料编号", en="Paper")]
    ) -> PrivateRecord:
        """en: Destroys all keys of a paper, when no dispute is open that needs it.

        zh: 无未结争议时，删除材料的全部密钥。
        """
        kept = self.matter_papers.require(paper)
        agreement = self.agreements.require(kept.agreement)
        if agreement.state in IN_DISPUTE:
            raise DisputeOpen(paper=paper, dispute=agreement.id)
        return self.papers.erase(ctx, paper)

    def readers_of(self, agreement: Agreement) -> set[str]:
        """JUD-8: the parties to a matter, and the body that holds the case now."""
        readers = organizations_of(agreement)
        mediation = self.mediations.get(agreement.mediation) if agreement.mediation else None
        is_mediated = agreement.state is AgreementState.MEDIATION
        if is_mediated and mediation is not None and mediation.mediator is not None:
            readers.add(mediation.mediator)
        if agreement.state in HELD_BY_COURT and agreement.court is not None:
            readers.add(agreement.court)
        return readers

    # --- what other topics use ------------------------------------------------------------------

    def replace_unmet(self, ctx: Context, agreement: Agreement) -> None:
        """Let what was not done be replaced by a settlement or a decision.

        Raises:
            StepMissing: a debit is on its way; what it pays must be known first.
        """
        gone = cured = 0
        for one in list(self.obligations_of(agreement)):
            if one.state not in UNMET:
                continue
            if one.debited:
                raise StepMissing(subject=one.id, missing="report_payment")
            for name in ("debit", "due", "grace"):
                self.deadlines.clear(one.id, name)
            gone += 1
            cured += one.state is ObligationState.BREACHED
            self.obligation_flow.move(ctx, self.obligations, one, "replace")
        kept = self.agreements.require(agreement.id)
        self.agreements.replace(
            replace(kept, open=kept.open - gone, breached=kept.breached - cured)
        )

    def _keep_paper(
        self,
        ctx: Context,
        agreement: Agreement,
        paper: str,
        kind: PaperKind,
        *,
        sealed: SealedData,
        readers: set[str],
        deposit: str | None = None,
    ) -> Paper:
        self._check_readers(agreement, readers)
        if deposit is not None and deposit not in agreement.exhibits:
            raise DoesNotFit(subject=deposit, what="exhibit")
        own = ctx.signer.organization
        self.papers.declare(ctx, paper, sealed, recipients=sorted(readers - {own}))
        return self.matter_papers.add(
            Paper(id=paper, agreement=agreement.id, kind=kind, deposit=deposit, owner=own)
        )

    def _check_readers(self, agreement: Agreement, readers: set[str]) -> None:
        for reader in sorted(readers - self.readers_of(agreement)):
            raise MayNotRead(agreement=agreement.id, reader=reader)

    def _open_mediation(self, mediation: str) -> Mediation:
        kept = self.mediations.require(mediation)
        if kept.state is not MediationState.OPEN:
            raise StepMissing(subject=kept.id, missing=MediationState.OPEN)
        return kept

    def _own_mediation(self, ctx: Context, mediation: str) -> Mediation:
        """Return an open mediation of the signer's organisation."""
        kept = self._open_mediation(mediation)
        require_party(ctx, kept.id, kept.mediator or kept.agreement)
        return kept

    def _end(
        self,
        ctx: Context,
        kept: Mediation,
        move: str,
        result: MediationState,
        **changes: object,
    ) -> Mediation:
        self.deadlines.clear(kept.id, "mediation")
        ctx.emit(MediationEnded(mediation=kept.id, agreement=kept.agreement, result=result))
        return self.mediation_flow.move(
            ctx, self.mediations, kept, move, ended_at=ctx.block_time_ms, **changes
        )
