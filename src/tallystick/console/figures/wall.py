# SPDX-License-Identifier: Apache-2.0
"""The display for a wall: one system after the other in large type, and nothing of persons.

Sentences may name members and their clients, so acts and alerts are told by what they are called.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Final

from starlette.responses import Response

from tallystick.console.figures.periods import Period, day_text, period_of
from tallystick.console.figures.statistic_pages import totals_of
from tallystick.console.figures.timed_figures import measures_of, trend_of
from tallystick.console.ledger import Json, at
from tallystick.console.node_rows import read_nodes
from tallystick.console.visit import Visit
from tallystick.errors import NotFound

_TILES: Final = 9
"""Of one scene."""
_ALERTS: Final = 6
_LATEST: Final = 5
_SECONDS: Final = range(5, 301)
_SECONDS_DEFAULT: Final = 15
_WIDTH, _HEIGHT = 600, 120
"""Of the line of a month, in its own units."""


async def show_wall(visit: Visit) -> Response:
    """Answer GET /screen: all systems in turn; `seconds` a scene."""
    contracts = visit.names.contracts.values()
    return await _wall(visit, [one for one in contracts if one.get("statistics")], "")


async def show_screen(visit: Visit) -> Response:
    """Answer GET /screen/{contract}: the figures of one system; raises NotFound of no such."""
    name = visit.part("contract")
    if name not in visit.names.contracts:
        raise NotFound("no such system", field="system", found=name[:80])
    return await _wall(visit, [visit.names.contracts[name]], name)


async def _wall(visit: Visit, contracts: list[Json], only: str) -> Response:
    seconds = visit.query.get("seconds", "")
    is_fit = seconds.isascii() and seconds.isdecimal() and int(seconds[:4]) in _SECONDS
    return visit.page(
        "figures/screen.html",
        seconds=int(seconds) if is_fit else _SECONDS_DEFAULT,
        title=visit.read(contracts[0]["label"]) if only else visit.say("All systems"),
        **await visit.counted(("wall", only), partial(_shown, contracts, only)),
    )


async def _shown(contracts: list[Json], only: str, visit: Visit) -> dict[str, Any]:
    """Return what the wall shows, whoever looks at it."""
    period = period_of("30d", visit.now_ms)
    scenes, alerts, latest, nodes, activity = await asyncio.gather(
        asyncio.gather(*(_scenes(visit, one, period, is_alone=bool(only)) for one in contracts)),
        asyncio.gather(*(_alerts(visit, one) for one in contracts if one.get("warnings"))),
        _latest(visit, only),
        read_nodes(visit),
        _activity(visit, period),
    )
    together = sorted((one for some in alerts for one in some), key=lambda one: -one["time_ms"])
    return {
        "scenes": [*([] if only else [activity]), *(one for some in scenes for one in some)],
        "alerts": together[:_ALERTS],
        "alert_count": len(together),
        "latest": latest,
        "nodes": nodes,
    }


async def _scenes(
    visit: Visit, contract: Json, period: Period, *, is_alone: bool
) -> list[dict[str, Any]]:
    """Return what of a system is shown at a time: figures, and the month of the first of them."""
    tiles = await totals_of(visit, contract)
    measures = measures_of(contract)
    line = None
    if measures:
        days = await trend_of(visit, measures[0], period, {})
        points = [(one["plotted"] or 0, one["shown"], one["day"]) for one in days]
        line = line_of(visit.read(measures[0].declared["label"]), points)
    count = len(tiles) if is_alone else _TILES
    return [
        {
            "title": visit.read(contract["label"]),
            "tiles": tiles[first : first + _TILES],
            "line": line if first == 0 else None,
        }
        for first in range(0, max(1, count), _TILES)
    ]


def line_of(label: str, points: list[tuple[float, str, str]]) -> dict[str, Any] | None:
    """Return a line through the values of days, as an SVG draws it; None without days.

    Args:
        label: what it shows.
        points: of each day its value, how that is written, and the day.
    """
    if len(points) <= 1:
        return None
    highest = max(1e-9, *(value for value, _, _ in points))
    step = _WIDTH / (len(points) - 1)
    place = [
        f"{at_ * step:.1f},{_HEIGHT - value / highest * (_HEIGHT - 8):.1f}"
        for at_, (value, _, _) in enumerate(points)
    ]
    top = max(points, key=lambda one: one[0])
    return {
        "label": label,
        "points": " ".join(place),
        "area": f"0,{_HEIGHT} {' '.join(place)} {_WIDTH},{_HEIGHT}",
        "first_day": points[0][2],
        "last_day": points[-1][2],
        "highest": top[1],
        "highest_day": top[2],
    }


async def _activity(visit: Visit, period: Period) -> dict[str, Any]:
    """Return the scene of the whole network: a month of transactions."""
    asked = {"from": period.begin_ms, "to": period.end_ms, "stretches": period.days}
    found, status = await asyncio.gather(
        visit.ledger.get(at("activity"), **asked), visit.ledger.get(at("status"))
    )
    days = found["items"]
    transactions, refused = (sum(one[name] for one in days) for name in ("transactions", "refused"))
    told = (
        (visit.say("Blocks"), status["height"]),
        (visit.say("Transactions, last 30 days"), transactions),
        (visit.say("Refused, last 30 days"), refused),
        (visit.say("Organisations"), len(visit.names.organizations)),
        (visit.say("Contracts"), len(visit.names.contracts)),
    )
    points = [
        (one["transactions"], f"{one['transactions']:,}", day_text(one["begin_ms"])) for one in days
    ]
    return {
        "title": visit.say("The whole network"),
        "tiles": [{"label": name, "shown": f"{value:,}", "unit": ""} for name, value in told],
        "line": line_of(visit.say("Transactions a day"), points),
    }


async def _alerts(visit: Visit, contract: Json) -> list[dict[str, Any]]:
    """Return the newest open alerts, by what their rules are called."""
    page = await visit.ledger.get(
        at("contracts", contract["name"], "alerts"), state="open", limit=100
    )
    labels = {one["id"]: one["label"] for one in contract["warnings"]}
    return [
        {
            "level": one["level"],
            "rule": visit.read(labels.get(one["rule"])) or one["rule"],
            "system": visit.read(contract["label"]),
            "time_ms": one["time_ms"],
        }
        for one in page["items"]
    ]


async def _latest(visit: Visit, only: str) -> list[dict[str, Any]]:
    """Return what came last: which act of which organisation, without what it says."""
    page = await visit.ledger.get(at("transactions"), contract=only or None, limit=_LATEST)
    acts = {
        (contract["name"], method["name"]): method["label"]
        for contract in visit.names.contracts.values()
        for method in contract.get("methods", [])
    }
    return [
        {
            "act": visit.read(acts.get((one["contract"], one["method"])))
            or f"{one['contract']}.{one['method']}",
            "organization": visit.read(visit.names.organization(one["organization"] or "")),
            "is_done": one["code"] == "ok",
            "time_ms": one["time_ms"],
        }
        for one in page["items"]
    ]
