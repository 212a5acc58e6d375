# SPDX-License-Identifier: Apache-2.0
"""The justice contract: all its topics in one, and the clock that anyone may turn."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import ANY_MEMBER, Context, Contract, Identifier, Label, Name, action
from tallystick.contracts.parts import Ticked, TickLimit
from tallystick.industries.justice.events import MediationOpened
from tallystick.industries.justice.judging import Judging
from tallystick.industries.justice.performing import FOLLOWS
from tallystick.industries.justice.queries import Queries
from tallystick.industries.justice.setting import Setting
from tallystick.industries.justice.supervision import Supervision
from tallystick.industries.justice.workflows import EXCLUSIVE_ROLES

_FOLLOWS = (*FOLLOWS, MediationOpened)


class Justice(
    Setting,
    Judging,
    Queries,
    Supervision,
    Contract,
    name="justice",
    version=1,
    label=Label(zh="司法链与智能合约", en="Judicial chain and self-executing contracts"),
    exclusive_roles=EXCLUSIVE_ROLES,
):
    """en: Agreements that run by themselves: from signatures over a breach to an enforcement.

    zh: 自动运行的合同：自签署、履行、违约、调解至立案、裁判与执行。
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
