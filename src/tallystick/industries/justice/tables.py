# SPDX-License-Identifier: Apache-2.0
"""The tables and parts of the contract, and what every topic looks up in them."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.contracts import Context, Label, Table, replace
from tallystick.contracts.parts import Deadlines, Elsewhere, Outbox, Parameters, PrivateRecords
from tallystick.industries.justice.case_records import (
    BreachNotice,
    Case,
    CreditEvent,
    Decision,
    DepositSeen,
    Enforcement,
    Exhibit,
    Mediation,
    Opinion,
    Paper,
)
from tallystick.industries.justice.identity_records import (
    Assertion,
    Certificate,
    Relation,
    Signed,
    TimeAuthority,
)
from tallystick.industries.justice.records import (
    Agreement,
    Amendment,
    Authorization,
    DebitPurpose,
    JusticeParameters,
    Obligation,
    Party,
    PartySignature,
    Performance,
    Template,
)
from tallystick.industries.justice.refusals import (
    AssertionExpired,
    AssertionUsed,
    BadSignature,
    CertificateInvalid,
    DoesNotFit,
    NotYours,
    Related,
)
from tallystick.industries.justice.rules import signing_digest
from tallystick.industries.justice.workflows import (
    AGREEMENT_FLOW,
    ENFORCEMENT_FLOW,
    MEDIATION_FLOW,
    OBLIGATION_FLOW,
    TEMPLATE_FLOW,
    VERDICT_FLOW,
)

_HOUR_MS = 3_600_000


class JusticeTables:
    """Everything that the contract keeps; its topics add actions."""

    relations = Table(Relation, key=("first", "second"), label=Label(zh="关联关系", en="Relations"))
    certificates = Table(Certificate, key="id", label=Label(zh="证书", en="Certificates"))
    assertions = Table(Assertion, key="id", label=Label(zh="身份认证", en="Identifications"))
    authorities = Table(
        TimeAuthority, key="certificate", label=Label(zh="时间戳机构", en="Time authorities")
    )
    templates = Table(Template, key="id", label=Label(zh="合同模板", en="Templates"))
    agreements = Table(Agreement, key="id", label=Label(zh="合同", en="Agreements"))
    amendments = Table(Amendment, key="id", label=Label(zh="变更", en="Amendments"))
    obligations = Table(Obligation, key="id", label=Label(zh="义务", en="Obligations"))
    performances = Table(
        Performance, key=("obligation", "deposit"), label=Label(zh="履行事件", en="Performances")
    )
    authorizations = Table(
        Authorization, key=("agreement", "role"), label=Label(zh="扣款授权", en="Leave to debit")
    )
    purposes = Table(DebitPurpose, key="order", label=Label(zh="扣款用途", en="What debits pay"))
    notices = Table(BreachNotice, key="id", label=Label(zh="违约通知", en="Notices of breach"))
    mediations = Table(Mediation, key="id", label=Label(zh="调解", en="Mediations"))
    matter_papers = Table(Paper, key="id", label=Label(zh="非公开材料", en="Private papers"))
    exhibits = Table(Exhibit, key=("agreement", "deposit"), label=Label(zh="证据", en="Exhibits"))
    cases = Table(Case, key="id", label=Label(zh="案件", en="Cases"))
    opinions = Table(
        Opinion,
        key=("case", "deposit", "organization"),
        label=Label(zh="公证与鉴定意见", en="Opinions"),
    )
    decisions = Table(Decision, key="id", label=Label(zh="裁判", en="Decisions"))
    enforcements = Table(Enforcement, key="id", label=Label(zh="执行", en="Enforcements"))
    credits = Table(CreditEvent, key="id", label=Label(zh="信用事件", en="Credit events"))

    parameters = Parameters(JusticeParameters(), label=Label(zh="规则参数", en="Parameters"))
    deposits = Elsewhere("evidence", "deposits", DepositSeen, key="id")
    papers = PrivateRecords(label=Label(zh="非公开内容", en="Private contents"))
    payments = Outbox(label=Label(zh="扣款", en="Debits"))
    deadlines = Deadlines(
        on_expiry=("debit", "due", "grace", "cure", "mediation"),
        label=Label(zh="期限", en="Deadlines"),
    )
    agreement_flow = AGREEMENT_FLOW
    template_flow = TEMPLATE_FLOW
    obligation_flow = OBLIGATION_FLOW
    mediation_flow = MEDIATION_FLOW
    verdict_flow = VERDICT_FLOW
    enforcement_flow = ENFORCEMENT_FLOW

    def are_related(self, one: str, other: str) -> bool:
        """Return whether two organisations are the same, or have declared a relation."""
        first, second = sorted((one, other))
        return first == second or self.relations.contains(first, second)

    def refuse_interested(self, ctx: Context, agreement: Agreement) -> None:
        """Who mediates, verifies, gives opinions or judges has nothing to do with either side.

        Raises:
            Related: the signer's organisation is, or is related to, a party or the platform.
        """
        own = ctx.signer.organization
        for other in (agreement.platform, *(one.organization for one in agreement.parties)):
            if self.are_related(own, other):
                raise Related(organization=own, other=other)

    def obligations_of(self, agreement: Agreement) -> Iterator[Obligation]:
        """Yield all obligations of an agreement, in their order."""
        for name in agreement.obligations:
            yield self.obligations.require(name)

    def own_deposit(self, ctx: Context, deposit: str) -> DepositSeen:
        """Return a deposit that the signer's organisation has made in the contract `evidence`.

        Raises:
            UnknownRecord: there is none, or no such contract.
            NotYours: another organisation has made it.
        """
        kept = self.deposits.require(deposit)
        require_party(ctx, kept.id, kept.organization)
        return kept

    def check_signed(
        self, ctx: Context, party: Party, document: str, signed: Signed
    ) -> PartySignature:
        """Return a party's signature over a digest, and use its identification up.

        Raises:
            UnknownRecord: there is no such certificate or identification.
            CertificateInvalid: it is revoked, not in force, or another person's.
            AssertionExpired: the person showed who they are too long ago.
            AssertionUsed: the identification has served already.
            BadSignature: it is not the signature of that key over this.
        """
        now = ctx.block_time_ms
        certificate = self.certificates.require(signed.certificate)
        why = _why_invalid(certificate, party, now)
        if why:
            raise CertificateInvalid(role=party.role, certificate=certificate.id, at=now, why=why)
        assertion = self.assertions.require(signed.assertion)
        oldest = now - self.parameters.now().assertion_hours * _HOUR_MS
        if assertion.used_at is not None:
            raise AssertionUsed(assertion=assertion.id)
        if not oldest <= assertion.issued_at <= now:
            raise AssertionExpired(assertion=assertion.id, issued_at=assertion.issued_at)
        is_same = (assertion.subject, assertion.public_key) == (
            party.subject,
            certificate.public_key,
        )
        digest = signing_digest(document, party.role)
        if not is_same or not ctx.has_signed(certificate.public_key, digest, signed.signature):
            raise BadSignature(role=party.role, certificate=certificate.id)
        self.assertions.replace(replace(assertion, used_at=now, used_for=document))
        return PartySignature(
            role=party.role,
            certificate=certificate.id,
            public_key=certificate.public_key,
            signature=signed.signature,
            signed_at=now,
            level=assertion.level,
        )


def _why_invalid(certificate: Certificate, party: Party, now_ms: int) -> str:
    """Return why a certificate proves nothing of a party's signature now; empty: it does."""
    if certificate.subject != party.subject:
        return "other person"
    if certificate.revoked_at is not None:
        return "revoked"
    if not certificate.valid_from <= now_ms <= certificate.valid_until:
        return "not in force"
    return ""


