# SPDX-License-Identifier: Apache-2.0
"""The ruling and its enforcement: measures on property, ranked as registries confirm."""

from __future__ import annotations

from typing import Annotated, Final

from tallystick.contracts import (
    DAY_MS,
    Amount,
    Context,
    Digest,
    Identifier,
    Label,
    Of,
    OrganizationCode,
    Timestamp,
    ValueDigest,
    action,
    day_of,
    end_of,
    replace,
)
from tallystick.contracts.parts import Deadline, PrivateRecord, SealedData
from tallystick.industries.preservation.events import (
    ExpiryNotice,
    MeasureChanged,
    Ruled,
    SurplusFound,
    TermKept,
    TermMissed,
)
from tallystick.industries.preservation.filing import RULING, SUIT, ApplicationId
from tallystick.industries.preservation.measure_records import (
    Measure,
    MeasureState,
    Property,
    PropertyKind,
)
from tallystick.industries.preservation.records import (
    MEASURES_MAX,
    ON_PROPERTY_MAX,
    Application,
    PreservationState,
    Yuan,
)
from tallystick.industries.preservation.refusals import (
    AlreadyThere,
    NotYours,
    StepMissing,
    TooLong,
    TooMuch,
)
from tallystick.industries.preservation.rules import check_expiry, years_after, years_of
from tallystick.industries.preservation.securing import Securing
from tallystick.industries.preservation.tables import is_urgent
from tallystick.industries.preservation.workflows import JUDGE, LIVE, OFFICER, REGISTRY

START: Final = "start"
SURPLUS: Final = "surplus"
EXPIRY: Final = "expiry"
FIRST_NOTICE: Final = "first-notice"
LAST_NOTICE: Final = "last-notice"
MeasureId = Annotated[
    Identifier,
    Label(zh="措施", en="Measure"),
    Of("applications", found_in="measures", by=("application",)),
]


def property_id(measure: str) -> str:
    """Return the id under which a measure's property is sealed for its registry."""
    return f"{measure}/property"


