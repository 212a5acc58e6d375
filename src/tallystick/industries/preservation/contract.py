# SPDX-License-Identifier: Apache-2.0
"""The preservation contract: all its topics in one, and the clock that anyone may turn."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import ANY_MEMBER, Context, Contract, Identifier, Label, Name, action
from tallystick.contracts.parts import Ticked, TickLimit
from tallystick.industries.preservation.claims import Claiming
from tallystick.industries.preservation.ending import ENDING_EVENTS
from tallystick.industries.preservation.events import ExpiryNotice, TermMissed
from tallystick.industries.preservation.queries import Queries
from tallystick.industries.preservation.supervision import Supervision
from tallystick.industries.preservation.workflows import EXCLUSIVE_ROLES

_FOLLOWS = (*ENDING_EVENTS, ExpiryNotice, TermMissed)


class Preservation(
    Claiming,
    Queries,
    Supervision,
    Contract,
    name="preservation",
    version=1,
    label=Label(zh="财产保全担保", en="Property preservation guarantees"),
    exclusive_roles=EXCLUSIVE_ROLES,
):
    """en: Letters of guarantee that a court compares with the insurer's word before it freezes.

    zh: 法院在冻结财产前，将保函与担保人上链内容逐项比对。
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
