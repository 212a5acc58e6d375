# SPDX-License-Identifier: Apache-2.0
"""Statistics: one system's figures, one figure by cell and period, and the display for a wall."""

from __future__ import annotations

import json
from typing import Any, Final

from starlette.responses import Response

from tallystick.console.ledger import Json, at
from tallystick.console.visit import Visit

_BARS_MAX: Final = 30
_LATEST: Final = 8


async def show_systems(visit: Visit) -> Response:
    """Answer GET /stats: the contracts that count something."""
    counting = [one for one in visit.names.contracts.values() if one.get("statistics")]
    return visit.page("figures/systems.html", contracts=counting)


async def show_statistics(visit: Visit) -> Response:
    """Answer GET /stats/{contract}: each figure's total."""
    name = visit.part("contract")
    contract = await visit.ledger.get(at("contracts", name))
    statistics = await visit.ledger.get(at("contracts", name, "statistics"))
    alerts = await visit.ledger.get(at("contracts", name, "alerts"), state="open", limit=_LATEST)
    return visit.page(
        "figures/statistics.html",
        contract={key: contract[key] for key in ("name", "label", "description")},
        statistics=statistics["items"],
        alerts=alerts["items"],
    )


async def show_statistic(visit: Visit) -> Response:
    """Answer GET /stats/{contract}/{statistic}: its cells in a period, beside the one before."""
    name = visit.part("contract")
    place = at("contracts", name, "statistics", visit.part("statistic"))
    period = visit.query.get("period") or None
    statistic = await visit.ledger.get(place, period=period)
    before = None
    if (earlier := period_before(statistic["periods"], period)) is not None:
        before = await visit.ledger.get(place, period=earlier)
    return visit.page(
        "figures/statistic.html",
        contract=await _heading(visit, name),
        statistic=statistic,
        before=before,
        compared=compare(statistic, before),
        chart=json.dumps(chart_of(visit, statistic, before), ensure_ascii=False),
    )


async def show_screen(visit: Visit) -> Response:
    """Answer GET /screen/{contract}: figures in large type, live, for a wall."""
    name = visit.part("contract")
    statistics = await visit.ledger.get(at("contracts", name, "statistics"))
    alerts = await visit.ledger.get(at("contracts", name, "alerts"), state="open", limit=_LATEST)
    transactions = await visit.ledger.get(at("transactions"), contract=name, limit=_LATEST)
    return visit.page(
        "figures/screen.html",
        contract=await _heading(visit, name),
        statistics=statistics["items"],
        alerts=alerts["items"],
        transactions=transactions["items"],
    )


async def _heading(visit: Visit, name: str) -> Json:
    contract = await visit.ledger.get(at("contracts", name))
    return {"name": contract["name"], "label": contract["label"]}


def period_before(periods: list[str], period: str | None) -> str | None:
    """Return the period before one, of those that have figures; the whole time has none."""
    earlier = [one for one in periods if period is not None and one < period]
    return max(earlier, default=None)


def compare(statistic: Json, before: Json | None) -> list[dict[str, Any]]:
    """Return each cell with what it was in the period before; None where nothing is known."""
    known = {_key(cell): cell for cell in (before or {}).get("cells", [])}
    return [{"cell": cell, "before": known.get(_key(cell))} for cell in statistic.get("cells", [])]


def chart_of(visit: Visit, statistic: Json, before: Json | None) -> dict[str, Any]:
    """Return what the chart shows: names of cells, and one series a period.

    A cell that is too small to be shown has no bar.
    """
    cells = statistic.get("cells", [])[:_BARS_MAX]
    known = {_key(cell): cell for cell in (before or {}).get("cells", [])}
    series = [
        {
            "name": statistic["shown_period"] or visit.say("The whole time"),
            "values": [cell["value"] for cell in cells],
        }
    ]
    if before is not None:
        series.append(
            {
                "name": before["shown_period"],
                "values": [(known.get(_key(cell)) or {}).get("value") for cell in cells],
            }
        )
    names = [cell_name(visit, cell) or visit.read(statistic["label"]) for cell in cells]
    return {"title": visit.read(statistic["label"]), "names": names, "series": series}


def cell_name(visit: Visit, cell: Json) -> str:
    """Return what a cell is called: its values, organisations by name."""
    words = (str(value) for value in cell["cell"].values())
    return " · ".join(visit.names.spell_out(word, visit.language) for word in words)


def _key(cell: Json) -> str:
    return json.dumps(cell["cell"], sort_keys=True)
