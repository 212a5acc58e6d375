# SPDX-License-Identifier: Apache-2.0
"""Facts that the charity contract announces; statistics and history are made of them."""

from __future__ import annotations

from tallystick.contracts import (
    Amount,
    Count,
    Event,
    Identifier,
    Name,
    OrganizationCode,
    Timestamp,
    ValueDigest,
)
from tallystick.contracts.parts import Units
from tallystick.industries.charity.records import Tag


class FoundationLicensed(Event):
    """en: {foundation} holds licence {licence}, valid until {valid_until}.

    zh: {foundation} 持有登记证书 {licence}，有效期至 {valid_until}。
    """

    foundation: OrganizationCode
    licence: Name
    valid_until: Timestamp


class CampaignRegistered(Event):
    """en: {foundation} registered the campaign {campaign}: {title}.

    zh: {foundation} 登记募捐项目 {campaign}：{title}。
    """

    campaign: Identifier
    foundation: OrganizationCode
    title: Name
    target: Units


class DonationReceived(Event):
    """en: Donation {donation} of {amount} arrived for {campaign} ({fund}, {count} donors).

    zh: 捐赠 {donation} 到账：{campaign}，{amount}（{fund}，{count} 笔）。
    """

    donation: Identifier
    campaign: Identifier
    fund: Tag
    amount: Units
    count: Count


class ListImported(Event):
    """en: List {batch} of {count} beneficiaries over {total} was imported for {campaign}.

    zh: 项目 {campaign} 导入名单 {batch}：{count} 人，共 {total}。
    """

    batch: Identifier
    campaign: Identifier
    count: Count
    total: Units
    imported_by: Name


class EntitlementListed(Event):
    """en: {batch} lists {entitlement} over {amount}.

    zh: 名单 {batch} 列入 {entitlement}：{amount}。
    """

    entitlement: Identifier
    batch: Identifier
    campaign: Identifier
    province: str
    amount: Units


class ListChecked(Event):
    """en: List {batch} is complete and can be paid.

    zh: 名单 {batch} 校验完毕，资金充足。
    """

    batch: Identifier
    campaign: Identifier


class ListReviewed(Event):
    """en: {reviewed_by} decided on list {batch}: {state}, {minutes} minutes after its import.

    zh: {reviewed_by} 审核名单 {batch}：{state}，距导入 {minutes} 分钟。
    """

    batch: Identifier
    campaign: Identifier
    state: str
    reviewed_by: Name
    reason: Name | None
    minutes: Count
    total: Units


class ListAttested(Event):
    """en: {attested_by} attested the list {batch}.

    zh: {attested_by} 证明名单 {batch} 属实。
    """

    batch: Identifier
    attested_by: Name


class IdentityAsserted(Event):
    """en: {provider} vouched for the person of {entitlement}.

    zh: {provider} 核验了 {entitlement} 的身份。
    """

    entitlement: Identifier
    provider: OrganizationCode
    level: Count


class EntitlementClaimed(Event):
    """en: {entitlement} was claimed.

    zh: {entitlement} 已确认领取。
    """

    entitlement: Identifier
    campaign: Identifier
    beneficiary: ValueDigest
    account: ValueDigest
    device: ValueDigest
    amount: Units


class EntitlementPaid(Event):
    """en: {entitlement} was paid: {amount} ({minutes} minutes after the list came).

    zh: {entitlement} 已发放：{amount}（距名单导入 {minutes} 分钟）。
    """

    entitlement: Identifier
    campaign: Identifier
    fund: Tag
    province: str
    amount: Units
    minutes: Count


class PaymentFailed(Event):
    """en: The payment of {entitlement} failed for good after {tries} tries ({reason}).

    zh: {entitlement} 的付款经 {tries} 次尝试仍失败（{reason}）。
    """

    entitlement: Identifier
    campaign: Identifier
    tries: Count
    reason: Name | None


class MoneyReturned(Event):
    """en: {amount} of {entitlement} came back ({reference}).

    zh: {entitlement} 退回 {amount}（{reference}）。
    """

    entitlement: Identifier
    campaign: Identifier
    amount: Units
    reference: Name


class ClaimReminder(Event):
    """en: {entitlement} has not been claimed yet.

    zh: {entitlement} 尚未领取。
    """

    entitlement: Identifier
    campaign: Identifier


class EntitlementLapsed(Event):
    """en: {entitlement} lapsed unclaimed; {amount} went back to the pool.

    zh: {entitlement} 逾期未领，{amount} 退回资金池。
    """

    entitlement: Identifier
    campaign: Identifier
    amount: Units


class EntitlementRevoked(Event):
    """en: {entitlement} was revoked by {requested_by} and {approved_by}: {reason}.

    zh: {entitlement} 经 {requested_by} 与 {approved_by} 撤销：{reason}。
    """

    entitlement: Identifier
    campaign: Identifier
    requested_by: Name
    approved_by: Name
    reason: Name
    amount: Units


class FeedbackGiven(Event):
    """en: The beneficiary of {entitlement} confirmed the money.

    zh: {entitlement} 的受益人确认收款。
    """

    entitlement: Identifier
    campaign: Identifier


class FundsWaiting(Event):
    """en: {left} of {campaign} wait to be used.

    zh: {campaign} 尚有 {left} 待使用。
    """

    campaign: Identifier
    left: Amount


class FundsUsed(Event):
    """en: {amount} of {campaign} went where they were meant to go.

    zh: {campaign} 的 {amount} 已按用途拨付。
    """

    campaign: Identifier
    amount: Units


class FeeTaken(Event):
    """en: {amount} were taken as fee of {campaign} ({reference}).

    zh: {campaign} 列支管理费 {amount}（{reference}）。
    """

    campaign: Identifier
    amount: Units
    reference: Name
    share_basis: Count
    """Fees of the foundation's year, of what it spent, in basis points."""


class RemainderMoved(Event):
    """en: The remainder {amount} of {campaign} went to {to}.

    zh: {campaign} 剩余 {amount} 转入 {to}。
    """

    campaign: Identifier
    to: Identifier
    amount: Units


class Disclosed(Event):
    """en: {campaign} disclosed its sums: donated {donated}, paid {paid}, fees {fees}.

    zh: {campaign} 信息公开：募集 {donated}，发放 {paid}，管理费 {fees}。
    """

    campaign: Identifier
    number: Count
    donated: Amount
    paid: Amount
    fees: Amount
    on_time: bool


class DisclosureOverdue(Event):
    """en: {campaign} has not disclosed its sums in time.

    zh: {campaign} 未按期信息公开。
    """

    campaign: Identifier


class SettlementOverdue(Event):
    """en: {campaign} has not been settled in time.

    zh: {campaign} 未按期结项。
    """

    campaign: Identifier
