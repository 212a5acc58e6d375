# SPDX-License-Identifier: Apache-2.0
"""A case as one file for others, as `tally NAME bundle` packs it: the originals stay here."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

from starlette.responses import Response

from tallystick.console.packing.sent import (
    FORM_BYTES_MAX,
    package_file,
    packer_of,
    read_originals,
)
from tallystick.console.proving import Packer
from tallystick.console.visit import Visit
from tallystick.console.work.take_aways import require_open
from tallystick.errors import NotFound


async def show_bundle(visit: Visit) -> Response:
    """Answer GET /pack/{contract}/{subject}: what the bundle will hold, and what is needed for it.

    Raises:
        NotFound: this contract has no cases to hand over, or there is no such case.
        Rejected: it has personal data in it that do not concern the reader.
        TallystickError: the node's tables contradict each other, or a proof does not hold.
    """
    packer, table, subject = await _case(visit)
    contract = visit.part("contract")
    listed = await asyncio.to_thread(packer.listed, contract, subject)
    return visit.page(
        "packing/bundle.html",
        contract=visit.names.contracts[contract],
        subject=subject,
        case=f"/case/{quote(contract)}/{quote(table)}/{quote(subject)}",
        listed=listed,
        suffixes=list(packer.suffixes),
    )


async def give_bundle(visit: Visit) -> Response:
    """Answer POST /pack/{contract}/{subject}: the bundle around the originals of this browser.

    Raises:
        InvalidArguments: no original was named.
        NotFound: none of them is of the case, or there is no such case.
        TallystickError: as `show_bundle`.
    """
    packer, _, subject = await _case(visit)
    contract = visit.part("contract")
    form = await visit.form(bytes_max=FORM_BYTES_MAX)
    originals = await read_originals(form)
    made = await asyncio.to_thread(packer.bundle, contract, subject, originals)
    return package_file(made, f"{contract}-{subject}", "zip", "application/zip")


async def _case(visit: Visit) -> tuple[Packer, str, str]:
    """Return who packs, the table that has the case, and its key, if the reader may have it all."""
    packer, contract = packer_of(visit), visit.part("contract")
    table = packer.table_of(contract) if contract in visit.names.contracts else None
    if table is None:
        raise NotFound(
            "this system has no cases to hand over", field="contract", found=contract[:80]
        )
    ending = f".{visit.wanted_form}" if visit.wanted_form not in {"", "json"} else ""
    subject = f"{visit.part('subject')}{ending}"
    await require_open(visit, contract, table, subject)
    return packer, table, subject
