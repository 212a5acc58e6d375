# SPDX-License-Identifier: Apache-2.0
"""A document that is in the register already is declared: as `tally NAME declare`, in the browser.

Its sealed bytes are fetched from this node, hashed, and let go of. The card, with the salt of the
commitment, is made or read in the browser.
"""

from __future__ import annotations

import asyncio
import re
from typing import Final

from starlette.responses import RedirectResponse, Response

from tallystick.console.archive.desks import Desk, desk_of, desk_page, texts_in_form
from tallystick.console.archive.fetching import asker_of, require_role
from tallystick.console.archive.put_pages import FILLED_IN
from tallystick.console.archive.uploads import REGISTER
from tallystick.console.clerks import DECLARE
from tallystick.console.ledger import at
from tallystick.console.signing.pending import propose
from tallystick.console.visit import Visit
from tallystick.console.work.calling import changed_by_button, flaw_of
from tallystick.console.work.entered import Entered, Flaw, filled
from tallystick.errors import InvalidArguments, NotFound

_DIGEST: Final = re.compile("[0-9a-f]{64}")
_SHOWN: Final = 100
_SEE_OTHER: Final = 303


async def show_declare(visit: Visit) -> Response:
    """Answer GET /archive/{contract}/declare; `document` in the query has its hash looked up.

    Raises:
        NotFound: there is no such document.
        TallystickError: the node's proof does not hold.
    """
    desk = await desk_of(visit, DECLARE, FILLED_IN)
    name, sha256 = visit.query.get("document", "").strip(), None
    if name:
        sha256 = await asyncio.to_thread(desk.clerks.registered_hash, name)
        if sha256 is None:
            raise NotFound("there is no such document", field="document", found=name[:80])
    return await _page(visit, desk, {**filled(desk.fields, {}), **visit.query}, sha256=sha256)


async def take_declare(visit: Visit) -> Response:
    """Answer POST /archive/{contract}/declare: the preview, or what is missing or wrong.

    Raises:
        RoleMissing: the reader may not declare objects.
        TallystickError: there is no such document, or the node does not give it.
    """
    desk = await desk_of(visit, DECLARE, FILLED_IN)
    values = texts_in_form(await visit.form())
    if changed := changed_by_button(values, visit.now_ms):
        return await _page(visit, desk, changed)
    entered = Entered(values)
    args = entered.read(desk.fields)
    name, plain = values.get("document", "").strip(), values.get("plain", "")
    flaws = list(entered.flaws)
    if not name:
        flaws.append(_flaw("document", "Name the document."))
    if _DIGEST.fullmatch(plain) is None:
        flaws.append(_flaw("card", "Take the card first."))
    if not flaws:
        require_role(visit, desk)
        known = await asyncio.to_thread(desk.clerks.registered, name, asker_of(visit))
        whole = {**args, **known, "plain": plain}
        try:
            place = await propose(visit, desk.name, DECLARE, whole, back=visit.place)
            return RedirectResponse(place, _SEE_OTHER)
        except InvalidArguments as error:
            flaws = [flaw_of(error)]
    return await _page(visit, desk, values, flaws=flaws)


def _flaw(path: str, text: str) -> Flaw:
    return Flaw(path, InvalidArguments.code, text)


async def _page(
    visit: Visit,
    desk: Desk,
    values: dict[str, str],
    *,
    sha256: str | None = None,
    flaws: list[Flaw] | None = None,
) -> Response:
    documents = []
    if REGISTER in visit.names.contracts:
        address = at("contracts", REGISTER, "tables", "documents")
        own = visit.somebody().organization
        rows = await visit.ledger.get(address, owner=own, limit=_SHOWN)
        documents = [one["id"] for one in rows["items"] if one["deleted_at"] is None]
    return await desk_page(
        visit,
        "archive/declare.html",
        desk,
        values,
        flaws=flaws,
        documents=documents,
        sha256=sha256,
    )