def party_of(agreement: Agreement, role: str) -> Party:
    """Return a party of an agreement.

    Raises:
        DoesNotFit: it has no party of this name.
    """
    for party in agreement.parties:
        if party.role == role:
            return party
    raise DoesNotFit(subject=agreement.id, what=f"party {role}")


def organizations_of(agreement: Agreement) -> set[str]:
    """Return the organisations of the parties."""
    return {one.organization for one in agreement.parties}


def require_party(ctx: Context, subject: str, party: str) -> None:
    """Go on only if the signer acts for this organisation.

    Raises:
        NotYours: it is another's.
    """
    if ctx.signer.organization != party:
        raise NotYours(subject=subject, party=party)


def require_side(ctx: Context, agreement: Agreement, role: str) -> Party:
    """Return a party for whom the signer may act: its own organisation, or the platform.

    Raises:
        NotYours: the signer is neither.
        DoesNotFit: the agreement has no such party.
    """
    party = party_of(agreement, role)
    if ctx.signer.organization not in {party.organization, agreement.platform}:
        raise NotYours(subject=agreement.id, party=party.organization)
    return party


def require_involved(ctx: Context, agreement: Agreement) -> None:
    """Go on only if the signer's organisation is a party's or the platform.

    Raises:
        NotYours: it is neither.
    """
    if ctx.signer.organization not in {agreement.platform, *organizations_of(agreement)}:
        raise NotYours(subject=agreement.id, party=agreement.platform)
