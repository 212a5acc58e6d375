# SPDX-License-Identifier: Apache-2.0
"""The regulator's overview to take away: as a table for spreadsheets, and as a PDF."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from tallystick.console.ledger import Json
from tallystick.console.list_files import Column, ListFile, at_once, filters_in, moment_of, of
from tallystick.console.visit import Visit
from tallystick.interchange.certificates import FIGURES_FORMAT, figures_page, render


def figures_file(visit: Visit, overview: dict[str, Any]) -> ListFile:
    """Return every figure of the overview with the one before, then the alerts."""
    period = overview["period"]

    def text(name: str) -> Any:  # noqa: ANN401 # of a column
        return lambda row: row.get(name) if row.get(name) is not None else ""

    return ListFile(
        name="overview",
        title=visit.say("Overview of supervision"),
        columns=(
            Column(visit.say("System"), text("system")),
            Column(visit.say("Figure"), of("label")),
            Column(visit.say("Value"), of("shown")),
            Column(visit.say("Unit"), text("unit")),
            Column(visit.say("Period before"), of("shown_before")),
            Column(visit.say("Change in per cent"), _percent),
            Column(visit.say("Level"), text("level")),
            Column(visit.say("Handling"), text("handling")),
            Column(visit.say("When"), moment_of("time_ms")),
        ),
        parts=at_once(_rows(visit, overview), overview["height"]),
        about={"begin": period["begin"], "end": period["end"]},
        filters=filters_in(visit),
    )


def _percent(row: Json) -> str:
    found = row.get("percent")
    return "" if found is None else f"{found:+.1f}"


def _rows(visit: Visit, overview: dict[str, Any]) -> list[Json]:
    figures = [one for one in overview["figures"] if not one["is_too_many"]]
    return [
        *overview["tiles"],
        *figures,
        *(
            {
                "system": visit.read(visit.names.contracts[one["contract"]]["label"]),
                "label": visit.names.spell_out(visit.read(one["sentence"]), visit.language),
                "shown": one["rule"],
                "level": one["level"],
                "handling": one["handling"],
                "time_ms": one["time_ms"],
            }
            for one in overview["alerts"]
        ),
    ]


async def pdf_of(visit: Visit, overview: dict[str, Any]) -> Response:
    """Answer with the overview as a PDF that has its figures inside as JSON."""
    report = {
        "format": FIGURES_FORMAT,
        "network": (await visit.ledger.get("/v1/status"))["network"],
        "node": visit.origin,
        "height": overview["height"],
        "made_at_ms": visit.now_ms,
        "language": visit.language,
        "title": visit.say("Overview of supervision"),
        "period": overview["period"],
        "system": overview["system"],
        "only": overview["only"],
        "columns": {
            "figures": [
                visit.say("System"),
                visit.say("Figure"),
                visit.say("Value"),
                visit.say("Period before"),
                visit.say("Change in per cent"),
            ],
            "cells": [visit.say("Category"), visit.say("Value"), visit.say("Period before")],
            "alerts": [visit.say("Level"), visit.say("What was found"), visit.say("Handling")],
        },
        "figures": [
            [
                one.get("system", ""),
                one["label"],
                f"{one['shown']} {one.get('unit', '')}".strip(),
                one["shown_before"],
                _percent(one),
            ]
            for one in [*overview["tiles"], *overview["figures"]]
            if not one.get("is_too_many")
        ],
        **_drawn(overview),
        "alerts": [
            [
                visit.say(one["level"]),
                visit.names.spell_out(visit.read(one["sentence"]), visit.language),
                visit.say(one["handling"]),
            ]
            for one in overview["alerts"]
        ],
    }
    page = figures_page(report, f"{visit.origin}{_page_address(visit)}")
    made = await asyncio.to_thread(render, page)
    name = f"overview-{overview['period']['name']}.pdf"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(made, media_type="application/pdf", headers=headers)


def _drawn(overview: dict[str, Any]) -> dict[str, Any]:
    """Return the figure of the charts as rows."""
    drawn = overview["drawn"]
    if drawn is None or drawn["is_too_many"]:
        return {"drawn": "", "cells": []}
    return {
        "drawn": f"{drawn['system']}: {drawn['label']}",
        "cells": [
            [" · ".join(one["words"].values()), one["shown"], one["shown_before"]]
            for one in drawn["cells"]
        ],
    }


def _page_address(visit: Visit) -> str:
    query = visit.request.url.query
    return f"/stats/regulator?{query}" if query else "/stats/regulator"
