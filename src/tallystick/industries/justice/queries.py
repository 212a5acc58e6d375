# SPDX-License-Identifier: Apache-2.0
"""What anybody may ask; what the ledger keeps is open to all its members."""

from __future__ import annotations

from tallystick.contracts import (
    Identifier,
    Label,
    OrganizationCode,
    Record,
    Timestamp,
    ValueDigest,
    query,
)
from tallystick.industries.justice.case_records import (
    BreachNotice,
    Case,
    Claim,
    Decision,
    Exhibit,
    Mediation,
    Opinion,
)
from tallystick.industries.justice.plain_words import Sentence, sentence_of
from tallystick.industries.justice.records import Agreement, Obligation, Obligations
from tallystick.industries.justice.rules import bundle_digest, claim_of, enforcement_digest
from tallystick.industries.justice.tables import JusticeTables


class AgreementAnswer(Record):
    """An agreement with its obligations, notice and mediation."""

    agreement: Agreement
    obligations: tuple[Obligation, ...]
    notice: BreachNotice | None
    mediation: Mediation | None


class CaseAnswer(Record):
    """A case with its items and decision."""

    case: Case
    exhibits: tuple[Exhibit, ...]
    decision: Decision | None


class Queries(JusticeTables):
    """Questions about agreements, claims and cases."""

    @query(label=Label(zh="查看合同", en="Show an agreement"))
    def show_agreement(self, agreement: Identifier) -> AgreementAnswer:
        """en: Returns an agreement with its obligations, notice and mediation.

        zh: 返回合同及其义务、违约通知与调解。
        """
        kept = self.agreements.require(agreement)
        return AgreementAnswer(
            agreement=kept,
            obligations=tuple(self.obligations_of(kept)),
            notice=self.notices.get(kept.notice) if kept.notice else None,
            mediation=self.mediations.get(kept.mediation) if kept.mediation else None,
        )

    @query(label=Label(zh="义务释义", en="Obligations in plain words"))
    def in_plain_words(self, agreement: Identifier) -> tuple[Sentence, ...]:
        """en: Says who owes whom what, until when, in words of people.

        zh: 以通俗语言说明谁应于何时向谁履行什么。
        """
        kept = self.agreements.require(agreement)
        template = self.templates.require(kept.template)
        return tuple(sentence_of(template, one) for one in self.obligations_of(kept))

    @query(label=Label(zh="计算请求", en="Compute a claim"))
    def compute_claim(
        self, agreement: Identifier, obligations: Obligations, at: Timestamp
    ) -> Claim:
        """en: Returns what could be claimed of these obligations at a time, line by line.

        zh: 返回某时点可就这些义务主张的金额，逐项列明。
        """
        kept = self.agreements.require(agreement)
        named = [one for one in self.obligations_of(kept) if one.id in obligations]
        return claim_of(named, self.parameters.now(), at)

    @query(label=Label(zh="待确认案卷", en="Bundle to confirm"))
    def bundle_to_confirm(
        self, agreement: Identifier, court: OrganizationCode, obligations: Obligations
    ) -> ValueDigest:
        """en: Returns the digest that a creditor signs to file these obligations at a court.

        zh: 返回债权人立案时须签名确认的案卷摘要。
        """
        kept = self.agreements.require(agreement)
        shown = [self.exhibits.require(kept.id, name) for name in kept.exhibits]
        return bundle_digest(kept.digest, court, obligations, shown)

    @query(label=Label(zh="待确认执行", en="Enforcement to confirm"))
    def enforcement_to_confirm(
        self, agreement: Identifier, obligations: Obligations
    ) -> ValueDigest:
        """en: Returns the digest that a creditor signs to apply for enforcement.

        zh: 返回债权人申请执行时须签名确认的摘要。
        """
        kept = self.agreements.require(agreement)
        return enforcement_digest(kept.digest, kept.court or "", obligations)

    @query(label=Label(zh="查看案件", en="Show a case"))
    def show_case(self, case: Identifier) -> CaseAnswer:
        """en: Returns a case, its items with verdicts and rulings, and its decision.

        zh: 返回案件、各项证据的核验与认定及裁判。
        """
        kept = self.cases.require(case)
        agreement = self.agreements.require(kept.agreement)
        return CaseAnswer(
            case=kept,
            exhibits=tuple(self.exhibits.require(agreement.id, one) for one in agreement.exhibits),
            decision=self.decisions.get(kept.decision) if kept.decision else None,
        )

    @query(label=Label(zh="查看意见", en="Show an opinion"))
    def show_opinion(
        self, case: Identifier, deposit: Identifier, organization: OrganizationCode
    ) -> Opinion:
        """en: Returns a notary's or an expert's opinion on an item.

        zh: 返回公证或鉴定机构对某项证据的意见。
        """
        return self.opinions.require(case, deposit, organization)
