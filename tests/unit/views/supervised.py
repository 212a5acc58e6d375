# SPDX-License-Identifier: Apache-2.0
"""A contract that announces what supervisors of charity ask for; of stock: `supervised_stock`.

Every figure and warning of `Supervisor:` in the systems' descriptions is declared here once.
"""

from __future__ import annotations

from tallystick.contracts import (
    ANY_MEMBER,
    Amount,
    Context,
    Contract,
    Count,
    Event,
    Label,
    RefusedCall,
    Statistic,
    WarningRule,
    action,
    count,
    days,
    figure,
    hours,
    latest,
    ratio,
    seconds,
    silent,
    since,
    value_of,
)


def said(text: str) -> Label:
    """Return a text that serves for both languages of a test."""
    return Label(zh=text, en=text)


class Donated(Event):
    """en: {campaign} got {amount}.

    zh: {campaign} 收到 {amount}。
    """

    campaign: str
    province: str
    donor: str
    amount: Amount


class Imported(Event):
    """en: {batch} imported.

    zh: 导入 {batch}。
    """

    batch: str
    campaign: str


class Approved(Event):
    """en: {batch} approved.

    zh: 批准 {batch}。
    """

    batch: str


class Paid(Event):
    """en: {batch} paid {amount}.

    zh: {batch} 支付 {amount}。
    """

    batch: str
    campaign: str
    province: str
    beneficiary: str
    account: str
    device: str
    amount: Amount
    fee: Amount


class Unclaimed(Event):
    """en: {beneficiary} did not claim.

    zh: {beneficiary} 未领取。
    """

    beneficiary: str


class Failed(Event):
    """en: {batch} failed.

    zh: {batch} 失败。
    """

    batch: str


class Disclosed(Event):
    """en: {campaign} disclosed.

    zh: {campaign} 披露。
    """

    campaign: str
    on_time: bool


class LimitSet(Event):
    """en: fees may be {fee_bp}.

    zh: 费用上限 {fee_bp}。
    """

    fee_bp: Count


CHARITY_EVENTS = (Donated, Imported, Approved, Paid, Unclaimed, Failed, Disclosed, LimitSet)


class Charity(Contract, name="charity", version=1):
    """Gifts and what becomes of them."""

    raised = Statistic(
        label=said("raised"),
        kind="sum",
        event=Donated,
        value="amount",
        by=("campaign", "province"),
        subject="donor",
    )
    gifts = Statistic(
        label=said("gifts"),
        kind="count",
        event=Donated,
        by=("campaign", "province"),
        subject="donor",
    )
    gift_size = Statistic(
        label=said("size of a gift"),
        kind="ratio",
        numerator="raised",
        denominator="gifts",
        per=1,
    )
    raised_daily = Statistic(
        label=said("raised by day"),
        kind="sum",
        event=Donated,
        value="amount",
        by="province",
        subject="donor",
        period="day",
    )
    spent = Statistic(label=said("spent"), kind="sum", event=Paid, value="amount", by="campaign")
    fees = Statistic(label=said("fees"), kind="sum", event=Paid, value="fee", by="campaign")
    fee_share = Statistic(label=said("fee %"), kind="ratio", numerator="fees", denominator="spent")
    import_to_paid = Statistic(
        label=said("import to paid"),
        kind="duration",
        event=Imported,
        until=Paid,
        key="batch",
        by="province",
        percentiles=(500, 900),
    )
    unclaimed = Statistic(label=said("unclaimed"), kind="count", event=Unclaimed)
    failed = Statistic(label=said("failed"), kind="count", event=Failed, period="month")
    duplicates = Statistic(
        label=said("duplicates blocked"),
        kind="count",
        event=RefusedCall,
        where=value_of("code") == "E_DUP",
        by="organization",
    )
    disclosures = Statistic(label=said("disclosures"), kind="count", event=Disclosed)
    disclosures_on_time = Statistic(
        label=said("on time"), kind="count", event=Disclosed, where=value_of("on_time")
    )
    punctuality = Statistic(
        label=said("punctuality"),
        kind="ratio",
        numerator="disclosures_on_time",
        denominator="disclosures",
        per=100,
    )
    beneficiaries = Statistic(
        label=said("beneficiaries"), kind="distinct", event=Paid, value="beneficiary", by="province"
    )
    largest = Statistic(label=said("largest"), kind="maximum", event=Donated, value="amount")
    smallest = Statistic(label=said("smallest"), kind="minimum", event=Donated, value="amount")

    one_account = WarningRule(
        id="CHAR-W1",
        version=1,
        level="critical",
        label=said("one account"),
        sentence=said("{account} was paid for {measured} beneficiaries"),
        on=Paid,
        when=count(Paid, by="account", distinct="beneficiary") > 3,
        dedupe="account",
        cool_down=days(1),
    )
    one_device = WarningRule(
        id="CHAR-W2",
        version=1,
        level="warning",
        label=said("one device"),
        sentence=said("{device} claimed {measured} times"),
        on=Paid,
        when=count(Paid, by="device", within=hours(1)) > 5,
        dedupe="device",
    )
    hasty = WarningRule(
        id="CHAR-W3",
        version=1,
        level="warning",
        label=said("hasty"),
        sentence=said("{batch} was approved after {measured} ms"),
        on=Approved,
        when=since(Imported, by="batch") < seconds(60),
        dedupe="batch",
    )
    idle = WarningRule(
        id="CHAR-W4",
        version=1,
        level="notice",
        label=said("idle"),
        sentence=said("{campaign} has been idle for {measured} minutes"),
        when=silent(Paid, by="campaign", for_=days(365)),
    )
    fee = WarningRule(
        id="CHAR-W5",
        version=1,
        level="warning",
        label=said("fee"),
        sentence=said("{campaign} takes {measured} basis points"),
        on=Paid,
        when=ratio(figure("fees", by="campaign"), figure("spent", by="campaign"))
        > latest(LimitSet, "fee_bp", default=800),
        dedupe="campaign",
    )

    busy = WarningRule(
        id="CHAR-W6",
        version=1,
        level="notice",
        label=said("many gifts"),
        sentence=said("{campaign} got {measured} gifts"),
        on=Disclosed,
        when=count(Donated, by="campaign") > 2,
    )
    popular = WarningRule(
        id="CHAR-W7",
        version=1,
        level="notice",
        label=said("many donors"),
        sentence=said("{campaign} has {measured} donors of late"),
        on=Disclosed,
        when=count(Donated, by="campaign", distinct="donor", within=days(30)) > 1,
    )

    @action(role=ANY_MEMBER, label=said("act"), emits=CHARITY_EVENTS)
    def act(self, ctx: Context) -> None:
        """Announce something."""
