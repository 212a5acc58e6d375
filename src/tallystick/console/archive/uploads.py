# SPDX-License-Identifier: Apache-2.0
"""Sealed files on their way: they wait here until the register has them, then go to the node.

What a browser sealed is registered by one transaction and declared by another, and the node takes
the bytes between the two. Until then they lie beside the console's records, in no backup; the
console has no key to them. What is not signed within seven days is forgotten.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec

from tallystick.client import Delivery, file_delivery, next_request, wrap_delivery
from tallystick.console.ledger import Json, record_at
from tallystick.console.sealed_packages import WAITING_MAX, ask_signed, forget_old
from tallystick.console.visit import Visit
from tallystick.disk import make_private_folder, remove_files, write_file
from tallystick.errors import LimitExceeded, NotFound
from tallystick.model import DocumentPlace

REGISTER: Final = "documents"
_FOLDER: Final = "uploads"
_ID_BYTES: Final = 6
_SEALED, _FACTS = ".age", ".json"


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed file on its way."""

    document: str
    contract: str
    file: dict[str, Json]
    """What the register is told."""
    declaration: dict[str, Json]
    """What the contract is told afterwards."""
    wrap: bytes
    """The file's key, sealed to the own organisation."""

    @property
    def place(self) -> DocumentPlace:
        """Where nodes have it."""
        return DocumentPlace(self.document, 1)


def new_document() -> str:
    """Return an id for the register: a file name has no place in it."""
    return f"D-{secrets.token_hex(_ID_BYTES)}"


def keep_upload(visit: Visit, upload: Upload, sealed: bytes) -> None:
    """Keep a sealed file until the register has it.

    Raises:
        LimitExceeded: too many of the account's are on their way.
    """
    folder = _folder(visit)
    make_private_folder(folder)
    forget_old(folder, visit.now_ms)
    if len(uploads_of(visit, upload.contract)) >= WAITING_MAX:
        raise LimitExceeded(
            "too many sealed files are waiting", field="file", expected=f"at most {WAITING_MAX}"
        )
    write_file(_path(visit, upload.document, _SEALED), sealed, mode=0o600)
    facts = msgspec.json.encode(upload)
    write_file(_path(visit, upload.document, _FACTS), facts, mode=0o600)


def uploads_of(visit: Visit, contract: str) -> list[Upload]:
    """Return the reader's files that are on their way, or were until the ledger had them."""
    paths = sorted(_folder(visit).glob(f"{visit.somebody().account}-*{_FACTS}"))
    uploads = (msgspec.json.decode(path.read_bytes(), type=Upload) for path in paths)
    return [one for one in uploads if one.contract == contract]


def find_upload(visit: Visit, contract: str, document: str) -> Upload:
    """Return one of the reader's files that are on their way; raises `NotFound`."""
    found = (one for one in uploads_of(visit, contract) if one.document == document)
    upload = next(found, None)
    if upload is None:
        raise NotFound("there is no such file on its way", field="document", found=document[:80])
    return upload


def drop_upload(visit: Visit, upload: Upload) -> None:
    """Forget a file."""
    paths = [_path(visit, upload.document, ending) for ending in (_FACTS, _SEALED)]
    remove_files(_folder(visit), [path for path in paths if path.exists()])


async def is_registered(visit: Visit, upload: Upload) -> bool:
    """Tell whether the register has it."""
    place = record_at(REGISTER, "documents", upload.document)
    return await visit.ledger.find(place) is not None


async def is_declared(visit: Visit, upload: Upload, table: str) -> bool:
    """Tell whether the contract has it."""
    place = record_at(upload.contract, table, upload.declaration["id"])
    return await visit.ledger.find(place) is not None


async def deliver(visit: Visit, upload: Upload) -> None:
    """Hand a registered file to the node, from where the node has it on, and the own wrap.

    What the node has does not stay here; what it is to be declared as does, until it is.

    Raises:
        TallystickError: the node does not take it now.
    """
    sealed = _path(visit, upload.document, _SEALED)
    if not await asyncio.to_thread(sealed.exists):
        return
    own = visit.somebody().organization
    with closing(await asyncio.to_thread(file_delivery, upload.place, sealed)) as delivery:
        await _delivered(visit, delivery)
    await _delivered(visit, wrap_delivery(upload.place, own, upload.wrap))
    await asyncio.to_thread(remove_files, _folder(visit), [sealed])


async def _delivered(visit: Visit, delivery: Delivery) -> None:
    """Send all requests of a delivery, each signed; a file is read beside the event loop."""
    request = await asyncio.to_thread(next_request, delivery)
    while request is not None:
        typed = {} if request.content_type is None else {"content-type": request.content_type}
        answer = await ask_signed(
            visit,
            request.method,
            request.path,
            quote(request.path),
            body=request.body,
            about={**dict(request.headers), **typed, "accept": "*/*"},
        )
        request = await asyncio.to_thread(next_request, delivery, answer)


def _folder(visit: Visit) -> Path:
    return visit.records.folder / _FOLDER


def _path(visit: Visit, document: str, ending: str) -> Path:
    return _folder(visit) / f"{visit.somebody().account}-{document}{ending}"
