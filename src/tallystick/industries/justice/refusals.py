# SPDX-License-Identifier: Apache-2.0
"""What the contract refuses, with the codes that all systems share."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    Amount,
    Digest,
    Format,
    Identifier,
    Integer,
    Name,
    OrganizationCode,
    Refusal,
    Timestamp,
)
from tallystick.industries.justice.records import EvidenceType, Key, RateBp


class NotYours(Refusal, code="E_ROLE"):
    """en: {subject} is for {party} to act on.

    zh: {subject} 须由 {party} 办理。
    """

    subject: Name
    party: Name


class MayNotRead(Refusal, code="E_ROLE"):
    """en: {reader} is no party to {agreement} and does not hold the case.

    zh: {reader} 并非 {agreement} 的当事人，亦非承办机构。
    """

    agreement: Identifier
    reader: OrganizationCode


class StepMissing(Refusal, code="E_STATE"):
    """en: {subject}: first comes {missing}.

    zh: {subject}：须先完成 {missing}。
    """

    subject: Name
    missing: Annotated[Name, Format("word")]


class AlreadyDischarged(Refusal, code="E_STATE"):
    """en: {obligation} is discharged; nothing of it can be claimed or performed again.

    zh: {obligation} 已履行完毕，不得再行主张或履行。
    """

    obligation: Identifier


class DisputeOpen(Refusal, code="E_STATE"):
    """en: {paper} is needed while {dispute} is open.

    zh: {dispute} 未结，{paper} 不得删除。
    """

    paper: Identifier
    dispute: Identifier


class BadSignature(Refusal, code="E_SIG"):
    """en: {role} has not signed this with the key of {certificate}.

    zh: 并非 {role} 以证书 {certificate} 的密钥所签。
    """

    role: Key
    certificate: Identifier


class CertificateInvalid(Refusal, code="E_SIG"):
    """en: The certificate {certificate} of {role} was not in force at {at} ({why}).

    zh: {role} 的证书 {certificate} 在 {at} 不具效力（{why}）。
    """

    role: Key
    certificate: Identifier
    at: Timestamp
    why: Name


class AssertionExpired(Refusal, code="E_EXPIRED"):
    """en: The identification {assertion} of {issued_at} is too old, or not yet made.

    zh: 身份认证 {assertion}（{issued_at}）已过期，或尚未发生。
    """

    assertion: Identifier
    issued_at: Timestamp


class AuthorizationEnded(Refusal, code="E_EXPIRED"):
    """en: The leave to debit {authorization} ended at {ended_at}.

    zh: 扣款授权 {authorization} 已于 {ended_at} 终止。
    """

    authorization: Identifier
    ended_at: Timestamp


class AssertionUsed(Refusal, code="E_REPLAY"):
    """en: The identification {assertion} has served already.

    zh: 身份认证 {assertion} 已使用过。
    """

    assertion: Identifier


class Related(Refusal, code="E_CONFLICT"):
    """en: {organization} is related to {other}.

    zh: {organization} 与 {other} 存在关联关系。
    """

    organization: OrganizationCode
    other: OrganizationCode


class CannotDischarge(Refusal, code="E_FORMAT"):
    """en: {evidence} cannot show that {obligation} was performed.

    zh: {evidence} 不能证明 {obligation} 已履行。
    """

    obligation: Identifier
    evidence: EvidenceType


class OutOfRange(Refusal, code="E_FORMAT"):
    """en: {parameter}: {value} is not among the {lowest} to {highest} that the template allows.

    zh: 参数 {parameter}：{value} 不在模板允许的 {lowest} 至 {highest} 之间。
    """

    parameter: Key
    value: Integer
    lowest: Integer
    highest: Integer


class TemplateBroken(Refusal, code="E_FORMAT"):
    """en: The template does not hold together: {subject}: {what}.

    zh: 模板不自洽：{subject}：{what}。
    """

    subject: Name
    what: Annotated[Name, Format("word")]


class DoesNotFit(Refusal, code="E_VALUE"):
    """en: {subject} does not fit: {what}.

    zh: {subject} 不符：{what}。
    """

    subject: Name
    what: Annotated[Name, Format("word")]


class PenaltyOverCap(Refusal, code="E_LIMIT"):
    """en: {obligation}: a penalty of {rate_bp} bp a year is over the cap of {cap_bp} bp.

    zh: {obligation}：年违约金 {rate_bp} 基点，超过上限 {cap_bp} 基点。
    """

    obligation: Identifier
    rate_bp: RateBp
    cap_bp: RateBp


class TooMuch(Refusal, code="E_LIMIT"):
    """en: {amount} is more than the {limit} that {rule} allows.

    zh: {amount} 超过 {rule} 允许的 {limit}。
    """

    amount: Amount
    limit: Amount
    rule: Annotated[Name, Format("word")]


class ClaimTooEarly(Refusal, code="E_EARLY"):
    """en: {obligation} is not breached; it can be claimed after {after}.

    zh: {obligation} 尚未违约，{after} 之后方可主张。
    """

    obligation: Identifier
    after: Timestamp | None


class NotOpenYet(Refusal, code="E_EARLY"):
    """en: {obligation} is not open yet: it waits for {waits_for}.

    zh: {obligation} 尚不可履行：有待 {waits_for}。
    """

    obligation: Identifier
    waits_for: Name


class Backdated(Refusal, code="E_EARLY"):
    """en: {deposit} was deposited at {deposited_at}, before {agreement} was in force ({since}).

    zh: {deposit} 存证于 {deposited_at}，早于 {agreement} 生效（{since}）。
    """

    deposit: Identifier
    deposited_at: Timestamp
    agreement: Identifier
    since: Timestamp


class AlreadyFiled(Refusal, code="E_DUP"):
    """en: {obligation} is claimed in {case} already.

    zh: {obligation} 已在 {case} 中主张。
    """

    obligation: Identifier
    case: Identifier


class AlreadySigned(Refusal, code="E_DUP"):
    """en: {role} has signed {document} already.

    zh: {role} 已签署 {document}。
    """

    role: Key
    document: Identifier


class EvidenceUsed(Refusal, code="E_DUP"):
    """en: {deposit} has been shown for {subject} already.

    zh: {deposit} 已就 {subject} 提交。
    """

    deposit: Identifier
    subject: Name


class FileDiffers(Refusal, code="E_HASH"):
    """en: “{file_name}” has the hash {presented}, {deposit} was made of {deposited}.

    zh: 《{file_name}》的哈希为 {presented}，存证 {deposit} 的哈希为 {deposited}。
    """

    deposit: Identifier
    file_name: Name
    presented: Digest | None
    deposited: Digest
