# SPDX-License-Identifier: Apache-2.0
"""Flows of sealed copies: where they are had, and that they are the ones that the ledger names."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

from msgspec import Struct

from tallystick.client.document_facts import DocumentFacts, check_there, facts
from tallystick.client.document_files import address_of_file
from tallystick.client.document_requests import PIECE_BYTES, Progress, asked
from tallystick.client.exchange import Flow, read_json
from tallystick.client.home import tally_home
from tallystick.client.session import Session
from tallystick.encoding import Cid, parse_base64url, parse_hex
from tallystick.errors import (
    Corrupted,
    InvalidProof,
    Malformed,
    NotFound,
    RoleMissing,
    TallystickError,
    Unavailable,
    UsageError,
)
from tallystick.merkle import draw_slice, verify_slice
from tallystick.units import HASH_SIZE

_FETCH_TIMEOUT_MS: Final = 5 * 60 * 1000
"""A node reads a copy that it has through, and may ask several others."""
_STANDSTILLS_MAX: Final = 3
QUESTIONS_DEFAULT: Final = 16
_SEED_BYTES: Final = 32


class Challenged(Struct, frozen=True, kw_only=True):
    """What a node has shown of a document."""

    facts: DocumentFacts
    node: str
    """Code of its organisation, as it says."""
    slices: tuple[int, ...]
    """Which ones, by chance."""


class _Shown(Struct, frozen=True):
    node: str
    slice: str
    path: list[str]


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
    except (NotFound, Corrupted) as error:
        lacking: TallystickError = error
    try:
        yield from _bring(session, known, None)
    except (NotFound, RoleMissing):
        raise lacking from None
    return (yield from download(session, known, progress=progress))


def challenge(
    session: Session,
    document: str,
    *,
    version: int | None = None,
    count: int = QUESTIONS_DEFAULT,
    node: str | None = None,
) -> Flow[Challenged]:
    """Have the node prove that it has a version: slices by chance, checked against the ledger.

    A node that lost a share of the slices passes with the chance of the rest to the power of
    `count`. Where the bytes are, and whether another node has a copy of its own, it does not show.

    Args:
        session: Of a member of the owner, of a grantee or of a keeper.
        document: Which.
        version: The newest by default.
        count: How many slices.
        node: The organisation whose node it must be; by default whose it says.

    Raises:
        UsageError: not even one slice.
        InvalidProof: what it shows is not what was asked for, or another node answers.
        NotFound, Corrupted: it says itself that it has not got it.
        RoleMissing, Erased, UnknownRecord, Unavailable: as they say.
    """
    if count < 1:
        raise UsageError("ask at least one question", field="count", found=str(count))
    known = yield from facts(session, document, version=version)
    check_there(known)
    shown = []
    for _ in range(count):
        seed = secrets.token_bytes(_SEED_BYTES)
        path = f"{known.place.path}/possession/{seed.hex()}"
        answer = yield from asked(session, "GET", path)
        found = read_json(answer.body, _Shown, path)
        node = node or found.node
        if found.node != node:
            raise InvalidProof(
                "another node answers", field="node", expected=node, found=found.node
            )
        shown.append(_check_slice(known, found, seed))
    return Challenged(facts=known, node=node or "", slices=tuple(shown))


def _check_slice(known: DocumentFacts, found: _Shown, seed: bytes) -> int:
    index = draw_slice(seed, found.node.encode(), bytes(Cid.parse(known.cid)), known.size)
    try:
        data = parse_base64url(found.slice, name="slice")
        path = [parse_hex(one, size=HASH_SIZE, name="path") for one in found.path]
    except Malformed as error:
        raise InvalidProof("the node shows no slice and path", field=error.field) from error
    verify_slice(data, index, known.size, path, bytes.fromhex(known.slices_root))
    return index


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
    session: Session,
    known: DocumentFacts,
    *,
    progress: Progress | None = None,
    into: Path | None = None,
) -> Flow[Path]:
    """Fetch the ciphertext of a version into a folder; what is there goes on.

    Args:
        session: Of somebody who may hold it.
        known: What the ledger says of it.
        progress: Called as it goes on.
        into: The folder; by default one of the user's own.

    Raises:
        InvalidProof: what came is not what the ledger says; it is removed.
        NotFound, Erased, RoleMissing, Unavailable: as the node says.
    """
    folder = into or tally_home() / "documents" / "incoming"
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
