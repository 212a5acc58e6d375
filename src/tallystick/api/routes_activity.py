# SPDX-License-Identifier: Apache-2.0
"""The route for how much happened over time."""

from __future__ import annotations

from typing import Final

from tallystick.api.activity import ActivityRecord, show_activity
from tallystick.api.equal_stretches import STRETCHES
from tallystick.api.language import Bilingual
from tallystick.api.table import Lists, Policy, Reply, Route

ROUTES: Final = (
    Route(
        method="GET",
        path="/v1/activity",
        name="show_activity",
        tag="ledger",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="How much happened over time", zh="各时段的区块与交易数"),
        description="The time from `from` to `to` in equal stretches, by the times of blocks. "
        "Two look-ups a stretch, however many blocks it has.",
        parameters=STRETCHES,
        replies=(Reply(200, "One item a stretch, oldest first.", ActivityRecord),),
        lists=Lists.YES,
        reader=show_activity,
    ),
)
