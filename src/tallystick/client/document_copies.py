# SPDX-License-Identifier: Apache-2.0
"""Flows of sealed copies: where they are had, and that they are the ones that the ledger names."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from msgspec import Struct

from tallystick.client.document_facts import DocumentFacts, check_there, facts
from tallystick.client.document_files import address_of_file
from tallystick.client.document_requests import PIECE_BYTES, Progress, asked
from tallystick.client.exchange import Flow, read_json
from tallystick.client.home import tally_home
from tallystick.client.session import Session
from tallystick.errors import (
    Corrupted,
    Erased,
    InvalidProof,
    NotFound,
    RoleMissing,
    TallystickError,
    Unavailable,
)

_FETCH_TIMEOUT_MS: Final = 5 * 60 * 1000
"""A node reads a copy that it has through, and may ask several others."""
_STANDSTILLS_MAX: Final = 3


class _Fetched(Struct, frozen=True):
    offset: int
    size: int


def fetch(
    session: Session,
    document: str,
    *,
    version: int | None = None,
    progress: Progress | None = None,
) -> Flow[DocumentFacts]:
    """Have the node get a version from the other nodes that it knows; a damaged copy anew.

    Raises:
        NotFound: none of them gives it.
        RoleMissing: the own organisation, or the node's, may not hold it.
        Erased, LimitExceeded, Unavailable: as they say.
    """
    known = yield from facts(session, document, version=version)
    check_there(known)
    yield from _bring(session, known, progress)
    return known


def obtain(
    session: Session, known: DocumentFacts, *, progress: Progress | None = None
) -> Flow[Path]:
    """Download a version; a node that lacks it, or has it damaged, gets it from others first.

    Raises:
        InvalidProof, NotFound, Erased, RoleMissing, Corrupted, Unavailable: as `download`.
    """
    try:
        return (yield from download(session, known, progress=progress))
    except Erased:
        raise
    except (NotFound, Corrupted) as error:
        lacking: TallystickError = error
    try:
        yield from _bring(session, known, None)
    except (NotFound, RoleMissing):
        raise lacking from None
    return (yield from download(session, known, progress=progress))


def _bring(session: Session, known: DocumentFacts, progress: Progress | None) -> Flow[None]:
    path, before, standstills = f"{known.place.path}/fetch", -1, 0
    while standstills < _STANDSTILLS_MAX:
        answer = yield from asked(session, "POST", path, timeout_ms=_FETCH_TIMEOUT_MS)
        offset = read_json(answer.body, _Fetched, path).offset
        if progress is not None:
            progress(offset, known.size)
        if offset == known.size:
            return
        standstills += offset <= before
        before = offset
    raise Unavailable("the node does not get on with fetching it", found=f"{before} bytes")


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
