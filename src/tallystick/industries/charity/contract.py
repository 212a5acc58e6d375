# SPDX-License-Identifier: Apache-2.0
"""The charity contract: its chapters in one class, and the tick."""

from __future__ import annotations

from tallystick.contracts import ANY_MEMBER, Context, Contract, Identifier, Label, Name, action
from tallystick.contracts.parts import Ticked, TickLimit
from tallystick.industries.charity.campaigns import Campaigns
from tallystick.industries.charity.events import (
    ClaimReminder,
    DisclosureOverdue,
    EntitlementLapsed,
    SettlementOverdue,
)
from tallystick.industries.charity.lists import Lists
from tallystick.industries.charity.payments import Payments
from tallystick.industries.charity.queries import Queries
from tallystick.industries.charity.supervision import Figures, Warnings
from tallystick.industries.charity.words import WORDS
from tallystick.industries.charity.workflows import OFFICER, REVIEWER

_FOLLOWS = (ClaimReminder, EntitlementLapsed, DisclosureOverdue, SettlementOverdue)


class Charity(
    Campaigns,
    Lists,
    Payments,
    Queries,
    Figures,
    Warnings,
    Contract,
    name="charity",
    version=1,
    label=Label(zh="链上公益", en="Charity"),
    exclusive_roles=((OFFICER, REVIEWER),),
):
    """en: Gifts go straight to the beneficiary's account, and every donor sees where.

    zh: 善款直达受益人账户，捐赠人可查去向。
    """

    words = WORDS

    @action(role=ANY_MEMBER, label=Label(zh="到期处理", en="Tick"), emits=_FOLLOWS)
    def tick(self, ctx: Context, limit: TickLimit = 100) -> Ticked:
        """en: Lets happen what follows deadlines that have passed; anyone may send it.

        zh: 处理已届满的期限；任何成员均可发起。
        """
        return self.deadlines.fire(ctx, self, limit=limit)

    @action(
        role=ANY_MEMBER, label=Label(zh="重试到期处理", en="Try a deadline again"), emits=_FOLLOWS
    )
    def retry_deadline(self, ctx: Context, case: Name, name: Identifier) -> None:
        """en: Lets happen now what follows a deadline and was refused; ticks try it too, later.

        zh: 立即重试届满后被拒绝的处理；自动处理亦会稍后重试。
        """
        self.deadlines.retry(ctx, self, case, name)
