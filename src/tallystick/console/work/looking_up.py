# SPDX-License-Identifier: Apache-2.0
"""Look-ups: a control that names a record of a system offers the records there are, with words.

They stand in the page as a list of suggestions, so they need no script. Where a table has more
records than fit, a script asks for those with the text that was typed.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from starlette.responses import Response

from tallystick.console.ledger import Json, at, table_of
from tallystick.console.masking import cover_rows
from tallystick.console.visit import Visit
from tallystick.console.work.describing import described
from tallystick.console.work.standing import argument_for, concerns, said_by, standing_of

SHOWN_MAX: Final = 100
"""The newest records; those that name the reader's organisation stand first."""
_WIDGETS: Final = frozenset({"text", "list"})
_FORMATS: Final = frozenset({None, "identifier", "deposit"})
_EVIDENCE: Final = "evidence"
_DEPOSITS: Final = "deposits"


async def look_ups(visit: Visit, form: Json) -> dict[str, Any]:
    """Return what a form's controls offer: argument -> its place and its options."""
    places = _places(visit, form)
    found = await asyncio.gather(*(_options(visit, *place, "") for place in places.values()))
    return {
        name: {"address": f"/look-up/{place[0]}/{place[1]}", "options": options, "has_more": more}
        for (name, place), (options, more) in zip(places.items(), found, strict=True)
        if options
    }


async def show_look_up(visit: Visit) -> Response:
    """Answer GET /look-up/{contract}/{table}: records with a text, which `q` or a control says.

    A control sends what was typed under its own name, which `of` says.

    Raises:
        NotFound: there is no such contract or table.
    """
    contract, table = visit.part("contract"), visit.part("table")
    table_of(await visit.ledger.schema(contract), table)
    text = visit.query.get(visit.query.get("of", "q"), "").strip()
    options, has_more = await _options(visit, contract, table, text)
    return visit.page("work/options.html", options=options, has_more=has_more)


async def options_of(visit: Visit, contract: str, table: str) -> list[dict[str, str]]:
    """Return the newest records of a table as a control offers them."""
    options, _ = await _options(visit, contract, table, "")
    return options


def _places(visit: Visit, form: Json) -> dict[str, tuple[str, str]]:
    """Return the tables whose records the arguments of a method name."""
    contract: Json = visit.names.contracts.get(form["contract"]) or {"tables": [], "methods": []}
    methods = (one for one in contract["methods"] if one["name"] == form["method"])
    method: Json = next(methods, {})
    arguments = method.get("arguments", [])
    asked = {
        one["name"]: one
        for one in form.get("fields", [])
        if one["widget"] in _WIDGETS and _is_name(one)
    }
    places = {name: (_EVIDENCE, _DEPOSITS) for name, one in asked.items() if _is_deposit(one)}
    if _EVIDENCE not in visit.names.contracts:
        places = {}
    for table in contract.get("tables", []):
        named = argument_for(table, arguments)
        said = [name for name, one in said_by(table, arguments) if not _is_part(one)]
        for name in (named, *said, table["name"]):
            if name in asked:
                places.setdefault(str(name), (form["contract"], table["name"]))
    return places


def _is_name(field: Json) -> bool:
    one = field["item"] if field["widget"] == "list" else field
    return one["widget"] == "text" and one.get("format") in _FORMATS and not one.get("choices")


def _is_deposit(field: Json) -> bool:
    return field.get("format") == "deposit" or field["name"] in {"deposit", "deposits"}


def _is_part(said: Json) -> bool:
    """Tell whether an argument is a part of a record, or of one that belongs to it."""
    return bool(said.get("field") or said.get("found_in"))


async def _options(
    visit: Visit, contract: str, name: str, text: str
) -> tuple[list[dict[str, str]], bool]:
    """Return records of a table as a control offers them, and whether there are more."""
    schema = visit.names.contracts.get(contract) or await visit.ledger.schema(contract)
    table, standing = table_of(schema, name), standing_of(schema, name)
    page = await visit.ledger.get(
        at("contracts", contract, "tables", name), limit=SHOWN_MAX, q=text or None
    )
    rows, _ = cover_rows(visit, contract, table["fields"], page["items"])
    if visit.person is not None:
        own = visit.person.organization
        rows = sorted(rows, key=lambda row: not concerns(row, own))
    return [
        {"value": row["_key"], "text": described(visit, table, standing, row)} for row in rows
    ], page["next_cursor"] is not None
