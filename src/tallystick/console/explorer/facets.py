# SPDX-License-Identifier: Apache-2.0
"""What a table can be narrowed down by, with counts, and sorted by: links that keep the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tallystick.console.ledger import Json, at
from tallystick.console.visit import Visit

ORDER: Final = "order"
_OF_LISTS: Final = frozenset({"q", ORDER, "from", "to", "cursor", "limit", "all", "lang", "height"})
"""Words of every list's address; a column called so is written with `.eq`."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a column: how many records have it, and where one gets by choosing it."""

    value: str | int | bool | None
    count: int
    address: str
    """Of the table with it; without it, if it is chosen already."""
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A column with few values."""

    field: Json
    values: list[FacetValue]
    others: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Everything that stands beside a table."""

    items: list[Facet]
    sortable: list[str]
    rows_max: int | None


async def facets_of(visit: Visit, contract: str, table: Json, wanted: Mapping[str, str]) -> Facets:
    """Return the facets of a table under its filters; raises as `Ledger.get`."""
    filters = {name: value for name, value in wanted.items() if name != ORDER}
    found = await visit.ledger.get(at("contracts", contract, "facets", table["name"]), **filters)
    fields = {field["name"]: field for field in table["fields"]}
    items = [
        Facet(
            fields[one["column"]],
            [_value(visit, one["column"], told) for told in one["values"]],
            one["others"],
        )
        for one in found["items"]
    ]
    return Facets([one for one in items if one.values], found["sortable"], found["rows_max"])


def _value(visit: Visit, column: str, told: Json) -> FacetValue:
    value = told["value"]
    plain, exact, null = column, f"{column}.eq", f"{column}.null"
    text = "true" if value is None or value is True else "false" if value is False else str(value)
    name = null if value is None else exact if column in _OF_LISTS else plain
    is_chosen = visit.query.get(name) == text
    changes = {exact: "", null: "", name: "" if is_chosen else text, "cursor": ""}
    if plain not in _OF_LISTS:
        changes = {plain: "", **changes}
    return FacetValue(value, told["count"], visit.with_query(**changes), is_chosen)
