# SPDX-License-Identifier: Apache-2.0
"""Whether a file is what an object was declared as: as `tally NAME commit`, in the browser.

File and card stay there: the card has the salt without which nobody can say what a commitment is
of. This server gives what the ledger has, whose proof it checked.
"""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from tallystick.console.archive.desks import clerks_of
from tallystick.console.clerks import OBJECTS
from tallystick.console.ledger import case_at
from tallystick.console.visit import Visit
from tallystick.errors import NotFound


async def show_original(visit: Visit) -> Response:
    """Answer GET /archive/{contract}/original; `object` in the query says of which.

    Raises:
        NotFound: there is no such object.
        TallystickError: the node's proof does not hold.
    """
    clerks, contract = await clerks_of(visit)
    name = visit.query.get("object", "").strip()
    on_ledger = None
    if name:
        on_ledger = await asyncio.to_thread(clerks.commitment, contract["name"], name)
        if on_ledger is None:
            raise NotFound("there is no such object", field="object", found=name[:80])
    return visit.page(
        "archive/original.html",
        contract=contract,
        object=name,
        on_ledger=on_ledger,
        case=case_at(contract["name"], OBJECTS, name) if name else "",
    )
