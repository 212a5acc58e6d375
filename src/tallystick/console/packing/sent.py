# SPDX-License-Identifier: Apache-2.0
"""What a browser says of the originals that it keeps, and the package that it gets for them."""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from tallystick.console.proving import AwayOriginal, Packer
from tallystick.console.visit import Visit
from tallystick.errors import InvalidArguments, NotFound

ORIGINALS: Final = "originals"
DEPOSITS_MAX: Final = 200
"""In a package that is made here: each takes the node some work."""
FORM_BYTES_MAX: Final = 32 * 1024 * 1024
"""Proofs that lie beside originals are sent, originals are not."""


def packer_of(visit: Visit) -> Packer:
    """Return who packs here.

    Raises:
        NotFound: nobody does.
    """
    if visit.packer is None:
        raise NotFound("this node packs no cases and no deposits", field="path")
    return visit.packer


async def read_originals(form: FormData) -> list[AwayOriginal]:
    """Return what a form says of originals.

    Raises:
        InvalidArguments: it says nothing that can be read.
    """
    sent = form.get(ORIGINALS)
    if not isinstance(sent, UploadFile):
        raise InvalidArguments("no original was named", field=ORIGINALS)
    try:
        return msgspec.json.decode(await sent.read(), type=list[AwayOriginal])
    except msgspec.DecodeError as error:
        raise InvalidArguments(
            "what is said of the originals cannot be read", field=ORIGINALS, found=str(error)[:200]
        ) from error


def package_file(made: bytes, name: str, ending: str, media_type: str) -> Response:
    """Answer with a file that has a name which every system takes."""
    safe = "".join(one if one.isascii() and (one.isalnum() or one in "-_") else "-" for one in name)
    headers = {"content-disposition": f'attachment; filename="{safe[:80]}.{ending}"'}
    return Response(made, media_type=media_type, headers=headers)
