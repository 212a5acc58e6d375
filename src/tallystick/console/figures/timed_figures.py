# SPDX-License-Identifier: Apache-2.0
"""Statistics of a period beside the one before, as the node counts them, in the reader's words."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from tallystick.console.figures.counted_fields import cell_word, counted_fields, heading
from tallystick.console.figures.figure_texts import figure_text, plotted, unit_text, value_text
from tallystick.console.figures.periods import DAY_MS, Period, day_text
from tallystick.console.figures.statistic_pages import REFUSED_CALL, plain
from tallystick.console.ledger import Json, at
from tallystick.console.moments import written
from tallystick.console.visit import Visit
from tallystick.errors import LimitExceeded

_BARS_MAX: Final = 15
_FROM_NOTHING: Final = frozenset({"count", "sum", "distinct", "gauge", "histogram"})
"""Kinds whose cell is 0 where nothing was counted; of others there is none."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A statistic of a contract that can be counted over any time."""

    contract: Json
    declared: Json

    @property
    def place(self) -> str:
        """How addresses name it."""
        return f"{self.contract['name']}.{self.declared['name']}"

    @property
    def parts(self) -> tuple[Json, ...]:
        """The statistics whose events it counts: its own, or those of the two of a ratio."""
        return _parts(self.contract, self.declared)

    @property
    def fields(self) -> list[str]:
        """The fields by which it tells cells apart."""
        return list(self.parts[0].get("by", []))

    def events(self, part: Json, begin_ms: int, end_ms: int, cell: Mapping[str, Json]) -> str:
        """Return where the events are listed that one of its parts counted."""
        query = {"from": written(begin_ms), "to": written(end_ms), **cell}
        return f"/stats/{quote(self.contract['name'])}/{quote(part['name'])}/events?" + urlencode(
            query
        )


def measures_of(contract: Json) -> list[Measure]:
    """Return what of a contract can be counted over any time, in the order of declaration."""
    return [
        Measure(contract, one)
        for one in contract.get("statistics", [])
        if all(_is_countable(part) for part in _parts(contract, one))
    ]


def others_of(contract: Json) -> list[Json]:
    """Return the statistics of a contract that are published for whole periods only."""
    found = {one.declared["name"] for one in measures_of(contract)}
    return [one for one in contract.get("statistics", []) if one["name"] not in found]


async def figure_of(
    visit: Visit, measure: Measure, period: Period, cell: Mapping[str, str]
) -> dict[str, Any]:
    """Return a figure of a period beside the one before, with the cells that it is made of."""
    try:
        now, before = await asyncio.gather(
            _asked(visit, measure, period.span, 1, cell),
            _asked(visit, measure, period.before_span, 1, cell),
        )
    except LimitExceeded:  # the page of the statistic has its own periods
        return {**_named(visit, measure), "is_too_many": True}
    fields = counted_fields(measure.contract, measure.declared)
    earlier = {_key(one): one for one in before["cells"]}
    counts = measure.declared["kind"] in _FROM_NOTHING
    nothing = {"value": 0, "hidden": None} if counts else None
    rows = sorted(now["cells"], key=lambda one: -(one["value"] or 0))
    return {
        **_named(visit, measure),
        "is_too_many": False,
        **_compared(visit, measure, now["total"], before["total"]),
        "behind": _behind(visit, measure, now["total"], period, cell),
        "cell_count": len(rows),
        "cells": [
            {
                "cell": one["cell"],
                "words": {
                    name: word_of(visit, fields, name, value) for name, value in one["cell"].items()
                },
                **_compared(visit, measure, one, earlier.get(_key(one), nothing)),
                "plotted": plotted(fields, measure.declared, one["value"]),
                "behind": _behind(visit, measure, one, period, _texts(one["cell"])),
            }
            for one in rows[:_BARS_MAX]
        ],
        "known": {name: _values_of(visit, fields, name, rows) for name in measure.fields},
        "headings": {name: heading(fields, name, visit.language) for name in measure.fields},
    }


