# SPDX-License-Identifier: Apache-2.0
"""Where the QR code of a certificate leads: what the ledger says now of the record it is about.

For any contract; for a deposit it is the page of the deposit. Nothing of the code is believed: it
only names a record, and whoever reads the page compares it with the paper.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from tallystick.console.ledger import Json, at, find_table, record_at, table_of
from tallystick.console.masking import cover_rows
from tallystick.console.proving import CertificateKind
from tallystick.console.visit import Visit
from tallystick.errors import Malformed, NotFound, WrongNetwork
from tallystick.interchange.certificates import Link, read_link

_SEE_OTHER: Final = 303
_DEPOSIT: Final = ("evidence", "deposit")


async def show_paper(visit: Visit) -> Response:
    """Answer GET /p/{code}: the record that a certificate is about, as it stands now.

    Raises:
        Malformed: it is not the text of a certificate's code.
        WrongNetwork: the certificate is of another network.
        NotFound: there is no such contract, kind of certificate or record here.
    """
    link = _read(visit.part("code"))
    network = (await visit.ledger.get(at("status")))["network"]
    if link.network != network:
        raise WrongNetwork(
            "this certificate is of another network",
            field="network",
            expected=network,
            found=link.network[:80],
            hint="Ask whoever gave it to you where that network is to be reached.",
        )
    if (link.contract, link.kind) == _DEPOSIT and not visit.wants_json:
        return RedirectResponse(f"/r/{quote(link.subject, safe='')}", _SEE_OTHER)
    contract = await visit.ledger.schema(link.contract)
    kind = _kind(visit, link)
    name = await _table_with(visit, contract, link) if kind is None else kind.table
    table = table_of(contract, name)
    record = record_at(link.contract, name, link.subject)
    row = await visit.ledger.get(record)
    newest = (await visit.ledger.get(f"{record}/history", limit=1))["items"]
    (shown,), is_covered = cover_rows(visit, link.contract, table["fields"], [row])
    return visit.page(
        "verify/paper.html",
        link=link._asdict(),
        contract={"name": contract["name"], "label": contract["label"]},
        table={one: table[one] for one in ("name", "label", "fields")},
        kind=None if kind is None else {"name": kind.name, "label": kind.label},
        row=shown,
        is_covered=is_covered,
        changed=_change_after(link, newest),
        place=f"/state/{link.contract}/{name}/{quote(link.subject)}",
    )


def _read(code: str) -> Link:
    try:
        return read_link(code)
    except Malformed as error:
        raise Malformed(
            "this is not the text of a certificate's code",
            field="code",
            expected="tallystick:NETWORK/CONTRACT/KIND/SUBJECT/HEIGHT/DIGEST",
            found=code[:80],
            hint="/v",
        ) from error


def _kind(visit: Visit, link: Link) -> CertificateKind | None:
    """Return the kind of certificate; None where the contract's package is not at hand."""
    kinds = visit.certificate_kinds(link.contract)
    if not kinds:
        return None
    for one in kinds:
        if one.name == link.kind:
            return one
    raise NotFound(
        "this contract has no such certificate",
        field="kind",
        expected=", ".join(one.name for one in kinds),
        found=link.kind[:80],
    )


async def _table_with(visit: Visit, contract: Json, link: Link) -> str:
    """Return the first of a contract's tables that has a record under a key."""
    places = await visit.ledger.get(at("records", link.subject))
    for one in places["items"]:
        if one["contract"] == link.contract and find_table(contract, one["table"]) is not None:
            return str(one["table"])
    raise NotFound("there is no such record", field="subject", found=link.subject[:80])


def _change_after(link: Link, newest: list[Json]) -> dict[str, Json] | None:
    """Return the last change of a record, if it came after the certificate was made."""
    if not newest or newest[0]["height"] <= link.height:
        return None
    return {one: newest[0][one] for one in ("height", "time_ms")}
