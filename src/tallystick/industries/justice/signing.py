# SPDX-License-Identifier: Apache-2.0
"""Agreements: filled in from a reviewed template, signed by all, amended by all (JUD-6)."""

from __future__ import annotations

from typing import Annotated, Final

from tallystick.contracts import (
    Context,
    Digest,
    Identifier,
    Label,
    SignedOver,
    action,
    asdict,
    replace,
)
from tallystick.industries.justice.events import AgreementAmended, AgreementSigned, ExhibitAttached
from tallystick.industries.justice.identity_records import (
    Signed,
)
from tallystick.industries.justice.performing import FOLLOWS, Performing, counted_agreement
from tallystick.industries.justice.records import (
    Agreement,
    AgreementState,
    Amendment,
    Key,
    NewAgreement,
    Obligation,
    ObligationState,
    PartySignature,
    Revision,
    Template,
    TemplateState,
    Values,
)
from tallystick.industries.justice.refusals import (
    AlreadySigned,
    AssertionExpired,
    AssertionUsed,
    BadSignature,
    CertificateInvalid,
    DoesNotFit,
    NotYours,
    OutOfRange,
    PenaltyOverCap,
    StepMissing,
    TemplateBroken,
    TooMuch,
)
from tallystick.industries.justice.rules import (
    Frame,
    agreement_digest,
    checked_values,
    obligations_of,
)
from tallystick.industries.justice.tables import (
    party_of,
    require_involved,
    require_party,
    require_side,
)
from tallystick.industries.justice.workflows import MEDIATOR, PARTY, PLATFORM

SIGNING_REFUSES: Final = (
    *(NotYours, DoesNotFit, CertificateInvalid),
    *(AssertionExpired, AssertionUsed, BadSignature),
)
_FILLS: Final = (OutOfRange, TemplateBroken, PenaltyOverCap, TooMuch, DoesNotFit, StepMissing)


