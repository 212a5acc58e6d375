# SPDX-License-Identifier: Apache-2.0
"""Letters at the court: submitted and compared, accepted with feedback, rejected."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import Context, Digest, Label, Name, action, asdict, replace
from tallystick.contracts.parts import fingerprint_of
from tallystick.industries.preservation.events import (
    ExposureChanged,
    LetterAccepted,
    LetterRejected,
)
from tallystick.industries.preservation.filing import ApplicationId
from tallystick.industries.preservation.letter_records import (
    Letter,
    LetterState,
    Presented,
    PresentedLetter,
)
from tallystick.industries.preservation.records import Application, PreservationState
from tallystick.industries.preservation.refusals import (
    ForgedSeal,
    LetterDiffers,
    LetterExpired,
    NoSuchLetter,
    NotOnPanel,
    NotYours,
    StepMissing,
    TooLittle,
)
from tallystick.industries.preservation.rules import (
    LETTER_KIND,
    check_equal,
    issued_terms,
    letter_digest,
    presentable,
)
from tallystick.industries.preservation.underwriting import LetterId, Underwriting
from tallystick.industries.preservation.workflows import APPLICANT, JUDGE, LAWYER


class Securing(Underwriting):
    """From the submission of letters to a secured application."""

    @action(
        role=(APPLICANT, LAWYER),
        label=Label(zh="提交保函", en="Submit letters"),
        refuses=(
            *(NotYours, NotOnPanel, NoSuchLetter, ForgedSeal, LetterDiffers, LetterExpired),
            *(StepMissing, TooLittle),
        ),
    )
    def submit_letters(
        self,
        ctx: Context,
        application: ApplicationId,
        presented: Annotated[Presented, Label(zh="保函", en="Letters")],
    ) -> int:
        """en: Submits letters; each field is compared with what the guarantor put on the ledger.

        zh: 提交保函，逐项与担保人上链内容及担保要求比对，不符即拒绝。
        """
        kept = self.own_application(ctx, application)
        if kept.state is not PreservationState.SECURITY_ORDERED:
            raise StepMissing(subject=kept.id, missing="order_security")
        letters = [self._compared(ctx, kept, one) for one in presented]
        offered = sum(issued_terms(one).limit for one in letters)
        if kept.secured + offered < kept.required:
            raise TooLittle(
                amount=kept.secured + offered, required=kept.required, rule="security order"
            )
        for letter in letters:
            self.letter_flow.move(
                ctx, self.letters, letter, "submit", submitted_at=ctx.block_time_ms
            )
        return offered

    @action(
        role=JUDGE,
        label=Label(zh="采纳保函", en="Accept a letter"),
        emits=(LetterAccepted, ExposureChanged),
        refuses=(NotYours, NotOnPanel, LetterExpired, StepMissing, LetterDiffers),
    )
    def accept_letter(
        self,
        ctx: Context,
        letter: LetterId,
        document: Annotated[Digest, Label(zh="文件摘要", en="Digest of the file at hand")],
    ) -> Application:
        """en: The judge accepts the very file the guarantor signed; it learns so in this block.

        zh: 法官采纳与签发文件逐字节一致的保函，采纳结果于同一区块反馈担保人。
        """
        kept = self.letters.require(letter)
        application = self.own_case(ctx, kept.application)
        if not kept.is_paid:
            raise StepMissing(subject=kept.id, missing="receive_premium")
        if application.state is not PreservationState.SECURITY_ORDERED:
            raise StepMissing(subject=application.id, missing="order_security")
        self.on_panel(kept.guarantor)
        self._check_valid(ctx, kept)
        self.files.check_file(kept.id, document)
        terms = issued_terms(kept)
        self.letter_flow.move(
            ctx,
            self.letters,
            kept,
            "accept",
            accepted_at=ctx.block_time_ms,
            accepted_by=ctx.person,
        )
        self.release_premium(ctx, kept)
        self.change_exposure(ctx, kept.guarantor, terms.limit)
        ctx.emit(
            LetterAccepted(
                letter=kept.id,
                application=application.id,
                guarantor=kept.guarantor,
                court=application.court,
                limit=terms.limit,
                document=document,
            )
        )
        return self._with_letter(ctx, application, kept.id, terms.limit)

    @action(
        role=JUDGE,
        label=Label(zh="不予采纳", en="Reject a letter"),
        emits=(LetterRejected,),
        refuses=(NotYours,),
    )
    def reject_letter(
        self, ctx: Context, letter: LetterId, reason: Annotated[Name, Label(zh="理由", en="Reason")]
    ) -> Letter:
        """en: The judge does not accept a letter, and says why; the premium goes back.

        zh: 法官不予采纳保函并说明理由，保费退还。
        """
        kept = self.letters.require(letter)
        application = self.own_case(ctx, kept.application)
        rejected = self.letter_flow.move(
            ctx,
            self.letters,
            kept,
            "reject",
            rejected_for=reason,
            ended_at=ctx.block_time_ms,
        )
        self.refund_premium(ctx, kept)
        ctx.emit(
            LetterRejected(
                letter=kept.id, guarantor=kept.guarantor, court=application.court, reason=reason
            )
        )
        return rejected

    def _compared(self, ctx: Context, application: Application, one: PresentedLetter) -> Letter:
        """PRES-2, PRES-4: the letter exists, is this case's, unaltered, signed, valid and free."""
        kept = self.letters.get(one.number)
        if kept is None or kept.terms is None:
            raise NoSuchLetter(number=one.number)
        if kept.state is LetterState.ISSUED or kept.application != application.id:
            self.locks.lock(
                ctx,
                fingerprint_of(LETTER_KIND, kept.guarantor, kept.id),
                kind=LETTER_KIND,
                case=application.id,
                holder=kept.guarantor,
            )
        guarantor = self.on_panel(kept.guarantor)
        original = presentable(kept, self.applications.require(kept.application))
        check_equal(replace(one, signature=original.signature), original)
        if kept.application != application.id:
            raise LetterDiffers(
                letter=kept.id,
                field_name="application",
                presented=application.id,
                kept=kept.application,
            )
        signed = letter_digest(asdict(original))
        if not ctx.has_signed(guarantor.seal_key, signed, one.signature):
            raise ForgedSeal(letter=kept.id, guarantor=kept.guarantor)
        self._check_valid(ctx, kept)
        return kept

    def _check_valid(self, ctx: Context, letter: Letter) -> None:
        terms = issued_terms(letter)
        if not terms.valid_from <= ctx.block_time_ms <= terms.valid_until:
            raise LetterExpired(
                letter=letter.id, valid_from=terms.valid_from, valid_until=terms.valid_until
            )

    def _with_letter(
        self, ctx: Context, application: Application, letter: str, limit: int
    ) -> Application:
        changed = self.applications.replace(
            replace(
                application,
                letters=(*application.letters, letter),
                secured=application.secured + limit,
            )
        )
        if changed.secured < changed.required:
            return changed
        return self.make_secured(ctx, changed)
