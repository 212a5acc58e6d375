# SPDX-License-Identifier: Apache-2.0
"""Losses from wrongful preservation: filed, decided by a final judgment, and the letter's end."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    Amount,
    Context,
    Digest,
    Identifier,
    Label,
    ValueDigest,
    action,
    replace,
)
from tallystick.industries.preservation.ending import CLAIMS, Ending
from tallystick.industries.preservation.events import ClaimDecided, ExposureChanged, LetterEnded
from tallystick.industries.preservation.letter_records import (
    ClaimState,
    Letter,
    LetterState,
    LossClaim,
)
from tallystick.industries.preservation.records import Yuan
from tallystick.industries.preservation.refusals import NotYours, StepMissing
from tallystick.industries.preservation.rules import issued_terms
from tallystick.industries.preservation.underwriting import LetterId
from tallystick.industries.preservation.workflows import JUDGE, RESPONDENT

_CLAIMABLE = (LetterState.IN_FORCE, LetterState.CLAIMED, LetterState.PAID, LetterState.DENIED)


class Claiming(Ending):
    """What a letter is for."""

    @action(
        role=RESPONDENT,
        label=Label(zh="主张损失", en="Claim a loss"),
        refuses=(NotYours, StepMissing),
    )
    def file_claim(
        self,
        ctx: Context,
        letter: LetterId,
        claimed: Annotated[Yuan, Label(zh="主张金额", en="Amount")],
        payee: Annotated[ValueDigest, Label(zh="收款账户摘要", en="Digest of the account")],
    ) -> LossClaim:
        """en: The respondent claims its loss from a letter in force, within the time for it.

        zh: 被申请人在期限内就保全错误造成的损失主张保函责任。
        """
        kept = self.letters.require(letter)
        application = self._as_respondent(ctx, kept.application)
        if kept.state not in _CLAIMABLE:
            raise StepMissing(subject=kept.id, missing="a letter in force")
        if self.deadlines.deadlines.get(kept.id, CLAIMS) is not None:
            self.deadlines.require_in_time(ctx, kept.id, CLAIMS)
        self.letters.replace(replace(kept, claims=kept.claims + 1))
        return self.claims.add(
            LossClaim(
                id=ctx.next_id("LC"),
                application=application.id,
                letter=kept.id,
                claimant=ctx.signer.organization,
                claimed=claimed,
                payee=payee,
                state=ClaimState.FILED,
                filed_at=ctx.block_time_ms,
            )
        )

    @action(
        role=JUDGE,
        label=Label(zh="登记终局裁判", en="Record the final decision"),
        emits=(ClaimDecided,),
        refuses=(NotYours,),
    )
    def decide_claim(
        self,
        ctx: Context,
        claim: Annotated[Identifier, Label(zh="索赔", en="Claim")],
        awarded: Annotated[Amount, Label(zh="支持金额", en="Awarded")],
        decision: Annotated[Digest, Label(zh="裁判文书摘要", en="Digest of the decision")],
    ) -> LossClaim:
        """en: A final decision opens the claim, or denies it with 0; a letter owes up to its limit.

        zh: 终局裁判启动理赔，或以零元驳回；保函以限额为限承担。
        """
        kept = self.claims.require(claim)
        self.own_case(ctx, kept.application)
        if not self.claim_flow.allows(kept.state, "award"):
            self.claim_flow.refuse(kept.id, kept.state, "award")
        letter = self.letters.require(kept.letter)
        due = min(awarded, issued_terms(letter).limit - letter.awarded)
        ctx.emit(
            ClaimDecided(
                claim=kept.id,
                letter=letter.id,
                guarantor=letter.guarantor,
                awarded=awarded,
                due=due,
            )
        )
        if letter.state is not LetterState.CLAIMED:
            letter = self.letter_flow.move(ctx, self.letters, letter, "claim")
        decided = replace(kept, decision=decision, awarded=awarded, due=due)
        if due:
            self.letters.replace(replace(letter, awarded=letter.awarded + due))
            return self.claim_flow.move(ctx, self.claims, decided, "award")
        self._close(ctx, replace(letter, claims=letter.claims - 1))
        return self.claim_flow.move(ctx, self.claims, decided, "deny")

    @action(
        role=JUDGE,
        label=Label(zh="终止保函责任", en="Discharge a letter"),
        emits=(LetterEnded, ExposureChanged),
        refuses=(NotYours, StepMissing),
    )
    def discharge_letter(self, ctx: Context, letter: LetterId) -> Letter:
        """en: The court ends a letter whose claims are paid or denied.

        zh: 法院终止已赔付或已驳回索赔的保函责任。
        """
        kept = self.letters.require(letter)
        self.own_case(ctx, kept.application)
        if kept.claims:
            raise StepMissing(subject=kept.id, missing="decide_claim")
        return self.end_letter(ctx, kept, "discharge")

    def _close(self, ctx: Context, letter: Letter) -> None:
        """Move a letter on once none of its claims is open, by whether anything was awarded."""
        kept = self.letters.replace(letter)
        if kept.claims:
            return
        if kept.paid:
            self.letter_flow.move(ctx, self.letters, kept, "settle")
        else:
            self.letter_flow.move(ctx, self.letters, kept, "deny")
