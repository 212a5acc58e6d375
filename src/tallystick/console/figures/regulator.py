# SPDX-License-Identifier: Apache-2.0
"""The regulator's overview: figures and alerts of all systems, of a period beside the one before.

Everything that is chosen stands in the address, and every figure leads to what it counted.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from starlette.responses import Response

from tallystick.console.figures.alert_figures import alert_figures
from tallystick.console.figures.alert_pages import (
    AlertsWanted,
    alerts_of,
    is_about,
    may_handle,
    newest_first,
)
from tallystick.console.figures.periods import DEFAULT, Period, day_text, period_names, period_of
from tallystick.console.figures.regulator_files import figures_file, pdf_of
from tallystick.console.figures.timed_figures import (
    Measure,
    figure_of,
    measures_of,
    others_of,
    percent_of,
    trend_of,
)
from tallystick.console.ledger import Json, at
from tallystick.console.list_files import give_list, is_file_wanted
from tallystick.console.moments import written
from tallystick.console.visit import Visit
from tallystick.errors import InvalidArguments, NotFound

_FIRST_OF_EACH: Final = 3
"""Figures of a system beside those of others; alone it shows all."""
_ALERTS_SHOWN: Final = 12
_CATEGORIES_MAX: Final = 60
_MINUTE_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the address asks for."""

    period: Period
    system: str
    """A contract, or empty for all."""
    only: str
    """`field:value` of the only cells that are counted, or empty."""
    figure: str
    """`contract.statistic` that the charts show, or empty for the first."""

    @property
    def cell(self) -> dict[str, str]:
        """The cells that are counted, as the node takes them."""
        field, _, value = self.only.partition(":")
        return {field: value} if self.only else {}


class _Counted(NamedTuple):
    """What is counted for a choice, the same for all readers of a language."""

    figures: list[dict[str, Any]]
    categories: list[dict[str, Any]]
    activity: list[dict[str, Any]]
    drawn: Measure | None
    """Whose charts are shown."""
    height: int
    """Of the ledger when it was begun to count."""
    trend: list[dict[str, Any]]


async def show_regulator(visit: Visit) -> Response:
    """Answer GET /stats/regulator: `system`, `period`, `only` and `figure` choose.

    Raises:
        InvalidArguments: no such period or category.
        NotFound: no such system.
    """
    overview = await _overview(visit)
    if is_file_wanted(visit):
        return await give_list(visit, figures_file(visit, overview))
    return visit.page("figures/regulator.html", **overview)


async def give_regulator_report(visit: Visit) -> Response:
    """Answer GET /stats/regulator/report: the same as a PDF; raises as the page."""
    return await pdf_of(visit, await _overview(visit))


async def _overview(visit: Visit) -> dict[str, Any]:
    chosen = _chosen(visit)
    contracts = _contracts(visit, chosen)
    is_alone = bool(chosen.system)
    counted, alerts = await asyncio.gather(
        visit.counted(("regulator", chosen), partial(_count, chosen, contracts)),
        # What people did about an alert is shown at once to who did it: alerts are not kept.
        _alerts(visit, chosen, [one["name"] for one in contracts]),
    )
    drawn, figures, trend = counted.drawn, counted.figures, counted.trend
    shown = next((one for one in figures if drawn and one["place"] == drawn.place), None)
    period = chosen.period
    return {
        "systems": [
            {"name": one["name"], "label": visit.read(one["label"])} for one in _all(visit)
        ],
        "system": chosen.system,
        "period": {
            "name": period.name,
            "begin": day_text(period.begin_ms),
            "end": day_text(period.end_ms - 1),
            "before_begin": day_text(period.before_begin_ms),
            "before_end": day_text(period.before_end_ms - 1),
        },
        "periods": period_names(visit.now_ms),
        "only": chosen.only,
        "categories": counted.categories,
        "tiles": [*counted.activity, *_alert_tiles(visit, chosen, alerts)],
        "figures": [{key: one[key] for key in one if key not in _NOT_SHOWN} for one in figures],
        "figure": "" if drawn is None else drawn.place,
        "drawn": shown,
        "trend": trend,
        "charts": [] if shown is None else _charts(visit, period, shown, trend),
        "others": [
            {
                "address": f"/stats/{contract['name']}/{one['name']}",
                "label": visit.read(one["label"]),
            }
            for contract in contracts
            if is_alone
            for one in others_of(contract)
        ],
        "alerts": [
            {**alert, "may_handle": _may(visit, alert["contract"])}
            for alert, _ in alerts
            if alert["state"] == "open" or alert["time_ms"] >= period.begin_ms
        ][:_ALERTS_SHOWN],
        "alerts_address": _alerts_address(chosen),
        "height": counted.height,
    }


