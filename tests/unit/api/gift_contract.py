# SPDX-License-Identifier: Apache-2.0
"""A contract that counts gifts and warns of large ones."""

from __future__ import annotations

from tallystick.contracts import (
    ANY_MEMBER,
    Amount,
    Context,
    Contract,
    Event,
    Label,
    Statistic,
    WarningRule,
    action,
    value_of,
)


class Given(Event):
    """en: {donor} gave {amount}.

    zh: {donor} 捐赠 {amount}。
    """

    donor: str
    province: str
    amount: Amount


class Gifts(Contract, name="notes", version=1):
    """Takes gifts; called `notes`, which the genesis of the test network activates."""

    raised = Statistic(
        label=Label(zh="募集金额", en="Raised"),
        kind="sum",
        event=Given,
        value="amount",
        by="province",
        subject="donor",
    )
    largest = Statistic(
        label=Label(zh="最大一笔", en="Largest"),
        kind="maximum",
        event=Given,
        value="amount",
        period="month",
    )
    large = WarningRule(
        id="GIFT-W1",
        version=3,
        level="warning",
        label=Label(zh="大额捐赠", en="Large gift"),
        sentence=Label(zh="{donor} 捐赠 {amount}", en="{donor} gave {amount}"),
        on=Given,
        when=value_of("amount") > 1000,
        dedupe="donor",
    )

    @action(role=ANY_MEMBER, label=Label(zh="捐赠", en="Give"), emits=(Given,))
    def give(self, ctx: Context, donor: str, province: str, amount: Amount) -> None:
        """Give."""
        ctx.emit(Given(donor=donor, province=province, amount=amount))
