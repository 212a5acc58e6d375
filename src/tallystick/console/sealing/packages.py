# SPDX-License-Identifier: Apache-2.0
"""Sealed bytes in and out: what a browser sealed is taken in, and readers get theirs to open it."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec
from starlette.datastructures import UploadFile
from starlette.responses import Response

from tallystick.console.sealed_packages import fetch_sealed, fetch_wrap, keep_waiting
from tallystick.console.visit import Visit
from tallystick.errors import NotFound, Rejected
from tallystick.model import PACKAGE_BYTES_MAX, PrivatePlace

_FORM_OVERHEAD: Final = 64 * 1024


async def take_package(visit: Visit) -> Response:
    """Answer POST /sealed-packages: keep what was sealed until its transaction is signed.

    Raises:
        Rejected: no package was sent, or there is nothing in it.
        Malformed: it is no package.
        LimitExceeded: it is too large, or too many are waiting.
    """
    form = await visit.form(bytes_max=PACKAGE_BYTES_MAX + _FORM_OVERHEAD)
    sent = form.get("package")
    if not isinstance(sent, UploadFile):
        raise Rejected("no package was sent", field="package")
    digest = await asyncio.to_thread(keep_waiting, visit, await sent.read())
    return Response(msgspec.json.encode({"ciphertext": digest}), media_type="application/json")


async def give_sealed(visit: Visit) -> Response:
    """Answer GET /sealed-bytes/{contract}/{part}/{record}: as any age tool opens them.

    Raises:
        TallystickError: as `fetch_sealed`.
    """
    package = await fetch_sealed(visit, _place(visit))
    return _download(visit, package.sealed, "age")


async def give_wrap(visit: Visit) -> Response:
    """Answer GET /sealed-wrap/{contract}/{part}/{record}: the key, sealed to the organisation's.

    Raises:
        NotFound: the organisation has none here.
        TallystickError: as `fetch_sealed`.
    """
    wrap = await fetch_wrap(visit, _place(visit))
    if wrap is None:
        raise NotFound(
            "there is no key for your organisation here",
            field="organization",
            found=visit.somebody().organization,
            hint="The record's owner hands it over: `tally private share`.",
        )
    return _download(visit, wrap, "wrap.age")


def _place(visit: Visit) -> PrivatePlace:
    ending = f".{visit.wanted_form}" if visit.wanted_form else ""  # a record may be called so
    return PrivatePlace(
        visit.part("contract"), visit.part("part"), f"{visit.part('record')}{ending}"
    )


def _download(visit: Visit, data: bytes, ending: str) -> Response:
    safe = "".join(one if one.isascii() and one.isalnum() else "-" for one in visit.part("record"))
    headers = {"content-disposition": f'attachment; filename="{safe[:80]}.{ending}"'}
    return Response(data, media_type="application/octet-stream", headers=headers)
