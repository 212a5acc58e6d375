# SPDX-License-Identifier: Apache-2.0
"""What supervisors see of charity: figures and warnings, counted from the contract's events."""

from __future__ import annotations

from typing import Final

from tallystick.contracts import (
    Label,
    RefusedCall,
    Statistic,
    WarningRule,
    count,
    days,
    figure,
    overdue,
    seconds,
    since,
    value_of,
)
from tallystick.industries.charity.events import (
    Disclosed,
    DisclosureOverdue,
    DonationReceived,
    EntitlementClaimed,
    EntitlementLapsed,
    EntitlementListed,
    EntitlementPaid,
    FeeTaken,
    FundsUsed,
    FundsWaiting,
    ListChecked,
    ListReviewed,
    MoneyReturned,
    PaymentFailed,
)
from tallystick.industries.charity.records import BatchState

FEE_BASIS_WARNED: Final = 800
"""Fees above this share of what a campaign paid out are warned of; the law's limit is higher."""


class Figures:
    """The chapter of figures."""

    raised = Statistic(
        label=Label(zh="募集金额", en="Raised"),
        kind="sum",
        event=DonationReceived,
        value="amount",
        by="campaign",
    )
    gifts = Statistic(
        label=Label(zh="捐赠笔数", en="Donations"),
        kind="sum",
        event=DonationReceived,
        value="count",
        by="campaign",
    )
    raised_monthly = Statistic(
        label=Label(zh="每月募集金额", en="Raised by month"),
        kind="sum",
        event=DonationReceived,
        value="amount",
        period="month",
    )
    spent = Statistic(
        label=Label(zh="发放金额", en="Paid to beneficiaries"),
        kind="sum",
        event=EntitlementPaid,
        value="amount",
        by="campaign",
    )
    spent_by_province = Statistic(
        label=Label(zh="各省发放金额", en="Paid by province"),
        kind="sum",
        event=EntitlementPaid,
        value="amount",
        by="province",
        subject="entitlement",
    )
    beneficiaries_by_province = Statistic(
        label=Label(zh="各省受益人次", en="Payments by province"),
        kind="count",
        event=EntitlementPaid,
        by="province",
        subject="entitlement",
    )
    fees = Statistic(
        label=Label(zh="管理费", en="Fees"),
        kind="sum",
        event=FeeTaken,
        value="amount",
        by="campaign",
    )
    fee_share = Statistic(
        label=Label(zh="管理费与发放金额之比", en="Fees by what was paid out"),
        kind="ratio",
        numerator="fees",
        denominator="spent",
    )
    import_to_paid = Statistic(
        label=Label(zh="导入至到账用时", en="From the list to the payment"),
        kind="duration",
        event=EntitlementListed,
        until=EntitlementPaid,
        key="entitlement",
        by="province",
        subject="entitlement",
        percentiles=(500, 900),
    )
    returned = Statistic(
        label=Label(zh="退回金额", en="Came back"),
        kind="sum",
        event=MoneyReturned,
        value="amount",
        by="campaign",
    )
    unclaimed = Statistic(
        label=Label(zh="逾期未领笔数", en="Lapsed unclaimed"),
        kind="count",
        event=EntitlementLapsed,
        by="campaign",
    )
    unclaimed_amount = Statistic(
        label=Label(zh="逾期未领金额", en="Amount lapsed unclaimed"),
        kind="sum",
        event=EntitlementLapsed,
        value="amount",
        by="campaign",
    )
    failed = Statistic(
        label=Label(zh="付款失败笔数", en="Failed payments"),
        kind="count",
        event=PaymentFailed,
        by="campaign",
    )
    duplicates_blocked = Statistic(
        label=Label(zh="拦截的重复名单行", en="Duplicates blocked"),
        kind="count",
        event=RefusedCall,
        where=(value_of("code") == "E_DUP") & (value_of("method") == "add_rows"),
        by="organization",
    )
    disclosed = Statistic(
        label=Label(zh="信息公开次数", en="Disclosures"),
        kind="count",
        event=Disclosed,
        by="campaign",
    )
    disclosed_on_time = Statistic(
        label=Label(zh="按期公开次数", en="Disclosures on time"),
        kind="count",
        event=Disclosed,
        where=value_of("on_time"),
        by="campaign",
    )
    punctuality = Statistic(
        label=Label(zh="信息公开及时率", en="Punctuality of disclosures"),
        kind="ratio",
        numerator="disclosed_on_time",
        denominator="disclosed",
    )
    disclosure_overdue = Statistic(
        label=Label(zh="逾期公开次数", en="Disclosures that fell overdue"),
        kind="count",
        event=DisclosureOverdue,
        by="campaign",
    )


class Warnings:
    """The chapter of warning rules."""

    one_account = WarningRule(
        id="CHAR-W1",
        version=1,
        level="critical",
        label=Label(zh="一户多人", en="One account for many"),
        sentence=Label(
            zh="账户 {account} 已用于 {measured} 名受益人",
            en="account {account} is claimed with for {measured} beneficiaries",
        ),
        on=EntitlementClaimed,
        when=count(EntitlementClaimed, by="account", distinct="beneficiary") > 3,
        dedupe="account",
        cool_down=days(1),
    )
    one_device = WarningRule(
        id="CHAR-W2",
        version=1,
        level="warning",
        label=Label(zh="一机多领", en="One device for many"),
        sentence=Label(
            zh="设备 {device} 已确认领取 {measured} 笔",
            en="device {device} has claimed {measured} entitlements",
        ),
        on=EntitlementClaimed,
        when=count(EntitlementClaimed, by="device", distinct="entitlement") > 5,
        dedupe="device",
        cool_down=days(1),
    )
    hasty_approval = WarningRule(
        id="CHAR-W3",
        version=1,
        level="warning",
        label=Label(zh="审核过快", en="Hasty approval"),
        sentence=Label(
            zh="{reviewed_by} 在校验后 {measured} 毫秒即审核通过名单 {batch}",
            en="{reviewed_by} approved list {batch} {measured} ms after it was checked",
        ),
        on=ListReviewed,
        when=(since(ListChecked, by="batch") < seconds(60))
        & (value_of("state") == BatchState.APPROVED.value),
        dedupe="batch",
    )
    idle_funds = WarningRule(
        id="CHAR-W4",
        version=1,
        level="notice",
        label=Label(zh="资金闲置", en="Idle funds"),
        sentence=Label(
            zh="{campaign} 的资金 12 个月未使用",
            en="the money of {campaign} has waited for twelve months",
        ),
        when=overdue(FundsWaiting, until=FundsUsed, by="campaign", after=days(365)),
    )
    high_fee = WarningRule(
        id="CHAR-W5",
        version=1,
        level="warning",
        label=Label(zh="管理费过高", en="High fee"),
        sentence=Label(
            zh="{campaign} 列支 {amount} 后，管理费超过其发放金额的百分之八",
            en="with {amount} more, the fees of {campaign} pass 8 % of what it has paid out",
        ),
        on=FeeTaken,
        # Multiplied, not divided: exact, and true of fees before anything was paid out.
        when=figure("fees", by="campaign") * 10_000
        > figure("spent", by="campaign") * FEE_BASIS_WARNED,
        dedupe="campaign",
    )
