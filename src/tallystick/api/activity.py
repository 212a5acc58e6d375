# SPDX-License-Identifier: Apache-2.0
"""How much happened over time: blocks, transactions and refusals by equal stretches."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from tallystick.api.answer import Answer
from tallystick.api.asked import Asked
from tallystick.api.equal_stretches import equal_stretches
from tallystick.api.transaction_rows import list_answer
from tallystick.api.wire_types import Count, Time, TimeMs, format_time


class StretchRecord(Struct, frozen=True, kw_only=True):
    """How much happened in one stretch of time, by the times of blocks."""

    begin: Time
    begin_ms: TimeMs
    end: Time
    end_ms: Annotated[int, Meta(description="Exclusive.")]
    blocks: Count
    transactions: Count
    refused: Annotated[int, Meta(ge=0, description="Transactions among them that were refused.")]


class ActivityRecord(Struct, frozen=True, kw_only=True):
    """How much happened over time, oldest stretch first."""

    items: list[StretchRecord]
    height: Annotated[int, Meta(ge=0, description="Block that the figures reflect.")]


def show_activity(asked: Asked) -> Answer:
    """Answer GET /v1/activity."""
    page = asked.server.node.views.activity(equal_stretches(asked), contract=asked.text("contract"))
    items = [
        StretchRecord(
            begin=format_time(one.from_ms),
            begin_ms=one.from_ms,
            end=format_time(one.to_ms),
            end_ms=one.to_ms,
            blocks=one.blocks,
            transactions=one.transactions,
            refused=one.refused,
        )
        for one in page.items
    ]
    return list_answer(ActivityRecord(items=items, height=page.height), page.height)
