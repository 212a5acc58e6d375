# SPDX-License-Identifier: Apache-2.0
"""Renewal: asked for in time, granted by the judge, confirmed by the registry."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    Context,
    Identifier,
    Label,
    Of,
    Timestamp,
    action,
    replace,
)
from tallystick.industries.preservation.enforcing import Enforcing, MeasureId, measure_changed
from tallystick.industries.preservation.events import MeasureChanged
from tallystick.industries.preservation.measure_records import (
    Measure,
    MeasureState,
    Renewal,
    RenewalState,
)
from tallystick.industries.preservation.refusals import (
    AlreadyThere,
    NotYours,
    RenewalLate,
    StepMissing,
    TooLong,
)
from tallystick.industries.preservation.rules import (
    check_expiry,
    check_renewal_time,
    years_after,
    years_of,
)
from tallystick.industries.preservation.workflows import APPLICANT, JUDGE, LAWYER, REGISTRY

RenewalId = Annotated[
    Identifier,
    Label(zh="续行", en="Renewal"),
    Of("measures", found_in="renewals", by=("measure",)),
]


class Keeping(Enforcing):
    """How measures go on."""

    @action(
        role=(APPLICANT, LAWYER),
        label=Label(zh="申请续行", en="Ask for renewal"),
        refuses=(NotYours, StepMissing, RenewalLate, AlreadyThere),
    )
    def ask_renewal(self, ctx: Context, measure: MeasureId) -> Renewal:
        """en: PRES-6: the applicant asks for renewal, seven days or more before the expiry.

        zh: 申请人在届满七日前申请续行保全。
        """
        kept = self.measures.require(measure)
        application = self.own_application(ctx, kept.application)
        if kept.state is not MeasureState.IN_EFFECT or kept.expiry is None:
            raise StepMissing(subject=kept.id, missing="confirm_measure")
        if kept.renewal is not None:
            raise AlreadyThere(subject=kept.renewal)
        days = self.figures_of(application).renewal_days
        check_renewal_time(kept.id, ctx.block_time_ms, kept.expiry, days)
        renewal = Renewal(
            id=ctx.next_id("RN"),
            measure=kept.id,
            state=RenewalState.ASKED,
            asked_at=ctx.block_time_ms,
        )
        self.measures.replace(replace(kept, renewal=renewal.id))
        return self.renewals.add(renewal)

    @action(role=JUDGE, label=Label(zh="准许续行", en="Grant a renewal"), refuses=(NotYours,))
    def grant_renewal(self, ctx: Context, renewal: RenewalId) -> Renewal:
        """en: The judge lets a measure go on.

        zh: 法官准许续行保全。
        """
        return self.renewal_flow.move(ctx, self.renewals, self._judged(ctx, renewal), "grant")

    @action(role=JUDGE, label=Label(zh="不准续行", en="Refuse a renewal"), refuses=(NotYours,))
    def refuse_renewal(self, ctx: Context, renewal: RenewalId) -> Renewal:
        """en: The judge does not let a measure go on; it lapses at its expiry.

        zh: 法官不准续行，措施届满失效。
        """
        refused = self.renewal_flow.move(ctx, self.renewals, self._judged(ctx, renewal), "refuse")
        measure = self.measures.require(refused.measure)
        self.measures.replace(replace(measure, renewal=None))
        return refused

    @action(
        role=REGISTRY,
        label=Label(zh="确认续行", en="Confirm a renewal"),
        emits=(MeasureChanged,),
        refuses=(NotYours, TooLong, StepMissing),
    )
    def confirm_renewal(
        self,
        ctx: Context,
        renewal: RenewalId,
        until: Annotated[Timestamp, Label(zh="新届满时间", en="New expiry")],
    ) -> Measure:
        """en: The registry puts the new expiry on record, before the old one passes.

        zh: 登记机构在原期限届满前登记新的届满时间。
        """
        kept = self.renewals.require(renewal)
        measure = self.own_measure(ctx, kept.measure)
        application = self.applications.require(measure.application)
        if measure.state is not MeasureState.IN_EFFECT or ctx.block_time_ms > (measure.expiry or 0):
            raise StepMissing(subject=measure.id, missing="a measure in effect")
        latest = years_after(
            ctx.block_time_ms, years_of(measure.kind, self.figures_of(application))
        )
        check_expiry(measure.id, until, latest)
        if until <= (measure.expiry or 0):
            raise StepMissing(subject=measure.id, missing="a later expiry")
        self.renewal_flow.move(ctx, self.renewals, kept, "confirm", expiry=until)
        renewed = self.measures.replace(
            replace(measure, start=ctx.block_time_ms, expiry=until, renewal=None)
        )
        self.set_expiry(application, renewed)
        self.preservation_flow.move(ctx, self.applications, application, "renew")
        ctx.emit(measure_changed(renewed))
        return renewed

    def _judged(self, ctx: Context, renewal: str) -> Renewal:
        kept = self.renewals.require(renewal)
        self.own_case(ctx, self.measures.require(kept.measure).application)
        return kept
