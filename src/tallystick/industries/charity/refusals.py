# SPDX-License-Identifier: Apache-2.0
"""What the charity contract refuses, with the shared codes and sentences of its own."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    Amount,
    Count,
    Format,
    Identifier,
    Name,
    OrganizationCode,
    Refusal,
    Timestamp,
    ValueDigest,
)


class LicenceExpired(Refusal, code="E_EXPIRED"):
    """en: The licence {licence} of {foundation} was valid until {valid_until}.

    zh: {foundation} 的登记证书 {licence} 有效期至 {valid_until}，已过期。
    """

    foundation: OrganizationCode
    licence: Name
    valid_until: Timestamp


class ClaimLapsed(Refusal, code="E_EXPIRED"):
    """en: {entitlement} could be claimed until {until}.

    zh: {entitlement} 的领取期限为 {until}，已逾期。
    """

    entitlement: Identifier
    until: Timestamp


class AssertionExpired(Refusal, code="E_EXPIRED"):
    """en: The identity check {assertion} is too old or from the future; check the person again.

    zh: 身份核验 {assertion} 已超时或时间在未来，请重新核验。
    """

    assertion: Identifier
    issued_at: Timestamp


class NotOpenYet(Refusal, code="E_EARLY"):
    """en: {campaign} opens at {opens_at}.

    zh: {campaign} 于 {opens_at} 开始。
    """

    campaign: Identifier
    opens_at: Timestamp


class DonationsClosed(Refusal, code="E_LATE"):
    """en: {campaign} takes donations until {closes_at} and is {state}.

    zh: {campaign} 募捐截止于 {closes_at}，当前状态 {state}，不再接受捐赠。
    """

    campaign: Identifier
    closes_at: Timestamp
    state: str


class AlreadyListed(Refusal, code="E_DUP"):
    """en: Row {row}: this beneficiary is listed for {project} in {period} already ({entitlement}).

    zh: 第 {row} 行：该受益人在项目 {project} 期间 {period} 内已列入（{entitlement}）。
    """

    row: Count
    project: Identifier
    period: Identifier
    entitlement: Identifier


class SamePerson(Refusal, code="E_CONFLICT"):
    """en: {person} has had another part in {subject} ({part}); somebody else must do this.

    zh: {person} 已在 {subject} 中担任 {part}，须由他人办理。
    """

    person: Name
    subject: Identifier
    part: Identifier


class NotImporter(Refusal, code="E_CONFLICT"):
    """en: Only {imported_by}, who began the list {batch}, adds rows to it.

    zh: 名单 {batch} 由 {imported_by} 导入，仅其可补充。
    """

    batch: Identifier
    imported_by: Name


class RelatedListed(Refusal, code="E_CONFLICT"):
    """en: Row {row} names a declared related person of {foundation}.

    zh: 第 {row} 行为 {foundation} 已申报的关联人。
    """

    row: Count
    foundation: OrganizationCode


class ListDiffers(Refusal, code="E_HASH"):
    """en: The list {batch} is not the one meant: {what} differs.

    zh: 名单 {batch} 与所核对的名单不一致：{what} 不符。
    """

    batch: Identifier
    what: Annotated[Identifier, Format("word")]


class RestrictionUnmet(Refusal, code="E_PURPOSE"):
    """en: Row {row} draws on the fund {fund} without having its tag.

    zh: 第 {row} 行不具备资金 {fund} 所限定的条件。
    """

    row: Count
    fund: Identifier


class TooManyRows(Refusal, code="E_LIMIT"):
    """en: The list {batch} has {count} rows and a total of {total}; these rows go beyond.

    zh: 名单 {batch} 共 {count} 行、{total}，提交内容超出。
    """

    batch: Identifier
    count: Count
    total: Amount


class FeeTooHigh(Refusal, code="E_LIMIT"):
    """en: The fee would be {fee}; at most {allowed} are allowed by {limit}.

    zh: 管理费将达 {fee}，按 {limit} 至多 {allowed}。
    """

    fee: Amount
    allowed: Amount
    limit: Annotated[Identifier, Format("word")]


class AttestationMissing(Refusal, code="E_CONSENT"):
    """en: The school has not attested the list {batch}.

    zh: 学校尚未证明名单 {batch}。
    """

    batch: Identifier


class GuardianMissing(Refusal, code="E_CONSENT"):
    """en: The guardian of {entitlement} must sign too.

    zh: {entitlement} 须由监护人一并签署。
    """

    entitlement: Identifier


class WrongSignature(Refusal, code="E_SIG"):
    """en: {entitlement}: this is not the signature of the person it belongs to ({part}).

    zh: {entitlement}：签名并非本人所签（{part}）。
    """

    entitlement: Identifier
    part: Identifier


class AssertionUsed(Refusal, code="E_REPLAY"):
    """en: The identity check {assertion} was used before.

    zh: 身份核验 {assertion} 已使用过。
    """

    assertion: Identifier


class OtherPerson(Refusal, code="E_SIG"):
    """en: The identity check {assertion} is of another person than {entitlement} is for.

    zh: 身份核验 {assertion} 的主体与 {entitlement} 不符。
    """

    assertion: Identifier
    entitlement: Identifier


class OtherAmount(Refusal, code="E_HASH"):
    """en: {entitlement} is over {amount}, not {claimed}.

    zh: {entitlement} 的金额为 {amount}，不是 {claimed}。
    """

    entitlement: Identifier
    amount: Amount
    claimed: Amount


class OtherHolder(Refusal, code="E_CONFLICT"):
    """en: The account's holder {holder} is neither the beneficiary of {entitlement} nor guardian.

    zh: 收款账户户主 {holder} 既非 {entitlement} 的受益人，也非其监护人。
    """

    entitlement: Identifier
    holder: ValueDigest


class OtherFoundation(Refusal, code="E_ROLE"):
    """en: {campaign} belongs to {foundation}.

    zh: {campaign} 属于 {foundation}。
    """

    campaign: Identifier
    foundation: OrganizationCode


class NotAllSettled(Refusal, code="E_STATE"):
    """en: {campaign} cannot be settled: {open_entitlements} entitlements and {left} are left.

    zh: {campaign} 不能结项：尚有 {open_entitlements} 笔未了结、余额 {left}。
    """

    campaign: Identifier
    open_entitlements: Count
    left: Amount


class BatchNotInState(Refusal, code="E_STATE"):
    """en: The list {batch} is {batch_state}; its rows and amounts stand.

    zh: 名单 {batch} 处于 {batch_state} 状态，内容与金额不可更改。
    """

    batch: Identifier
    batch_state: Annotated[str, Format("state")]


class RemainderRule(Refusal, code="E_PURPOSE"):
    """en: The plan of {campaign} gives the remainder to the project {remainder_to} only.

    zh: {campaign} 的方案规定剩余财产只能转入项目 {remainder_to}。
    """

    campaign: Identifier
    remainder_to: Identifier | None


class TooMuchRecovered(Refusal, code="E_LIMIT"):
    """en: {entitlement} was over {amount}; {recovered} have come back already.

    zh: {entitlement} 金额为 {amount}，已追回 {recovered}。
    """

    entitlement: Identifier
    amount: Amount
    recovered: Amount


class SumsDiffer(Refusal, code="E_HASH"):
    """en: The {what} of {campaign} add up to {total}, its book says {booked}; nothing is exported.

    zh: {campaign} 的 {what} 合计为 {total}，账面为 {booked}，不予导出。
    """

    campaign: Identifier
    what: Name
    total: int
    booked: int


class NothingPaid(Refusal, code="E_EARLY"):
    """en: {campaign} has paid nothing out yet, so there are no grants to publish.

    zh: {campaign} 尚未发放，无可公布的资助。
    """

    campaign: Identifier


class NotPaid(Refusal, code="E_EARLY"):
    """en: {entitlement} is {state}; its receipt comes with the payment.

    zh: {entitlement} 处于 {state} 状态，付款成功后方可出具凭证。
    """

    entitlement: Identifier
    state: Name
