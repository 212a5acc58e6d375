# SPDX-License-Identifier: Apache-2.0
"""The route for how much happened over time."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tallystick.api.activity import (
    STRETCHES_DEFAULT,
    STRETCHES_MAX,
    ActivityRecord,
    show_activity,
)
from tallystick.api.language import Bilingual
from tallystick.api.parameters import FROM, TO, Kind, Parameter
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
        parameters=(
            replace(FROM, is_required=True),
            replace(TO, is_required=True),
            Parameter(
                name="stretches",
                kind=Kind.INTEGER,
                minimum=1,
                maximum=STRETCHES_MAX,
                default=STRETCHES_DEFAULT,
                description="In how many equal stretches.",
            ),
        ),
        replies=(Reply(200, "One item a stretch, oldest first.", ActivityRecord),),
        lists=Lists.YES,
        reader=show_activity,
    ),
)
