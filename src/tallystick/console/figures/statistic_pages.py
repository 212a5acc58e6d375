# SPDX-License-Identifier: Apache-2.0
"""Statistics: one system's figures, and one figure by cell and period."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any, Final
from urllib.parse import quote, urlencode

from starlette.responses import Response

from tallystick.console.figures.counted_fields import cell_word, counted_fields, heading
from tallystick.console.figures.figure_texts import figure_text, plotted, unit_text, value_text
from tallystick.console.ledger import Json, at
from tallystick.console.masking import cover_events
from tallystick.console.moments import moment_in
from tallystick.console.visit import Visit
from tallystick.errors import NotFound

_BARS_MAX: Final = 30
_LATEST: Final = 8
_EVENTS: Final = 50
_PAGING: Final = frozenset({"cursor", "limit", "lang", "period", "from", "to"})
REFUSED_CALL: Final = "RefusedCall"
"""Stands for an event in what counts refused calls, which announce nothing."""


async def show_systems(visit: Visit) -> Response:
    """Answer GET /stats: the contracts that count something."""
    counting = [one for one in visit.names.contracts.values() if one.get("statistics")]
    return visit.page("figures/systems.html", contracts=counting)


async def show_statistics(visit: Visit) -> Response:
    """Answer GET /stats/{contract}: each figure's total."""
    name = visit.part("contract")
    contract = await visit.ledger.schema(name)
    statistics = await totals_of(visit, contract)
    alerts = await visit.ledger.get(at("contracts", name, "alerts"), state="open", limit=_LATEST)
    return visit.page(
        "figures/statistics.html",
        contract={key: contract[key] for key in ("name", "label", "description")},
        statistics=statistics,
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
    contract = await visit.ledger.schema(name)
    declared = declared_in(contract, statistic["name"])
    rows = compare(statistic, before)
    for row in rows:
        row["behind"] = behind(name, declared, statistic, row["cell"])
    fields = counted_fields(contract, declared)
    for row in rows:
        if row["change"] is not None:
            more = row["change"]["more"]
            text = value_text(fields, declared, more)
            row["change"]["shown"] = f"+{text}" if more > 0 else text
    _put_in_words(visit, fields, declared, *(one for one in (statistic, before) if one))
    statistic["unit"] = unit_text(visit, statistic["unit"])
    chart = chart_of(visit, partial(plotted, fields, declared), statistic, before)
    chart["addresses"] = [row["behind"] for row in rows[:_BARS_MAX]]
    return visit.page(
        "figures/statistic.html",
        contract={"name": name, "label": contract["label"]},
        declared=declared,
        statistic=statistic,
        before=before,
        compared=rows,
        headings=[heading(fields, one, visit.language) for one in statistic["by"]],
        total_behind=behind(name, declared, statistic, statistic["total"]),
        chart=json.dumps(chart, ensure_ascii=False),
    )


async def show_counted(visit: Visit) -> Response:
    """Answer GET /stats/{contract}/{statistic}/events: what a figure counted, event by event."""
    name, statistic = visit.part("contract"), visit.part("statistic")
    contract = await visit.ledger.schema(name)
    cell = {key: value for key, value in visit.query.items() if key not in _PAGING}
    period = visit.query.get("period", "")
    during = {edge: moment_in(visit.query.get(edge, ""), edge) for edge in ("from", "to")}
    page = await visit.ledger.get(
        f"{at('contracts', name, 'statistics', statistic)}/events",
        limit=_EVENTS,
        cursor=visit.query.get("cursor") or None,
        period=period or None,
        **during,
        **cell,
    )
    items, is_covered = cover_events(visit, page["items"])
    return visit.page(
        "figures/counted.html",
        is_covered=is_covered,
        contract={"name": name, "label": contract["label"]},
        declared=declared_in(contract, statistic),
        cell=cell,
        period=period,
        begin_ms=during["from"],
        end_ms=during["to"],
        events={**page, "items": items},
    )


async def totals_of(visit: Visit, contract: Json) -> list[Json]:
    """Return the statistics of a contract with their totals over all time, in the reader's words.

    Raises:
        LimitExceeded: one has too many cells.
    """
    found = await visit.ledger.get(at("contracts", contract["name"], "statistics"))
    for one in found["items"]:
        _put_total_in_words(visit, contract, one)
    return list(found["items"])


def declared_in(contract: Json, name: str) -> Json:
    """Return how a contract declares a statistic.

    Raises:
        NotFound: it declares none of this name.
    """
    for one in contract.get("statistics", []):
        if one["name"] == name:
            return one
    raise NotFound("this contract has no such statistic", field="statistic", found=name[:80])


def behind(contract: str, declared: Json, statistic: Json, cell: Json) -> str | None:
    """Return where the events behind a figure are listed; None of what is hidden or a ratio."""
    is_total = not cell["cell"]
    hidden = cell["hidden"] or (is_total and any(one["hidden"] for one in statistic["cells"]))
    if hidden or declared["kind"] == "ratio":
        return None
    if declared.get("event") == REFUSED_CALL:
        return f"/t?{urlencode({'contract': contract, 'code': 'refused'})}"
    values = {name: plain(value) for name, value in cell["cell"].items()}
    period = {"period": statistic["shown_period"]} if statistic["shown_period"] else {}
    query = urlencode({**period, **values})
    return f"/stats/{quote(contract)}/{quote(declared['name'])}/events?{query}"


def plain(value: str | int | bool | None) -> str:  # noqa: FBT001 # a value of a cell
    """Return a value of a cell as an address writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def change_between(cell: Json, before: Json | None) -> dict[str, Any] | None:
    """Return how much more a cell is than in the period before; None where either is unknown."""
    if before is None or cell["value"] is None or before["value"] is None:
        return None
    more = cell["value"] - before["value"]
    percent = round(100 * more / before["value"]) if before["value"] else None
    return {"more": more, "percent": percent}


def period_before(periods: list[str], period: str | None) -> str | None:
    """Return the period before one, of those that have figures; the whole time has none."""
    earlier = [one for one in periods if period is not None and one < period]
    return max(earlier, default=None)


def compare(statistic: Json, before: Json | None) -> list[dict[str, Any]]:
    """Return each cell with what it was in the period before; None where nothing is known."""
    known = {_key(cell): cell for cell in (before or {}).get("cells", [])}
    rows = [(cell, known.get(_key(cell))) for cell in statistic.get("cells", [])]
    return [
        {"cell": cell, "before": earlier, "change": change_between(cell, earlier)}
        for cell, earlier in rows
    ]


def chart_of(
    visit: Visit,
    height_of: Callable[[int | None], float | None],
    statistic: Json,
    before: Json | None,
) -> dict[str, Any]:
    """Return what the chart shows: names of cells, and one series a period.

    A cell that is too small to be shown has no bar.

    Args:
        visit: of the reader.
        height_of: of a figure's bar, in the unit in which figures are written beside it.
        statistic: of the period that is shown.
        before: of the one before.
    """
    cells = statistic.get("cells", [])[:_BARS_MAX]
    known = {_key(cell): cell for cell in (before or {}).get("cells", [])}
    series = [
        {
            "name": statistic["shown_period"] or visit.say("The whole time"),
            "values": [height_of(cell["value"]) for cell in cells],
        }
    ]
    if before is not None:
        series.append(
            {
                "name": before["shown_period"],
                "values": [height_of((known.get(_key(cell)) or {}).get("value")) for cell in cells],
            }
        )
    names = [cell_name(cell) or visit.read(statistic["label"]) for cell in cells]
    return {"title": visit.read(statistic["label"]), "names": names, "series": series}


def cell_name(cell: Json) -> str:
    """Return what a cell is called: its values in words."""
    return " · ".join(cell["words"].values())


def _put_in_words(visit: Visit, fields: dict[str, Json], declared: Json, *tables: Json) -> None:
    """Give each cell what its values are called: choices by their words, organisations by name."""
    for table in tables:
        for cell in (table["total"], *table.get("cells", [])):
            cell["shown"] = figure_text(visit, fields, declared, cell)
            cell["words"] = {
                name: visit.names.spell_out(
                    cell_word(fields, name, value, visit.language), visit.language
                )
                for name, value in cell["cell"].items()
            }


def _put_total_in_words(visit: Visit, contract: Json, statistic: Json) -> None:
    """Give a statistic's total and its unit as people read them."""
    declared = declared_in(contract, statistic["name"])
    fields = counted_fields(contract, declared)
    statistic["total"]["shown"] = figure_text(visit, fields, declared, statistic["total"])
    statistic["unit"] = unit_text(visit, statistic["unit"])


def _key(cell: Json) -> str:
    return json.dumps(cell["cell"], sort_keys=True)
