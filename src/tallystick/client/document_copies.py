# SPDX-License-Identifier: Apache-2.0
"""Flows of sealed copies: where they are had, and that they are the ones that the ledger names."""

from __future__ import annotations

from pathlib import Path

from tallystick.client.document_facts import DocumentFacts
from tallystick.client.document_files import address_of_file
from tallystick.client.document_requests import PIECE_BYTES, Progress, asked
from tallystick.client.exchange import Flow
from tallystick.client.home import tally_home
from tallystick.client.session import Session
from tallystick.errors import InvalidProof


def download(
    session: Session, known: DocumentFacts, *, progress: Progress | None = None
) -> Flow[Path]:
    """Fetch the ciphertext of a version into the user's own folder; what is there goes on.

    Raises:
        InvalidProof: what came is not what the ledger says; it is removed.
        NotFound, Erased, RoleMissing, Unavailable: as the node says.
    """
    folder = tally_home() / "documents" / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / known.cid
    path = f"{known.place.path}/content"
    with target.open("ab") as file:
        offset = file.tell()
        while offset < known.size:
            last = min(offset + PIECE_BYTES, known.size) - 1
            headers = (("Range", f"bytes={offset}-{last}"),)
            answer = yield from asked(session, "GET", path, headers=headers)
            if not answer.body:
                break  # what came is too short: found out below
            file.write(answer.body)
            offset += len(answer.body)
            if progress is not None:
                progress(offset, known.size)
    address = address_of_file(target)
    if str(address.cid) != known.cid:
        target.unlink()
        raise InvalidProof(
            "the sealed file is not the one that the ledger names",
            field="cid",
            expected=known.cid,
            found=str(address.cid),
            hint="Fetch it from another node that holds it.",
        )
    return target
