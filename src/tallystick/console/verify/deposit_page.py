# SPDX-License-Identifier: Apache-2.0
"""Where the QR code of a certificate leads: one small page about one deposit, for any telephone."""

from __future__ import annotations

import io

import segno
from starlette.responses import Response

from tallystick.console.ledger import at
from tallystick.console.visit import Visit


async def show_deposit(visit: Visit) -> Response:
    """Answer GET /r/{number}: what was deposited, by whom, when."""
    number = visit.part("number")
    deposit = await visit.ledger.get(at("evidence", "deposits", number))
    return visit.page("verify/deposit.html", deposit=deposit, number=number)


async def show_code(visit: Visit) -> Response:
    """Answer GET /r/{number}/code.svg: the address of that page as a QR code."""
    address = f"{visit.origin}/r/{visit.part('number')}"
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", scale=4, border=4, xmldecl=False, title=address
    )
    return Response(drawn.getvalue(), media_type="image/svg+xml")
