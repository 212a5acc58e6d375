# SPDX-License-Identifier: Apache-2.0
"""Campaigns from registration to settlement, donations, fees and disclosure."""

from __future__ import annotations

from tallystick.contracts import (
    DAY_MS,
    Context,
    Identifier,
    Label,
    Name,
    OrganizationCode,
    Timestamp,
    action,
    asdict,
    replace,
)
from tallystick.contracts.parts import Deadline, Units
from tallystick.industries.charity.events import (
    CampaignRegistered,
    Disclosed,
    DisclosureOverdue,
    DonationReceived,
    FeeTaken,
    FoundationLicensed,
    FundsUsed,
    FundsWaiting,
    RemainderMoved,
    SettlementOverdue,
)
from tallystick.industries.charity.records import (
    FREE,
    Book,
    Campaign,
    CampaignState,
    CharityParameters,
    Disclosure,
    Donation,
    Foundation,
    ManyDonations,
    NewDonation,
    Person,
    Plan,
    RelatedPerson,
    Tag,
)
from tallystick.industries.charity.refusals import (
    DonationsClosed,
    FeeTooHigh,
    LicenceExpired,
    NotAllSettled,
    NotOpenYet,
    OtherFoundation,
    RemainderRule,
)
from tallystick.industries.charity.rules import check_fee, check_fee_year, check_licence, fee_share
from tallystick.industries.charity.tables import CharityTables, pool_of, sink_of
from tallystick.industries.charity.workflows import AUDITOR, BANK, OFFICER, REVIEWER, SUPERVISOR

_OWN = (OtherFoundation, LicenceExpired)


