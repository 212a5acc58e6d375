# SPDX-License-Identifier: Apache-2.0
"""Before any agreement: figures, relations, keys of persons, time authorities, templates."""

from __future__ import annotations

from typing import Annotated, Final

from tallystick.contracts import (
    Context,
    Digest,
    Identifier,
    Integer,
    Label,
    Name,
    OrganizationCode,
    Timestamp,
    action,
    asdict,
    replace,
)
from tallystick.contracts.parts import SameOrganization, require_other_organization
from tallystick.industries.justice.events import (
    CertificateRevoked,
    ClockReported,
    Registered,
    RelationChanged,
)
from tallystick.industries.justice.identity_records import (
    Assertion,
    Certificate,
    NewAssertion,
    NewCertificate,
    Relation,
    TimeAuthority,
)
from tallystick.industries.justice.records import (
    JusticeParameters,
    NewTemplate,
    Template,
    TemplateState,
)
from tallystick.industries.justice.refusals import (
    AssertionExpired,
    DoesNotFit,
    NotYours,
    StepMissing,
    TemplateBroken,
)
from tallystick.industries.justice.rules import check_template, template_digest
from tallystick.industries.justice.tables import JusticeTables, require_party
from tallystick.industries.justice.workflows import (
    AUTHORITY,
    FILING,
    IDENTITY,
    JUDGE,
    PARTY,
    PLATFORM,
    REVIEWER,
    RULE_KEEPER,
    TIME,
)

ENDED: Final = "ended"


