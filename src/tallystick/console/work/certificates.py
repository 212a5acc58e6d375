# SPDX-License-Identifier: Apache-2.0
"""Sealed certificates of a system's records: which there are of a case, and one of them as PDF.

A certificate has the whole record inside, with its proofs, so nothing in it can be covered: where
a contract keeps personal data, those get it whom they concern.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from tallystick.console.ledger import Json, record_at, table_of
from tallystick.console.masking import cover_rows
from tallystick.console.proving import CertificateKind
from tallystick.console.visit import Visit
from tallystick.console.work.watching import Place
from tallystick.errors import NotFound, Rejected


def certificates_of(visit: Visit, place: Place, row: Json) -> list[dict[str, Any]]:
    """Return the certificates that can be made of a case: what each is called, and its address."""
    return [
        {
            "label": kind.label,
            "address": f"/certificate/{place.contract}/{kind.name}/{quote(place.key)}",
        }
        for kind in _kinds(visit, place.contract)
        if kind.table == place.table and kind.is_ready(row)
    ]


async def give_certificate(visit: Visit) -> Response:
    """Answer GET /certificate/{contract}/{kind}/{subject}: a record as a sealed certificate.

    Raises:
        NotFound: there is no such kind of certificate or no such record, or no seal to set.
        Rejected: the record has personal data that do not concern the reader.
        TallystickError: the seal cannot be opened, or is not in force.
    """
    contract, name, subject = (visit.part(one) for one in ("contract", "kind", "subject"))
    kind = next((one for one in _kinds(visit, contract) if one.name == name), None)
    if kind is None or visit.certificates is None:
        raise NotFound(
            "this node makes no such certificate", field="kind", found=f"{contract} {name}"[:80]
        )
    await _require_open(visit, Place(contract, kind.table, subject))
    made = await asyncio.to_thread(visit.certificates.make, contract, name, subject, visit.origin)
    file = f"{contract}-{name}-{quote(subject, safe='')}.certificate.pdf"
    headers = {"content-disposition": f'attachment; filename="{file}"'}
    return Response(made, media_type="application/pdf", headers=headers)


def _kinds(visit: Visit, contract: str) -> list[CertificateKind]:
    made = visit.certificates
    return [] if made is None or not made.is_ready() else list(made.kinds(contract))


async def _require_open(visit: Visit, place: Place) -> None:
    """Refuse a record of which something would be covered on its page."""
    schema: Json = visit.names.contracts[place.contract]
    row = await visit.ledger.get(record_at(place.contract, place.table, place.key))
    fields = table_of(schema, place.table)["fields"]
    _, is_covered = cover_rows(visit, place.contract, fields, [row])
    if is_covered:
        raise Rejected(
            "this certificate has personal data in it that do not concern you",
            field="subject",
            hint=place.case,
        )
