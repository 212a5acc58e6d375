# SPDX-License-Identifier: Apache-2.0
"""How obligations open, age, are performed and breached; what else uses stands below."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final

from tallystick.contracts import (
    DAY_MS,
    Amount,
    Context,
    Digest,
    Identifier,
    Label,
    Name,
    action,
    replace,
)
from tallystick.contracts.parts import Deadline
from tallystick.industries.justice.case_records import (
    BreachNotice,
    CreditEvent,
    CreditFact,
    DepositSeen,
    Exhibit,
    MediationState,
    Verdict,
)
from tallystick.industries.justice.events import (
    AgreementCounted,
    BreachCured,
    CreditChanged,
    ExhibitAttached,
    MediationEnded,
    ObligationBreached,
    ObligationDischarged,
    ObligationOpened,
    PerformanceReported,
)
from tallystick.industries.justice.records import (
    ALL_OBLIGATIONS_MAX,
    ATTACHED_MAX,
    EXHIBITS_MAX,
    Agreement,
    AgreementState,
    EvidenceType,
    Obligation,
    ObligationKind,
    ObligationState,
    Performance,
)
from tallystick.industries.justice.refusals import (
    AlreadyDischarged,
    Backdated,
    CannotDischarge,
    DoesNotFit,
    EvidenceUsed,
    FileDiffers,
    NotOpenYet,
    NotYours,
    StepMissing,
    TooMuch,
)
from tallystick.industries.justice.rules import accrued, breach_after
from tallystick.industries.justice.tables import (
    JusticeTables,
    party_of,
    require_involved,
)
from tallystick.industries.justice.workflows import CURABLE, NOTARY, PARTY, PLATFORM

FOLLOWS: Final = (
    AgreementCounted,
    BreachCured,
    CreditChanged,
    MediationEnded,
    ObligationBreached,
    ObligationDischarged,
    ObligationOpened,
    PerformanceReported,
)
"""What can follow from an obligation's being performed, or from its time running out."""
_HOUR_MS: Final = 3_600_000