async def _count(chosen: Chosen, contracts: list[Json], visit: Visit) -> _Counted:
    """Return what is counted for a choice, whoever looks at it."""
    height = visit.names.height
    measures = _measures(contracts, is_alone=bool(chosen.system), field=_field(chosen))
    first, activity = await asyncio.gather(
        _figures(visit, measures, chosen.period, {}), _activity(visit, chosen)
    )
    categories = _categories(first)
    figures = first
    if chosen.only:
        _check_category(chosen, categories)
        figures = await _figures(visit, measures, chosen.period, chosen.cell)
    drawn = next((one for one in measures if one.place == chosen.figure), None)
    drawn = drawn or next(iter(measures), None)
    trend = [] if drawn is None else await trend_of(visit, drawn, chosen.period, chosen.cell)
    return _Counted(figures, categories, activity, drawn, height, trend)


async def _figures(
    visit: Visit, measures: Sequence[Measure], period: Period, cell: Mapping[str, str]
) -> list[dict[str, Any]]:
    return list(await asyncio.gather(*(figure_of(visit, one, period, cell) for one in measures)))


_NOT_SHOWN: Final = frozenset({"cells", "known", "headings"})
"""Parts of a figure that only the one in the charts needs."""


def _chosen(visit: Visit) -> Chosen:
    return Chosen(
        period=period_of(visit.query.get("period") or DEFAULT, visit.now_ms),
        system=visit.query.get("system", ""),
        only=visit.query.get("only", ""),
        figure=visit.query.get("figure", ""),
    )


def _all(visit: Visit) -> list[Json]:
    """Return the contracts that count or warn."""
    found = visit.names.contracts.values()
    return [one for one in found if one.get("statistics") or one.get("warnings")]


def _contracts(visit: Visit, chosen: Chosen) -> list[Json]:
    found = [one for one in _all(visit) if chosen.system in {"", one["name"]}]
    if not found and chosen.system:
        raise NotFound("no such system", field="system", found=chosen.system[:80])
    return found


def _field(chosen: Chosen) -> str:
    return chosen.only.partition(":")[0]


def _measures(contracts: Sequence[Json], *, is_alone: bool, field: str) -> list[Measure]:
    """Return what is counted: of several systems the first figures, with a category what has it."""
    found: list[Measure] = []
    for contract in contracts:
        fitting = [one for one in measures_of(contract) if not field or field in one.fields]
        found += fitting if is_alone else fitting[:_FIRST_OF_EACH]
    return found


