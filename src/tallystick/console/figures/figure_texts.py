# SPDX-License-Identifier: Apache-2.0
"""A figure as people read it: money in its major unit, shares in per cent, times with a unit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from tallystick.console.ledger import Json
from tallystick.console.shown import MINOR_UNITS, money, number
from tallystick.console.visit import Visit

_MEASURED: Final = frozenset({"gauge", "maximum", "minimum", "sum"})
"""Kinds whose figure is in the unit of the field that they measure; others count."""
_SHARES: Final = frozenset({100, 1_000, 10_000})
"""A ratio in such parts is a share of a whole; any other is a number by itself."""
PER_USUAL: Final = 10_000
_SMALL: Final = "small"


def figure_text(visit: Visit, fields: Mapping[str, Json], declared: Json, cell: Json) -> str:
    """Return a cell's figure, or what stands in its place.

    Args:
        visit: of the reader.
        fields: of the events that the statistic counts, by name.
        declared: the statistic as its contract declares it.
        cell: as the node tells it.
    """
    if cell["hidden"]:
        return str(cell["shown"]) if cell["hidden"] == _SMALL else visit.say("withheld")
    return "—" if cell["value"] is None else value_text(fields, declared, cell["value"])


def value_text(fields: Mapping[str, Json], declared: Json, value: int) -> str:
    """Return a figure, or the difference of two, in the unit that people read it in."""
    if _is_share(declared):
        return f"{Decimal(value) * 100 / per_of(declared):,.2f} %"
    return money(value) if _is_money(fields, declared) else number(value)


def plotted(fields: Mapping[str, Json], declared: Json, value: int | None) -> float | None:
    """Return the height of a figure's bar: in the unit in which `value_text` writes it."""
    if value is None:
        return None
    if _is_share(declared):
        return float(Decimal(value) * 100 / per_of(declared))
    return float(Decimal(value).scaleb(-MINOR_UNITS)) if _is_money(fields, declared) else value


def per_of(declared: Json) -> int:
    """Return what a ratio is a part of; a schema leaves the usual out."""
    per: int = declared.get("per", PER_USUAL)
    return per


def _is_share(declared: Json) -> bool:
    return declared["kind"] == "ratio" and per_of(declared) in _SHARES


def _is_money(fields: Mapping[str, Json], declared: Json) -> bool:
    measured = fields.get(declared.get("value") or "", {}).get("type", {})
    return declared["kind"] in _MEASURED and measured.get("format") == "amount"


def unit_text(visit: Visit, unit: str | None) -> str:
    """Return the unit of a duration in the reader's language; nothing for other figures."""
    words = {
        "second": visit.say("seconds"),
        "minute": visit.say("minutes"),
        "hour": visit.say("hours"),
        "day": visit.say("days"),
    }
    return words.get(unit or "", "")
