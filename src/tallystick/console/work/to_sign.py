# SPDX-License-Identifier: Apache-2.0
"""What a signature in a form is to be over, as the contract tells from what was entered so far."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tallystick.console.ledger import Json, at
from tallystick.console.visit import Visit
from tallystick.console.work.entered import Entered, Flaw
from tallystick.errors import TallystickError


async def digest_to_sign(
    visit: Visit, form: Json, values: dict[str, str], path: str
) -> tuple[str, list[Flaw]]:
    """Return the digest for the signature at a path, or why there is none yet.

    Only what the digest is made of is read; the rest of the form may still be empty.
    """
    fields = form.get("fields", [])
    query = next((one.get("signed_over") for one in fields if one["name"] == path), None)
    if query is None:
        return "", []
    asked = await visit.ledger.get(at("contracts", form["contract"], "forms", query))
    entered = Entered(values)
    args = {
        one["name"]: as_text(entered.read_at(one, place))
        for one, place in _places(asked.get("fields", []), fields)
    }
    if entered.flaws:
        return "", entered.flaws
    try:
        answer = await visit.ledger.get(at("contracts", form["contract"], query), **args)
    except TallystickError as error:
        return "", [Flaw(path, error.code, str(error).replace("%", "%%"))]
    return str(answer["result"]), []


def _places(asked: list[Json], fields: list[Json]) -> Iterator[tuple[Json, str]]:
    """Yield each control that a query asks for, with its path in the method's form."""
    paths = {
        inner["name"]: f"{one['name']}.{inner['name']}"
        for one in fields
        for inner in one.get("fields", [])
    }
    paths |= {one["name"]: one["name"] for one in fields}
    for one in asked:
        yield one, paths[one["name"]]


def as_text(value: Json) -> str | None:
    """Return an argument as the address of a query has it: what is not one value is JSON."""
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
