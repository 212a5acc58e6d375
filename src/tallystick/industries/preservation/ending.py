# SPDX-License-Identifier: Apache-2.0
"""Reconsideration, substitution, release, lapse: how measures end."""

from __future__ import annotations

from typing import Annotated, Final

from tallystick.contracts import (
    DAY_MS,
    Amount,
    Context,
    Digest,
    Identifier,
    Label,
    Name,
    Of,
    OrganizationCode,
    action,
    replace,
)
from tallystick.contracts.parts import Deadline
from tallystick.industries.preservation.enforcing import (
    START,
    MeasureId,
    measure_changed,
)
from tallystick.industries.preservation.events import (
    ExposureChanged,
    LetterEnded,
    LetterRejected,
    MeasureChanged,
    MeasureLapsed,
    Released,
    ReleaseOpened,
    SuitMissing,
    TermKept,
)
from tallystick.industries.preservation.filing import RULING, SUIT, ApplicationId
from tallystick.industries.preservation.keeping import Keeping
from tallystick.industries.preservation.letter_records import Letter, LetterState
from tallystick.industries.preservation.measure_records import (
    Measure,
    MeasureState,
    Release,
    ReleaseGround,
    ReleaseState,
)
from tallystick.industries.preservation.records import (
    Application,
    Reconsideration,
)
from tallystick.industries.preservation.refusals import (
    AlreadyThere,
    NotYours,
    StepMissing,
    TooLittle,
)
from tallystick.industries.preservation.rules import (
    issued_terms,
)
from tallystick.industries.preservation.tables import require_party
from tallystick.industries.preservation.workflows import (
    APPLICANT,
    CLERK,
    ENDED,
    JUDGE,
    LAWYER,
    LIVE,
    REGISTRY,
    RESPONDENT,
)

CLAIMS: Final = "claims"
RECONSIDERATION: Final = "reconsideration"
RELEASE: Final = "release"
ENDING_EVENTS: Final = (
    *(SuitMissing, ReleaseOpened, MeasureLapsed, MeasureChanged, Released, LetterEnded),
    *(ExposureChanged, TermKept),
)
_ReleasedFrom = Annotated[ApplicationId, Of("releases", field="application")]
_Order = Annotated[Digest, Label(zh="裁定书摘要", en="Digest of the order")]


