# SPDX-License-Identifier: Apache-2.0
"""A file is sealed in the browser, registered, uploaded and declared: as `tally NAME put` does.

Key, name, salt and content stay in the browser; what comes here is what the node gets: sealed
bytes, the key sealed to the own organisation, hashes, and the commitment.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from tallystick.console.archive.desks import Desk, desk_of, desk_page, texts_in_form
from tallystick.console.archive.uploads import (
    REGISTER,
    Upload,
    deliver,
    drop_upload,
    find_upload,
    is_declared,
    is_registered,
    keep_upload,
    new_document,
    uploads_of,
)
from tallystick.console.clerks import DECLARE, OBJECTS
from tallystick.console.sealing.readers import reader_of
from tallystick.console.signing.pending import propose
from tallystick.console.visit import Visit
from tallystick.console.work.calling import changed_by_button
from tallystick.console.work.entered import Entered, Flaw, filled
from tallystick.crypto import sha256
from tallystick.errors import Rejected

FILE_BYTES_MAX: Final = 64 * 1024 * 1024
"""Of what is sealed; larger files go by the command line."""
FILLED_IN: Final = frozenset(
    {"cid", "ciphertext", "plain", "size", "slices_root", "media_type", "key"}
)
"""Arguments of a declaration that the sealed file says."""
_TEMPLATE: Final = "archive/put.html"
_OVERHEAD: Final = 1024 * 1024
_SEE_OTHER: Final = 303


async def show_put(visit: Visit) -> Response:
    """Answer GET /archive/{contract}/put: the form, and files that are on their way."""
    desk = await desk_of(visit, DECLARE, FILLED_IN)
    return await _page(visit, desk, {**filled(desk.fields, {}), **visit.query})


async def take_put(visit: Visit) -> Response:
    """Answer POST /archive/{contract}/put: keep what was sealed, or take the next step with it.

    Raises:
        NotFound: there is no such file on its way.
        TallystickError: the node does not take it.
    """
    desk = await desk_of(visit, DECLARE, FILLED_IN)
    sent = await visit.form(bytes_max=FILE_BYTES_MAX + _OVERHEAD)
    values = texts_in_form(sent)
    await _drop_declared(visit, desk)
    step = values.pop("step", "")
    if step in {"register", "declare", "forget"}:
        document = values.get("document", "")
        upload = await asyncio.to_thread(find_upload, visit, desk.name, document)
        return await _gone_on(visit, upload, step)
    if changed := changed_by_button(values, visit.now_ms):
        return await _page(visit, desk, changed)
    entered = Entered(values)
    args = entered.read(desk.fields)
    if entered.flaws:
        return await _page(visit, desk, values, flaws=entered.flaws)
    upload, sealed = await _sealed(desk, sent, values, args)
    await asyncio.to_thread(keep_upload, visit, upload, sealed)
    return await _gone_on(visit, upload, "register")


async def _sealed(
    desk: Desk, sent: FormData, values: dict[str, str], args: dict[str, Any]
) -> tuple[Upload, bytes]:
    """Return what a browser has sealed.

    Raises:
        Rejected: something of it is missing.
    """
    content, wrap = sent.get("sealed"), sent.get("wrap")
    if not (isinstance(content, UploadFile) and isinstance(wrap, UploadFile)):
        raise Rejected("no sealed file was sent", field="sealed")
    sealed = await content.read()
    address = await asyncio.to_thread(desk.clerks.address, sealed)
    media_type = values.get("media_type") or "application/octet-stream"
    size = values.get("plain_size", "")
    file = {
        "sha256": values.get("sha256", ""),
        "plain_size": int(size) if size.isdecimal() else 0,
        "media_type": media_type,
        **address,
    }
    declaration = {
        **args,
        **address,
        "ciphertext": sha256(sealed).hex(),
        "plain": values.get("plain", ""),
        "media_type": media_type,
    }
    upload = Upload(
        document=new_document(),
        contract=desk.name,
        file=file,
        declaration=declaration,
        wrap=await wrap.read(),
    )
    return upload, sealed


async def _gone_on(visit: Visit, upload: Upload, step: str) -> Response:
    """Lead to the next signature, or forget a file."""
    place = visit.place
    if step == "forget":
        await asyncio.to_thread(drop_upload, visit, upload)
    elif step == "register":
        args = {"document": upload.document, "file": upload.file}
        place = await propose(visit, REGISTER, "put", args, back=visit.place)
    else:
        await deliver(visit, upload)
        place = await propose(visit, upload.contract, DECLARE, upload.declaration, back=visit.place)
    return RedirectResponse(place, _SEE_OTHER)


async def _drop_declared(visit: Visit, desk: Desk) -> None:
    """Forget what the ledger has: looking at the page only leaves it out."""
    for upload in await asyncio.to_thread(uploads_of, visit, desk.name):
        if await is_declared(visit, upload, OBJECTS):
            await asyncio.to_thread(drop_upload, visit, upload)


async def _page(
    visit: Visit,
    desk: Desk,
    values: dict[str, str],
    *,
    flaws: list[Flaw] | None = None,
) -> Response:
    waiting = [
        {
            "document": upload.document,
            "object": upload.declaration["id"],
            "size": upload.file["size"],
            "is_registered": await is_registered(visit, upload),
        }
        for upload in await asyncio.to_thread(uploads_of, visit, desk.name)
        if not await is_declared(visit, upload, OBJECTS)
    ]
    reader = await reader_of(visit, visit.somebody().organization)
    has_register = REGISTER in visit.names.contracts
    return await desk_page(
        visit,
        _TEMPLATE,
        desk,
        values,
        waiting=waiting,
        has_register=has_register,
        recipient=reader["public_key"] if has_register else None,
        flaws=flaws,
    )
