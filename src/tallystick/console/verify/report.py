# SPDX-License-Identifier: Apache-2.0
"""The report of a verification, as PDF or JSON: checked anew when it is asked for, and not kept.

Hashes come in the address, so such a report can be linked to. Proofs are sent again with the form.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from tallystick.client import Result
from tallystick.console.ledger import Json, at
from tallystick.console.verify.checking import (
    HASH,
    ORIGINAL,
    PROOF_BYTES_MAX,
    Checked,
    check_sent,
    check_text,
    originals_of,
)
from tallystick.console.visit import Visit
from tallystick.errors import Rejected
from tallystick.interchange.certificates import REPORT_FORMAT, render, report_page

THINGS_MAX: Final = 20
"""In one report."""
_FORM_BYTES_MAX: Final = 2 * PROOF_BYTES_MAX
_SEE_OTHER: Final = 303
_SEVERITY: Final = (Result.MATCH, Result.PARTLY, Result.NO_MATCH)


async def show_report(visit: Visit) -> Response:
    """Answer GET /v/report: on the hashes in the address, each with its name and method.

    Raises:
        Rejected: what is there is no hash, or there are too many.
    """
    query = visit.query
    if "hash" not in query:
        return RedirectResponse("/v", _SEE_OTHER)
    return await _answer(
        visit,
        await _check_hashes(
            visit, query.getlist("hash"), query.getlist("name"), query.getlist("method")
        ),
    )


async def make_report(visit: Visit) -> Response:
    """Answer POST /v/report: on hashes and proofs in a form, as one report.

    Raises:
        Rejected: there is nothing to check, or too much.
        LimitExceeded: a file, or all of them, is too large.
    """
    form = await visit.form(bytes_max=_FORM_BYTES_MAX)
    hashes, names, methods = (
        [str(one) for one in form.getlist(field)] for field in ("hash", "name", "method")
    )
    checked = await _check_hashes(visit, hashes, names, methods)
    is_original, originals = form.get("kind") == ORIGINAL, await originals_of(form)
    for sent in form.getlist("file"):
        if isinstance(sent, UploadFile) and sent.filename:
            checked += await check_sent(visit, sent, is_original=is_original, originals=originals)
    return await _answer(visit, checked)


async def _check_hashes(
    visit: Visit, hashes: Sequence[str], names: Sequence[str], methods: Sequence[str]
) -> list[Checked]:
    if len(hashes) > THINGS_MAX:
        raise Rejected("too many", field="hash", expected=f"at most {THINGS_MAX}")
    return [
        await check_text(
            visit,
            text,
            name=names[place] if place < len(names) else "",
            method=methods[place] if place < len(methods) else HASH,
        )
        for place, text in enumerate(hashes)
    ]


async def _answer(visit: Visit, checked: Sequence[Checked]) -> Response:
    if not checked:
        raise Rejected("there is nothing to report on", field="hash", hint="/v")
    report = await _report(visit, checked)
    if visit.wants_json:
        return _download(msgspec.json.encode(report), "application/json", "json")
    page = report_page(report, _link(visit, checked))
    return _download(await asyncio.to_thread(render, page), "application/pdf", "pdf")


async def _report(visit: Visit, checked: Sequence[Checked]) -> dict[str, Json]:
    status = await visit.ledger.get(at("status"))
    items = [one.to_dict() for one in checked]
    worst = max((one.verification.result for one in checked), key=_SEVERITY.index)
    return {
        "format": REPORT_FORMAT,
        "network": status["network"],
        "height": status["height"],
        "node": visit.origin,
        "checked_at_ms": visit.now_ms,
        "result": worst.value,
        "meaning": items[0]["meaning"],
        "items": items,
    }


def _link(visit: Visit, checked: Sequence[Checked]) -> str:
    """Return the page of the deposit that a report on one thing is about, else of verification."""
    deposit = checked[0].deposit if len(checked) == 1 else None
    return f"{visit.origin}/v" if deposit is None else f"{visit.origin}/r/{deposit['id']}"


def _download(data: bytes, media_type: str, ending: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="verification-report.{ending}"'}
    return Response(data, media_type=media_type, headers=headers)
