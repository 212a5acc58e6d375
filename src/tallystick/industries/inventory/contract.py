# SPDX-License-Identifier: Apache-2.0
"""The inventory contract: all its topics in one, and the clock that anyone may turn."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import ANY_MEMBER, Context, Contract, Identifier, Label, Name, action
from tallystick.contracts.parts import Ticked, TickLimit
from tallystick.industries.inventory.counting import Counting
from tallystick.industries.inventory.disposing import Disposing
from tallystick.industries.inventory.events import AlertChanged, InspectionEnded, PrepaymentChanged
from tallystick.industries.inventory.queries import Queries
from tallystick.industries.inventory.setting import Setting
from tallystick.industries.inventory.supervision import Supervision
from tallystick.industries.inventory.watching import WATCH_EVENTS
from tallystick.industries.inventory.workflows import EXCLUSIVE_ROLES

_FOLLOWS = (*WATCH_EVENTS, AlertChanged, InspectionEnded, PrepaymentChanged)


class Inventory(
    Setting,
    Counting,
    Disposing,
    Queries,
    Supervision,
    Contract,
    name="inventory",
    version=1,
    label=Label(zh="经销商存货融资", en="Dealer inventory finance"),
    exclusive_roles=EXCLUSIVE_ROLES,
):
    """en: Lends on cases of bottles that their maker vouches for and a warehouse keeps.

    zh: 以酒厂声明、仓库保管的箱装酒出具电子仓单，并据以融资。
    """

    @action(role=ANY_MEMBER, label=Label(zh="到期处理", en="Tick"), emits=_FOLLOWS)
    def tick(
        self,
        ctx: Context,
        limit: Annotated[TickLimit, Label(zh="至多处理", en="At most")] = 50,
    ) -> Ticked:
        """en: Lets what follows passed deadlines happen; a second time it does nothing.

        zh: 处理已届满的期限；重复调用不产生变化。
        """
        return self.deadlines.fire(ctx, self, limit=limit)

    @action(
        role=ANY_MEMBER, label=Label(zh="重试到期处理", en="Try a deadline again"), emits=_FOLLOWS
    )
    def retry_deadline(
        self,
        ctx: Context,
        case: Annotated[Name, Label(zh="事项", en="Case")],
        name: Annotated[Identifier, Label(zh="期限", en="Deadline")],
    ) -> None:
        """en: Lets happen now what follows a deadline and was refused; ticks try it too, later.

        zh: 立即重试届满后被拒绝的处理；自动处理亦会稍后重试。
        """
        self.deadlines.retry(ctx, self, case, name)