def _categories(figures: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what can be chosen of the figures' cells: each field with its values."""
    found: dict[str, dict[str, Any]] = {}
    for figure in figures:
        for name, values in figure.get("known", {}).items():
            group = found.setdefault(name, {"label": figure["headings"][name], "values": {}})
            group["values"] |= values
    return [
        {
            "field": name,
            "label": group["label"],
            "values": [
                {"only": f"{name}:{value}", "word": word or "—"}
                for value, word in sorted(group["values"].items(), key=lambda one: one[1])
            ][:_CATEGORIES_MAX],
        }
        for name, group in found.items()
        if group["values"]
    ]


def _check_category(chosen: Chosen, categories: Sequence[dict[str, Any]]) -> None:
    field, colon, _ = chosen.only.partition(":")
    if not colon or field not in {one["field"] for one in categories}:
        raise InvalidArguments(
            "no figure of this choice has such a category",
            field="only",
            expected=", ".join(f"{one['field']}:…" for one in categories)[:200] or "none",
            found=chosen.only[:80],
        )


async def _activity(visit: Visit, chosen: Chosen) -> list[dict[str, Any]]:
    """Return how much the whole ledger did, unless only a part of it is looked at."""
    if chosen.system or chosen.only:
        return []
    period = chosen.period
    spans = period.span, period.before_span
    now, before = (
        one["items"][0]
        for one in await asyncio.gather(
            *(
                visit.ledger.get(at("activity"), **{"from": begin, "to": end, "stretches": 1})
                for begin, end in spans
            )
        )
    )
    query = {"from": written(period.begin_ms), "to": written(period.end_ms)}
    refused = {"code": "refused", **query}
    return [
        _tile(
            visit.say("Transactions"),
            now["transactions"],
            before["transactions"],
            f"/t?{urlencode(query)}",
        ),
        _tile(visit.say("Refused"), now["refused"], before["refused"], f"/t?{urlencode(refused)}"),
    ]


async def _alerts(visit: Visit, chosen: Chosen, contracts: list[str]) -> list[Any]:
    wanted = AlertsWanted()
    warning = [one for one in contracts if visit.names.contracts[one].get("warnings")]
    found = await asyncio.gather(*(alerts_of(visit, one, wanted, whole=True) for one in warning))
    return [one for one in newest_first(found) if is_about(one[0], chosen.only)]


def _alert_tiles(visit: Visit, chosen: Chosen, alerts: list[Any]) -> list[dict[str, Any]]:
    period = chosen.period
    figures = alert_figures(alerts, period, visit.now_ms)
    span = {"from": written(period.begin_ms), "to": written(period.end_ms)}
    done = {"done_from": span["from"], "done_to": span["to"]}
    raised, untouched, took = (figures[name] for name in ("raised", "untouched", "handling_ms"))
    minutes = {key: None if value is None else value // _MINUTE_MS for key, value in took.items()}
    return [
        _tile(
            visit.say("Alerts"), raised["value"], raised["before"], _alerts_address(chosen, **span)
        ),
        _tile(
            visit.say("Not handled now"),
            untouched["value"],
            untouched["before"],
            _alerts_address(chosen, state="open", handling="new"),
        ),
        {
            **_tile(
                visit.say("Mean time until closed"),
                minutes["value"],
                minutes["before"],
                _alerts_address(chosen, **done),
            ),
            "shown": _hours(visit, minutes["value"]),
            "shown_before": _hours(visit, minutes["before"]),
        },
    ]


def _alerts_address(chosen: Chosen, **query: str) -> str:
    given = {"contract": chosen.system, "about": chosen.only, **query}
    kept = {name: value for name, value in given.items() if value}
    return f"/alerts?{urlencode(kept)}" if kept else "/alerts"


def _tile(label: str, value: int | None, before: int | None, address: str) -> dict[str, Any]:
    more = None if value is None or before is None else value - before
    return {
        "label": label,
        "value": value,
        "shown": "—" if value is None else f"{value:,}",
        "before": before,
        "shown_before": "—" if before is None else f"{before:,}",
        "more": more,
        "percent": percent_of(more, before),
        "address": address,
    }


def _hours(visit: Visit, minutes: int | None) -> str:
    if minutes is None:
        return "—"
    hours = f"{minutes / 60:,.1f}"
    return visit.say("%(hours)s h", hours=hours)


def _may(visit: Visit, contract: str) -> bool:
    return visit.person is not None and may_handle(visit, visit.person, contract)


def _charts(
    visit: Visit, period: Period, shown: dict[str, Any], trend: list[dict[str, Any]]
) -> list[dict[str, str]]:
    """Return what the charts draw: the days of the period, and the largest cells."""
    before = visit.say("period before")
    name = f"{day_text(period.begin_ms)} – {day_text(period.end_ms - 1)}"
    days: dict[str, Any] = {
        "title": "",
        "names": [one["day"] for one in trend],
        "series": [
            {"name": name, "values": [one["plotted"] for one in trend]},
            {
                "name": before,
                "type": "line",
                "values": [one["plotted_before"] for one in trend],
            },
        ],
        "addresses": [one["address"] for one in trend],
    }
    found = [("trend", visit.say("Day by day"), days)] if trend else []
    if shown.get("cells"):
        bars: dict[str, Any] = {
            "title": "",
            "is_lying": True,
            "names": [" · ".join(one["words"].values()) for one in shown["cells"]],
            "series": [{"name": name, "values": [one["plotted"] for one in shown["cells"]]}],
            "addresses": [one["behind"][0]["address"] for one in shown["cells"]],
        }
        found.append(("cells", " · ".join(shown["headings"].values()), bars))
    return [
        {"id": name, "title": title, "data": json.dumps(data, ensure_ascii=False)}
        for name, title, data in found
    ]
