# SPDX-License-Identifier: Apache-2.0
"""Letters on the guarantor's side: asked for, quoted, chosen, signed and issued, cancelled."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    Context,
    Digest,
    Identifier,
    Label,
    OrganizationCode,
    Signature,
    SignedOver,
    action,
    asdict,
    replace,
)
from tallystick.contracts.parts import DocumentFile, FourEyes, SealedData, require_other
from tallystick.industries.preservation.events import LetterCancelled, LetterIssued
from tallystick.industries.preservation.filing import ApplicationId, require_before_ruling
from tallystick.industries.preservation.letter_records import Letter, LetterState, LetterTerms
from tallystick.industries.preservation.paying import Paying
from tallystick.industries.preservation.refusals import (
    AlreadyThere,
    DoesNotFit,
    ForgedSeal,
    NotOnPanel,
    NotYours,
    ScopeDiffers,
    StepMissing,
)
from tallystick.industries.preservation.rules import letter_digest, presentable
from tallystick.industries.preservation.workflows import (
    APPLICANT,
    GUARANTOR_BANK,
    LAWYER,
    SIGNER,
    UNDERWRITER,
)

LetterId = Annotated[Identifier, Label(zh="保函", en="Letter")]


def quote_id(letter: str) -> str:
    """Return the id under which a quote is sealed for the applicant."""
    return f"{letter}/quote"


class Underwriting(Paying):
    """What applicant and guarantors do until a letter is issued."""

    @action(
        role=(APPLICANT, LAWYER),
        label=Label(zh="询保", en="Ask a guarantor"),
        refuses=(NotYours, NotOnPanel, StepMissing),
    )
    def ask_guarantee(
        self,
        ctx: Context,
        application: ApplicationId,
        guarantor: Annotated[OrganizationCode, Label(zh="担保人", en="Guarantor")],
    ) -> Letter:
        """en: Asks a guarantor of the panel for a letter; several can be asked.

        zh: 向名册内的担保人申请保函，可同时询问多家。
        """
        kept = self.own_application(ctx, application)
        require_before_ruling(kept)
        self.on_panel(guarantor)
        return self.letters.add(
            Letter(
                id=ctx.next_id("LG"),
                application=kept.id,
                guarantor=guarantor,
                state=LetterState.APPLIED,
                asked_at=ctx.block_time_ms,
            )
        )

    @action(
        role=(UNDERWRITER, GUARANTOR_BANK),
        label=Label(zh="风险审查并报价", en="Check the risk and quote"),
        refuses=(NotYours, NotOnPanel),
    )
    def quote_letter(
        self,
        ctx: Context,
        letter: LetterId,
        risk: Annotated[Digest, Label(zh="风险审查摘要", en="Digest of the risk check")],
        sealed: Annotated[SealedData, Label(zh="密封报价", en="Sealed quote")],
    ) -> Letter:
        """en: The underwriter has checked the risk and quotes; only the applicant reads the quote.

        zh: 核保人完成风险审查并报价，报价密封，仅申请人可读。
        """
        kept = self.own_letter(ctx, letter)
        self.on_panel(kept.guarantor)
        applicant = self.applications.require(kept.application).applicant
        self.secrets.declare(ctx, quote_id(kept.id), sealed, recipients=[applicant])
        return self.letter_flow.move(
            ctx, self.letters, kept, "quote", risk=risk, underwriter=ctx.person
        )

    @action(
        role=(APPLICANT, LAWYER),
        label=Label(zh="选定报价", en="Choose a quote"),
        refuses=(NotYours, StepMissing, AlreadyThere),
    )
    def choose_quote(self, ctx: Context, letter: LetterId) -> Letter:
        """en: The applicant chooses a guarantor's quote.

        zh: 申请人选定一家担保人的报价。
        """
        kept = self.letters.require(letter)
        self.own_application(ctx, kept.application)
        if kept.state is not LetterState.QUOTED:
            raise StepMissing(subject=kept.id, missing="quote_letter")
        if kept.is_chosen:
            raise AlreadyThere(subject=f"{kept.id}/chosen")
        return self.letters.replace(replace(kept, is_chosen=True))

    @action(
        role=(SIGNER, GUARANTOR_BANK),
        label=Label(zh="签发保函", en="Issue a letter"),
        emits=(LetterIssued,),
        refuses=(
            *(NotYours, NotOnPanel, StepMissing, FourEyes, ScopeDiffers, ForgedSeal),
            DoesNotFit,
        ),
    )
    def issue_letter(
        self,
        ctx: Context,
        letter: LetterId,
        terms: LetterTerms,
        file: DocumentFile,
        signature: Annotated[
            Signature,
            Label(zh="担保人签章", en="Seal's signature"),
            SignedOver("letter_to_sign"),
        ],
    ) -> Letter:
        """en: Another person than the underwriter issues the letter under the guarantor's seal.

        zh: 由核保人以外的人员以担保人签章签发保函。
        """
        kept = self.own_letter(ctx, letter)
        guarantor = self.on_panel(kept.guarantor)
        if not self.letter_flow.allows(kept.state, "issue"):
            self.letter_flow.refuse(kept.id, kept.state, "issue")
        if not kept.is_chosen or kept.underwriter is None:
            raise StepMissing(subject=kept.id, missing="choose_quote")
        require_other(ctx, kept.underwriter)
        application = self.applications.require(kept.application)
        require_before_ruling(application)
        self._check_terms(ctx, kept.id, terms)
        issued = replace(kept, terms=terms, file=file, signature=signature)
        digest = letter_digest(asdict(presentable(issued, application)))
        if not ctx.has_signed(guarantor.seal_key, digest, signature):
            raise ForgedSeal(letter=kept.id, guarantor=kept.guarantor)
        self.files.add(ctx, kept.id, file, retain_until=terms.valid_until)
        ctx.emit(
            LetterIssued(
                letter=kept.id,
                application=kept.application,
                guarantor=kept.guarantor,
                limit=terms.limit,
                premium=terms.premium,
            )
        )
        return self.letter_flow.move(
            ctx, self.letters, issued, "issue", issued_at=ctx.block_time_ms
        )

    @action(
        role=(SIGNER, UNDERWRITER, GUARANTOR_BANK),
        label=Label(zh="注销保函", en="Cancel a letter"),
        emits=(LetterCancelled,),
        refuses=(NotYours,),
    )
    def cancel_letter(self, ctx: Context, letter: LetterId) -> Letter:
        """en: A guarantor declines, or cancels its letter before it is submitted; never after.

        zh: 担保人在提交法院之前谢绝或注销保函；提交后不得注销。
        """
        kept = self.own_letter(ctx, letter)
        cancelled = self.letter_flow.move(
            ctx, self.letters, kept, "cancel", ended_at=ctx.block_time_ms
        )
        self.refund_premium(ctx, cancelled)
        ctx.emit(LetterCancelled(letter=kept.id, guarantor=kept.guarantor))
        return cancelled

    def _check_terms(self, ctx: Context, letter: str, terms: LetterTerms) -> None:
        scope = self.scopes.require(terms.scope)
        if scope.text != terms.scope_text:
            raise ScopeDiffers(scope=terms.scope, text=terms.scope_text)
        if not terms.valid_from < terms.valid_until or terms.valid_until <= ctx.block_time_ms:
            raise DoesNotFit(subject=letter, what="valid_from < valid_until, in the future")
