# SPDX-License-Identifier: Apache-2.0
"""A kept file read by a grant: what `tally NAME read` does, each signature looked at before.

A use is recorded, the sealed file is fetched from one node after another until the right bytes
come, and who gave them, and who gave others, is reported. It stays sealed: keys are in the reader's
browser only.
"""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from tallystick.console.archive.desks import Desk, desk_of, desk_page, texts_in_form
from tallystick.console.archive.fetching import (
    Place,
    download,
    fetcher_of,
    note_fetched,
    require_role,
    restorer_of,
)
from tallystick.console.clerks import FINISH_READ, OPEN_READ, original_at
from tallystick.console.ledger import Json, at, record_at
from tallystick.console.signing.pending import propose
from tallystick.console.visit import Visit
from tallystick.console.work.calling import flaw_of
from tallystick.console.work.entered import Entered, Flaw, filled
from tallystick.errors import InvalidArguments, NotFound

_NOTHING: Final[frozenset[str]] = frozenset()
_READS: Final = "reads"
_SHOWN: Final = 50
_SEE_OTHER: Final = 303


async def show_reads(visit: Visit) -> Response:
    """Answer GET /archive/{contract}/read; with `read` in the query it leads to that one."""
    desk = await desk_of(visit, OPEN_READ, _NOTHING)
    restorer_of(visit, desk.name)
    if name := visit.query.get(_READS.removesuffix("s"), "").strip():
        return RedirectResponse(_page_of(desk.name, name), _SEE_OTHER)
    return await _list(visit, desk, {**filled(desk.fields, {}), **visit.query})


async def take_read(visit: Visit) -> Response:
    """Answer POST /archive/{contract}/read: the preview of the use of a grant."""
    desk = await desk_of(visit, OPEN_READ, _NOTHING)
    restorer_of(visit, desk.name)
    values = texts_in_form(await visit.form())
    entered = Entered(values)
    args = entered.read(desk.fields)
    flaws = entered.flaws
    if not flaws:
        try:
            place = await propose(visit, desk.name, OPEN_READ, args, back=visit.place)
            return RedirectResponse(place, _SEE_OTHER)
        except InvalidArguments as error:
            flaws = [flaw_of(error)]
    return await _list(visit, desk, values, flaws=flaws)


async def show_read(visit: Visit) -> Response:
    """Answer GET /archive/{contract}/read/{read}: how far it is, and the file that came.

    Raises:
        NotFound: the reader's organisation opened no such read.
    """
    desk, row = await _own(visit)
    place = Place(visit, desk.name, row["id"])
    found = await asyncio.to_thread(lambda: place.found)
    original = original_at(visit.clerks, desk.name, "objects", row["object"])
    return visit.page(
        "archive/read.html",
        contract=desk.contract,
        form=desk.form,
        may=_may(visit, desk),
        read=row,
        found=found,
        has_file=await asyncio.to_thread(lambda: place.has_file),
        original=original,
    )


async def take_step(visit: Visit) -> Response:
    """Answer POST /archive/{contract}/read/{read}: fetch the file, report the read, or forget it.

    Raises:
        NotFound: the reader's organisation opened no such read, or nothing is to be reported.
        RoleMissing: the reader may not finish reads.
        TallystickError: this node fails.
    """
    desk, row = await _own(visit)
    step = texts_in_form(await visit.form()).get("step", "")
    place = Place(visit, desk.name, row["id"])
    if step == "forget":
        await asyncio.to_thread(place.forget)
    elif step == "report":
        return await _reported(visit, desk, place)
    else:
        require_role(visit, desk)
        restorer, fetcher = restorer_of(visit, desk.name), await fetcher_of(visit)
        await asyncio.to_thread(place.make_room)
        found = await asyncio.to_thread(restorer.read, desk.name, row["id"], place.sealed, fetcher)
        await asyncio.to_thread(place.keep, found)
        await note_fetched(visit, desk.name, row["id"], found)
    return RedirectResponse(visit.place, _SEE_OTHER)


async def give_read(visit: Visit) -> Response:
    """Answer GET /archive/{contract}/read/{read}/sealed: the file, as any age tool opens it.

    Raises:
        NotFound: it does not lie here.
    """
    desk, row = await _own(visit)
    place = Place(visit, desk.name, row["id"])
    if not await asyncio.to_thread(lambda: place.has_file):
        raise NotFound("this file was not fetched, or was forgotten", field="read")
    return download(await asyncio.to_thread(place.sealed.read_bytes), row["object"], "age")


async def _reported(visit: Visit, desk: Desk, place: Place) -> Response:
    found = await asyncio.to_thread(lambda: place.found)
    if found is None or found.report is None:
        raise NotFound("this file was not fetched, or was forgotten", field="read")
    args = dict(found.report)
    address = await propose(visit, desk.name, FINISH_READ, args, back=visit.place)
    return RedirectResponse(address, _SEE_OTHER)


async def _own(visit: Visit) -> tuple[Desk, Json]:
    """Return the desk that finishes reads, and the read of the address."""
    desk = await desk_of(visit, FINISH_READ, _NOTHING)
    restorer_of(visit, desk.name)
    row = await visit.ledger.find(record_at(desk.name, _READS, visit.part("read")))
    if row is None or row["reader"] != visit.somebody().organization:
        raise NotFound("your organisation has no such read", field="read")
    return desk, row


async def _list(
    visit: Visit, desk: Desk, values: dict[str, str], *, flaws: list[Flaw] | None = None
) -> Response:
    """Answer with the reads of the reader's organisation, and the form that begins one."""
    address = at("contracts", desk.name, "tables", _READS)
    own = visit.somebody().organization
    rows = await visit.ledger.get(address, reader=own, limit=_SHOWN)
    return await desk_page(
        visit,
        "archive/reads.html",
        desk,
        values,
        flaws=flaws,
        reads=[{**one, "address": _page_of(desk.name, one["id"])} for one in rows["items"]],
    )


def _may(visit: Visit, desk: Desk) -> bool:
    roles = set(desk.form.get("roles", []))
    return not roles or bool(roles & visit.somebody().roles)


def _page_of(contract: str, read: str) -> str:
    return f"/archive/{quote(contract)}/read/{quote(read, safe='')}"
