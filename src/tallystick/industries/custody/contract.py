# SPDX-License-Identifier: Apache-2.0
"""The custody contract: all its chapters in one, and the clock that anyone may turn."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import ANY_MEMBER, Context, Contract, Identifier, Label, Name, action
from tallystick.contracts.parts import Ticked, TickLimit
from tallystick.industries.custody.archiving import Archiving
from tallystick.industries.custody.challenging import CHALLENGE_EVENTS
from tallystick.industries.custody.events import (
    AuditEnded,
    DrillEnded,
    PeriodEnded,
    RetentionEnding,
)
from tallystick.industries.custody.queries import Queries
from tallystick.industries.custody.snapshots import Snapshots
from tallystick.industries.custody.supervision import Supervision
from tallystick.industries.custody.workflows import EXCLUSIVE_ROLES

_FOLLOWS = (*CHALLENGE_EVENTS, PeriodEnded, RetentionEnding, AuditEnded, DrillEnded)


class Custody(
    Archiving,
    Snapshots,
    Queries,
    Supervision,
    Contract,
    name="custody",
    version=1,
    label=Label(zh="金融文件托管", en="Custody of financial documents"),
    exclusive_roles=EXCLUSIVE_ROLES,
):
    """en: Keeps sealed files on several operators' nodes, asks for proofs, repairs, and pays.

    zh: 将加密文件存于多家运营方，定期挑战核验、自动修复、按通过次数付费。
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
