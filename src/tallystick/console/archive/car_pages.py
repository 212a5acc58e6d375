# SPDX-License-Identifier: Apache-2.0
"""Kept files as CAR archives: what `tally NAME export-car` and `restore` do.

The archive has the sealed file, as any IPFS tool reads it; a file comes back out of one only if
every block and the whole are what the ledger proves.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from starlette.responses import Response

from tallystick.console.archive.desks import file_in, texts_in_form
from tallystick.console.archive.fetching import (
    download,
    fetcher_of,
    note_fetched,
    restorer_of,
)
from tallystick.console.clerks import KEPT_BYTES_MAX, Restored
from tallystick.console.ledger import Json
from tallystick.console.visit import Visit
from tallystick.errors import InvalidArguments

_OVERHEAD: Final = 4 * 1024 * 1024
"""Of a CAR's blocks and of the form."""
_FILE: Final = "file"


async def show_car(visit: Visit) -> Response:
    """Answer GET /archive/{contract}/car; `object` in the query says of which."""
    return _page(visit, await _contract(visit), visit.query.get("object", "").strip())


async def take_car_step(visit: Visit) -> Response:
    """Answer POST /archive/{contract}/car: an object as a CAR, or what is in one that is sent.

    Raises:
        InvalidArguments: no object was named, or no file chosen.
        NotFound: there is no such object, or none at the address of the CAR.
        InvalidContentArchive, HashMismatch: the CAR is damaged, or has another content.
        TallystickError: this node fails.
    """
    contract = await _contract(visit)
    restorer, name = restorer_of(visit, contract["name"]), contract["name"]
    sent = await visit.form(bytes_max=KEPT_BYTES_MAX + _OVERHEAD)
    values, data = texts_in_form(sent), await file_in(sent)
    step, wanted = values.get("step", ""), values.get("object", "").strip()
    with TemporaryDirectory(prefix="tally-") as folder:
        out = Path(folder) / _FILE
        if step == "export":
            if not wanted:
                raise InvalidArguments("this must be filled in", field="object")
            fetcher = await fetcher_of(visit)
            found = await asyncio.to_thread(restorer.car, name, wanted, out, fetcher)
            await note_fetched(visit, name, "CAR", found)
            if found.holder is None:
                return _page(visit, contract, wanted, missed=found)
            return download(await asyncio.to_thread(out.read_bytes), wanted, "car")
        if not data:
            raise InvalidArguments("no file was sent", field=_FILE)
        back = await asyncio.to_thread(restorer.from_car, name, data, out)
        if step == "save":
            return download(await asyncio.to_thread(out.read_bytes), back.object, "age")
    return _page(visit, contract, wanted, back=back)


def _page(
    visit: Visit,
    contract: Json,
    name: str,
    *,
    missed: Restored | None = None,
    back: Restored | None = None,
) -> Response:
    return visit.page("archive/car.html", contract=contract, object=name, missed=missed, back=back)


async def _contract(visit: Visit) -> Json:
    contract = await visit.ledger.schema(visit.part("contract"))
    restorer_of(visit, contract["name"])
    return contract
