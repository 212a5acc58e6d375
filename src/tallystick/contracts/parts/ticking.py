# SPDX-License-Identifier: Apache-2.0
"""The clock of a contract that anyone may turn: two actions that all users of deadlines have."""

from __future__ import annotations

from typing import Annotated, ClassVar

from tallystick.contracts.context import Context
from tallystick.contracts.contract import ANY_MEMBER, action
from tallystick.contracts.label import Label
from tallystick.contracts.parts.deadlines import Deadlines, Ticked, TickLimit
from tallystick.contracts.records import Event
from tallystick.contracts.values import Identifier, Name


class Ticking:
    """`tick` and `retry_deadline`, for a contract that keeps its deadlines under that name.

    ```python
    class Loans(Ticking, Contract, name="loans", version=1):
        deadlines = Deadlines(on_expiry=("lapse",), label=Label(zh="期限", en="Deadlines"))
        follows = (Lapsed,)

        def on_lapse(self, ctx: Context, deadline: Deadline) -> None: ...
    ```

    It is a base and not a part, because actions belong to the contract: their names, what they
    announce, and their place among the others. It stands first, so that they come last.
    """

    deadlines: Deadlines
    follows: ClassVar[tuple[type[Event], ...]]
    """What may be announced when a deadline has passed, besides the events of the part."""

    @action(
        role=ANY_MEMBER,
        label=Label(zh="到期处理", en="Tick"),
        emits_listed_in="follows",
    )
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
        role=ANY_MEMBER,
        label=Label(zh="重试到期处理", en="Try a deadline again"),
        emits_listed_in="follows",
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
