# SPDX-License-Identifier: Apache-2.0
"""Where the QR code of a certificate leads: one small page about one deposit, for any telephone."""

from __future__ import annotations

import asyncio
import io
from urllib.parse import quote

import segno
from starlette.responses import Response

from tallystick.console.ledger import at
from tallystick.console.proving import depositing_transaction
from tallystick.console.visit import Visit
from tallystick.errors import NotFound


async def show_deposit(visit: Visit) -> Response:
    """Answer GET /r/{number}: what was deposited, by whom, when, and how it is proven."""
    number = visit.part("number")
    deposit = await visit.ledger.get(at("evidence", "deposits", number))
    certificates = visit.certificates
    return visit.page(
        "verify/deposit.html",
        deposit=deposit,
        number=number,
        transaction=await depositing_transaction(visit.ledger, number),
        has_certificate=certificates is not None and certificates.is_ready(),
    )


async def show_code(visit: Visit) -> Response:
    """Answer GET /r/{number}/code.svg: the address of that page as a QR code."""
    address = f"{visit.origin}/r/{visit.part('number')}"
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", scale=4, border=4, xmldecl=False, title=address
    )
    return Response(drawn.getvalue(), media_type="image/svg+xml")


async def show_certificate(visit: Visit) -> Response:
    """Answer GET /r/{number}/certificate.pdf: the deposit as a sealed certificate.

    Raises:
        NotFound: there is no such deposit, or no seal to set.
        TallystickError: the seal cannot be opened, or is not in force.
    """
    number = visit.part("number")
    certificates = visit.certificates
    if certificates is None or not certificates.is_ready():
        raise NotFound(
            "this node has no seal for certificates", field="seal", hint=f"/r/{quote(number)}"
        )
    await visit.ledger.get(at("evidence", "deposits", number))
    made = await asyncio.to_thread(certificates.make, "evidence", "deposit", number, visit.origin)
    headers = {"content-disposition": f'attachment; filename="{quote(number)}.certificate.pdf"'}
    return Response(made, media_type="application/pdf", headers=headers)
