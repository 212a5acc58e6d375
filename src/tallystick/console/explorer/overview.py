# SPDX-License-Identifier: Apache-2.0
"""The overview: figures of this moment, how much happened lately, nodes, and what came last."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from tallystick.console.explorer.news import news_of
from tallystick.console.ledger import Json, at
from tallystick.console.masking import listed_transactions
from tallystick.console.moments import written
from tallystick.console.node_rows import read_nodes
from tallystick.console.shown import BEIJING
from tallystick.console.visit import Visit

_LATEST: Final = 8
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A time up to now, in equal steps that begin at full hours or days in Beijing."""

    name: str
    step: timedelta
    count: int
    form: str
    """How a step is called."""


SPANS: Final = (
    Span("24h", _HOUR, 24, "%H:00"),
    Span("7d", _DAY, 7, "%m-%d"),
    Span("30d", _DAY, 30, "%m-%d"),
)


async def show_overview(visit: Visit) -> Response:
    """Answer GET /explorer: live figures; `span` is 24h, 7d or 30d, `compare` adds the one before.

    Parts of the page are drawn anew with each block; lists say how much is new.
    """
    span = next((one for one in SPANS if one.name == visit.query.get("span")), SPANS[0])
    status, nodes, transactions, blocks, (steps, before) = await asyncio.gather(
        visit.ledger.get(at("status")),
        read_nodes(visit),
        listed_transactions(visit, limit=_LATEST),
        visit.ledger.get(at("blocks"), limit=_LATEST),
        _activity(visit, span, is_compared="compare" in visit.query),
    )
    return visit.page(
        "explorer/overview.html",
        status=status,
        nodes=nodes,
        transactions=transactions,
        news=news_of(visit, transactions),
        blocks=blocks,
        span=span.name,
        spans=[one.name for one in SPANS],
        steps=steps,
        before=before,
        sums=_sums(steps),
        chart=json.dumps(_chart(visit, steps, before), ensure_ascii=False),
    )


def ends_of(span: Span, now_ms: int) -> tuple[int, int]:
    """Return begin and end of a span whose last step is the one of now."""
    now = datetime.fromtimestamp(now_ms / 1000, BEIJING)
    step = now.replace(minute=0, second=0, microsecond=0)
    if span.step >= _DAY:
        step = step.replace(hour=0)
    end = step + span.step
    begin = end - span.step * span.count
    return int(begin.timestamp() * 1000), int(end.timestamp() * 1000)


async def _activity(
    visit: Visit, span: Span, *, is_compared: bool
) -> tuple[list[Json], list[Json]]:
    """Return the steps of a span, and those of the time of the same length before it."""
    begin, end = ends_of(span, visit.now_ms)
    count, first = span.count, begin
    if is_compared:
        count, first = 2 * count, begin - (end - begin)
    found = await visit.ledger.get(
        at("activity"), stretches=count, **{"from": max(0, first), "to": end}
    )
    steps = [_step(one, span) for one in found["items"]]
    return steps[-span.count :], steps[: -span.count]


def _step(one: Json, span: Span) -> dict[str, Any]:
    begin = datetime.fromtimestamp(one["begin_ms"] / 1000, BEIJING)
    there = {"from": written(one["begin_ms"]), "to": written(one["end_ms"])}
    return {**one, "name": begin.strftime(span.form), "address": f"/t?{urlencode(there)}"}


def _sums(steps: Sequence[Json]) -> dict[str, Any]:
    """Return what there was in a span, and which part of it was refused, in percent."""
    blocks, transactions, refused = (
        sum(one[name] for one in steps) for name in ("blocks", "transactions", "refused")
    )
    there = {"code": "refused", "from": written(steps[0]["begin_ms"])}
    return {
        "blocks": blocks,
        "transactions": transactions,
        "refused": refused,
        "percent": round(100 * refused / transactions, 1) if transactions else None,
        "address": f"/t?{urlencode(there)}",
    }


def _chart(visit: Visit, steps: Sequence[Json], before: Sequence[Json]) -> dict[str, Any]:
    series = [
        {"name": visit.say("Transactions"), "values": [one["transactions"] for one in steps]},
        {"name": visit.say("Refused"), "values": [one["refused"] for one in steps]},
    ]
    if before:
        values = [one["transactions"] for one in before]
        series.append({"name": visit.say("Transactions, period before"), "values": values})
    return {
        "title": "",
        "names": [one["name"] for one in steps],
        "series": series,
        "addresses": [one["address"] for one in steps],
    }