class Performing(JusticeTables):
    """The life of obligations."""

    @action(
        role=(PARTY, PLATFORM, NOTARY),
        label=Label(zh="登记履行", en="Report a performance"),
        emits=(*FOLLOWS, ExhibitAttached),
        refuses=(
            *(NotYours, AlreadyDischarged, NotOpenYet, CannotDischarge, EvidenceUsed),
            *(TooMuch, Backdated, DoesNotFit, StepMissing),
        ),
    )
    def report_performance(
        self,
        ctx: Context,
        obligation: Annotated[Identifier, Label(zh="义务", en="Obligation")],
        evidence: Annotated[EvidenceType, Label(zh="证据类型", en="Kind of evidence")],
        deposit: Annotated[Identifier, Label(zh="存证", en="Deposit")],
        amount: Annotated[Amount, Label(zh="金额（仅付款）", en="Amount, of a payment")] = 0,
    ) -> Obligation:
        """en: Creditor, platform or notary says that something was done, with its evidence.

        zh: 由债权人、平台或公证机构登记履行事实及其证据。
        """
        kept = self.obligations.require(obligation)
        agreement = self.agreements.require(kept.agreement)
        self._check_reporter(ctx, agreement, kept)
        if evidence not in kept.evidence:
            raise CannotDischarge(obligation=kept.id, evidence=evidence)
        self.check_performable(kept)
        shown = self.own_deposit(ctx, deposit)
        since = agreement.active_at or 0
        if shown.deposited_at < since:
            raise Backdated(
                deposit=shown.id,
                deposited_at=shown.deposited_at,
                agreement=agreement.id,
                since=since,
            )
        if self.performances.contains(kept.id, shown.id):
            raise EvidenceUsed(deposit=shown.id, subject=kept.id)
        paid = self._amount_of(kept, amount)
        self.performances.add(
            Performance(
                obligation=kept.id,
                deposit=shown.id,
                evidence=evidence,
                amount=paid,
                reported_by=ctx.person,
                reported_at=ctx.block_time_ms,
            )
        )
        self.show(ctx, agreement, shown)
        ctx.emit(
            PerformanceReported(
                obligation=kept.id,
                agreement=agreement.id,
                evidence=evidence,
                deposit=shown.id,
                amount=paid,
                left=kept.unpaid - paid,
            )
        )
        return self.pay(ctx, kept, paid, is_automatic=False)

    @action(
        role=(PARTY, PLATFORM, NOTARY),
        label=Label(zh="附证据", en="Attach evidence"),
        emits=(ExhibitAttached,),
        refuses=(NotYours, FileDiffers, EvidenceUsed, StepMissing, TooMuch),
    )
    def attach(
        self,
        ctx: Context,
        agreement: Annotated[Identifier, Label(zh="合同", en="Agreement")],
        deposit: Annotated[Identifier, Label(zh="存证", en="Deposit")],
        file_name: Annotated[Name, Label(zh="文件名", en="File name")],
        sha256: Annotated[Digest, Label(zh="文件哈希", en="Hash of the file")],
    ) -> Exhibit:
        """en: Adds a deposit to the evidence of an agreement; the file must be the deposited one.

        zh: 将存证附入合同证据；文件须与存证一致。
        """
        kept = self.agreements.require(agreement)
        if NOTARY not in ctx.signer.roles:
            require_involved(ctx, kept)
        seen = self.deposits.require(deposit)
        if seen.sha256 != sha256:
            raise FileDiffers(
                deposit=seen.id, file_name=file_name, presented=sha256, deposited=seen.sha256
            )
        if self.exhibits.contains(kept.id, seen.id):
            raise EvidenceUsed(deposit=seen.id, subject=kept.id)
        return self.add_exhibit(ctx, kept, seen, file_name, most=ATTACHED_MAX)

    def on_due(self, ctx: Context, deadline: Deadline) -> None:
        """Note that an obligation is overdue; its grace begins."""
        kept = self.obligations.require(deadline.case)
        if kept.state is not ObligationState.OPEN:
            return
        kept = self.obligation_flow.move(ctx, self.obligations, kept, "age")
        self.deadlines.set(
            kept.id, "grace", due=breach_after(kept) or deadline.due, on_expiry="grace"
        )

    def on_grace(self, ctx: Context, deadline: Deadline) -> None:
        """JUD-3: due and grace are over, what it depends on is done: it is breached."""
        kept = self.obligations.require(deadline.case)
        if kept.state is not ObligationState.OVERDUE:
            return
        now = ctx.block_time_ms
        counted = accrued(kept, now)
        counted = self.obligation_flow.move(
            ctx,
            self.obligations,
            kept,
            "breach",
            breached_at=now,
            amount_days=counted.amount_days,
            counted_days=counted.counted_days,
        )
        agreement = self.agreements.require(kept.agreement)
        ctx.emit(
            ObligationBreached(
                obligation=kept.id,
                agreement=agreement.id,
                platform=agreement.platform,
                due=kept.due or now,
                unmet=kept.unpaid,
                currency=kept.currency,
            )
        )
        agreement = self.agreements.replace(replace(agreement, breached=agreement.breached + 1))
        if agreement.state is AgreementState.ACTIVE:
            self._draw_notice(ctx, agreement)
        self.note_credit_fact(ctx, agreement, counted, CreditFact.DEFAULTED)

    # --- what other topics use ------------------------------------------------------------------

    def add_obligations(
        self, ctx: Context, agreement: Agreement, made: Iterable[Obligation]
    ) -> Agreement:
        """Keep new obligations of an agreement, and open those that wait for nothing."""
        new = list(made)
        for one in new:
            self.obligations.add(one)
        names = (*agreement.obligations, *(one.id for one in new))
        if len(names) > ALL_OBLIGATIONS_MAX:
            raise TooMuch(amount=len(names), limit=ALL_OBLIGATIONS_MAX, rule="obligations")
        kept = self.agreements.replace(
            replace(agreement, obligations=names, open=agreement.open + len(new))
        )
        self.open_ready(ctx, kept)
        return kept

    def open_ready(self, ctx: Context, agreement: Agreement) -> None:
        """Open what waits for nothing any more; a due time that is gone begins now (JUD-3)."""
        for kept in self.obligations_of(agreement):
            if kept.state is not ObligationState.WAITING or self.waits_for(kept):
                continue
            now = ctx.block_time_ms
            due = kept.due
            if kept.after is not None:
                event = self.obligations.require(kept.after)
                due = (event.discharged_at or now) + kept.days * DAY_MS
            due = max(due or now, now)
            self.obligation_flow.move(ctx, self.obligations, kept, "open", due=due)
            self.deadlines.set(kept.id, "due", due=due, on_expiry="due")
            if kept.kind is ObligationKind.PAY:
                self.plan_debit(ctx, kept.id, due)
            ctx.emit(ObligationOpened(obligation=kept.id, agreement=agreement.id, due=due))

    def plan_debit(self, ctx: Context, obligation: str, due: int) -> None:
        """Let a debit be ordered shortly before an obligation is due, or now if that is past."""
        lead = self.parameters.now().debit_hours * _HOUR_MS
        self.deadlines.clear(obligation, "debit")
        self.deadlines.set(
            obligation, "debit", due=max(due - lead, ctx.block_time_ms), on_expiry="debit"
        )

    def waits_for(self, kept: Obligation) -> str:
        """Return what an obligation waits for; empty: nothing."""
        named: tuple[str, ...] = (*kept.depends_on, *((kept.after,) if kept.after else ()))
        for name in named:
            if self.obligations.require(name).state is not ObligationState.DISCHARGED:
                return name
        return ""

    def check_performable(self, kept: Obligation) -> None:
        """Refuse what is discharged, replaced, or not open yet.

        Raises:
            AlreadyDischarged: nothing is left of it.
            NotOpenYet: it waits for something.
        """
        if kept.state in {ObligationState.DISCHARGED, ObligationState.REPLACED}:
            raise AlreadyDischarged(obligation=kept.id)
        if kept.state is ObligationState.WAITING:
            raise NotOpenYet(obligation=kept.id, waits_for=self.waits_for(kept) or kept.agreement)

    def pay(self, ctx: Context, kept: Obligation, amount: int, *, is_automatic: bool) -> Obligation:
        """JUD-4: count an amount towards an obligation, and do what follows if it is all."""
        counted = accrued(kept, ctx.block_time_ms)
        paid = self.obligations.replace(replace(counted, paid=kept.paid + amount))
        if paid.unpaid:
            return paid
        was_breached = kept.state is ObligationState.BREACHED
        done = self.obligation_flow.move(
            ctx, self.obligations, paid, "discharge", discharged_at=ctx.block_time_ms
        )
        for name in ("debit", "due", "grace"):
            self.deadlines.clear(done.id, name)
        agreement = self.agreements.require(done.agreement)
        ctx.emit(
            ObligationDischarged(
                obligation=done.id,
                agreement=agreement.id,
                platform=agreement.platform,
                automatic=int(is_automatic),
            )
        )
        self.settle_count(ctx, agreement, gone=1, cured=int(was_breached))
        return done

    def settle_count(self, ctx: Context, agreement: Agreement, *, gone: int, cured: int) -> None:
        """Count obligations that are done, and move the agreement where that leads."""
        kept = self.agreements.replace(
            replace(agreement, open=agreement.open - gone, breached=agreement.breached - cured)
        )
        if kept.state in CURABLE and not kept.breached:
            kept = self._cure(ctx, kept)
        is_last = kept.state in {AgreementState.ACTIVE, AgreementState.DECIDED} and not kept.open
        if is_last:
            self.agreement_flow.move(ctx, self.agreements, kept, "perform")
            ctx.emit(counted_agreement(kept, active=0))
            for role in dict.fromkeys(one.debtor for one in self.obligations_of(kept)):
                self._note_credit(ctx, kept, role, CreditFact.KEPT)
        self.open_ready(ctx, kept)

    def show(self, ctx: Context, agreement: Agreement, seen: DepositSeen) -> None:
        """Keep a deposit that a step rests on as evidence, unless it is that already."""
        if not self.exhibits.contains(agreement.id, seen.id):
            self.add_exhibit(ctx, agreement, seen, seen.file_name or seen.title)

    def add_exhibit(
        self,
        ctx: Context,
        agreement: Agreement,
        seen: DepositSeen,
        file_name: str,
        *,
        most: int = EXHIBITS_MAX,
    ) -> Exhibit:
        """Keep a deposit as evidence of an agreement.

        Raises:
            TooMuch: there are as many as a matter may have.
        """
        kept = self.agreements.require(agreement.id)
        if len(kept.exhibits) >= most:
            raise TooMuch(amount=len(kept.exhibits) + 1, limit=most, rule="exhibits")
        self.agreements.replace(replace(kept, exhibits=(*kept.exhibits, seen.id)))
        ctx.emit(
            ExhibitAttached(
                agreement=kept.id,
                deposit=seen.id,
                organization=ctx.signer.organization,
                platform=seen.organization,
            )
        )
        return self.exhibits.add(
            Exhibit(
                agreement=kept.id,
                deposit=seen.id,
                sha256=seen.sha256,
                size=seen.size,
                file_name=file_name,
                attached_by=ctx.signer.organization,
                attached_at=ctx.block_time_ms,
                platform=seen.organization,
                deposited_at=seen.deposited_at,
                claimed_capture=seen.captured_at,
                state=Verdict.UNVERIFIED,
            )
        )

    def note_credit_fact(
        self, ctx: Context, agreement: Agreement, obligation: Obligation, fact: CreditFact
    ) -> None:
        """Keep a fact about an obligation's debtor for the credit centre."""
        self._note_credit(ctx, agreement, obligation.debtor, fact)

    def _note_credit(self, ctx: Context, agreement: Agreement, role: str, fact: CreditFact) -> None:
        party = party_of(agreement, role)
        kept = self.credits.add(
            CreditEvent(
                id=ctx.next_id("CE"),
                agreement=agreement.id,
                role=role,
                organization=party.organization,
                subject=party.subject,
                fact=fact,
                at=ctx.block_time_ms,
            )
        )
        ctx.emit(
            CreditChanged(
                credit=kept.id,
                agreement=agreement.id,
                role=role,
                organization=party.organization,
                fact=fact,
            )
        )

    def _check_reporter(self, ctx: Context, agreement: Agreement, kept: Obligation) -> None:
        """A debtor's own word discharges nothing: it deposits its evidence and attaches it."""
        creditor = party_of(agreement, kept.creditor).organization
        may_report = {creditor, agreement.platform}
        if ctx.signer.organization not in may_report and NOTARY not in ctx.signer.roles:
            raise NotYours(subject=kept.id, party=creditor)

    def _amount_of(self, kept: Obligation, amount: int) -> int:
        """Return what counts: of a payment the amount, of anything else the whole.

        Raises:
            DoesNotFit: a payment of nothing, or an amount where nothing is paid.
            TooMuch: more than is left; what a debit on its way will pay is not left.
        """
        if kept.kind is not ObligationKind.PAY:
            if amount:
                raise DoesNotFit(subject=kept.id, what="amount")
            return kept.unpaid
        left = kept.unpaid - kept.debited
        if amount == 0:
            raise DoesNotFit(subject=kept.id, what="amount")
        if amount > left:
            raise TooMuch(amount=amount, limit=left, rule=kept.id)
        return amount

    def _draw_notice(self, ctx: Context, agreement: Agreement) -> None:
        """Move an agreement to BREACHED, with the notice that somebody must serve."""
        broken = [
            one.id
            for one in self.obligations_of(agreement)
            if one.state is ObligationState.BREACHED
        ]
        notice = BreachNotice(
            id=ctx.next_id("BN"),
            agreement=agreement.id,
            obligations=tuple(broken),
            drawn_at=ctx.block_time_ms,
        )
        self.notices.add(notice)
        self.agreement_flow.move(ctx, self.agreements, agreement, "breach", notice=notice.id)

    def _cure(self, ctx: Context, agreement: Agreement) -> Agreement:
        """Return a dispute to the ordinary: nothing is breached any more."""
        self.deadlines.clear(agreement.id, "cure")
        mediation = self.mediations.get(agreement.mediation) if agreement.mediation else None
        if mediation is not None and mediation.state is MediationState.OPEN:
            self.deadlines.clear(mediation.id, "mediation")
            self.mediation_flow.move(
                ctx, self.mediations, mediation, "cure", ended_at=ctx.block_time_ms
            )
            ctx.emit(
                MediationEnded(
                    mediation=mediation.id,
                    agreement=agreement.id,
                    result=MediationState.CURED,
                )
            )
        ctx.emit(BreachCured(agreement=agreement.id, platform=agreement.platform))
        return self.agreement_flow.move(
            ctx, self.agreements, agreement, "cure", notice=None, mediation=None
        )


def counted_agreement(agreement: Agreement, *, active: int) -> AgreementCounted:
    """Return the fact that an agreement is in force, or no more."""
    return AgreementCounted(agreement=agreement.id, platform=agreement.platform, active=active)