class Campaigns(CharityTables):
    """The chapter on campaigns and their money."""

    @action(
        role=SUPERVISOR, label=Label(zh="登记慈善组织", en="License"), emits=(FoundationLicensed,)
    )
    def license_foundation(self, ctx: Context, foundation: Foundation) -> None:
        """en: Keeps a foundation's licence, new or renewed.

        zh: 登记慈善组织的登记证书，或予以更新。
        """
        self.foundations.put(foundation)
        ctx.emit(
            FoundationLicensed(
                foundation=foundation.organization,
                licence=foundation.licence,
                valid_until=foundation.valid_until,
            )
        )

    @action(role=SUPERVISOR, label=Label(zh="调整参数", en="Change parameters"))
    def change_parameters(self, ctx: Context, parameters: CharityParameters) -> CharityParameters:
        """en: Puts another version of the parameters into force.

        zh: 发布新版参数。
        """
        return self.parameters.change(ctx, parameters)

    @action(role=BANK, label=Label(zh="开立资金账户", en="Keep a currency"))
    def open_money(self, ctx: Context, currency: Identifier) -> None:
        """en: Begins to keep money of a currency, issued by the bank that signs.

        zh: 开立某币种的资金账户，由签名银行发行。
        """
        self.money.define(currency, issuer=ctx.signer.organization)

    @action(role=(OFFICER, SUPERVISOR), label=Label(zh="申报关联人", en="Declare related persons"))
    def declare_related(
        self, ctx: Context, foundation: OrganizationCode, persons: list[Person]
    ) -> None:
        """en: Declares persons related to staff or donors, who cannot be listed (CHAR-9).

        zh: 申报与工作人员、捐赠人有关联的人员，其不得列为受益人。
        """
        for person in persons:
            self.related.put(
                RelatedPerson(foundation=foundation, person=person, declared_by=ctx.person)
            )

    @action(
        role=OFFICER,
        label=Label(zh="登记募捐项目", en="Register a campaign"),
        emits=(CampaignRegistered,),
        refuses=_OWN,
    )
    def register_campaign(self, ctx: Context, plan: Plan) -> Identifier:
        """en: Registers a campaign of the signer's foundation and returns its number.

        zh: 登记本机构的募捐项目，返回项目编号。
        """
        foundation = ctx.signer.organization
        check_licence(self.foundations.require(foundation), ctx.block_time_ms)
        campaign = self.campaigns.add(
            Campaign(
                id=ctx.next_id("CP"),
                foundation=foundation,
                registered_by=ctx.person,
                **asdict(plan),
            )
        )
        self.books.add(Book(campaign=campaign.id))
        ctx.emit(
            CampaignRegistered(
                campaign=campaign.id,
                foundation=foundation,
                title=campaign.title,
                target=campaign.target,
            )
        )
        return campaign.id

    @action(role=OFFICER, label=Label(zh="备案", en="File"), refuses=_OWN)
    def file_campaign(self, ctx: Context, campaign: Identifier) -> None:
        """en: Files the plan; it cannot be changed afterwards.

        zh: 备案募捐方案，此后不得更改。
        """
        kept = self.own_campaign(ctx, campaign)
        self.campaign_flow.move(ctx, self.campaigns, kept, "file")

    @action(role=OFFICER, label=Label(zh="开始募捐", en="Open"), refuses=(*_OWN, NotOpenYet))
    def open_campaign(self, ctx: Context, campaign: Identifier) -> None:
        """en: Opens a campaign for donations, from its start on.

        zh: 自开始时间起开放募捐。
        """
        kept = self.own_campaign(ctx, campaign)
        if ctx.block_time_ms < kept.opens_at:
            raise NotOpenYet(campaign=campaign, opens_at=kept.opens_at)
        self.campaign_flow.move(ctx, self.campaigns, kept, "open")
        self.deadlines.set(campaign, "closing", due=kept.closes_at, on_expiry="campaign_end")
        self._set_disclosure(ctx, campaign)

    @action(role=OFFICER, label=Label(zh="结束募捐", en="Close"), refuses=_OWN)
    def close_campaign(self, ctx: Context, campaign: Identifier) -> None:
        """en: Closes a campaign before its time is over.

        zh: 提前结束募捐。
        """
        kept = self.own_campaign(ctx, campaign)
        self.deadlines.clear(campaign, "closing")
        self.campaign_flow.move(ctx, self.campaigns, kept, "close")
        self._set_settlement(ctx, campaign)

    @action(
        role=BANK,
        label=Label(zh="捐赠到账", en="Receive a donation"),
        emits=(DonationReceived, FundsWaiting),
        refuses=(DonationsClosed,),
    )
    def receive_donation(self, ctx: Context, new: NewDonation) -> Identifier:
        """en: Brings a donation that has arrived at the bank into the pool; returns its number.

        zh: 将银行已到账的捐赠记入资金池，返回捐赠编号。
        """
        return self._receive(ctx, new, donor=new.donor, count=1)

    @action(
        role=BANK,
        label=Label(zh="批量捐赠到账", en="Receive many donations"),
        emits=(DonationReceived, FundsWaiting),
        refuses=(DonationsClosed,),
    )
    def receive_donations(self, ctx: Context, many: ManyDonations) -> Identifier:
        """en: Brings many donations in at once; donors prove theirs by the Merkle root.

        zh: 批量记入捐赠，捐赠人凭默克尔根证明本人捐赠。
        """
        return self._receive(ctx, many, donor=many.root, count=many.count)

    @action(
        role=REVIEWER,
        label=Label(zh="列支管理费", en="Take a fee"),
        emits=(FeeTaken,),
        refuses=(*_OWN, FeeTooHigh),
    )
    def take_fee(self, ctx: Context, campaign: Identifier, amount: Units, reference: Name) -> None:
        """en: Takes a fee from the free fund, within the plan's cap and the year's (CHAR-7).

        zh: 自非限定资金列支管理费，不超过方案上限与年度比例。
        """
        kept = self.own_campaign(ctx, campaign)
        check_fee(kept, self.books.require(campaign), amount)
        year = self.year_of(ctx, kept.foundation)
        check_fee_year(year, amount, self.parameters.now().fee_year_basis)
        self.money.transfer(
            kept.currency,
            owner=pool_of(campaign, FREE),
            to=sink_of(campaign, "fees"),
            amount=amount,
            reference=reference,
        )
        fund = self.fund_of(campaign, FREE)
        self.funds.put(replace(fund, outflow=fund.outflow + amount))
        self.change_book(campaign, fees=amount)
        changed = self.years.put(replace(year, fees=year.fees + amount))
        share = fee_share(changed)
        ctx.emit(FeeTaken(campaign=campaign, amount=amount, reference=reference, share_basis=share))

    @action(
        role=OFFICER,
        label=Label(zh="剩余财产转入", en="Move the remainder"),
        emits=(RemainderMoved, FundsUsed, FundsWaiting),
        refuses=(*_OWN, RemainderRule),
    )
    def move_remainder(
        self, ctx: Context, campaign: Identifier, to: Identifier, fund: Tag, reference: Name
    ) -> Units:
        """en: Moves what is left of a fund to an open campaign of the project the plan names.

        zh: 将剩余资金转入方案所定项目的在募项目。
        """
        kept, target = self.own_campaign(ctx, campaign), self.campaigns.require(to)
        is_meant = target.state is CampaignState.OPEN and target.project == kept.remainder_to
        if kept.state is not CampaignState.CLOSED or not is_meant or target.id == campaign:
            raise RemainderRule(campaign=campaign, remainder_to=kept.remainder_to)
        left = self.money.balance(pool_of(campaign, fund), kept.currency).available
        self.money.transfer(
            kept.currency,
            owner=pool_of(campaign, fund),
            to=pool_of(to, fund),
            amount=left,
            reference=reference,
        )
        own, other = self.fund_of(campaign, fund), self.fund_of(to, fund)
        self.funds.put(replace(own, outflow=own.outflow + left))
        self.funds.put(replace(other, inflow=other.inflow + left))
        self.change_book(campaign, moved_out=left)
        ctx.emit(RemainderMoved(campaign=campaign, to=to, amount=left))
        self.say_used(ctx, campaign, left)
        self.say_waiting(ctx, self.change_book(to, moved_in=left))
        return left

    @action(
        role=(OFFICER, AUDITOR),
        label=Label(zh="信息公开", en="Disclose"),
        emits=(Disclosed,),
    )
    def disclose(self, ctx: Context, campaign: Identifier) -> Disclosure:
        """en: Discloses the sums of a campaign as they are, and sets the next due date.

        zh: 公开项目收支，并设定下一次公开期限。
        """
        kept = self.campaigns.require(campaign)
        on_time = self.is_disclosed_in_time(ctx, kept)
        book = self.change_book(campaign, disclosures=1)
        disclosure = self.disclosures.add(_disclosure(book, ctx.block_time_ms))
        self.deadlines.clear(campaign, "disclosure")
        if kept.state in {CampaignState.OPEN, CampaignState.CLOSED}:
            self._set_disclosure(ctx, campaign)
        ctx.emit(
            Disclosed(
                campaign=campaign,
                number=disclosure.number,
                donated=disclosure.donated,
                paid=disclosure.paid,
                fees=disclosure.fees,
                on_time=on_time,
            )
        )
        return disclosure

    @action(role=AUDITOR, label=Label(zh="结项", en="Settle"), refuses=(NotAllSettled,))
    def settle_campaign(self, ctx: Context, campaign: Identifier) -> None:
        """en: Settles a closed campaign of which nothing is left.

        zh: 资金全部了结后结项。
        """
        kept, book = self.campaigns.require(campaign), self.books.require(campaign)
        left = book.available + book.held
        if book.open_entitlements or left:
            raise NotAllSettled(
                campaign=campaign, open_entitlements=book.open_entitlements, left=left
            )
        self.campaign_flow.move(ctx, self.campaigns, kept, "settle")
        self.deadlines.clear(campaign, "settlement")
        self.deadlines.clear(campaign, "disclosure")

    def on_campaign_end(self, ctx: Context, deadline: Deadline) -> None:
        """Close a campaign whose time is over."""
        kept = self.campaigns.require(deadline.case)
        self.campaign_flow.move(ctx, self.campaigns, kept, "end")
        self._set_settlement(ctx, deadline.case)

    def on_disclosure_due(self, ctx: Context, deadline: Deadline) -> None:
        """Say that a disclosure is overdue."""
        ctx.emit(DisclosureOverdue(campaign=deadline.case))

    def on_settlement_due(self, ctx: Context, deadline: Deadline) -> None:
        """Say that the settlement is overdue."""
        ctx.emit(SettlementOverdue(campaign=deadline.case))

    def _receive(
        self, ctx: Context, new: NewDonation | ManyDonations, *, donor: str, count: int
    ) -> str:
        """Issue what has arrived into its fund, and keep the donation."""
        kept = self.campaigns.require(new.campaign)
        if kept.state is not CampaignState.OPEN or ctx.block_time_ms > kept.closes_at:
            raise DonationsClosed(campaign=kept.id, closes_at=kept.closes_at, state=kept.state)
        owner = pool_of(kept.id, new.fund)
        self.money.issue(ctx, kept.currency, to=owner, amount=new.amount, reference=new.reference)
        fund = self.fund_of(kept.id, new.fund)
        donation = self.donations.add(
            Donation(
                id=ctx.next_id("DN"),
                campaign=kept.id,
                fund=new.fund,
                amount=new.amount,
                donor=donor,
                count=count,
                reference=new.reference,
                received_at=ctx.block_time_ms,
                offset=fund.inflow,
            )
        )
        self.funds.put(replace(fund, inflow=fund.inflow + new.amount))
        book = self.change_book(kept.id, donated=new.amount)
        ctx.emit(
            DonationReceived(
                donation=donation.id,
                campaign=kept.id,
                fund=new.fund,
                amount=new.amount,
                count=count,
            )
        )
        self.say_waiting(ctx, book)
        return donation.id

    def _set_disclosure(self, ctx: Context, campaign: str) -> None:
        due = ctx.block_time_ms + self.parameters.now().disclosure_days * DAY_MS
        self.deadlines.set(campaign, "disclosure", due=due, on_expiry="disclosure_due")

    def _set_settlement(self, ctx: Context, campaign: str) -> None:
        due = ctx.block_time_ms + self.parameters.now().settlement_days * DAY_MS
        self.deadlines.set(campaign, "settlement", due=due, on_expiry="settlement_due")


def _disclosure(book: Book, now: Timestamp) -> Disclosure:
    return Disclosure(
        campaign=book.campaign,
        number=book.disclosures,
        disclosed_at=now,
        donated=book.donated,
        returned=book.returned,
        moved_in=book.moved_in,
        available=book.available,
        held=book.held,
        paid=book.paid,
        fees=book.fees,
        moved_out=book.moved_out,
        paid_entitlements=book.paid_entitlements,
    )
