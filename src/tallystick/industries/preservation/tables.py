# SPDX-License-Identifier: Apache-2.0
"""The tables and parts of the contract, and what every topic looks up in them."""

from __future__ import annotations

from tallystick.contracts import DAY_MS, Context, Label, Table, day_of, replace, start_of
from tallystick.contracts.parts import (
    Accounts,
    AssetLocks,
    Calendars,
    Deadlines,
    Documents,
    Outbox,
    Parameters,
    PrivateRecords,
    WorkingPeriod,
)
from tallystick.industries.preservation.events import ExposureChanged, TermKept
from tallystick.industries.preservation.letter_records import Letter, LossClaim, PaymentPurpose
from tallystick.industries.preservation.measure_records import Measure, Property, Release, Renewal
from tallystick.industries.preservation.records import (
    Application,
    Guarantor,
    LegalParameters,
    Reconsideration,
    Scope,
)
from tallystick.industries.preservation.refusals import NotOnPanel, NotYours
from tallystick.industries.preservation.rules import HOUR_MS, share_bp
from tallystick.industries.preservation.workflows import (
    CLAIM_FLOW,
    JUDGE,
    LETTER_FLOW,
    MEASURE_FLOW,
    PRESERVATION_FLOW,
    RELEASE_FLOW,
    RENEWAL_FLOW,
    SUPERVISOR,
)


