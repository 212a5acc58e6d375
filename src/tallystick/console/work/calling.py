# SPDX-License-Identifier: Apache-2.0
"""A contract's method as a form: asked, checked, and led to its preview."""

from __future__ import annotations

from typing import Final

from starlette.responses import RedirectResponse, Response

from tallystick.console.choices import choose_on, safe_return
from tallystick.console.days import BUTTON, in_days
from tallystick.console.ledger import Json, at
from tallystick.console.signing.pending import propose
from tallystick.console.visit import Visit
from tallystick.console.work.drafts import controls_of, drop_draft, save_draft
from tallystick.console.work.entered import COUNT, Entered, Flaw, filled
from tallystick.console.work.looking_up import look_ups
from tallystick.console.work.to_sign import digest_to_sign
from tallystick.errors import InvalidArguments

_SEE_OTHER: Final = 303
_UNPROCESSABLE: Final = 422


async def show_form(visit: Visit) -> Response:
    """Answer GET /do/{contract}/{method}; the query may fill controls in, or name a draft."""
    form = await _form(visit)
    values = filled(form.get("fields", []), {})
    values.update((name, value) for name, value in visit.query.items() if name != "back")
    if (draft := visit.query.get("draft")) and visit.person is not None:
        values.update(controls_of(visit.records, draft, visit.person.account))
        visit.notices.append(visit.say("This is a draft: nothing of it is on the ledger."))
    return await _page(visit, form, values, [])


async def take_form(visit: Visit) -> Response:
    """Answer POST /do/{contract}/{method}: the preview, or the form again with what is wrong."""
    form, sent = await _form(visit), await visit.form()
    values = {name: value for name, value in sent.multi_items() if isinstance(value, str)}
    if changed := changed_by_button(values, visit.now_ms):
        return await _page(visit, form, changed, [])
    if wish := values.pop("choose", ""):
        keep = choose_on(visit, wish)
        return keep(await _page(visit, form, values, []))
    if path := values.pop("to-sign", ""):
        digest, flaws = await digest_to_sign(visit, form, values, path)
        return await _page(visit, form, values, flaws, {path: digest} if digest else None)
    if values.get("save"):
        return _saved(visit, values)
    return await _proposed(visit, form, values)


def _saved(visit: Visit, values: dict[str, str]) -> Response:
    contract, method = visit.part("contract"), visit.part("method")
    name = save_draft(visit, contract, method, values)
    return RedirectResponse(f"/do/{contract}/{method}?draft={name}", _SEE_OTHER)


async def _proposed(visit: Visit, form: Json, values: dict[str, str]) -> Response:
    """Lead to the preview of what was entered; a draft of it has served."""
    fields = form.get("fields", [])
    entered = Entered(values)
    args = entered.read(fields)
    if entered.flaws:
        return await _page(visit, form, values, entered.flaws)
    try:
        address = await propose(
            visit,
            visit.part("contract"),
            visit.part("method"),
            args,
            back=safe_return(values.get("back", "/")),
        )
    except InvalidArguments as error:
        return await _page(visit, form, values, [flaw_of(error)])
    drop_draft(visit.records, values.get("draft", ""), visit.somebody().account)
    return RedirectResponse(address, _SEE_OTHER)


async def _form(visit: Visit) -> Json:
    return await visit.ledger.get(
        at("contracts", visit.part("contract"), "forms", visit.part("method"))
    )


async def _page(
    visit: Visit,
    form: Json,
    values: dict[str, str],
    flaws: list[Flaw],
    to_sign: dict[str, str] | None = None,
) -> Response:
    roles = set(form.get("roles", []))
    held = visit.person.roles if visit.person else frozenset()
    return visit.page(
        "work/form.html",
        http_status=_UNPROCESSABLE if flaws else 200,
        form=form,
        values=values,
        look_ups=await look_ups(visit, form),
        to_sign=to_sign or {},
        flaws={flaw.path: visit.say(flaw.text, **flaw.facts) for flaw in flaws},
        may=not roles or bool(roles & held),
        back=safe_return(values.get("back", visit.query.get("back", "/"))),
    )


def changed_by_button(values: dict[str, str], now_ms: int) -> dict[str, str] | None:
    """Return the controls after a press of `add` or `remove` at a list, or a date's; or None."""
    if wish := values.pop(BUTTON, ""):
        return in_days(values, wish, now_ms)
    if path := values.pop("add-row", ""):
        count = values.get(f"{path}.{COUNT}", "0")
        return {**values, f"{path}.{COUNT}": str(int(count) + 1 if count.isdecimal() else 1)}
    if row := values.pop("remove-row", ""):
        return without_row(values, row)
    return None


def without_row(values: dict[str, str], row: str) -> dict[str, str]:
    """Return the controls with one row of a list taken out, and the later ones moved up."""
    path, _, place = row.rpartition(".")
    count = values.get(f"{path}.{COUNT}", "0")
    if not (place.isdecimal() and count.isdecimal() and int(place) < int(count)):
        return values
    kept: dict[str, str] = {}
    for name, value in values.items():
        head, _, rest = name.removeprefix(f"{path}.").partition(".")
        if not name.startswith(f"{path}.") or not head.isdecimal():
            kept[name] = value
        elif int(head) != int(place):
            moved = int(head) - (int(head) > int(place))
            kept[f"{path}.{moved}" + (f".{rest}" if rest else "")] = value
    kept[f"{path}.{COUNT}"] = str(int(count) - 1)
    return kept


def flaw_of(error: InvalidArguments) -> Flaw:
    """Return the node's complaint about an argument, at its control."""
    named = error.field or ""
    path = named.removeprefix("args.").replace("[", ".").replace("]", "")
    return Flaw(path, error.code, str(error).replace("%", "%%"))
