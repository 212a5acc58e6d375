# SPDX-License-Identifier: Apache-2.0
"""Files to take away: which there are of a case and of a whole system, and one of them.

A file has everything inside that its maker read, so nothing in it can be covered: where a contract
keeps personal data, those get it who have a role in it, and those whom the record names.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from tallystick.console.ledger import Json, record_at
from tallystick.console.masking import has_personal_data
from tallystick.console.proving import TakeAwayKind
from tallystick.console.visit import Visit
from tallystick.console.work.looking_up import options_of
from tallystick.console.work.standing import concerns
from tallystick.console.work.watching import Place
from tallystick.errors import InvalidArguments, NotFound, Rejected

_SEE_OTHER: Final = 303
_MEDIA: Final = {
    ".csv": "text/csv; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
    ".zip": "application/zip",
}


async def take_aways_of(visit: Visit, place: Place, row: Json) -> list[dict[str, Any]]:
    """Return the files that the reader gets of a case: what each is called, and its address."""
    if visit.person is None or not _is_open(visit, place.contract, row):
        return []
    kinds = [kind for kind in _kinds(visit, place.contract) if kind.table == place.table]
    others = {kind.judged_by for kind in kinds if kind.judged_by is not None}
    judging: dict[str | None, Json] = {None: row}
    for table in others:
        judging[table] = await visit.ledger.find(record_at(place.contract, table, place.key))
    return [
        {**_shown(kind), "address": _address(place.contract, kind.name, place.key)}
        for kind in kinds
        if (told := judging[kind.judged_by]) is not None and kind.is_ready(told)
    ]


def packing_of(visit: Visit, place: Place, row: Json) -> str | None:
    """Return where a record is packed with its originals; None if it is no case and no deposit.

    None as well for who would be refused there.
    """
    packer, key = visit.packer, quote(place.key)
    if packer is None or visit.person is None or not _is_open(visit, place.contract, row):
        return None
    if (place.contract, place.table) == ("evidence", "deposits"):
        return f"/evidence-package?deposit={key}"
    is_case = packer.table_of(place.contract) == place.table
    return f"/pack/{quote(place.contract)}/{key}" if is_case else None


def has_take_aways(visit: Visit, contract: str) -> bool:
    """Tell whether a system's package makes files."""
    return bool(_kinds(visit, contract))


async def show_take_aways(visit: Visit) -> Response:
    """Answer GET /take-away/{contract}: all kinds; with `kind` and `subject` it leads to the file.

    Raises:
        NotFound: this contract's package makes none here.
    """
    contract = visit.part("contract")
    kinds = _kinds(visit, contract)
    if not kinds:
        raise NotFound("this system has no files to take away", field="contract")
    if "kind" in visit.query:
        subject = visit.query.get("subject", "").strip()
        if not subject:
            raise InvalidArguments("say of what the file is to tell", field="subject")
        address = _address(contract, visit.query["kind"], subject)
        return RedirectResponse(address, _SEE_OTHER)
    tables = sorted({kind.table for kind in kinds if kind.table})
    found = await asyncio.gather(*(options_of(visit, contract, name) for name in tables))
    return visit.page(
        "work/take_aways.html",
        contract=visit.names.contracts[contract],
        kinds=[_shown(kind) for kind in kinds],
        options=dict(zip(tables, found, strict=True)),
    )


async def give_take_away(visit: Visit) -> Response:
    """Answer GET /take-away/{contract}/{kind}/{subject}: the file.

    Raises:
        NotFound: there is no such kind of file, or nothing to tell of the subject.
        Rejected: it has personal data in it that do not concern the reader.
        TallystickError: the node's tables contradict each other, or a proof does not hold.
    """
    contract, name, subject = (visit.part(one) for one in ("contract", "kind", "subject"))
    kind = next((one for one in _kinds(visit, contract) if one.name == name), None)
    if kind is None or visit.take_aways is None:
        raise NotFound(
            "this node makes no such file", field="kind", found=f"{contract} {name}"[:80]
        )
    await require_open(visit, contract, kind.table, subject)
    made = await asyncio.to_thread(visit.take_aways.make, contract, name, subject)
    file = f"{contract}-{name}-{quote(subject, safe='')}{kind.suffix}"
    media = next((one for end, one in _MEDIA.items() if kind.suffix.endswith(end)), None)
    headers = {"content-disposition": f'attachment; filename="{file}"'}
    return Response(made, media_type=media or "application/octet-stream", headers=headers)


def _kinds(visit: Visit, contract: str) -> list[TakeAwayKind]:
    made = visit.take_aways
    if made is None or contract not in visit.names.contracts:
        return []
    return list(made.kinds(contract))


def _shown(kind: TakeAwayKind) -> dict[str, Any]:
    return {
        "name": kind.name,
        "label": kind.label,
        "table": kind.table,
        "suffix": kind.suffix,
    }


def _address(contract: str, kind: str, subject: str) -> str:
    return f"/take-away/{quote(contract)}/{quote(kind)}/{quote(subject)}"


async def require_open(visit: Visit, contract: str, table: str | None, subject: str) -> None:
    """Refuse a file that has something in it which pages cover from the reader.

    Args:
        visit: of the reader.
        contract: of whose records the file tells.
        table: of the record that it is about; None if it is about something else.
        subject: that record's key.

    Raises:
        Rejected: it has personal data in it that do not concern the reader.
        NotFound: there is no such record; where nothing can be personal it is not looked for.
    """
    if _is_open(visit, contract, None):
        return
    row = None
    if table is not None:
        row = await visit.ledger.get(record_at(contract, table, subject))
    if not _is_open(visit, contract, row):
        raise Rejected("this file has personal data in it that do not concern you", field="subject")


def _is_open(visit: Visit, contract: str, row: Json | None) -> bool:
    """Tell whether the reader may have all that a file about a record, or about any, has in it."""
    schema: Json = visit.names.contracts[contract]
    person = visit.somebody()
    if not has_personal_data(schema) or any(
        role.startswith(f"{contract}.") for role in person.roles
    ):
        return True
    return row is not None and concerns(row, person.organization)
