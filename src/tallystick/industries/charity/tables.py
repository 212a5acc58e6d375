# SPDX-License-Identifier: Apache-2.0
"""The tables and parts of the charity contract, and what all its chapters do with them."""

from __future__ import annotations

from tallystick.contracts import Context, Label, Table, asdict, day_of, replace
from tallystick.contracts.parts import Accounts, Deadlines, Outbox, Parameters
from tallystick.industries.charity.events import FundsUsed, FundsWaiting
from tallystick.industries.charity.records import (
    Assertion,
    Batch,
    BatchState,
    Book,
    Campaign,
    CampaignState,
    CharityParameters,
    Claim,
    Disclosure,
    Donation,
    Entitlement,
    Feedback,
    Foundation,
    FoundationYear,
    Fund,
    ListedOnce,
    Payout,
    Recovery,
    RelatedPerson,
    Revocation,
)
from tallystick.industries.charity.rules import check_foundation, check_licence
from tallystick.industries.charity.workflows import BATCH_FLOW, CAMPAIGN_FLOW, ENTITLEMENT_FLOW


class CharityTables:
    """What the chapters of the contract share."""

    foundations = Table(
        Foundation, key="organization", label=Label(zh="慈善组织", en="Foundations")
    )
    campaigns = Table(Campaign, key="id", label=Label(zh="募捐项目", en="Campaigns"))
    books = Table(Book, key="campaign", label=Label(zh="收支汇总", en="Books"))
    funds = Table(Fund, key=("campaign", "tag"), label=Label(zh="专项资金", en="Funds"))
    donations = Table(Donation, key="id", label=Label(zh="捐赠", en="Donations"))
    batches = Table(Batch, key="id", label=Label(zh="名单", en="Lists"))
    entitlements = Table(Entitlement, key="id", label=Label(zh="资助", en="Entitlements"))
    listed = Table(
        ListedOnce,
        key=("project", "period", "beneficiary"),
        label=Label(zh="唯一性", en="Listed once"),
    )
    related = Table(
        RelatedPerson, key=("foundation", "person"), label=Label(zh="关联人", en="Related persons")
    )
    assertions = Table(Assertion, key="id", label=Label(zh="身份核验", en="Identity checks"))
    claims = Table(Claim, key="entitlement", label=Label(zh="领取确认", en="Claims"))
    payouts = Table(
        Payout, key=("campaign", "fund", "number"), label=Label(zh="发放", en="Payouts")
    )
    revocations = Table(Revocation, key="entitlement", label=Label(zh="撤销", en="Revocations"))
    recoveries = Table(Recovery, key="entitlement", label=Label(zh="追回", en="Recoveries"))
    feedbacks = Table(Feedback, key="entitlement", label=Label(zh="反馈", en="Feedback"))
    years = Table(
        FoundationYear, key=("foundation", "year"), label=Label(zh="年度支出", en="Years")
    )
    disclosures = Table(
        Disclosure, key=("campaign", "number"), label=Label(zh="信息公开", en="Disclosures")
    )

    parameters = Parameters(CharityParameters(), label=Label(zh="参数", en="Parameters"))
    money = Accounts(label=Label(zh="资金", en="Money"))
    payments = Outbox(label=Label(zh="付款", en="Payments"))
    deadlines = Deadlines(
        on_expiry=("campaign_end", "reminder", "lapse", "disclosure_due", "settlement_due"),
        label=Label(zh="期限", en="Deadlines"),
    )
    campaign_flow = CAMPAIGN_FLOW
    batch_flow = BATCH_FLOW
    entitlement_flow = ENTITLEMENT_FLOW

    def own_campaign(self, ctx: Context, campaign: str) -> Campaign:
        """Return a campaign of the signer's foundation, whose licence is valid.

        Raises:
            UnknownRecord: there is no such campaign.
            OtherFoundation: it is another foundation's.
            LicenceExpired: the licence has ended.
        """
        kept = self.campaigns.require(campaign)
        check_foundation(kept, ctx.signer.organization)
        check_licence(self.foundations.require(kept.foundation), ctx.block_time_ms)
        return kept

    def fund_of(self, campaign: str, tag: str) -> Fund:
        """Return a fund; one that nothing has come into yet is empty."""
        return self.funds.get(campaign, tag) or Fund(campaign=campaign, tag=tag)

    def change_book(self, campaign: str, **changes: int) -> Book:
        """Add to the sums of a campaign."""
        book = self.books.require(campaign)
        sums = asdict(book)
        changed = {name: sums[name] + change for name, change in changes.items()}
        return self.books.replace(replace(book, **changed))

    def say_used(self, ctx: Context, campaign: str, amount: int) -> None:
        """Say that money of a campaign was used, and that the rest waits."""
        ctx.emit(FundsUsed(campaign=campaign, amount=amount))
        self.say_waiting(ctx, self.books.require(campaign))

    def say_waiting(self, ctx: Context, book: Book) -> None:
        """Say that money waits to be used, if there is any."""
        left = book.available + book.held
        if left:
            ctx.emit(FundsWaiting(campaign=book.campaign, left=left))

    def is_disclosed_in_time(self, ctx: Context, campaign: Campaign) -> bool:
        """Return whether a disclosure is in time; a deadline that a tick has met is gone."""
        is_due = campaign.state in {CampaignState.OPEN, CampaignState.CLOSED}
        is_met = not self.deadlines.deadlines.contains(campaign.id, "disclosure")
        is_late = is_met or self.deadlines.is_late(ctx, campaign.id, "disclosure")
        return not (is_due and is_late)

    def year_of(self, ctx: Context, foundation: str) -> FoundationYear:
        """Return what a foundation has spent in the year of the block."""
        year = day_of(ctx.block_time_ms).year
        return self.years.get(foundation, year) or FoundationYear(foundation=foundation, year=year)

    def finish(self, ctx: Context, entitlement: Entitlement) -> None:
        """Note that an entitlement is at an end, and its list when all are."""
        self.deadlines.clear(entitlement.id, "claim")
        self.deadlines.clear(entitlement.id, "reminder")
        self.change_book(entitlement.campaign, open_entitlements=-1)
        batch = self.batches.require(entitlement.batch)
        batch = self.batches.replace(replace(batch, finished=batch.finished + 1))
        if batch.finished == batch.count:
            self.batch_flow.move(ctx, self.batches, batch, "exhaust")

    def reopen(self, ctx: Context, entitlement: Entitlement) -> None:
        """Note that an entitlement, and so its list, is not at an end: its money came back."""
        self.change_book(entitlement.campaign, open_entitlements=1)
        batch = self.batches.require(entitlement.batch)
        batch = self.batches.replace(replace(batch, finished=batch.finished - 1))
        if batch.state is BatchState.EXHAUSTED:
            self.batch_flow.move(ctx, self.batches, batch, "reopen")


def pool_of(campaign: str, fund: str) -> str:
    """Return the owner under which a fund's money is kept."""
    return f"{campaign}/{fund}"


def sink_of(campaign: str, use: str) -> str:
    """Return the owner under which money is counted that has left: `paid`, `fees`."""
    return f"{campaign}//{use}"
