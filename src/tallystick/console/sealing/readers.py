# SPDX-License-Identifier: Apache-2.0
"""Who will read what is sealed for a form: told by the contract itself, before anything is sealed.

The call is tried as any preview is, with a placeholder for the sealed bytes; the private record
that it would declare says its id, its owner and its recipients. Nothing of it is kept.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import Any, Final

from starlette.responses import Response

from tallystick.console.ledger import Json, at, record_at
from tallystick.console.sealed_packages import FIELDS, declared_in, digests_in
from tallystick.console.visit import Visit
from tallystick.console.work.entered import IS_SET, Entered
from tallystick.errors import Rejected
from tallystick.model import SEALED_BYTES_MAX
from tallystick.units import HASH_SIZE

SEALING_KEYS: Final = "sealing_keys"
_UNPROCESSABLE: Final = 422


async def show_readers(visit: Visit) -> Response:
    """Answer POST /seal/{contract}/{method}: where it will be kept, for whom, and by which keys.

    Raises:
        Rejected: the form seals nothing there, or the account has no key here.
        TallystickError: there is no such form.
    """
    contract, method = visit.part("contract"), visit.part("method")
    form = await visit.ledger.get(at("contracts", contract, "forms", method))
    sent = await visit.form()
    values = {name: value for name, value in sent.multi_items() if isinstance(value, str)}
    mark = secrets.token_hex(HASH_SIZE)
    entered = Entered(_with_placeholder(values, values.pop("seal", ""), mark))
    args = entered.read(form.get("fields", []))
    if entered.flaws:
        flaws = [
            f"{_label(visit, form, one.path)}: {visit.say(one.text, **one.facts)}"
            for one in entered.flaws
        ]
        return _page(visit, form, flaws=flaws)
    if mark not in digests_in(args):
        raise Rejected("nothing is sealed in this form there", field="seal")
    preview = await _preview(visit, contract, method, args)
    if preview["error"] is not None:
        error = preview["error"]
        said = visit.names.spell_out(
            visit.read(error["sentence"] or error["title"]), visit.language
        )
        return _page(visit, form, flaws=[f"{said} {visit.read(error['hint'])}".strip()])
    place = declared_in(preview["changes"], mark)
    if place is None:
        raise Rejected("the contract keeps no private record of this", field="seal")
    codes = sorted({place["owner"], *place["recipients"]})
    readers = await asyncio.gather(*(reader_of(visit, code) for code in codes))
    return _page(visit, form, place=place, readers=readers)


def _with_placeholder(values: dict[str, str], path: str, mark: str) -> dict[str, str]:
    figures = dict(zip(FIELDS, (mark, mark, "1"), strict=True))
    return {
        **values,
        f"{path}.{IS_SET}": "yes",
        **{f"{path}.{name}": text for name, text in figures.items()},
    }


async def _preview(visit: Visit, contract: str, method: str, args: dict[str, Json]) -> Json:
    person = visit.somebody()
    public_key = visit.vault.public_key(person.account)
    if public_key is None:
        raise Rejected(
            "this account keeps no key here",
            hint="Ask an administrator of this console for an invitation.",
        )
    return await visit.ledger.post(
        f"{at('contracts', contract, method)}/preview",
        {"args": args, "public_key": public_key, "organization": person.organization},
    )


async def reader_of(visit: Visit, code: str) -> dict[str, Any]:
    """Return an organisation with the sealing key that it has in force; None if it has none."""
    newest = await visit.ledger.find(record_at(SEALING_KEYS, "newest", code))
    key = None
    if newest is not None:
        address = record_at(SEALING_KEYS, "keys", f"{code}/{newest['version']}")
        found = await visit.ledger.find(address)
        if found is not None and found["retired_at"] is None:
            key = found["public_key"]
    name = visit.read(visit.names.organization(code)) or code
    return {"organization": code, "name": name, "public_key": key}


def _label(visit: Visit, form: Json, path: str) -> str:
    """Return what a control is called, within those above it."""
    fields, labels = form.get("fields", []), []
    for word in path.split("."):
        found = next((one for one in fields if one["name"] == word), None)
        if found is None:
            break
        labels.append(visit.read(found["label"]))
        fields = found.get("fields", [])
    return " · ".join(labels) or path


def _page(
    visit: Visit,
    form: Json,
    *,
    flaws: list[str] | None = None,
    place: Json = None,
    readers: list[dict[str, Any]] | None = None,
) -> Response:
    return visit.page(
        "sealing/readers.html",
        http_status=_UNPROCESSABLE if flaws else 200,
        form=form,
        flaws=flaws or [],
        place=place,
        readers=readers or [],
        bytes_max=SEALED_BYTES_MAX,
    )
