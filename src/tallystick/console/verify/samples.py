# SPDX-License-Identifier: Apache-2.0
"""Files to try verification on, in a demonstration: one as deposited, one altered, one unknown.

Who tells the demonstration puts them into the folder `samples` in the node's folder, under the
names below; nothing else in it is served, and outside a demonstration there is none.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from starlette.responses import Response

from tallystick.console.visit import Visit
from tallystick.errors import NotFound

SAMPLES: Final = {
    "original.pdf": "match",
    "altered.pdf": "altered",
    "unknown.pdf": "unknown",
    "original.pdf.receipt.json": "receipt",
}
"""File -> what it is an example of."""
_MEDIA: Final = {".pdf": "application/pdf", ".json": "application/json"}


def samples_in(folder: Path | None) -> dict[str, str]:
    """Return the samples that are there, each with what it is an example of."""
    if folder is None:
        return {}
    return {name: kind for name, kind in SAMPLES.items() if (folder / name).is_file()}


async def show_sample(visit: Visit) -> Response:
    """Answer GET /v/samples/{name}.

    Raises:
        NotFound: there is no such sample.
    """
    name = visit.part("name") + (f".{visit.wanted_form}" if visit.wanted_form else "")
    if visit.samples is None or name not in samples_in(visit.samples):
        raise NotFound("there is no such sample", field="name", found=name[:80])
    content = await asyncio.to_thread((visit.samples / name).read_bytes)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=_MEDIA[Path(name).suffix], headers=headers)