class Signing(Performing):
    """How an agreement comes about and changes."""

    @action(
        role=(PLATFORM, PARTY, MEDIATOR),
        label=Label(zh="拟定合同", en="Draft an agreement"),
        refuses=(NotYours, *_FILLS),
    )
    def draft_agreement(self, ctx: Context, new: NewAgreement) -> Agreement:
        """en: Fills a reviewed template in; values are checked against their ranges.

        zh: 以经审查的模板填写合同；参数按范围校验。
        """
        self._check_parties(new)
        agreement = ctx.next_id("AG")
        kept = Agreement(
            id=agreement,
            platform=ctx.signer.organization,
            state=AgreementState.DRAFT,
            digest=self._checked_digest(ctx, new, agreement, version=1),
            **asdict(new),
        )
        return self.agreements.add(kept)

    @action(
        role=(PLATFORM, PARTY, MEDIATOR),
        label=Label(zh="修改草稿", en="Revise a draft"),
        refuses=(NotYours, *_FILLS),
    )
    def revise_draft(
        self,
        ctx: Context,
        agreement: Annotated[Identifier, Label(zh="合同", en="Agreement")],
        revision: Revision,
    ) -> Agreement:
        """en: Changes a draft; after it is opened for signing, only an amendment can.

        zh: 修改草稿；提交签署后仅可经全体签署的变更修改。
        """
        kept = self.agreements.require(agreement)
        require_party(ctx, kept.id, kept.platform)
        if kept.state is not AgreementState.DRAFT:
            self.agreement_flow.refuse(kept.id, kept.state, "revise_draft")
        revised = replace(kept, **asdict(revision))
        self._check_parties(revised)
        digest = self._checked_digest(ctx, revised, kept.id, version=1)
        return self.agreements.replace(replace(revised, digest=digest))

    @action(
        role=(PLATFORM, PARTY, MEDIATOR),
        label=Label(zh="提交签署", en="Open for signing"),
        refuses=(NotYours,),
    )
    def open_signing(
        self, ctx: Context, agreement: Annotated[Identifier, Label(zh="合同", en="Agreement")]
    ) -> Agreement:
        """en: From now on text, parties and values stand still, and the parties sign.

        zh: 自此文本、当事人与参数固定，各方签署。
        """
        kept = self.agreements.require(agreement)
        require_party(ctx, kept.id, kept.platform)
        return self.agreement_flow.move(ctx, self.agreements, kept, "open_signing")

    @action(
        role=(PARTY, PLATFORM),
        label=Label(zh="签署", en="Sign"),
        emits=(*FOLLOWS, AgreementSigned, ExhibitAttached),
        refuses=(*SIGNING_REFUSES, AlreadySigned, TooMuch),
    )
    def sign_agreement(
        self,
        ctx: Context,
        agreement: Annotated[Identifier, Label(zh="合同", en="Agreement")],
        role: Annotated[Key, Label(zh="当事人", en="Party")],
        signed: Annotated[Signed, SignedOver("agreement_to_sign")],
    ) -> Agreement:
        """en: Hands a party's signature in; with the last one the agreement is in force.

        zh: 提交一方的签名；最后一方签署后合同生效。
        """
        kept = self.agreements.require(agreement)
        require_side(ctx, kept, role)
        if kept.state is not AgreementState.SIGNING:
            self.agreement_flow.refuse(kept.id, kept.state, "sign_agreement")
        signatures = self._with_signature(ctx, kept, kept.id, kept, role=role, signed=signed)
        kept = self.agreements.replace(replace(kept, signatures=signatures))
        ctx.emit(_signed(kept.id, kept.version, signatures[-1]))
        if len(signatures) == len(kept.parties) and kept.replaces is None:
            return self.activate(ctx, kept)
        return kept

    @action(
        role=(PARTY, PLATFORM),
        label=Label(zh="提出变更", en="Propose an amendment"),
        refuses=(NotYours, *_FILLS),
    )
    def propose_amendment(
        self,
        ctx: Context,
        agreement: Annotated[Identifier, Label(zh="合同", en="Agreement")],
        values: Values,
        text: Annotated[Digest, Label(zh="变更文本哈希", en="Hash of the text")],
        deposit: Annotated[Identifier, Label(zh="变更文本存证", en="Deposit of the text")],
    ) -> Amendment:
        """en: Proposes another text and other values; nothing changes before all have signed.

        zh: 提出新的文本与参数；全体签署前不发生任何变化。
        """
        kept = self.agreements.require(agreement)
        require_involved(ctx, kept)
        if kept.state is not AgreementState.ACTIVE:
            self.agreement_flow.refuse(kept.id, kept.state, "propose_amendment")
        changed = replace(kept, values=values, text=text, deposit=deposit)
        version = kept.version + 1
        return self.amendments.add(
            Amendment(
                id=ctx.next_id("AM"),
                agreement=kept.id,
                version=version,
                values=values,
                text=text,
                deposit=deposit,
                digest=self._checked_digest(ctx, changed, kept.id, version=version),
                proposed_at=ctx.block_time_ms,
            )
        )

    @action(
        role=(PARTY, PLATFORM),
        label=Label(zh="签署变更", en="Sign an amendment"),
        emits=(*FOLLOWS, AgreementSigned, AgreementAmended, ExhibitAttached),
        refuses=(*SIGNING_REFUSES, AlreadySigned, StepMissing, TooMuch),
    )
    def sign_amendment(
        self,
        ctx: Context,
        amendment: Annotated[Identifier, Label(zh="变更", en="Amendment")],
        role: Annotated[Key, Label(zh="当事人", en="Party")],
        signed: Annotated[Signed, SignedOver("amendment_to_sign")],
    ) -> Amendment:
        """en: Hands a party's signature in; with the last one the amendment is in force.

        zh: 提交一方的签名；最后一方签署后变更生效。
        """
        kept = self.amendments.require(amendment)
        agreement = self.agreements.require(kept.agreement)
        require_side(ctx, agreement, role)
        is_next = kept.applied_at is None and kept.version == agreement.version + 1
        if agreement.state is not AgreementState.ACTIVE or not is_next:
            raise StepMissing(subject=kept.id, missing="propose_amendment")
        signatures = self._with_signature(ctx, agreement, kept.id, kept, role=role, signed=signed)
        kept = self.amendments.replace(replace(kept, signatures=signatures))
        ctx.emit(_signed(agreement.id, kept.version, signatures[-1]))
        if len(signatures) < len(agreement.parties):
            return kept
        self._amend(ctx, agreement, kept)
        return self.amendments.replace(replace(kept, applied_at=ctx.block_time_ms))

    # --- what other topics use ------------------------------------------------------------------

    def activate(self, ctx: Context, kept: Agreement) -> Agreement:
        """Put an agreement that all have signed into force."""
        now = ctx.block_time_ms
        active = self.agreement_flow.move(ctx, self.agreements, kept, "activate", active_at=now)
        ctx.emit(counted_agreement(active, active=1))
        self.show(ctx, active, self.deposits.require(active.deposit))
        active = self.agreements.require(active.id)
        return self.add_obligations(ctx, active, self._made(active, now))

    def is_decided(self, agreement: Agreement) -> bool:
        """Return whether a court has decided about an agreement."""
        case = None if agreement.case is None else self.cases.require(agreement.case)
        return case is not None and case.decision is not None

    def _amend(self, ctx: Context, agreement: Agreement, amendment: Amendment) -> None:
        """Let an amendment count: what is untouched follows it, what is begun stays.

        What an earlier amendment took out comes back if this one has it; what a decision replaced
        does not.
        """
        amended = replace(
            agreement,
            version=amendment.version,
            values=amendment.values,
            text=amendment.text,
            deposit=amendment.deposit,
            digest=amendment.digest,
            signatures=amendment.signatures,
        )
        made = {one.id: one for one in self._made(amended, agreement.active_at or 0)}
        was_decided = self.is_decided(agreement)
        gone = 0
        for kept in list(self.obligations_of(agreement)):
            new = made.pop(kept.id, None)
            if new is not None and _is_taken_out(kept) and not was_decided:
                self.obligations.replace(new)
                gone -= 1
                continue
            if not _is_untouched(kept):
                continue
            if kept.state is ObligationState.OPEN:
                for name in ("debit", "due"):
                    self.deadlines.clear(kept.id, name)
            if new is None:
                self.obligation_flow.move(ctx, self.obligations, kept, "replace")
                gone += 1
            else:
                self.obligations.replace(new)
        amended = self.agreements.replace(amended)
        self.show(ctx, amended, self.deposits.require(amended.deposit))
        amended = self.agreements.require(amended.id)
        ctx.emit(
            AgreementAmended(agreement=amended.id, version=amended.version, amendment=amendment.id)
        )
        amended = self.add_obligations(ctx, amended, made.values())
        self.settle_count(ctx, amended, gone=gone, cured=0)

    def _made(self, agreement: Agreement, signed_at: int) -> tuple[Obligation, ...]:
        template = self.templates.require(agreement.template)
        values = checked_values(template, agreement.values)
        return obligations_of(template, values, Frame(agreement.id, signed_at))

    def _checked_digest(
        self, ctx: Context, new: NewAgreement, agreement: str, *, version: int
    ) -> str:
        """Check what an agreement is filled in with; return what its parties sign.

        Raises:
            UnknownRecord: there is no such template or deposit.
            StepMissing: the template is not reviewed.
            DoesNotFit: the deposited text is another.
            PenaltyOverCap: a penalty is higher than the figures of this day allow.
        """
        template = self._reviewed(new.template, is_new=version == 1)
        values = checked_values(template, new.values)
        cap_bp = self.parameters.now().cap_bp
        for one in obligations_of(template, values, Frame(agreement, ctx.block_time_ms)):
            if one.penalty_bp > cap_bp:
                raise PenaltyOverCap(obligation=one.id, rate_bp=one.penalty_bp, cap_bp=cap_bp)
        if self.deposits.require(new.deposit).sha256 != new.text:
            raise DoesNotFit(subject=new.deposit, what="text")
        return agreement_digest(
            template.digest,
            new.text,
            new.parties,
            new.values,
            agreement=agreement,
            version=version,
        )

    def _reviewed(self, template: str, *, is_new: bool) -> Template:
        kept = self.templates.require(template)
        if is_new and kept.state is not TemplateState.REVIEWED:
            raise StepMissing(subject=kept.id, missing="review_template")
        return kept

    def _check_parties(self, new: NewAgreement) -> None:
        """Hold the parties against the template, and those of a settlement against its dispute.

        Raises:
            DoesNotFit: others, or in another order.
            StepMissing: what is to be settled is not in mediation.
        """
        template = self.templates.require(new.template)
        if tuple(one.role for one in new.parties) != template.parties:
            raise DoesNotFit(subject=template.id, what="parties")
        if new.replaces is None:
            return
        disputed = self.agreements.require(new.replaces)
        if disputed.state is not AgreementState.MEDIATION:
            raise StepMissing(subject=disputed.id, missing=AgreementState.MEDIATION)
        before = {(one.organization, one.subject) for one in disputed.parties}
        if {(one.organization, one.subject) for one in new.parties} != before:
            raise DoesNotFit(subject=disputed.id, what="parties")

    def _with_signature(
        self,
        ctx: Context,
        agreement: Agreement,
        document: str,
        signable: Agreement | Amendment,
        *,
        role: str,
        signed: Signed,
    ) -> tuple[PartySignature, ...]:
        """Return the signatures with one more.

        Raises:
            AlreadySigned: the party has signed this.
        """
        if role in {one.role for one in signable.signatures}:
            raise AlreadySigned(role=role, document=document)
        party = party_of(agreement, role)
        return (*signable.signatures, self.check_signed(ctx, party, signable.digest, signed))


def _is_untouched(kept: Obligation) -> bool:
    """Return whether nothing has been done for an obligation, and it is not late."""
    is_early = kept.state in {ObligationState.WAITING, ObligationState.OPEN}
    return is_early and not kept.paid and not kept.debited


def _is_taken_out(kept: Obligation) -> bool:
    """Return whether an obligation was replaced before anything was done for it."""
    return kept.state is ObligationState.REPLACED and not kept.paid


def _signed(agreement: str, version: int, signature: PartySignature) -> AgreementSigned:
    return AgreementSigned(
        agreement=agreement,
        version=version,
        role=signature.role,
        certificate=signature.certificate,
    )
