# SPDX-License-Identifier: Apache-2.0
"""What this is, how to use it, and what each error code means and asks for."""

from __future__ import annotations

from starlette.responses import Response

from tallystick.console.ledger import at
from tallystick.console.visit import Visit


async def show_learn(visit: Visit) -> Response:
    """Answer GET /learn."""
    return visit.page("finding/learn.html")


async def show_errors(visit: Visit) -> Response:
    """Answer GET /learn/errors: every code."""
    errors = await visit.ledger.get(at("errors"))
    return visit.page("finding/errors.html", errors=errors["items"])


async def show_error(visit: Visit) -> Response:
    """Answer GET /learn/errors/{code}: one code, and who may refuse with it."""
    code = visit.part("code")
    error = await visit.ledger.get(at("errors", code))
    refusals = [
        {"contract": contract["label"], "name": contract["name"], "template": one["template"]}
        for contract in visit.names.contracts.values()
        for one in contract.get("refusals", [])
        if one["code"] == code
    ]
    return visit.page("finding/error.html", error=error, refusals=refusals)
