# SPDX-License-Identifier: Apache-2.0
"""A contract's query as a page: asked by a form whose answer has an address of its own."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from tallystick.console.ledger import Json, at
from tallystick.console.masking import cover_value
from tallystick.console.visit import Visit
from tallystick.console.work.calling import changed_by_button, flaw_of
from tallystick.console.work.entered import Entered, Flaw, filled
from tallystick.console.work.looking_up import look_ups
from tallystick.console.work.to_sign import as_text
from tallystick.errors import InvalidArguments, NotFound

_ASKED: Final = "ask"
_UNPROCESSABLE: Final = 422


async def show_question(visit: Visit) -> Response:
    """Answer GET /ask/{contract}/{method}: the form of a query, and what it answers if asked.

    Raises:
        NotFound: it is no query of the contract.
    """
    contract = await visit.ledger.schema(visit.part("contract"))
    method = query_of(contract, visit.part("method"))
    form = await visit.ledger.get(at("contracts", contract["name"], "forms", method["name"]))
    sent = dict(visit.query.items())
    changed = changed_by_button(sent, visit.now_ms)
    values = {**filled(form.get("fields", []), {}), **(changed or sent)}
    is_asked = changed is None and (_ASKED in sent or not form.get("fields"))
    if not is_asked:
        return await _page(visit, contract, method, form, values)
    entered = Entered(values)
    args = {name: as_text(one) for name, one in entered.read(form.get("fields", [])).items()}
    if entered.flaws:
        return await _page(visit, contract, method, form, values, flaws=entered.flaws)
    place = at("contracts", contract["name"], method["name"])
    try:
        answer = await visit.ledger.get(place, **args)
    except InvalidArguments as error:
        return await _page(visit, contract, method, form, values, flaws=[flaw_of(error)])
    except NotFound as error:
        named = form["fields"][0]["name"] if form.get("fields") else ""
        missing = Flaw(named, error.code, str(error).replace("%", "%%"))
        return await _page(visit, contract, method, form, values, flaws=[missing])
    given = {name: text for name, text in args.items() if text is not None}
    answer["place"] = place + (f"?{urlencode(given)}" if given else "")
    return await _page(visit, contract, method, form, values, answer=answer)


def query_of(contract: Json, name: str) -> Json:
    """Return a query of a contract's schema.

    Raises:
        NotFound: it has none of this name.
    """
    for method in contract["methods"]:
        if method["name"] == name and method["kind"] == "query":
            return method
    raise NotFound("this contract has no such query", field="method", found=name[:80])


async def _page(
    visit: Visit,
    contract: Json,
    method: Json,
    form: Json,
    values: dict[str, str],
    *,
    flaws: list[Flaw] | None = None,
    answer: Json = None,
) -> Response:
    is_covered = False
    if answer is not None and method.get("result"):
        answer["result"], is_covered = cover_value(
            visit, contract["name"], method["result"], answer["result"]
        )
    return visit.page(
        "work/question.html",
        http_status=_UNPROCESSABLE if flaws else 200,
        contract=contract,
        form=form,
        values=values,
        look_ups=await look_ups(visit, form),
        to_sign={},
        flaws={flaw.path: visit.say(flaw.text, **flaw.facts) for flaw in flaws or []},
        answer=answer,
        result_type=method.get("result"),
        is_covered=is_covered,
    )
