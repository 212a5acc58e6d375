# SPDX-License-Identifier: Apache-2.0
"""What somebody may do with one record: each method with what the record fills into its form."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Final, TypeAlias
from urllib.parse import urlencode

from tallystick.console.clerks import form_at
from tallystick.console.ledger import Json, at
from tallystick.console.visit import Visit
from tallystick.console.work.standing import argument_for, may_call, said_by, standing_of
from tallystick.console.work.watching import Place

FOUND_MAX: Final = 20
"""Records found by a case's key, each of which gets a form of its own."""

_LOOKED_AT_MAX: Final = 100

_Way: TypeAlias = tuple[str, tuple[str, ...]]
"""A table, and its fields that hold the key of the record to which its records belong."""


async def actions_with(
    visit: Visit, contract: Json, table: Json, place: Place, row: Json
) -> list[Json]:
    """Return what the reader may do with a record, each with the address of its form.

    Where several records belong to this one, such as the measures of an application, each that is
    still under way has its own form, and is named.
    """
    if visit.person is None:
        return []
    methods = _methods_for(contract, visit.person.roles)
    ways = _ways(table, methods)
    found = await asyncio.gather(*(_belonging(visit, contract, table, row, way) for way in ways))
    by_way = dict(zip(ways, found, strict=True))
    return [
        {
            "label": method["label"],
            "subject": subject,
            "description": method["description"],
            "address": f"{form_at(visit.clerks, visit.restorer, contract['name'], method['name'])}?"
            + urlencode({**given, "back": visit.here}),
        }
        for method in methods
        for subject, given in _givens(table, place, row, method.get("arguments", []), by_way)
    ]


async def with_a_way_on(
    visit: Visit, contract: Json, table: Json, roles: frozenset[str], rows: list[Json]
) -> list[Json]:
    """Return the records with which these roles can do something.

    Left out is what can only be done with a record that belongs to it, of which none is under way:
    an agreement is not resumed whose enforcement has collected everything.
    """
    methods = _methods_for(contract, roles)
    ways = _ways(table, methods)
    if not rows or not ways or any(_is_said(table, one) for one in methods):
        return rows
    found = await asyncio.gather(*(_under_way(visit, contract, way) for way in ways))
    if None in found:
        return rows
    known = {
        (way, tuple(one[field] for field in way[1]))
        for way, some in zip(ways, found, strict=True)
        for one in some or ()
    }
    return [row for row in rows if any((way, _key(table, row, way)) in known for way in ways)]


def _methods_for(contract: Json, roles: frozenset[str]) -> list[Json]:
    return [one for one in contract["methods"] if one["kind"] == "action" and may_call(one, roles)]


def _ways(table: Json, methods: list[Json]) -> list[_Way]:
    """Return how the records are found that belong to one of a table, for these methods."""
    return sorted(
        {
            _way(said)
            for method in methods
            if argument_for(table, method.get("arguments", [])) is None
            for _, said in said_by(table, method.get("arguments", []))
            if said.get("found_in")
        }
    )


def _way(said: Json) -> _Way:
    return said["found_in"], tuple(said["by"])


def _is_said(table: Json, method: Json) -> bool:
    """Tell whether a record says all that a method asks of it, without another record."""
    arguments = method.get("arguments", [])
    said = said_by(table, arguments)
    is_own = bool(said) and not any(one.get("found_in") for _, one in said)
    return argument_for(table, arguments) is not None or is_own


def _givens(
    table: Json, place: Place, row: Json, arguments: list[Json], found: dict[_Way, list[Json]]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield what fills a form for the record: once, or once for each record that belongs to it."""
    if (name := argument_for(table, arguments)) is not None:
        yield "", {name: place.key}
        return
    said = said_by(table, arguments)
    own = {name: row.get(one["field"]) for name, one in said if not one.get("found_in")}
    others = [(name, one) for name, one in said if one.get("found_in")]
    if not said or None in own.values():
        return
    if not others:
        yield "", own
        return
    name, one = others[0]
    rows = found[_way(one)]
    for other in rows:
        value = str(other[one.get("field") or "_key"])
        yield value if len(rows) > 1 else "", {**own, name: value}


def _key(table: Json, row: Json, way: _Way) -> tuple[Json, ...]:
    return tuple(row[part] for part in table["key"][: len(way[1])])


async def _belonging(visit: Visit, contract: Json, table: Json, row: Json, way: _Way) -> list[Json]:
    """Return the records that belong to one and are under way."""
    name, by = way
    keys = dict(zip(by, _key(table, row, way), strict=True))
    page = await visit.ledger.get(
        at("contracts", contract["name"], "tables", name), limit=FOUND_MAX, **keys
    )
    standing = standing_of(contract, name)
    if standing is None:
        return list(page["items"])
    return [one for one in page["items"] if standing.next_moves(str(one[standing.field]))]


async def _under_way(visit: Visit, contract: Json, way: _Way) -> list[Json] | None:
    """Return all records of a table that are under way, or None if they are too many to look at."""
    address = at("contracts", contract["name"], "tables", way[0])
    standing = standing_of(contract, way[0])
    wanted: list[dict[str, str]] = [{}]
    if standing is not None:
        states = standing.workflow["states"]
        wanted = [{standing.field: state} for state in states if standing.next_moves(state)]
    pages = await asyncio.gather(
        *(visit.ledger.get(address, limit=_LOOKED_AT_MAX, **one) for one in wanted)
    )
    if any(page["next_cursor"] for page in pages):
        return None
    return [row for page in pages for row in page["items"]]
