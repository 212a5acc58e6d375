# SPDX-License-Identifier: Apache-2.0
"""What a supervisor sees of deposits: how many a day, by platform, in each of the three ways."""

from __future__ import annotations

from tallystick.contracts import Label, Statistic
from tallystick.contracts.parts import BatchAdded
from tallystick.industries.evidence.records import BatchDeposited, Deposited


class Supervision:
    """Statistics; they cost the contract's calls nothing."""

    deposits_one_by_one = Statistic(
        label=Label(zh="每日单份存证（按机构）", en="Files deposited one by one, by organisation"),
        kind="count",
        event=Deposited,
        by="organization",
        period="day",
    )
    deposits_many = Statistic(
        label=Label(
            zh="每日多份存证（按机构）", en="Files deposited many at once, by organisation"
        ),
        kind="sum",
        event=BatchDeposited,
        value="count",
        by="organization",
        period="day",
    )
    deposits_by_root = Statistic(
        label=Label(
            zh="每日批量哈希存证（按机构）", en="Files deposited under roots, by organisation"
        ),
        kind="sum",
        event=BatchAdded,
        value="count",
        by="organization",
        period="day",
    )
