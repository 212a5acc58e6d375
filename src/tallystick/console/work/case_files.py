# SPDX-License-Identifier: Apache-2.0
"""A case to take away: as PDF to read, and as JSON with the proofs of all that it says."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec
from starlette.responses import Response

from tallystick.console.ledger import Json, at, table_of
from tallystick.console.shown import moment, money
from tallystick.console.signings import signings_of
from tallystick.console.visit import Visit
from tallystick.console.work.cases import read_case, read_timeline
from tallystick.console.work.watching import Place
from tallystick.errors import LimitExceeded
from tallystick.interchange.certificates import CASE_FORMAT, case_page, render

_DIGESTS: Final = frozenset(
    {"sha256", "sm3", "digest", "public-key", "signature", "person-commitment"}
)
_TRANSACTIONS_MAX: Final = 1_000
_TRUTHS: Final = {True: {"zh": "是", "en": "yes"}, False: {"zh": "否", "en": "no"}}


async def give_case_file(visit: Visit) -> Response:
    """Answer GET /case-file/{contract}/{table}/{key}: a PDF; as .json the same with its proofs."""
    contract = await visit.ledger.schema(visit.part("contract"))
    table = table_of(contract, visit.part("table"))
    place = Place(contract["name"], table["name"], visit.part("key"))
    case = await _case(visit, contract, table, place)
    if visit.wants_json:
        return _download(msgspec.json.encode(case), "application/json", place, "json")
    page = case_page(case, f"{visit.origin}{place.case}")
    return _download(await asyncio.to_thread(render, page), "application/pdf", place, "pdf")


async def _case(visit: Visit, contract: Json, table: Json, place: Place) -> dict[str, Json]:
    case = await read_case(visit, table, place, await visit.ledger.get(place.address))
    row, timeline, is_covered = case.row, case.timeline, case.is_covered
    older = case.older
    while older is not None:
        if len(timeline) >= _TRANSACTIONS_MAX:
            raise LimitExceeded(
                "too many transactions for one file",
                expected=f"at most {_TRANSACTIONS_MAX}",
                hint="Take the receipts from the pages of the transactions.",
            )
        page, older = await read_timeline(visit, place, older)
        timeline = [*timeline, *page]
    status, proof, receipts = await asyncio.gather(
        visit.ledger.get(at("status")),
        visit.ledger.get(f"{at('state', place.contract, place.table, place.key)}/proof"),
        asyncio.gather(
            *(visit.ledger.get(at("transactions", item["id"], "receipt")) for item in timeline)
        ),
    )
    return {
        "format": CASE_FORMAT,
        "network": status["network"],
        "node": visit.origin,
        "height": status["height"],
        "made_at_ms": visit.now_ms,
        "application": contract["label"],
        "title": table["label"],
        "contract": place.contract,
        "table": place.table,
        "key": place.key,
        "fields": [_field(one, row[one["name"]]) for one in table["fields"]],
        "record": row,
        "record_proof": None if is_covered else proof,
        "signings": signings_of(table, row),
        "timeline": [
            _told(visit, item, None if is_covered else receipt)
            for item, receipt in zip(timeline, receipts, strict=True)
        ],
        "files": [
            {**one, "deposit": None if one["deposit"] is None else one["deposit"]["id"]}
            for one in case.files
        ],
    }


def _told(visit: Visit, item: Json, receipt: Json | None) -> dict[str, Json]:
    """Return a transaction of the case's history, with its receipt, in which nothing is covered."""
    kept = ("id", "height", "time_ms", "code", "contract", "method", "organization", "member")
    name = f"{item['contract']}.{item['method']}"
    return {
        **{one: item[one] for one in kept},
        "organization_name": visit.names.organization(item["organization"] or ""),
        "sentence": item["sentence"] or {"zh": name, "en": name},
        "receipt": receipt,
    }


def _field(field: Json, value: Any) -> dict[str, Json]:  # noqa: ANN401 # JSON
    described = field["type"]
    return {
        "name": field["name"],
        "label": field["label"],
        "text": _text(value, described.get("format")),
        "is_digest": described.get("format") in _DIGESTS and value is not None,
    }


def _text(value: Any, meaning: str | None) -> dict[str, str]:  # noqa: ANN401 # JSON
    """Return a value as people read it, in both languages; lists and records as JSON."""
    if isinstance(value, bool):
        return _TRUTHS[value]
    if value is None or value in ([], {}):
        said = "—"
    elif isinstance(value, list | dict):
        said = msgspec.json.encode(value).decode()
    elif isinstance(value, int) and meaning == "amount":
        said = money(value)
    elif isinstance(value, int) and meaning == "timestamp-ms":
        said = moment(value)
    else:
        said = str(value)
    return {"zh": said, "en": said}


def _download(data: bytes, media_type: str, place: Place, ending: str) -> Response:
    name = "".join(one if one.isalnum() or one in "-_." else "-" for one in place.key)
    safe = f"{place.contract}-{name.encode('ascii', 'replace').decode()[:80]}".replace("?", "-")
    headers = {"content-disposition": f'attachment; filename="{safe}.case.{ending}"'}
    return Response(data, media_type=media_type, headers=headers)
