# SPDX-License-Identifier: Apache-2.0
"""A contract with a dotted name, dates, money, choices and refusals: what doors must all show."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from tallystick.contracts import (
    ANY_MEMBER,
    Amount,
    Arguments,
    Context,
    Contract,
    Digest,
    Event,
    Help,
    Identifier,
    Label,
    Meta,
    Name,
    OrganizationCode,
    Record,
    Refusal,
    Table,
    Timestamp,
    action,
    asdict,
    field,
    query,
    replace,
)
from tallystick.model import network_id
from tests.factories import make_genesis

GENESIS_BYTES = replace(make_genesis(), contracts=("fund.raising",)).encode()
NETWORK = network_id("testnet", GENESIS_BYTES)
GOAL_MAX = 1_000_000_00
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", max_length=3)]


class Status(StrEnum):
    """Where a campaign stands."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class Contact(Record):
    """Whom to ask."""

    name: Annotated[Name, Label(zh="姓名", en="Name")]
    phone: str | None = None


class NewCampaign(Arguments):
    """What is said of a campaign when it is opened."""

    id: Annotated[Identifier, Label(zh="项目编号", en="Campaign")]
    title: Annotated[Name, Label(zh="名称", en="Title")]
    goal: Annotated[Amount, Label(zh="目标", en="Goal"), Help(zh="最小单位", en="In cents.")]
    currency: Currency = "CNY"
    due: date | None = None
    contact: Annotated[Contact | None, Label(zh="联系人", en="Contact")] = None
    plan: Digest | None = None
    seal: bytes = b"\x00"
    order: int = 0


class Campaign(NewCampaign):
    """A campaign that collects gifts."""

    organization: OrganizationCode
    opened_at: Timestamp
    tags: list[str] = field(default_factory=list)
    status: Status = Status.OPEN


class Gift(Record):
    """A gift to a campaign."""

    campaign: Identifier
    number: int
    amount: Amount
    currency: Currency


class Opened(Event):
    """en: {organization} opened {id} until {due}.

    zh: {organization} 发起 {id}，截止 {due}。
    """

    id: Identifier
    organization: OrganizationCode
    due: date | None
    at: Timestamp


class Closed(Event):
    """en: {id} was closed.

    zh: {id} 已结束。
    """

    id: Identifier


class CampaignExists(Refusal, code="E_DUP"):
    """en: There is a campaign {id} already, opened at {opened_at}.

    zh: 项目 {id} 已存在，发起于 {opened_at}。
    """

    id: Identifier
    opened_at: Timestamp


class GoalTooHigh(Refusal, code="FUND-7"):
    """en: The goal {goal} is above {most}.

    zh: 目标 {goal} 超过 {most}。
    """

    goal: Amount
    most: Amount
    currency: Currency


class Fund(Contract, name="fund.raising", version=2, label=Label(zh="募捐", en="Fund raising")):
    """en: Collects gifts.

    zh: 募集捐赠。
    """

    campaigns = Table(Campaign, key="id", label=Label(zh="项目", en="Campaigns"))
    gifts = Table(Gift, key=("campaign", "number"))

    @action(
        role=ANY_MEMBER,
        label=Label(zh="发起项目", en="Open a campaign"),
        emits=(Opened,),
        refuses=(CampaignExists, GoalTooHigh),
    )
    def open(self, ctx: Context, new: NewCampaign) -> Campaign:
        """en: Opens a campaign.

        zh: 发起一个项目。
        """
        known = self.campaigns.get(new.id)
        if known is not None:
            raise CampaignExists(id=new.id, opened_at=known.opened_at)
        if new.goal > GOAL_MAX:
            raise GoalTooHigh(goal=new.goal, most=GOAL_MAX, currency=new.currency)
        made = Campaign(
            organization=ctx.signer.organization, opened_at=ctx.block_time_ms, **asdict(new)
        )
        ctx.emit(
            Opened(id=made.id, organization=made.organization, due=made.due, at=made.opened_at)
        )
        return self.campaigns.add(made)

    @action(role=ANY_MEMBER, label=Label(zh="结束项目", en="Close a campaign"), emits=(Closed,))
    def close(self, ctx: Context, id: Identifier) -> None:  # noqa: A002
        """en: Closes a campaign.

        zh: 结束一个项目。
        """
        self.campaigns.replace(replace(self.campaigns.require(id), status=Status.CLOSED))
        ctx.emit(Closed(id=id))

    @action(role=ANY_MEMBER, label=Label(zh="捐赠", en="Give"))
    def give(
        self,
        ctx: Context,
        campaign: Identifier,
        number: int,
        amount: Amount,
        wait: bool = False,
    ) -> None:
        """en: Gives.

        zh: 捐赠。
        """
        found = self.campaigns.require(campaign)
        gift = Gift(campaign=campaign, number=number, amount=amount, currency=found.currency)
        self.gifts.add(gift)

    @query(label=Label(zh="查看项目", en="Show a campaign"))
    def show(self, id: Identifier) -> Campaign:  # noqa: A002
        """en: Shows a campaign.

        zh: 查看一个项目。
        """
        return self.campaigns.require(id)

    @query(label=Label(zh="总额", en="Total"))
    def due_after(self, moments: list[date], contact: Contact | None = None) -> list[date]:
        """en: Returns the dates.

        zh: 返回日期。
        """
        return moments
