# SPDX-License-Identifier: Apache-2.0
"""The verification page, and what became of a hash or a file that was checked on it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Final

from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from tallystick.client import PROOF_MARKS
from tallystick.console.paper_codes import page_of_code
from tallystick.console.verify.checking import (
    HASH,
    ORIGINAL,
    ORIGINAL_BYTES_MAX,
    PROOF_BYTES_MAX,
    Checked,
    check_sent,
    check_text,
    originals_of,
)
from tallystick.console.verify.samples import samples_in
from tallystick.console.visit import Visit
from tallystick.errors import Rejected

_FORM_OVERHEAD: Final = 64 * 1024
_SEE_OTHER: Final = 303


async def show_zone(visit: Visit) -> Response:
    """Answer GET /v: the zone to drop things on; also GET /verify, where certificates point to."""
    samples = await asyncio.to_thread(samples_in, visit.samples)
    return visit.page(
        "verify/zone.html",
        proof_bytes_max=PROOF_BYTES_MAX,
        proof_marks=json.dumps(PROOF_MARKS._asdict()),
        samples=samples,
    )


async def show_check(visit: Visit) -> Response:
    """Answer GET /v/hash: who deposited a content with this hash, and whether it is proven.

    The text of a certificate's code, put there instead, leads to the page of the record.

    Raises:
        Rejected: the text is not a hash.
    """
    if "hash" not in visit.query:
        return RedirectResponse("/v", _SEE_OTHER)
    text = visit.query["hash"]
    page = page_of_code(text)
    if page is not None:
        return RedirectResponse(page, _SEE_OTHER)
    checked = await check_text(
        visit,
        text,
        name=visit.query.get("name", ""),
        method=visit.query.get("method", HASH),
    )
    return _result(visit, (checked,))


async def check_file(visit: Visit) -> Response:
    """Answer POST /v/file: check a proof, or an original of a reader without script.

    Raises:
        Rejected: no file was sent.
        LimitExceeded: it is too large.
    """
    form = await visit.form(bytes_max=ORIGINAL_BYTES_MAX + _FORM_OVERHEAD)
    sent = form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise Rejected("no file was sent", field="file", hint="/v")
    is_original = form.get("kind") == ORIGINAL
    originals = await originals_of(form)
    checked = await check_sent(visit, sent, is_original=is_original, originals=originals)
    return _result(visit, checked)


def _result(visit: Visit, checked: Sequence[Checked]) -> Response:
    return visit.page(
        "verify/result.html",
        results=[one.to_dict() for one in checked],
        checked_at_ms=visit.now_ms,
    )
