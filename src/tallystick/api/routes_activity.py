# SPDX-License-Identifier: Apache-2.0
"""Routes for how much happened over time, and how often methods were called."""

from __future__ import annotations

from typing import Final

from tallystick.api.activity import ActivityRecord, show_activity
from tallystick.api.equal_stretches import STRETCHES
from tallystick.api.facets import MethodUsePage, show_method_use
from tallystick.api.language import Bilingual
from tallystick.api.parameters import Parameter
from tallystick.api.table import Lists, Policy, Reply, Route
from tallystick.errors import LimitExceeded

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
            *STRETCHES,
            Parameter(
                name="contract",
                description="Count only the transactions of this contract; blocks are all there "
                "were. At most 200,000 of them are counted, else the answer is `E_LIMIT`.",
                example="evidence",
            ),
        ),
        replies=(Reply(200, "One item a stretch, oldest first.", ActivityRecord),),
        errors=(LimitExceeded,),
        lists=Lists.YES,
        reader=show_activity,
    ),
    Route(
        method="GET",
        path="/v1/activity/methods",
        name="show_method_use",
        tag="ledger",
        policy=Policy.PUBLIC,
        summary=Bilingual(
            en="How often a contract's methods were called", zh="合约各方法的调用次数"
        ),
        description="Since the founding; counted while blocks come in, so it costs nothing.",
        parameters=(
            Parameter(
                name="contract",
                is_required=True,
                description="Name of the contract; one that nobody called has no methods here.",
                example="evidence",
            ),
        ),
        replies=(Reply(200, "One item a method.", MethodUsePage),),
        lists=Lists.YES,
        reader=show_method_use,
    ),
)
