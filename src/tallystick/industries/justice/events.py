# SPDX-License-Identifier: Apache-2.0
"""What the contract announces; every event has what statistics and warnings count with."""

from __future__ import annotations

from tallystick.contracts import (
    Amount,
    Count,
    Event,
    Identifier,
    Integer,
    Name,
    OrganizationCode,
    Timestamp,
    ValueDigest,
)
from tallystick.contracts.parts import Currency
from tallystick.industries.justice.case_records import (
    CreditFact,
    EnforcementState,
    MediationState,
    Outcome,
    Verdict,
)
from tallystick.industries.justice.records import EvidenceType, Key


class Registered(Event):
    """en: {organization} registered {subject} ({kind}).

    zh: {organization} 登记了 {subject}（{kind}）。
    """

    organization: OrganizationCode
    kind: Name
    subject: Name


class CertificateRevoked(Event):
    """en: {authority} revoked the certificate {certificate}.

    zh: {authority} 吊销证书 {certificate}。
    """

    certificate: Identifier
    authority: OrganizationCode


class RelationChanged(Event):
    """en: {first} and {second}: {kind} (declared by {organization}).

    zh: {first} 与 {second}：{kind}（由 {organization} 申报）。
    """

    first: OrganizationCode
    second: OrganizationCode
    kind: Name
    organization: OrganizationCode


class ClockReported(Event):
    """en: The clock of {platform} differs by {skew_ms} ms.

    zh: {platform} 的时钟偏差 {skew_ms} 毫秒。
    """

    platform: OrganizationCode
    skew_ms: Integer
    size_ms: Count
    """The same without its sign."""


class AgreementSigned(Event):
    """en: {role} signed {agreement} (version {version}) with {certificate}.

    zh: {role} 以证书 {certificate} 签署 {agreement}（第 {version} 版）。
    """

    agreement: Identifier
    version: Count
    role: Key
    certificate: Identifier


class AgreementCounted(Event):
    """en: {agreement} of {platform}: {active} active.

    zh: {platform} 的合同 {agreement}：履行中 {active}。
    """

    agreement: Identifier
    platform: OrganizationCode
    active: Count
    """1 while it is in force, then 0."""


class AgreementAmended(Event):
    """en: {agreement} was amended to version {version} by all parties.

    zh: {agreement} 经全体当事人签署变更为第 {version} 版。
    """

    agreement: Identifier
    version: Count
    amendment: Identifier


class ObligationOpened(Event):
    """en: {obligation} is open and due by {due}.

    zh: {obligation} 已可履行，期限 {due}。
    """

    obligation: Identifier
    agreement: Identifier
    due: Timestamp


class PerformanceReported(Event):
    """en: {obligation}: {evidence} {deposit} over {amount}, {left} left.

    zh: {obligation}：{evidence} {deposit}，{amount}，尚余 {left}。
    """

    obligation: Identifier
    agreement: Identifier
    evidence: EvidenceType
    deposit: Identifier
    amount: Amount
    left: Amount


class ObligationDischarged(Event):
    """en: {obligation} is discharged ({automatic} by debit).

    zh: {obligation} 已履行（自动扣款 {automatic}）。
    """

    obligation: Identifier
    agreement: Identifier
    platform: OrganizationCode
    automatic: Count
    """1 if the last of it was paid by a debit."""


class DebitReturned(Event):
    """en: {obligation}: the debit {order} over {amount} came back.

    zh: {obligation}：扣款 {order}（{amount}）退回。
    """

    obligation: Identifier
    agreement: Identifier
    order: Identifier
    amount: Amount


class ObligationBreached(Event):
    """en: {obligation} is breached: {unmet} {currency} were due by {due}.

    zh: {obligation} 违约：{unmet} {currency} 应于 {due} 前履行。
    """

    obligation: Identifier
    agreement: Identifier
    platform: OrganizationCode
    due: Timestamp
    unmet: Amount
    currency: Currency


class NoticeServed(Event):
    """en: {notice} of {agreement} was served; it can be cured until {cure_until}.

    zh: {agreement} 的违约通知 {notice} 已送达，{cure_until} 前可补正。
    """

    notice: Identifier
    agreement: Identifier
    proof: Identifier
    cure_until: Timestamp


class BreachCured(Event):
    """en: The breach of {agreement} is cured.

    zh: {agreement} 的违约已补正。
    """

    agreement: Identifier
    platform: OrganizationCode


class MediationOpened(Event):
    """en: {mediation} over {agreement} is open until {until}.

    zh: {agreement} 进入调解 {mediation}，至 {until}。
    """

    mediation: Identifier
    agreement: Identifier
    until: Timestamp


class OfferMade(Event):
    """en: {role} made an offer in {mediation}; what it says is private.

    zh: {role} 在 {mediation} 中提出方案，内容不公开。
    """

    mediation: Identifier
    role: Key
    paper: Identifier


class MediationEnded(Event):
    """en: {mediation} over {agreement} ended: {result}.

    zh: {agreement} 的调解 {mediation} 结束：{result}。
    """

    mediation: Identifier
    agreement: Identifier
    result: MediationState


class ExhibitAttached(Event):
    """en: {organization} attached {deposit} of {platform} to {agreement}.

    zh: {organization} 将 {platform} 的存证 {deposit} 附于 {agreement}。
    """

    agreement: Identifier
    deposit: Identifier
    organization: OrganizationCode
    platform: OrganizationCode


class CaseFiled(Event):
    """en: {creditor} filed {case} over {agreement} for {total} {currency}.

    zh: {creditor} 就 {agreement} 提起 {case}，标的 {total} {currency}。
    """

    case: Identifier
    agreement: Identifier
    creditor: OrganizationCode
    court: OrganizationCode
    total: Amount
    currency: Currency
    likeness: ValueDigest
    """Digest of template and sum: many of one are worth a look."""


class CaseAnswered(Event):
    """en: {court}: {case} was {answer}.

    zh: {court}：{case} {answer}。
    """

    case: Identifier
    agreement: Identifier
    court: OrganizationCode
    answer: Name


class ItemVerified(Event):
    """en: {deposit} in {case}: {verdict} since it was deposited.

    zh: {case} 的 {deposit}：存证以来 {verdict}。
    """

    case: Identifier
    deposit: Identifier
    platform: OrganizationCode
    verdict: Verdict
    withdrawn: Count
    """1 if its collector's version was withdrawn."""


class ItemsRuled(Event):
    """en: {case}: {admitted} items were admitted, {excluded} were not.

    zh: {case}：采信 {admitted} 项，不予采信 {excluded} 项。
    """

    case: Identifier
    admitted: Count
    excluded: Count


class CaseDecided(Event):
    """en: {case} was decided ({outcome}): {awarded} {currency}.

    zh: {case} 作出裁判（{outcome}）：{awarded} {currency}。
    """

    case: Identifier
    agreement: Identifier
    decision: Identifier
    outcome: Outcome
    awarded: Amount
    currency: Currency


class EnforcementChanged(Event):
    """en: {enforcement} of {agreement}: {result}, {amount} {currency}.

    zh: {agreement} 的执行 {enforcement}：{result}，{amount} {currency}。
    """

    enforcement: Identifier
    agreement: Identifier
    result: EnforcementState
    amount: Amount
    currency: Currency


class CreditChanged(Event):
    """en: {agreement}: {role} {fact} ({credit}), for the credit centre.

    zh: {agreement}：{role} {fact}（{credit}），供信用中心处理。
    """

    credit: Identifier
    agreement: Identifier
    role: Key
    organization: OrganizationCode
    fact: CreditFact
