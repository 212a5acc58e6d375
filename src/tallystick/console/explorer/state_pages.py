# SPDX-License-Identifier: Apache-2.0
"""Organisations, and what contracts keep: tables and their records."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tallystick.console.diagram import draw_standing
from tallystick.console.explorer.facets import facets_of
from tallystick.console.explorer.looking_back import (
    HEIGHT,
    moment_of,
    proof_at,
    record_then,
    rows_then,
)
from tallystick.console.explorer.spreadsheets import give_table, organizations_file
from tallystick.console.ledger import Json, at, record_at, table_of
from tallystick.console.list_files import give_list, is_file_wanted
from tallystick.console.masking import cover_listed, cover_rows, listed_transactions
from tallystick.console.saved_views import views_here
from tallystick.console.visit import Visit
from tallystick.errors import InvalidArguments

_LATEST: Final = 8
_PAGE: Final = 50
_COLUMNS_MAX: Final = 7
_FILTERS_MAX: Final = 4
_PAGING: Final = frozenset({"all", "cursor", "limit", "lang", HEIGHT})
_PLAIN: Final = frozenset({"text", "integer", "boolean", "choice", "date"})
_LOOKED_UP: Final = frozenset({"choice"})


async def show_organizations(visit: Visit) -> Response:
    """Answer GET /o: the organisations of the network."""
    organizations = list(visit.names.organizations.values())
    if is_file_wanted(visit):
        return await give_list(visit, organizations_file(visit, organizations))
    return visit.page("explorer/organizations.html", organizations=organizations)


async def show_organization(visit: Visit) -> Response:
    """Answer GET /o/{id}: members, keys, and what it did last."""
    code = visit.part("id")
    organization = await visit.ledger.get(at("organizations", code))
    transactions = await listed_transactions(visit, organization=code, limit=_LATEST)
    return visit.page(
        "explorer/organization.html", organization=organization, transactions=transactions
    )


async def show_table(visit: Visit) -> Response:
    """Answer GET /state/{contract}/{table}: records, filtered by what the address says."""
    contract, table = await _table(visit)
    wanted = {name: value for name, value in visit.query.items() if value and name not in _PAGING}
    if is_file_wanted(visit):
        if visit.query.get(HEIGHT):
            raise InvalidArguments(
                "a whole table is exported as it is today, not as it was",
                field=HEIGHT,
                expected="no height",
                hint="Take the pages of that block as .json, or the table of today.",
            )
        return await give_table(visit, contract, table, wanted)
    moment = await moment_of(visit)
    facets = None
    if moment is not None:
        rows = await rows_then(visit, contract["name"], table["name"], moment)
    else:
        facets = await facets_of(visit, contract["name"], table, wanted)
        rows = await visit.ledger.get(
            at("contracts", contract["name"], "tables", table["name"]),
            limit=_PAGE,
            cursor=visit.query.get("cursor"),
            **wanted,
        )
    items, is_covered = cover_rows(visit, contract["name"], table["fields"], rows["items"])
    columns = [field for field in table["fields"] if field["type"]["kind"] in _PLAIN]
    filters = [
        field
        for field in columns
        if field["type"]["kind"] in _LOOKED_UP or field["type"].get("format") == "organization"
    ]
    return visit.page(
        "explorer/state.html",
        contract=contract,
        table=table,
        rows={**rows, "items": items},
        is_covered=is_covered,
        moment=moment,
        facets=facets,
        columns=columns[:_COLUMNS_MAX],
        filters=filters[:_FILTERS_MAX],
        saved_views=await views_here(visit),
    )


async def show_record(visit: Visit) -> Response:
    """Answer GET /state/{contract}/{table}/{key}: a record and the transactions that made it.

    Of one that was removed, when that was.

    Raises:
        NotFound: there is no such table, or there never was such a record.
    """
    contract, table = await _table(visit)
    key = visit.part("key")
    place = record_at(contract["name"], table["name"], key)
    moment = await moment_of(visit)
    history = await visit.ledger.get(
        f"{place}/history", limit=_PAGE, cursor=visit.query.get("cursor")
    )
    if moment is None:
        told = await visit.ledger.find(place)
    else:
        told = await record_then(visit, contract["name"], table["name"], key, moment)
    found, is_covered = cover_rows(
        visit, contract["name"], table["fields"], [] if told is None else [told]
    )
    row = found[0] if found else None
    drawings: Json = {}
    if not visit.wants_json:
        drawings = {"drawings": draw_standing(contract, table, row)}
    return visit.page(
        "explorer/record.html",
        contract=contract,
        table=table,
        key=key,
        row=row,
        is_covered=is_covered,
        moment=moment,
        removal=await _removal(visit, place) if told is None and moment is None else None,
        history={**history, "items": await cover_listed(visit, history["items"])},
        proof=proof_at(contract["name"], table["name"], key)
        + (f"?height={moment['height']}" if moment else ""),
        **drawings,
    )


async def _removal(visit: Visit, place: str) -> Json:
    """Return the transaction that removed a record: the newest of its history."""
    newest = await visit.ledger.get(f"{place}/history", limit=1)
    (removal,) = newest["items"]
    return {name: removal[name] for name in ("id", "height", "time_ms")}


async def _table(visit: Visit) -> tuple[Json, Json]:
    contract = await visit.ledger.schema(visit.part("contract"))
    return contract, table_of(contract, visit.part("table"))
