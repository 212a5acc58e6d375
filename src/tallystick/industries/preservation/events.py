# SPDX-License-Identifier: Apache-2.0
"""What the contract announces; every event has what statistics and warnings count with."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    Amount,
    Count,
    Digest,
    Event,
    Format,
    Identifier,
    Name,
    OrganizationCode,
    Timestamp,
)
from tallystick.industries.preservation.measure_records import PropertyKind, ReleaseGround


class GuarantorChanged(Event):
    """en: {guarantor}: {change} by {organization}.

    zh: 担保人 {guarantor}：{change}（办理机构 {organization}）。
    """

    guarantor: OrganizationCode
    change: Annotated[Name, Format("word")]
    organization: OrganizationCode


class ScopePublished(Event):
    """en: {court} published version {version} of the scope clause.

    zh: {court} 发布第 {version} 版担保范围条款。
    """

    version: Identifier
    court: OrganizationCode


class ApplicationFiled(Event):
    """en: {applicant} applied to {court} for preservation ({application}).

    zh: {applicant} 向 {court} 申请财产保全（{application}）。
    """

    application: Identifier
    applicant: OrganizationCode
    court: OrganizationCode
    amount: Amount
    is_pre_suit: bool
    counsel: OrganizationCode | None


class SecurityOrdered(Event):
    """en: {court} ordered security of {required} for {application} over {amount}.

    zh: {court} 就 {application}（金额 {amount}）责令提供担保 {required}。
    """

    application: Identifier
    court: OrganizationCode
    amount: Amount
    required: Amount
    exemption: Name | None


class LetterIssued(Event):
    """en: {guarantor} issued {letter} for {application}.

    zh: {guarantor} 为 {application} 签发保函 {letter}。
    """

    letter: Identifier
    application: Identifier
    guarantor: OrganizationCode
    limit: Amount
    premium: Amount


class LetterCancelled(Event):
    """en: {guarantor} cancelled {letter}.

    zh: {guarantor} 注销 {letter}。
    """

    letter: Identifier
    guarantor: OrganizationCode


class LetterAccepted(Event):
    """en: Feedback to {guarantor}: {court} accepted {letter} for {application}, limit {limit}.

    zh: 反馈担保人 {guarantor}：{court} 已就 {application} 采纳保函 {letter}，限额 {limit}。
    """

    letter: Identifier
    application: Identifier
    guarantor: OrganizationCode
    court: OrganizationCode
    limit: Amount
    document: Digest


class LetterRejected(Event):
    """en: Feedback to {guarantor}: {court} did not accept {letter}: {reason}.

    zh: 反馈担保人 {guarantor}：{court} 不予采纳保函 {letter}：{reason}。
    """

    letter: Identifier
    guarantor: OrganizationCode
    court: OrganizationCode
    reason: Name


class LetterEnded(Event):
    """en: {letter} of {guarantor} is over: {state}; {paid} was paid on it.

    zh: {guarantor} 的保函 {letter} 终结：{state}，已赔付 {paid}。
    """

    letter: Identifier
    guarantor: OrganizationCode
    state: Name
    paid: Amount


class ExposureChanged(Event):
    """en: {guarantor} answers for {exposure}, {share_bp} basis points of its net assets.

    zh: {guarantor} 在保责任 {exposure}，占净资产 {share_bp} 基点。
    """

    guarantor: OrganizationCode
    exposure: Amount
    share_bp: Count


class TermKept(Event):
    """en: {application}: {term} was done, in time or not ({is_in_time}).

    zh: {application}：{term} 已办理，是否按期：{is_in_time}。
    """

    application: Identifier
    court: OrganizationCode
    term: Annotated[Name, Format("word")]
    is_in_time: bool


class TermMissed(Event):
    """en: {application}: {term} was due by {due} and is not done.

    zh: {application}：{term} 应于 {due} 前办理，已逾期。
    """

    application: Identifier
    term: Annotated[Name, Format("word")]
    due: Timestamp


class Ruled(Event):
    """en: {court} ruled on {application}: property up to {amount} is preserved.

    zh: {court} 就 {application} 作出裁定：保全财产以 {amount} 为限。
    """

    application: Identifier
    court: OrganizationCode
    amount: Amount
    ruling: Digest


class MeasureChanged(Event):
    """en: {measure} of {application} holds {amount}.

    zh: {application} 的措施 {measure} 现保全 {amount}。
    """

    measure: Identifier
    application: Identifier
    kind: PropertyKind
    amount: Amount
    priority: Count
    expiry: Timestamp | None


class SurplusFound(Event):
    """en: {measure} froze {surplus} too much; {registry} releases it by {due}.

    zh: {measure} 超额保全 {surplus}，{registry} 须于 {due} 前解除。
    """

    measure: Identifier
    registry: OrganizationCode
    surplus: Amount
    due: Timestamp


class ExpiryNotice(Event):
    """en: To {applicant}: {measure} expires at {expiry}; ask for renewal by {ask_by}.

    zh: 提醒 {applicant}：{measure} 将于 {expiry} 届满，续行申请须于 {ask_by} 前提出。
    """

    measure: Identifier
    application: Identifier
    applicant: OrganizationCode
    expiry: Timestamp
    ask_by: Timestamp


class MeasureLapsed(Event):
    """en: {measure} of {application} lapsed.

    zh: {application} 的措施 {measure} 届满失效。
    """

    measure: Identifier
    application: Identifier
    court: OrganizationCode
    is_case_live: bool


class SuitRegistered(Event):
    """en: {application} became part of the suit {case_number}.

    zh: {application} 已转入诉讼 {case_number}。
    """

    application: Identifier
    case_number: Name


class SuitMissing(Event):
    """en: Nobody sued on {application} by {due}; it is to be released.

    zh: {application} 至 {due} 未起诉，应予解除。
    """

    application: Identifier
    counsel: OrganizationCode | None
    due: Timestamp


class ReleaseOpened(Event):
    """en: {application} is to be released ({ground}) by {due}.

    zh: {application} 应于 {due} 前解除保全（{ground}）。
    """

    release: Identifier
    application: Identifier
    ground: ReleaseGround
    due: Timestamp


class Released(Event):
    """en: All property of {application} is released ({ground}).

    zh: {application} 的财产已全部解除保全（{ground}）。
    """

    application: Identifier
    applicant: OrganizationCode
    ground: ReleaseGround


class ClaimDecided(Event):
    """en: The final decision on {claim} awards {awarded}; {letter} answers for {due}.

    zh: 索赔 {claim} 终局裁判支持 {awarded}，保函 {letter} 承担 {due}。
    """

    claim: Identifier
    letter: Identifier
    guarantor: OrganizationCode
    awarded: Amount
    due: Amount


class ClaimPaid(Event):
    """en: {guarantor} paid {amount} on {claim} ({letter}).

    zh: {guarantor} 就索赔 {claim} 赔付 {amount}（保函 {letter}）。
    """

    claim: Identifier
    letter: Identifier
    guarantor: OrganizationCode
    amount: Amount