class Setting(JusticeTables):
    """What must be known of the world before anybody signs."""

    @action(role=RULE_KEEPER, label=Label(zh="调整规则参数", en="Change the figures"))
    def change_parameters(self, ctx: Context, parameters: JusticeParameters) -> JusticeParameters:
        """en: Puts the next version of the figures into force; claims use those of their day.

        zh: 发布下一版规则参数；主张按计算当日的参数计算。
        """
        return self.parameters.change(ctx, parameters)

    @action(
        role=(PARTY, PLATFORM, REVIEWER, JUDGE, FILING),
        label=Label(zh="申报关联关系", en="Declare a relation"),
        emits=(RelationChanged,),
        refuses=(DoesNotFit, NotYours),
    )
    def declare_relation(
        self,
        ctx: Context,
        one: Annotated[OrganizationCode, Label(zh="一方", en="One side")],
        other: Annotated[OrganizationCode, Label(zh="另一方", en="The other")],
        kind: Annotated[Name, Label(zh="关系", en="Relation")],
    ) -> Relation:
        """en: Declares that two organisations are not independent; one of them, or a court.

        zh: 由任一方或法院申报两机构之间的关联关系。
        """
        if one == other:
            raise DoesNotFit(subject=one, what="one organisation")
        is_court = not {REVIEWER, JUDGE, FILING}.isdisjoint(ctx.signer.roles)
        if ctx.signer.organization not in {one, other} and not is_court:
            raise NotYours(subject="relation", party=one)
        first, second = sorted((one, other))
        declared_by = ctx.signer.organization
        ctx.emit(RelationChanged(first=first, second=second, kind=kind, organization=declared_by))
        return self.relations.put(
            Relation(first=first, second=second, kind=kind, declared_by=declared_by)
        )

    @action(
        role=(REVIEWER, JUDGE, FILING),
        label=Label(zh="解除关联关系", en="End a relation"),
        emits=(RelationChanged,),
    )
    def end_relation(
        self,
        ctx: Context,
        one: Annotated[OrganizationCode, Label(zh="一方", en="One side")],
        other: Annotated[OrganizationCode, Label(zh="另一方", en="The other")],
    ) -> None:
        """en: Notes that a relation is over; only a court can.

        zh: 登记关联关系已终止，仅法院可办理。
        """
        first, second = sorted((one, other))
        self.relations.remove(first, second)
        ctx.emit(
            RelationChanged(
                first=first, second=second, kind=ENDED, organization=ctx.signer.organization
            )
        )

    @action(
        role=AUTHORITY,
        label=Label(zh="签发证书", en="Issue a certificate"),
        emits=(Registered,),
        refuses=(DoesNotFit,),
    )
    def issue_certificate(self, ctx: Context, new: NewCertificate) -> Certificate:
        """en: A certificate authority says that a key is one person's, exclusively.

        zh: 认证机构签发证书，证明密钥由某人专有专控。
        """
        if new.valid_until < new.valid_from:
            raise DoesNotFit(subject="valid_until", what="before valid_from")
        kept = Certificate(id=ctx.next_id("CT"), authority=ctx.signer.organization, **asdict(new))
        ctx.emit(_registered(ctx, "certificate", kept.id))
        return self.certificates.add(kept)

    @action(
        role=AUTHORITY,
        label=Label(zh="吊销证书", en="Revoke a certificate"),
        emits=(CertificateRevoked,),
        refuses=(NotYours, StepMissing),
    )
    def revoke_certificate(
        self, ctx: Context, certificate: Annotated[Identifier, Label(zh="证书", en="Certificate")]
    ) -> Certificate:
        """en: Takes a certificate out of force; what was signed before stays signed.

        zh: 吊销证书；此前的签署不受影响。
        """
        kept = self.certificates.require(certificate)
        require_party(ctx, kept.id, kept.authority)
        if kept.revoked_at is not None:
            raise StepMissing(subject=kept.id, missing="issue_certificate")
        ctx.emit(CertificateRevoked(certificate=kept.id, authority=kept.authority))
        return self.certificates.replace(replace(kept, revoked_at=ctx.block_time_ms))

    @action(
        role=IDENTITY,
        label=Label(zh="身份认证", en="Identify"),
        emits=(Registered,),
        refuses=(AssertionExpired,),
    )
    def identify(self, ctx: Context, new: NewAssertion) -> Assertion:
        """en: An identity provider says that a person has just shown who they are, with a key.

        zh: 身份服务机构证明某人刚以某密钥完成实名认证。
        """
        if new.issued_at > ctx.block_time_ms:
            raise AssertionExpired(assertion=new.id, issued_at=new.issued_at)
        ctx.emit(_registered(ctx, "identification", new.id))
        return self.assertions.add(Assertion(provider=ctx.signer.organization, **asdict(new)))

    @action(
        role=TIME,
        label=Label(zh="公布时间戳机构", en="Publish a time authority"),
        emits=(Registered,),
        refuses=(DoesNotFit,),
    )
    def publish_authority(
        self,
        ctx: Context,
        certificate: Annotated[Digest, Label(zh="证书哈希", en="Hash of its certificate")],
        name: Annotated[Name, Label(zh="名称", en="Name")],
        valid_from: Annotated[Timestamp, Label(zh="生效时间", en="Valid from")],
        valid_until: Annotated[Timestamp, Label(zh="有效期至", en="Valid until")],
    ) -> TimeAuthority:
        """en: Publishes the certificate of a time-stamp authority whose tokens courts take.

        zh: 公布其时间戳为法院所采的时间戳机构证书。
        """
        if valid_until < valid_from:
            raise DoesNotFit(subject="valid_until", what="before valid_from")
        ctx.emit(_registered(ctx, "time authority", name))
        return self.authorities.put(
            TimeAuthority(
                certificate=certificate,
                name=name,
                valid_from=valid_from,
                valid_until=valid_until,
                published_by=ctx.signer.organization,
            )
        )

    @action(role=TIME, label=Label(zh="报告时钟偏差", en="Report a clock"), emits=(ClockReported,))
    def report_clock(
        self,
        ctx: Context,
        platform: Annotated[OrganizationCode, Label(zh="平台", en="Platform")],
        skew_ms: Annotated[Integer, Label(zh="偏差（毫秒）", en="Milliseconds ahead")],
    ) -> None:
        """en: The time authority has compared a platform's clock with its own.

        zh: 授时机构核对某平台的时钟。
        """
        ctx.emit(ClockReported(platform=platform, skew_ms=skew_ms, size_ms=abs(skew_ms)))

    @action(
        role=(PLATFORM, PARTY),
        label=Label(zh="提交模板", en="Draft a template"),
        emits=(Registered,),
        refuses=(TemplateBroken,),
    )
    def draft_template(self, ctx: Context, new: NewTemplate) -> Template:
        """en: Hands in a contract with blanks and typed obligations for review.

        zh: 提交含参数与类型化义务的合同模板，待审查。
        """
        check_template(new)
        kept = Template(
            id=ctx.next_id("TP"),
            state=TemplateState.DRAFT,
            digest=template_digest(new),
            drafted_by=ctx.person,
            **asdict(new),
        )
        ctx.emit(_registered(ctx, "template", kept.id))
        return self.templates.add(kept)

    @action(
        role=REVIEWER,
        label=Label(zh="审查模板", en="Review a template"),
        refuses=(SameOrganization,),
    )
    def review_template(
        self,
        ctx: Context,
        template: Annotated[Identifier, Label(zh="模板", en="Template")],
        review: Annotated[Digest, Label(zh="审查意见哈希", en="Hash of the review")],
    ) -> Template:
        """en: The court finds a template lawful; only then can an agreement be made from it.

        zh: 法院认定模板合法，此后方可据以订立合同。
        """
        kept = self.templates.require(template)
        require_other_organization(ctx, kept.drafted_by.partition("/")[0])
        return self.template_flow.move(
            ctx,
            self.templates,
            kept,
            "review",
            review=review,
            reviewed_by=ctx.person,
            reviewed_at=ctx.block_time_ms,
        )

    @action(role=REVIEWER, label=Label(zh="撤回模板", en="Withdraw a template"))
    def withdraw_template(
        self, ctx: Context, template: Annotated[Identifier, Label(zh="模板", en="Template")]
    ) -> Template:
        """en: No new agreement can be made from it; those that exist go on.

        zh: 不再据以订立新合同；已订立的合同不受影响。
        """
        return self.template_flow.move(
            ctx, self.templates, self.templates.require(template), "withdraw"
        )


def _registered(ctx: Context, kind: str, subject: str) -> Registered:
    return Registered(organization=ctx.signer.organization, kind=kind, subject=subject)