class Enforcing(Securing):
    """From the ruling to measures in effect."""

    @action(
        role=JUDGE,
        label=Label(zh="裁定保全", en="Rule"),
        emits=(Ruled, TermKept),
        refuses=(NotYours, TooMuch),
    )
    def rule(
        self,
        ctx: Context,
        application: ApplicationId,
        amount: Annotated[Yuan, Label(zh="保全限额", en="Amount")],
        ruling: Annotated[Digest, Label(zh="裁定书摘要", en="Digest of the ruling")],
    ) -> Application:
        """en: The judge rules; accepted letters come into force, enforcement has to start in time.

        zh: 法官作出保全裁定，已采纳的保函生效，并起算开始执行的期限。
        """
        kept = self.own_case(ctx, application)
        if amount > kept.amount:
            raise TooMuch(amount=amount, limit=kept.amount, rule="application")
        ruled = self.preservation_flow.move(
            ctx,
            self.applications,
            kept,
            "rule",
            ruling=ruling,
            ruled_amount=amount,
            ruled_at=ctx.block_time_ms,
        )
        self.end_term(ctx, kept, RULING)
        figures = self.figures_of(kept)
        self.set_term(
            ctx,
            kept,
            START,
            is_urgent=is_urgent(kept),
            days=figures.start_days,
            hours=figures.urgent_start_hours,
        )
        for letter in kept.letters:
            self.letter_flow.move(ctx, self.letters, self.letters.require(letter), "take_force")
        ctx.emit(Ruled(application=kept.id, court=kept.court, amount=amount, ruling=ruling))
        return ruled

    @action(
        role=OFFICER,
        label=Label(zh="开始执行", en="Start enforcement"),
        emits=(TermKept,),
        refuses=(NotYours,),
    )
    def start_execution(self, ctx: Context, application: ApplicationId) -> Application:
        """en: An enforcement officer begins to carry the ruling out.

        zh: 执行人员开始执行保全裁定。
        """
        kept = self.own_case(ctx, application)
        started = self.preservation_flow.move(ctx, self.applications, kept, "execute")
        self.end_term(ctx, kept, START)
        return started

    @action(
        role=OFFICER,
        label=Label(zh="下达措施", en="Order a measure"),
        refuses=(NotYours, StepMissing, TooMuch),
    )
    def order_measure(
        self,
        ctx: Context,
        application: ApplicationId,
        registry: Annotated[OrganizationCode, Label(zh="登记机构", en="Registry")],
        kind: Annotated[PropertyKind, Label(zh="财产种类", en="Kind")],
        amount: Annotated[Yuan, Label(zh="金额", en="Amount")],
    ) -> Measure:
        """en: Orders a registry to freeze; which property, follows sealed to this registry alone.

        zh: 要求登记机构协助保全；具体财产另行密封给该登记机构。
        """
        kept = self.own_case(ctx, application)
        if kept.state not in LIVE or kept.state is PreservationState.RULED:
            raise StepMissing(subject=kept.id, missing="start_execution")
        if amount > kept.ruled_amount:
            raise TooMuch(amount=amount, limit=kept.ruled_amount, rule="ruling")
        count = len(kept.measures) + 1
        if count > MEASURES_MAX:
            raise TooMuch(amount=count, limit=MEASURES_MAX, rule="measures")
        measure = Measure(
            id=ctx.next_id("PM"),
            application=kept.id,
            court=kept.court,
            registry=registry,
            kind=kind,
            ordered=amount,
            state=MeasureState.ORDERED,
            ordered_at=ctx.block_time_ms,
        )
        self.applications.replace(replace(kept, measures=(*kept.measures, measure.id)))
        return self.measures.add(measure)

    @action(
        role=OFFICER, label=Label(zh="密封财产信息", en="Seal the property"), refuses=(NotYours,)
    )
    def declare_property(
        self,
        ctx: Context,
        measure: MeasureId,
        sealed: Annotated[SealedData, Label(zh="密文", en="Sealed data")],
    ) -> PrivateRecord:
        """en: PRES-8: the property's details are for the court and this registry, nobody else.

        zh: 财产信息仅法院与该登记机构可读，担保人与对方当事人不可读。
        """
        kept = self.measures.require(measure)
        self.own_case(ctx, kept.application)
        self.measures.replace(replace(kept, served_at=ctx.block_time_ms))
        return self.secrets.declare(ctx, property_id(kept.id), sealed, recipients=[kept.registry])

    @action(
        role=REGISTRY,
        label=Label(zh="确认措施", en="Confirm a measure"),
        emits=(MeasureChanged, SurplusFound),
        refuses=(NotYours, StepMissing, TooMuch, TooLong),
    )
    def confirm_measure(
        self,
        ctx: Context,
        measure: MeasureId,
        tag: Annotated[ValueDigest, Label(zh="财产标记", en="Tag of the property")],
        amount: Annotated[Yuan, Label(zh="实际保全金额", en="Amount frozen")],
        until: Annotated[Timestamp, Label(zh="届满时间", en="Expiry")],
    ) -> Measure:
        """en: The registry confirms what it froze; measures on one property rank as served.

        zh: 登记机构确认实际保全金额；同一财产上的措施按送达先后排序。
        """
        kept = self.own_measure(ctx, measure)
        application = self.applications.require(kept.application)
        left = application.ruled_amount - application.frozen
        if left == 0:
            raise TooMuch(amount=amount, limit=left, rule="ruling")
        if kept.served_at is None:
            raise StepMissing(subject=kept.id, missing="declare_property")
        figures = self.figures_of(application)
        years = years_of(kept.kind, figures)
        check_expiry(kept.id, until, years_after(ctx.block_time_ms, years))
        if until <= ctx.block_time_ms:
            raise StepMissing(subject=kept.id, missing="an expiry in the future")
        held = min(amount, left)
        confirmed = self.measure_flow.move(
            ctx,
            self.measures,
            kept,
            "confirm",
            tag=tag,
            amount=held,
            surplus=amount - held,
            priority=self._rank(ctx, kept, tag),
            start=ctx.block_time_ms,
            expiry=until,
        )
        if confirmed.surplus:
            confirmed = self._open_surplus(ctx, confirmed)
        self.set_expiry(application, confirmed)
        ctx.emit(measure_changed(confirmed))
        self._count_frozen(ctx, replace(application, frozen=application.frozen + held))
        return confirmed

    @action(role=REGISTRY, label=Label(zh="无可供保全", en="Nothing there"), refuses=(NotYours,))
    def fail_measure(self, ctx: Context, measure: MeasureId) -> Measure:
        """en: The registry finds nothing that it could freeze.

        zh: 登记机构未发现可供保全的财产。
        """
        return self.measure_flow.move(ctx, self.measures, self.own_measure(ctx, measure), "fail")

    @action(
        role=REGISTRY,
        label=Label(zh="确认解除超额部分", en="Confirm the surplus is free"),
        emits=(TermKept,),
        refuses=(NotYours, AlreadyThere),
    )
    def release_surplus(self, ctx: Context, measure: MeasureId) -> Measure:
        """en: The registry confirms that it released what it froze beyond the ruling.

        zh: 登记机构确认已解除超出裁定限额的部分。
        """
        kept = self.own_measure(ctx, measure)
        if kept.surplus == 0:
            raise AlreadyThere(subject=f"{kept.id}/surplus")
        is_in_time = ctx.block_time_ms <= (kept.surplus_due or 0)
        self.deadlines.clear(kept.id, SURPLUS)
        ctx.emit(
            TermKept(
                application=kept.application,
                court=kept.court,
                term=SURPLUS,
                is_in_time=is_in_time,
            )
        )
        return self.measures.replace(replace(kept, surplus=0, surplus_due=None))

    def on_term(self, ctx: Context, deadline: Deadline) -> None:
        """Say that what had to be done is not; it can still be done, and is then late."""
        measure = self.measures.get(deadline.case)
        case = deadline.case if measure is None else measure.application
        ctx.emit(TermMissed(application=case, term=deadline.name, due=deadline.due))

    def on_notice(self, ctx: Context, deadline: Deadline) -> None:
        """Remind the applicant that a measure expires."""
        measure = self.measures.require(deadline.case)
        application = self.applications.require(measure.application)
        expiry = measure.expiry or 0
        ctx.emit(
            ExpiryNotice(
                measure=measure.id,
                application=application.id,
                applicant=application.applicant,
                expiry=expiry,
                ask_by=expiry - self.figures_of(application).renewal_days * DAY_MS,
            )
        )

    # --- what other topics use ------------------------------------------------------------------

    def set_expiry(self, application: Application, measure: Measure) -> None:
        """Set a measure's expiry and the notices before it; a late one goes out now."""
        figures = self.figures_of(application)
        expiry = measure.expiry or 0
        self.clear_expiry(measure.id)
        self.deadlines.set(measure.id, EXPIRY, due=expiry, on_expiry="expiry")
        for name, days in (
            (FIRST_NOTICE, figures.first_notice_days),
            (LAST_NOTICE, figures.last_notice_days),
        ):
            self.deadlines.set(
                measure.id, name, due=max(expiry - days * DAY_MS, 0), on_expiry="notice"
            )

    def clear_expiry(self, measure: str) -> None:
        """Drop a measure's timers, the surplus's too."""
        for name in (EXPIRY, FIRST_NOTICE, LAST_NOTICE):
            self.deadlines.clear(measure, name)

    def _rank(self, ctx: Context, measure: Measure, tag: str) -> int:
        """PRES-10: the place in the order of service; who was served later moves back by one."""
        kept = self.properties.get(measure.registry, tag)
        others = () if kept is None else kept.measures
        if len(others) == ON_PROPERTY_MAX:
            raise TooMuch(amount=len(others) + 1, limit=ON_PROPERTY_MAX, rule="property")
        before = tuple(one for one in others if self._served(one) < self._served(measure.id))
        after = others[len(before) :]
        for place, later in enumerate(after, start=len(before) + 2):
            moved = replace(self.measures.require(later), priority=place)
            ctx.emit(measure_changed(self.measures.replace(moved)))
        in_order = (*before, measure.id, *after)
        self.properties.put(Property(registry=measure.registry, tag=tag, measures=in_order))
        return len(before) + 1

    def _served(self, measure: str) -> tuple[int, str]:
        """Return when a measure was served; of those in one block the earlier order is first."""
        return self.measures.require(measure).served_at or 0, measure

    def _open_surplus(self, ctx: Context, measure: Measure) -> Measure:
        """PRES-5: what was frozen beyond the ruling is released before the day ends."""
        due = end_of(day_of(ctx.block_time_ms))
        self.deadlines.set(measure.id, SURPLUS, due=due, on_expiry="term")
        ctx.emit(
            SurplusFound(
                measure=measure.id, registry=measure.registry, surplus=measure.surplus, due=due
            )
        )
        return self.measures.replace(replace(measure, surplus_due=due))

    def _count_frozen(self, ctx: Context, application: Application) -> None:
        """Keep what is frozen; the first measure puts the preservation in effect."""
        if application.state is not PreservationState.EXECUTING:
            self.applications.replace(application)
            return
        sue_by = None
        if application.is_pre_suit and application.case_number is None:
            figures = self.figures_of(application)
            period = self.term_of_days(ctx, figures.suit_days, figures)
            sue_by = period.until
            self.deadlines.set(
                application.id, SUIT, due=sue_by, on_expiry="suit", calendar=period.calendar
            )
        self.preservation_flow.move(
            ctx, self.applications, application, "take_effect", sue_by=sue_by
        )


def measure_changed(measure: Measure) -> MeasureChanged:
    """Return the fact of what a measure holds now, for statistics."""
    return MeasureChanged(
        measure=measure.id,
        application=measure.application,
        kind=measure.kind,
        amount=_held(measure),
        priority=measure.priority,
        expiry=measure.expiry,
    )


def _held(measure: Measure) -> Amount:
    return measure.amount if measure.state is MeasureState.IN_EFFECT else 0
