# SPDX-License-Identifier: Apache-2.0
"""Applications: filed, contents sealed, checked by the clerk, security ordered."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from tallystick.contracts import (
    Context,
    Identifier,
    Label,
    Name,
    OrganizationCode,
    action,
    asdict,
    replace,
)
from tallystick.contracts.parts import PrivateRecord, SealedData
from tallystick.industries.preservation.events import (
    ApplicationFiled,
    SecurityOrdered,
    SuitRegistered,
    TermKept,
)
from tallystick.industries.preservation.records import (
    Application,
    Exemption,
    NewApplication,
    PreservationState,
    Yuan,
)
from tallystick.industries.preservation.refusals import (
    AlreadyThere,
    DoesNotFit,
    NotYours,
    StepMissing,
    TooLittle,
    TooMuch,
)
from tallystick.industries.preservation.rules import check_security
from tallystick.industries.preservation.setting import Setting
from tallystick.industries.preservation.tables import is_urgent
from tallystick.industries.preservation.workflows import (
    APPLICANT,
    BEFORE_RULING,
    CLERK,
    ENDED,
    JUDGE,
    LAWYER,
)

RULING: Final = "ruling"
SUIT: Final = "suit"

ApplicationId = Annotated[Identifier, Label(zh="保全申请", en="Application")]


class Contents(StrEnum):
    """What of an application is sealed, and so never on the ledger."""

    GROUNDS = "GROUNDS"
    """Names and grounds: for the court, and for guarantors whom the applicant asks."""
    PROPERTY = "PROPERTY"
    """Property clues: for the court alone."""


def contents_id(application: str, contents: Contents) -> str:
    """Return the id under which contents of an application are sealed."""
    return f"{application}/{contents.lower()}"


class Filing(Setting):
    """From the application to the order to give security."""

    @action(
        role=(APPLICANT, LAWYER),
        label=Label(zh="申请保全", en="Apply"),
        emits=(ApplicationFiled,),
    )
    def file_application(self, ctx: Context, new: NewApplication) -> Application:
        """en: Files an application for preservation; names, grounds and property follow sealed.

        zh: 提交财产保全申请；姓名、理由与财产线索另行密封提交。
        """
        organization = ctx.signer.organization
        counsel = None if APPLICANT in ctx.signer.roles else organization
        application = Application(
            id=ctx.next_id("PA"),
            applicant=organization,
            counsel=counsel,
            state=PreservationState.FILED,
            filed_at=ctx.block_time_ms,
            parameters=self.parameters.now().version,
            **asdict(new),
        )
        ctx.emit(
            ApplicationFiled(
                application=application.id,
                applicant=organization,
                court=new.court,
                amount=new.amount,
                is_pre_suit=new.is_pre_suit,
                counsel=counsel,
            )
        )
        return self.applications.add(application)

    @action(
        role=(APPLICANT, LAWYER),
        label=Label(zh="密封提交内容", en="Declare sealed contents"),
        refuses=(NotYours,),
    )
    def declare_contents(
        self,
        ctx: Context,
        application: ApplicationId,
        contents: Annotated[Contents, Label(zh="内容", en="Contents")],
        sealed: Annotated[SealedData, Label(zh="密文", en="Sealed data")],
    ) -> PrivateRecord:
        """en: Declares names and grounds, or property clues, sealed to the court alone.

        zh: 登记仅密封给法院的姓名与理由，或财产线索。
        """
        kept = self.own_application(ctx, application)
        record = contents_id(kept.id, contents)
        return self.secrets.declare(ctx, record, sealed, recipients=[kept.court])

    @action(
        role=(APPLICANT, LAWYER),
        label=Label(zh="向担保人提供理由", en="Share the grounds"),
        refuses=(NotYours,),
    )
    def share_grounds(
        self,
        ctx: Context,
        application: ApplicationId,
        guarantor: Annotated[OrganizationCode, Label(zh="担保人", en="Guarantor")],
    ) -> PrivateRecord:
        """en: Lets a guarantor that is asked read names and grounds; never the property.

        zh: 允许被询保的担保人查阅姓名与理由；财产线索不得提供。
        """
        kept = self.own_application(ctx, application)
        return self.secrets.add_recipient(ctx, contents_id(kept.id, Contents.GROUNDS), guarantor)

    @action(
        role=CLERK,
        label=Label(zh="立案审查", en="Check an application"),
        refuses=(NotYours, StepMissing, DoesNotFit, AlreadyThere),
    )
    def check_application(
        self,
        ctx: Context,
        application: ApplicationId,
        case_number: Annotated[Name | None, Label(zh="案号", en="Case number")] = None,
    ) -> Application:
        """en: The clerk has read the sealed contents; in suit the case number is noted.

        zh: 立案人员审查密封内容；诉讼保全登记案号。
        """
        kept = self.own_case(ctx, application)
        if kept.checked_by is not None:
            raise AlreadyThere(subject=f"{kept.id}/checked")
        if self.secrets.records.get(contents_id(kept.id, Contents.GROUNDS)) is None:
            raise StepMissing(subject=kept.id, missing="declare_contents")
        if kept.is_pre_suit is not (case_number is None):
            raise DoesNotFit(subject=kept.id, what="a case number in suit, none before")
        return self.applications.replace(
            replace(kept, checked_by=ctx.person, case_number=case_number)
        )

    @action(
        role=JUDGE,
        label=Label(zh="责令提供担保", en="Order security"),
        emits=(SecurityOrdered,),
        refuses=(NotYours, StepMissing, TooMuch, TooLittle),
    )
    def order_security(
        self,
        ctx: Context,
        application: ApplicationId,
        required: Annotated[Yuan, Label(zh="担保金额", en="Security")],
        reason: Annotated[Name | None, Label(zh="酌减理由", en="Reason for less")] = None,
    ) -> Application:
        """en: The judge orders security: at most 30 % in suit, before suit the whole.

        zh: 法官责令提供担保：诉讼中不超过三成，诉前为全额，酌减须说明理由。
        """
        kept = self._checked(ctx, application)
        check_security(kept, required, reason, self.figures_of(kept))
        ctx.emit(_ordered(kept, required, None))
        return self.preservation_flow.move(
            ctx, self.applications, kept, "order_security", required=required, reason=reason
        )

    @action(
        role=JUDGE,
        label=Label(zh="免予担保", en="Exempt from security"),
        emits=(SecurityOrdered,),
        refuses=(NotYours, StepMissing, DoesNotFit),
    )
    def exempt_security(
        self,
        ctx: Context,
        application: ApplicationId,
        exemption: Annotated[Exemption, Label(zh="免担保情形", en="Ground")],
    ) -> Application:
        """en: The judge asks for no security in a suit, on a ground that the law names.

        zh: 诉讼中，法官依法定情形不要求提供担保。
        """
        kept = self._checked(ctx, application)
        if kept.is_pre_suit:
            raise DoesNotFit(subject=kept.id, what="a suit: before it security is due (CPL 104)")
        ctx.emit(_ordered(kept, 0, exemption))
        ordered = self.preservation_flow.move(
            ctx, self.applications, kept, "order_security", exemption=exemption
        )
        return self.make_secured(ctx, ordered)

    @action(
        role=CLERK,
        label=Label(zh="登记起诉", en="Register the suit"),
        emits=(SuitRegistered, TermKept),
        refuses=(NotYours, AlreadyThere, StepMissing),
    )
    def register_suit(
        self,
        ctx: Context,
        application: ApplicationId,
        case_number: Annotated[Name, Label(zh="案号", en="Case number")],
    ) -> Application:
        """en: The clerk registers the suit within thirty days of the first measure.

        zh: 立案人员在采取措施后三十日内登记起诉，诉前保全转为诉讼保全。
        """
        kept = self.own_case(ctx, application)
        if kept.case_number is not None:
            raise AlreadyThere(subject=kept.case_number)
        if kept.state in ENDED or not kept.is_pre_suit:
            raise StepMissing(subject=kept.id, missing="a live preservation before suit")
        if kept.sue_by is not None:
            self.deadlines.require_in_time(ctx, kept.id, SUIT)
            self.end_term(ctx, kept, SUIT)
        ctx.emit(SuitRegistered(application=kept.id, case_number=case_number))
        return self.applications.replace(replace(kept, case_number=case_number))

    def make_secured(self, ctx: Context, kept: Application, **changes: object) -> Application:
        """Note that the security is there, and begin the court's time to rule."""
        figures = self.figures_of(kept)
        self.set_term(
            ctx,
            kept,
            RULING,
            is_urgent=is_urgent(kept),
            days=figures.ruling_days,
            hours=figures.urgent_ruling_hours,
        )
        return self.preservation_flow.move(
            ctx, self.applications, kept, "secure", secured_at=ctx.block_time_ms, **changes
        )

    def _checked(self, ctx: Context, application: str) -> Application:
        kept = self.own_case(ctx, application)
        if kept.checked_by is None:
            raise StepMissing(subject=kept.id, missing="check_application")
        return kept


def require_before_ruling(application: Application) -> None:
    """Raise `StepMissing` if the court has ruled, or all is over."""
    if application.state not in BEFORE_RULING:
        raise StepMissing(subject=application.id, missing="an application without a ruling")


def _ordered(kept: Application, required: int, exemption: Exemption | None) -> SecurityOrdered:
    return SecurityOrdered(
        application=kept.id,
        court=kept.court,
        amount=kept.amount,
        required=required,
        exemption=exemption,
    )