async def trend_of(
    visit: Visit, measure: Measure, period: Period, cell: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return a figure day by day, each beside the day of the time before; none if too many."""
    try:
        now, before = await asyncio.gather(
            _asked(visit, measure, period.span, period.days, cell),
            _asked(visit, measure, period.before_span, period.before_days, cell),
        )
    except LimitExceeded:
        return []
    fields = counted_fields(measure.contract, measure.declared)
    earlier = [*before["items"], *[None] * period.days]

    def text(value: int | None) -> str:
        return "—" if value is None else value_text(fields, measure.declared, value)

    return [
        {
            "day": day_text(one["begin_ms"]),
            "value": one["value"],
            "shown": text(one["value"]),
            "plotted": plotted(fields, measure.declared, one["value"]),
            "before_day": None if old is None else day_text(old["begin_ms"]),
            "before": None if old is None else old["value"],
            "shown_before": text(None if old is None else old["value"]),
            "plotted_before": plotted(
                fields, measure.declared, None if old is None else old["value"]
            ),
            "address": measure.events(
                measure.parts[0], one["begin_ms"], one["begin_ms"] + DAY_MS, cell
            ),
        }
        for one, old in zip(now["items"], earlier, strict=False)
    ]


def word_of(visit: Visit, fields: Mapping[str, Json], name: str, value: Json) -> str:
    """Return a value of a cell in the reader's words, organisations by name."""
    word = cell_word(fields, name, value, visit.language)
    return visit.names.spell_out(word, visit.language)


async def _asked(
    visit: Visit, measure: Measure, span: tuple[int, int], count: int, cell: Mapping[str, str]
) -> Json:
    name, statistic = measure.contract["name"], measure.declared["name"]
    asked: dict[str, Any] = {"from": span[0], "to": span[1], "stretches": max(1, count), **cell}
    return await visit.ledger.get(
        f"{at('contracts', name, 'statistics', statistic)}/stretches", **asked
    )


def _named(visit: Visit, measure: Measure) -> dict[str, Any]:
    return {
        "place": measure.place,
        "contract": measure.contract["name"],
        "name": measure.declared["name"],
        "system": visit.read(measure.contract["label"]),
        "label": visit.read(measure.declared["label"]),
        "unit": unit_text(visit, measure.declared.get("unit")),
    }


def _compared(visit: Visit, measure: Measure, now: Json, before: Json | None) -> dict[str, Any]:
    """Return a figure and the one before it, each as people read it, and how they differ."""
    fields, declared = counted_fields(measure.contract, measure.declared), measure.declared
    earlier = None if before is None else before["value"]
    more = None if now["value"] is None or earlier is None else now["value"] - earlier
    return {
        "value": now["value"],
        "shown": figure_text(visit, fields, declared, now),
        "before": earlier,
        "shown_before": "—" if before is None else figure_text(visit, fields, declared, before),
        "more": more,
        "shown_more": None if more is None else value_text(fields, declared, abs(more)),
        "percent": percent_of(more, earlier),
    }


def percent_of(more: int | None, before: int | None) -> float | None:
    """Return a difference in per cent of what was before; None where there was nothing."""
    return round(100 * more / abs(before), 1) if more is not None and before else None


def _behind(
    visit: Visit, measure: Measure, one: Json, period: Period, cell: Mapping[str, str]
) -> list[dict[str, str]]:
    """Return where what stands behind a figure is listed; of a ratio, of each of its parts."""
    values = (
        [one["value"]]
        if measure.declared["kind"] != "ratio"
        else [one["numerator"], one["denominator"]]
    )
    return [
        {
            "label": visit.read(part["label"]),
            "shown": value_text(counted_fields(measure.contract, part), part, value or 0),
            "address": measure.events(part, *period.span, cell),
        }
        for part, value in zip(measure.parts, values, strict=True)
    ]


def _values_of(
    visit: Visit, fields: Mapping[str, Json], name: str, rows: list[Json]
) -> dict[str, str]:
    """Return the values that a field has in some cells, each with its word."""
    return {
        plain(row["cell"][name]): word_of(visit, fields, name, row["cell"][name]) for row in rows
    }


def _parts(contract: Json, declared: Json) -> tuple[Json, ...]:
    if declared["kind"] != "ratio":
        return (declared,)
    by_name = {one["name"]: one for one in contract.get("statistics", [])}
    return by_name[declared["numerator"]], by_name[declared["denominator"]]


def _is_countable(declared: Json) -> bool:
    """Tell whether a statistic follows from events, and does not count people."""
    return declared.get("event") != REFUSED_CALL and not declared.get("subject")


def _texts(cell: Json) -> dict[str, str]:
    return {name: plain(value) for name, value in cell.items()}


def _key(one: Json) -> tuple[str, ...]:
    return tuple(_texts(one["cell"]).values())