class Ending(Keeping):
    """Objections, release and lapse."""

    @action(
        role=CLERK,
        label=Label(zh="送达被申请人", en="Serve the respondent"),
        refuses=(NotYours, StepMissing, AlreadyThere),
    )
    def serve_respondent(
        self,
        ctx: Context,
        application: ApplicationId,
        respondent: Annotated[OrganizationCode, Label(zh="被申请人", en="Respondent")],
    ) -> Application:
        """en: The ruling is served; from now on the respondent acts, five days to object first.

        zh: 送达裁定，被申请人自此可以办理；五日内可以申请复议。
        """
        kept = self.own_case(ctx, application)
        if kept.ruled_at is None:
            raise StepMissing(subject=kept.id, missing="rule")
        if kept.respondent is not None:
            raise AlreadyThere(subject=f"{kept.id}/respondent")
        figures = self.figures_of(kept)
        period = self.term_of_days(ctx, figures.reconsideration_days, figures)
        self.deadlines.set(
            kept.id,
            RECONSIDERATION,
            due=period.until,
            on_expiry="term",
            calendar=period.calendar,
        )
        return self.applications.replace(replace(kept, respondent=respondent))

    @action(
        role=RESPONDENT,
        label=Label(zh="申请复议", en="Ask for reconsideration"),
        refuses=(NotYours, AlreadyThere),
    )
    def ask_reconsideration(
        self,
        ctx: Context,
        application: ApplicationId,
        grounds: Annotated[Digest, Label(zh="理由摘要", en="Digest of the grounds")],
    ) -> Reconsideration:
        """en: The respondent objects to the ruling within five days of being served.

        zh: 被申请人自收到裁定五日内申请复议。
        """
        kept = self._as_respondent(ctx, application)
        if kept.reconsidered is not None:
            raise AlreadyThere(subject=kept.reconsidered)
        self.deadlines.require_in_time(ctx, kept.id, RECONSIDERATION)
        self.deadlines.clear(kept.id, RECONSIDERATION)
        figures = self.figures_of(kept)
        period = self.term_of_days(ctx, figures.review_days, figures)
        asked = Reconsideration(
            id=ctx.next_id("RC"),
            application=kept.id,
            party=ctx.signer.organization,
            grounds=grounds,
            asked_at=ctx.block_time_ms,
            due=period.until,
        )
        self.deadlines.set(
            kept.id,
            "review",
            due=period.until,
            on_expiry="term",
            calendar=period.calendar,
        )
        self.applications.replace(replace(kept, reconsidered=asked.id))
        return self.reconsiderations.add(asked)

    @action(
        role=JUDGE,
        label=Label(zh="复议决定", en="Decide a reconsideration"),
        emits=ENDING_EVENTS,
        refuses=(NotYours, AlreadyThere),
    )
    def decide_reconsideration(
        self,
        ctx: Context,
        reconsideration: Annotated[Identifier, Label(zh="复议", en="Reconsideration")],
        is_upheld: Annotated[bool, Label(zh="维持裁定", en="The ruling stands")],
    ) -> Reconsideration:
        """en: The judge lets the ruling stand, or revokes it within ten days.

        zh: 法官在十日内维持或撤销裁定。
        """
        kept = self.reconsiderations.require(reconsideration)
        application = self.own_case(ctx, kept.application)
        if kept.is_upheld is not None:
            raise AlreadyThere(subject=kept.id)
        self.end_term(ctx, application, "review")
        if not is_upheld and application.state not in ENDED:
            self.open_release(ctx, application, ReleaseGround.REVOKED, None)
        return self.reconsiderations.replace(
            replace(kept, is_upheld=is_upheld, decided_at=ctx.block_time_ms)
        )

    @action(
        role=(APPLICANT, LAWYER, RESPONDENT),
        label=Label(zh="申请解除", en="Ask for release"),
        emits=(ReleaseOpened,),
        refuses=(NotYours, StepMissing, AlreadyThere, TooLittle),
    )
    def ask_release(
        self,
        ctx: Context,
        application: ApplicationId,
        ground: Annotated[ReleaseGround, Label(zh="事由", en="Ground")],
        security: Annotated[Digest | None, Label(zh="替换担保摘要", en="Other security")] = None,
        security_amount: Annotated[Amount, Label(zh="替换担保金额", en="Its amount")] = 0,
    ) -> Release:
        """en: A party asks for release; the respondent may give sufficient security instead.

        zh: 当事人申请解除；被申请人可以提供充分担保替换。
        """
        kept = self.applications.require(application)
        if ctx.signer.organization not in {kept.applicant, kept.respondent}:
            raise NotYours(subject=kept.id, party=kept.applicant)
        if ground is ReleaseGround.REVOKED:
            raise StepMissing(subject=kept.id, missing="decide_reconsideration")
        if ground is ReleaseGround.SUBSTITUTED:
            if security is None or security_amount < kept.frozen:
                raise TooLittle(amount=security_amount, required=kept.frozen, rule="substitution")
            self._as_respondent(ctx, application)
        opened = self.open_release(ctx, kept, ground, ctx.signer.organization)
        return self.releases.replace(
            replace(opened, security=security, security_amount=security_amount)
        )

    @action(
        role=(APPLICANT, LAWYER),
        label=Label(zh="同意替换", en="Agree to a substitution"),
        refuses=(NotYours, StepMissing),
    )
    def agree_substitution(self, ctx: Context, application: _ReleasedFrom) -> Release:
        """en: The applicant agrees that security takes the place of the disputed thing.

        zh: 申请人同意以担保替换争议标的物。
        """
        self.own_application(ctx, application)
        kept = self.releases.require(application)
        if kept.ground is not ReleaseGround.SUBSTITUTED or kept.state is not ReleaseState.DUE:
            raise StepMissing(subject=application, missing="a substitution that is asked for")
        return self.releases.replace(replace(kept, is_agreed=True))

    @action(
        role=JUDGE,
        label=Label(zh="裁定解除", en="Order the release"),
        emits=ENDING_EVENTS,
        refuses=(NotYours, StepMissing),
    )
    def order_release(self, ctx: Context, application: _ReleasedFrom, order: _Order) -> Release:
        """en: The judge orders the release; registries confirm it measure by measure.

        zh: 法官裁定解除，登记机构逐项确认。
        """
        kept = self.own_case(ctx, application)
        opened = self.releases.require(kept.id)
        is_swap = opened.ground is ReleaseGround.SUBSTITUTED
        if is_swap and kept.is_disputed_thing and not opened.is_agreed:
            raise StepMissing(subject=kept.id, missing="agree_substitution")
        ordered = self.release_flow.move(
            ctx, self.releases, opened, "order", order=order, ordered_at=ctx.block_time_ms
        )
        self.end_term(ctx, kept, RELEASE)
        self._finish_if_free(ctx, kept)
        return self.releases.require(ordered.application)

    @action(
        role=JUDGE,
        label=Label(zh="不予解除", en="Decline a release"),
        emits=(TermKept,),
        refuses=(NotYours,),
    )
    def decline_release(
        self,
        ctx: Context,
        application: _ReleasedFrom,
        reason: Annotated[Name, Label(zh="理由", en="Reason")],
    ) -> Release:
        """en: The judge lets the measures stand, and says why.

        zh: 法官不予解除并说明理由。
        """
        kept = self.own_case(ctx, application)
        opened = self.releases.require(kept.id)
        self.end_term(ctx, kept, RELEASE)
        return self.release_flow.move(ctx, self.releases, opened, "decline", reason=reason)

    @action(
        role=REGISTRY,
        label=Label(zh="确认解除", en="Confirm a release"),
        emits=ENDING_EVENTS,
        refuses=(NotYours, StepMissing),
    )
    def confirm_release(self, ctx: Context, measure: MeasureId) -> Measure:
        """en: The registry has released the property; the last one ends the preservation.

        zh: 登记机构确认已解除；最后一项解除后保全终结。
        """
        kept = self.own_measure(ctx, measure)
        release = self.releases.get(kept.application)
        if release is None or release.state is not ReleaseState.ORDERED:
            raise StepMissing(subject=kept.id, missing="order_release")
        released = self._end_measure(ctx, kept, "release")
        self._finish_if_free(ctx, self.applications.require(kept.application))
        return released

    @action(
        role=JUDGE,
        label=Label(zh="驳回或终结申请", en="Refuse an application"),
        emits=(LetterRejected, *ENDING_EVENTS),
        refuses=(NotYours,),
    )
    def refuse_application(
        self,
        ctx: Context,
        application: ApplicationId,
        reason: Annotated[Name, Label(zh="理由", en="Reason")],
    ) -> Application:
        """en: The judge refuses an application before any ruling; its letters are given back.

        zh: 法官在裁定前驳回申请或准许撤回，保函随之退还。
        """
        kept = self.own_case(ctx, application)
        self.deadlines.clear(kept.id, RULING)
        refused = self.preservation_flow.move(
            ctx,
            self.applications,
            kept,
            "revoke",
            reason=reason,
            ended_at=ctx.block_time_ms,
        )
        for letter in kept.letters:
            self.end_letter(ctx, self.letters.require(letter), "release")
        return refused

    def on_suit(self, ctx: Context, deadline: Deadline) -> None:
        """PRES-7: nobody sued in time, so the court has to release."""
        kept = self.applications.require(deadline.case)
        ctx.emit(SuitMissing(application=kept.id, counsel=kept.counsel, due=deadline.due))
        release = self.releases.get(kept.id)
        if release is None or release.state is ReleaseState.DECLINED:
            self.open_release(ctx, kept, ReleaseGround.NO_SUIT, None)

    def on_expiry(self, ctx: Context, deadline: Deadline) -> None:
        """Let a measure lapse whose time is over; the last one ends the preservation."""
        measure = self.measures.require(deadline.case)
        self._end_measure(ctx, measure, "lapse")
        application = self.applications.require(measure.application)
        ctx.emit(
            MeasureLapsed(
                measure=measure.id,
                application=application.id,
                court=application.court,
                is_case_live=application.case_number is not None,
            )
        )
        if self._has_measures(application):
            return
        release = self.releases.get(application.id)
        if release is not None and release.state is ReleaseState.ORDERED:
            self._finish_if_free(ctx, application)
        else:
            self._end_case(ctx, application, "lapse")

    def on_claims(self, ctx: Context, deadline: Deadline) -> None:
        """Release a letter on which nothing was claimed in time."""
        letter = self.letters.require(deadline.case)
        if letter.state is LetterState.IN_FORCE and letter.claims == 0:
            self.end_letter(ctx, letter, "release")

    # --- what other topics use ------------------------------------------------------------------

    def open_release(
        self, ctx: Context, application: Application, ground: ReleaseGround, by: str | None
    ) -> Release:
        """Open the task to release an application's property.

        Raises:
            StepMissing: there is nothing to release.
            AlreadyThere: it is open or ordered already.
        """
        if application.state not in LIVE:
            raise StepMissing(subject=application.id, missing="rule")
        before = self.releases.get(application.id)
        is_over = before is None or before.state is ReleaseState.DECLINED
        if before is not None and not is_over and not _yields(before, ground):
            raise AlreadyThere(subject=before.id)
        figures = self.figures_of(application)
        due = self.set_term(
            ctx,
            application,
            RELEASE,
            is_urgent=application.is_urgent,
            days=figures.release_days,
            hours=figures.urgent_release_hours,
        )
        release = Release(
            id=ctx.next_id("RL"),
            application=application.id,
            ground=ground,
            state=ReleaseState.DUE,
            asked_by=by,
            opened_at=ctx.block_time_ms,
            due=due,
        )
        ctx.emit(
            ReleaseOpened(release=release.id, application=application.id, ground=ground, due=due)
        )
        return self.releases.put(release)

    def end_letter(self, ctx: Context, letter: Letter, move: str) -> Letter:
        """End a letter that was accepted: its limit burdens the guarantor no more."""
        ended = self.letter_flow.move(ctx, self.letters, letter, move, ended_at=ctx.block_time_ms)
        self.deadlines.clear(letter.id, CLAIMS)
        self.change_exposure(ctx, letter.guarantor, -issued_terms(letter).limit)
        ctx.emit(
            LetterEnded(
                letter=letter.id, guarantor=letter.guarantor, state=ended.state, paid=letter.paid
            )
        )
        return ended

    def _as_respondent(self, ctx: Context, application: str) -> Application:
        kept = self.applications.require(application)
        if kept.respondent is None:
            raise NotYours(subject=kept.id, party=kept.court)
        require_party(ctx, kept.id, kept.respondent)
        return kept

    def _end_measure(self, ctx: Context, measure: Measure, move: str) -> Measure:
        """Free what a measure holds."""
        held = measure.amount if measure.state is MeasureState.IN_EFFECT else 0
        ended = self.measure_flow.move(
            ctx, self.measures, measure, move, surplus=0, surplus_due=None
        )
        self.clear_expiry(measure.id)
        self.deadlines.clear(measure.id, "surplus")
        application = self.applications.require(measure.application)
        self.applications.replace(replace(application, frozen=application.frozen - held))
        ctx.emit(measure_changed(ended))
        return ended

    def _has_measures(self, application: Application) -> bool:
        open_states = {MeasureState.ORDERED, MeasureState.IN_EFFECT}
        return any(self.measures.require(one).state in open_states for one in application.measures)

    def _finish_if_free(self, ctx: Context, application: Application) -> None:
        """End the preservation once its last measure is released."""
        release = self.releases.require(application.id)
        if self._has_measures(application):
            return
        self.release_flow.move(ctx, self.releases, release, "finish")
        is_revoked = release.ground is ReleaseGround.REVOKED
        self._end_case(ctx, application, "end_revoked" if is_revoked else "release")
        ctx.emit(
            Released(
                application=application.id,
                applicant=application.applicant,
                ground=release.ground,
            )
        )

    def _end_case(self, ctx: Context, application: Application, move: str) -> None:
        """Note the end; from now on the respondent has its time to claim on the letters."""
        for name in (SUIT, START, RECONSIDERATION, "review"):
            self.deadlines.clear(application.id, name)
        ended = self.preservation_flow.move(
            ctx, self.applications, application, move, ended_at=ctx.block_time_ms
        )
        days = self.figures_of(ended).claim_days
        for letter in ended.letters:
            due = ctx.block_time_ms + days * DAY_MS
            self.deadlines.set(letter, CLAIMS, due=due, on_expiry="claims")


def _yields(open_release: Release, ground: ReleaseGround) -> bool:
    """Return whether a task that waits gives way: only to a ruling that was revoked."""
    return ground is ReleaseGround.REVOKED and open_release.state is ReleaseState.DUE