class PreservationTables:
    """Everything that the contract keeps; its topics add actions."""

    guarantors = Table(Guarantor, key="organization", label=Label(zh="担保人名册", en="Panel"))
    scopes = Table(Scope, key="version", label=Label(zh="担保范围条款", en="Scope clauses"))
    applications = Table(Application, key="id", label=Label(zh="保全申请", en="Applications"))
    letters = Table(Letter, key="id", label=Label(zh="保函", en="Letters"))
    measures = Table(Measure, key="id", label=Label(zh="保全措施", en="Measures"))
    properties = Table(
        Property, key=("registry", "tag"), label=Label(zh="财产受理次序", en="Order of service")
    )
    renewals = Table(Renewal, key="id", label=Label(zh="续行", en="Renewals"))
    releases = Table(Release, key="application", label=Label(zh="解除", en="Releases"))
    reconsiderations = Table(
        Reconsideration, key="id", label=Label(zh="复议", en="Reconsiderations")
    )
    claims = Table(LossClaim, key="id", label=Label(zh="损害索赔", en="Claims for losses"))
    purposes = Table(
        PaymentPurpose, key="order", label=Label(zh="付款用途", en="What payments are for")
    )

    parameters = Parameters(LegalParameters(), label=Label(zh="法定期限", en="Figures of the law"))
    calendars = Calendars()
    locks = AssetLocks()
    secrets = PrivateRecords(
        erase_roles=(SUPERVISOR,), label=Label(zh="非公开内容", en="Sealed contents")
    )
    files = Documents(hold_roles=(JUDGE,), label=Label(zh="保函文件", en="Files of letters"))
    money = Accounts(label=Label(zh="资金", en="Money"))
    payments = Outbox(label=Label(zh="付款", en="Payments"))
    deadlines = Deadlines(
        on_expiry=("term", "suit", "notice", "expiry", "claims"),
        label=Label(zh="期限", en="Deadlines"),
    )
    preservation_flow = PRESERVATION_FLOW
    letter_flow = LETTER_FLOW
    measure_flow = MEASURE_FLOW
    renewal_flow = RENEWAL_FLOW
    release_flow = RELEASE_FLOW
    claim_flow = CLAIM_FLOW

    def figures_of(self, application: Application) -> LegalParameters:
        """Return the figures of the law that held when an application was filed."""
        return self.parameters.at(application.parameters)

    def own_case(self, ctx: Context, application: str) -> Application:
        """Return an application that was filed with the signer's court.

        Raises:
            UnknownRecord: there is none.
            NotYours: it is another court's.
        """
        kept = self.applications.require(application)
        require_party(ctx, kept.id, kept.court)
        return kept

    def own_application(self, ctx: Context, application: str) -> Application:
        """Return an application that the signer's organisation filed.

        Raises:
            UnknownRecord: there is none.
            NotYours: it is another's.
        """
        kept = self.applications.require(application)
        require_party(ctx, kept.id, kept.applicant)
        return kept

    def own_letter(self, ctx: Context, letter: str) -> Letter:
        """Return a letter that the signer's organisation was asked for.

        Raises:
            UnknownRecord: there is none.
            NotYours: another guarantor was asked.
        """
        kept = self.letters.require(letter)
        require_party(ctx, kept.id, kept.guarantor)
        return kept

    def own_measure(self, ctx: Context, measure: str) -> Measure:
        """Return a measure that is for the signer's registry.

        Raises:
            UnknownRecord: there is none.
            NotYours: it is another registry's.
        """
        kept = self.measures.require(measure)
        require_party(ctx, kept.id, kept.registry)
        return kept

    def on_panel(self, guarantor: str) -> Guarantor:
        """Return a guarantor that may give letters now.

        Raises:
            NotOnPanel: it was never admitted, or is suspended.
        """
        kept = self.guarantors.get(guarantor)
        if kept is None or kept.is_suspended:
            raise NotOnPanel(guarantor=guarantor)
        return kept

    def term_of_days(self, ctx: Context, days: int, parameters: LegalParameters) -> WorkingPeriod:
        """Return a period of days; if its last is no working day, the next one ends it (CPL 85).

        Raises:
            CalendarMissing: nobody has published the year.
        """
        before = start_of(day_of(ctx.block_time_ms + (days - 1) * DAY_MS))
        return self.calendars.period(before, 1, calendar=parameters.calendar)

    def set_term(
        self,
        ctx: Context,
        application: Application,
        term: str,
        *,
        is_urgent: bool,
        days: int,
        hours: int,
    ) -> int:
        """Set what a court or registry has to do in `hours` if it is urgent, or else in `days`."""
        calendar = None
        if is_urgent:
            due = ctx.block_time_ms + hours * HOUR_MS
        else:
            period = self.term_of_days(ctx, days, self.figures_of(application))
            due, calendar = period.until, period.calendar
        self.deadlines.clear(application.id, term)
        self.deadlines.set(application.id, term, due=due, on_expiry="term", calendar=calendar)
        return due

    def end_term(self, ctx: Context, application: Application, term: str) -> None:
        """Note whether something was done in time; a deadline that a tick found missed is gone."""
        deadline = self.deadlines.deadlines.get(application.id, term)
        is_in_time = deadline is not None and ctx.block_time_ms <= deadline.due
        self.deadlines.clear(application.id, term)
        ctx.emit(
            TermKept(
                application=application.id,
                court=application.court,
                term=term,
                is_in_time=is_in_time,
            )
        )

    def change_exposure(self, ctx: Context, guarantor: str, change: int) -> None:
        """Keep what a guarantor answers for, and announce it."""
        kept = self.guarantors.require(guarantor)
        changed = self.guarantors.replace(replace(kept, exposure=kept.exposure + change))
        ctx.emit(
            ExposureChanged(
                guarantor=guarantor,
                exposure=changed.exposure,
                share_bp=share_bp(changed.exposure, changed.net_assets),
            )
        )


def is_urgent(application: Application) -> bool:
    """Return whether the court rules and starts within hours; before a suit always (CPL 104)."""
    return application.is_urgent or application.is_pre_suit


def require_party(ctx: Context, subject: str, party: str) -> None:
    """Go on only if the signer acts for this organisation.

    Raises:
        NotYours: it is another's.
    """
    if ctx.signer.organization != party:
        raise NotYours(subject=subject, party=party)
